"""News agencies and the ways their names are printed. Pure; the table is in credits.toml."""

import re
from collections.abc import Iterable, Mapping

from services.extractor.rules import load_rules

_RULES = load_rules("credits.toml")
AGENCIES: Mapping[str, list[str]] = _RULES["agencies"]
"""Name in full → other printings."""

_BY_PRINTING: Mapping[str, str] = {
    printing.casefold(): name for name, others in AGENCIES.items() for printing in (name, *others)
}
_BEFORE = re.compile(_RULES["words"]["before_agency"], re.IGNORECASE)


def _alternation(printings: Iterable[str]) -> str:
    """For use inside a pattern, longest first; what stands before a name may stand before it."""
    listed = "|".join(re.escape(printing) for printing in sorted(printings, key=len, reverse=True))
    return rf"(?:{_BEFORE.pattern})?(?:{listed})"


_EVERY = frozenset(p for name, others in AGENCIES.items() for p in (name, *others))

PRINTINGS = _alternation(_EVERY)
"""Every printing, for use inside a pattern."""

PLAINLY = _EVERY - frozenset(_RULES["also_words"]["printings"])
"""Printings that mean nothing else, even alone on a line."""

PLAIN = _alternation(PLAINLY)
"""Those, for use inside a pattern."""


def name_agency(printed: str) -> str | None:
    """The agency's name in full for any of its printings, or None for everyone else."""
    folded = printed.strip(" .,:;—–-()[]").casefold()
    return _BY_PRINTING.get(folded) or _BY_PRINTING.get(_BEFORE.sub("", folded, count=1))
