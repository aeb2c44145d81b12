"""News agencies and the ways their names are printed. Pure; the table is in phrases.toml."""

import re
from collections.abc import Mapping

from services.extractor.rules import load_rules

AGENCIES: Mapping[str, list[str]] = load_rules("phrases.toml")["agencies"]
"""Name in full → other printings."""

_BY_PRINTING: Mapping[str, str] = {
    printing.casefold(): name for name, others in AGENCIES.items() for printing in (name, *others)
}

PRINTINGS = "|".join(
    re.escape(printing)
    for printing in sorted(
        (p for name, others in AGENCIES.items() for p in (name, *others)), key=len, reverse=True
    )
)
"""Alternation of every printing, longest first, for use inside a pattern."""


def name_agency(printed: str) -> str | None:
    """The agency's name in full for any of its printings, or None for everyone else."""
    return _BY_PRINTING.get(printed.strip(" .,:;—–-()[]").casefold())
