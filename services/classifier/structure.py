"""Stretches of a text that say little of a country named in them: datelines, other headlines, rows. Pure.

Ids are those of against.toml, where what they count for and the words for it stand.
"""

import re
from collections.abc import Iterator

DATELINE, ELSEWHERE = "dateline", "other-headlines"
_NAMED = r"[\w’'-]{1,30}(?: [A-Z][\w’'-]{1,30})?"  # behind the capital that begins it
_PLACE = rf"(?:the )?[A-Z]{_NAMED}"
FORMS = (  # each with the words without which it is nowhere
    # "in Ukraine, in Gaza, in Iran", "Belarus, Myanmar and Iran"
    (
        "row-of-places",
        (", ",),
        re.compile(  # begins with a set, and so is not tried at every place
            rf"[A-Zt](?<!\w[A-Zt])(?:(?<=[A-Z])|he [A-Z]){_NAMED}"
            rf"(?:, (?:(?:in|from|to) )?{_PLACE}){{1,8}},? (?:and|or|in|,) (?:in )?{_PLACE}"
        ),
    ),
    (
        "iraq-war-veteran",
        ("served", "tour", "stint", "lost "),
        re.compile(
            r"\b(?:served|tours?(?: of duty)?|stints?|lost (?:both|his|her|a|one) (?:legs?|arms?))"
            rf" (?:\w+ ){{0,3}}(?:in|near|at) {_PLACE}"
        ),
    ),
    (
        "somebodys-past",
        ("born", "raised", "grew up", "childhood", "left "),
        re.compile(
            rf"\b(?:born|raised|grew up|childhood) in {_PLACE}|\bleft {_PLACE} as a (?:child|boy|girl)"
        ),
    ),
)

_DATELINE = re.compile(
    r"\A\W{0,3}[A-Z][A-Z'’.\- ]{2,30}(?:[,/][ ]?[A-Za-z.'’ ]{2,30}){0,2}"
    r"(?:,? ?[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)?\s*(?:\([^()\n]{2,40}\)\s*)?[-–—]{1,2}\s"
)
_ALSO = re.compile(
    r"(?:most (?:read|popular|viewed)|(?:read|see) (?:also|more|next)|also (?:in|on|read)\b|related\b"
    r"|more (?:on|from|stories)\b|in other news|trending|you may (?:also )?like|top stories"
    r"|اقر[أا] أيضا|الأكثر قراءة|بیشتر بخوانید|پربازدید)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?:;؟…\"”»)]\s*$")
_SENTENCE = re.compile(r"[.!?؟\n](?:(?<=\n)\n*|(?<!\n)[\"”’']?\s+)")
MOST_WORDS = 14  # of a headline


def sentences_of(text: str) -> list[int]:
    """Where the sentences and lines of a text begin, from 0."""
    return [0, *(found.end() for found in _SENTENCE.finditer(text) if found.end() < len(text))]


def find_asides(text: str, *, titled: bool = False) -> Iterator[tuple[int, int, str]]:
    """(start, end, id of counter-evidence) of every such stretch; of a title only those inside a sentence."""
    for id_, needed, form in FORMS:
        if any(word in text for word in needed):
            yield from ((found.start(), found.end(), id_) for found in form.finditer(text))
    if titled:
        return
    if found := _DATELINE.match(text):
        yield found.start(), found.end(), DATELINE
    yield from _other_headlines(text)


def _other_headlines(text: str) -> Iterator[tuple[int, int, str]]:
    listing = False
    at = 0
    for line in text.split("\n"):
        opens = at > 0 and len(line) < 200 and _ALSO.match(line) is not None
        listing = opens or (listing and (not line.strip() or is_headline(line)))
        if listing and line.strip():
            yield at, at + len(line), ELSEWHERE
        at += len(line) + 1


def is_headline(line: str) -> bool:
    """Whether a line is as short as a headline and does not end like a sentence."""
    return len(line.split(None, MOST_WORDS)) <= MOST_WORDS and not _ENDS.search(line)
