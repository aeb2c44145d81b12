"""Who is said to have published a text first: from the credits, else from notices in the text. Pure."""

import re
from collections.abc import Iterable, Sequence

from schemas.records import Credit

EDGE = 900  # characters at either end of a text where a notice may stand
LINE = 300  # characters of a notice that are kept

# The kinds of credit that name a first publisher, strongest first.
DERIVED = ("reprint-of", "agency", "source")
# Kinds that name the likely one where the text was spun, and so is nobody's own.
HINTS = ("copyright", "agency", "source")
# "The Associated Press contributed to this report" does not make the report theirs.
SHARED = re.compile(
    r"\bcontribut|\badditional reporting|\bwith (?:files|reporting) from\b|\bas reported\b", re.IGNORECASE
)

_NAME = r"(?P<name>[A-Z][^\s,.;:()]{0,30}(?: (?:of|the|and|&|[A-Z][^\s,.;:()]{0,30})){0,5})"
_PIECE = r"(?:article|story|report|piece|post|column|interview)"
NOTICES: Sequence[tuple[str, re.Pattern[str]]] = (
    (
        "reprint-of",
        re.compile(rf"^{_NAME} (?:carries|carried|ran|has published|published) an? {_PIECE}\b[^\n]{{0,250}}"
                   rf"\b(?:reprints?|republish(?:es)?) (?:the|this) {_PIECE}", re.MULTILINE),
    ),
    (
        "reprint-of",
        re.compile(rf"\b[Tt]h(?:is|e) {_PIECE}(?: was| has been| is)? ?(?:originally|first|previously) "
                   r"(?:published|printed|posted|appeared|ran|released)(?: (?:by|in|on|at|with))?"
                   rf" (?:[Tt]he )?{_NAME}"),
    ),
    (
        "reprint-of",
        re.compile(r"\b(?:[Rr]e(?:published|printed|posted)|[Rr]eproduced)(?: here)?"
                   rf"(?: with(?: kind)? permission)? (?:from|of|courtesy of) (?:[Tt]he )?{_NAME}"),
    ),
    ("source", re.compile(rf"^(?:Source|Via|Courtesy): ?{_NAME}\.?$", re.MULTILINE)),
    ("agency", re.compile(r"\A[^\n]{0,60}\((?P<name>Reuters|REUTERS|AP|AFP|UPI|dpa|DPA|Xinhua|TASS)\)"
                          r" ?[-–—]")),
)  # fmt: skip


# What a text must have for the notice in the same place above to be there; to look for it takes no time.
_TELLING = (
    ("reprint", "republish"),
    ("originally ", "first ", "previously "),
    ("epublished", "eprinted", "eposted", "eproduced"),
    ("Source", "Via", "Courtesy"),
    (")",),
)


def notices(text: str) -> tuple[Credit, ...]:
    """Reprint notices, source lines and agency datelines at the beginning and the end of a text."""
    edges = (text,) if len(text) <= 2 * EDGE else (text[:EDGE], text[-EDGE:])
    return tuple(
        Credit(kind=kind, name=match["name"].strip(), text=match.group()[:LINE])
        for place, edge in enumerate(edges)
        for (kind, pattern), telling in zip(NOTICES, _TELLING, strict=True)
        if not (kind == "agency" and place)
        and any(word in edge for word in telling)
        and (match := pattern.search(edge))
    )


def likely_publishers(given: Iterable[Credit]) -> list[Credit]:
    """The credits that hint at whose a text is that is not the site's own: whole ones, then the rest."""
    given = list(given)
    hints = [credit for credit in given if credit.kind in HINTS and credit.name.strip()]
    return [*first_publishers(given), *sorted(hints, key=lambda credit: HINTS.index(credit.kind))]


def first_publishers(given: Iterable[Credit]) -> list[Credit]:
    """The credits that name a first publisher, strongest first; those that only shared the work do not."""
    named = [credit for credit in given if credit.kind in DERIVED and credit.name.strip()]
    whole = [credit for credit in named if not SHARED.search(credit.text)]
    return sorted(whole, key=lambda credit: DERIVED.index(credit.kind))
