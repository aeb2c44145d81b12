"""Paragraphs: rejoined where a page breaks them inside a sentence, and freed of furniture. Pure."""

import re
from collections.abc import Iterable, Sequence

from services.extractor.credits import is_credit_line
from services.extractor.dates import is_date_line
from services.extractor.furniture import is_closing_note, match_furniture

SUBHEAD_WORDS = 14  # a line this short without a full stop is a subhead, not half a sentence
PROSE_WORDS = 15  # a paragraph of prose has this many words and ends like a sentence
SEEN_CHARS = 400  # of the article before a closing heading is believed; a notice above a menu may have 350
TAIL = 60  # characters by which the end of a text is found among the lines of its page
LEAST = 3  # paragraphs that are left whatever they say
LAST_CHARS = 40  # in which a sentence's end, its quotes and brackets stand

_DEBRIS = re.compile(
    r"<\s*/?\s*(?:img|br|hr|a|p|div|span|iframe|figure|figcaption|script|video|source|em|strong|b|i|ul|ol|li|h[1-6])\b"
    r"(?:\s*/?\s*>|\s[^<>=]{0,200}=[^<>]{0,2000}>)",
    re.IGNORECASE,
)
_UNCASED = re.compile("[\u0590-\u06ff\u3040-\u9fff]")
_DANGLING = re.compile(
    r"(?:[،,]|(?:^|\s)(?:في|من|على|إلى|أن|عن|مع|التي|الذي|و|به|از|در|که|با|برای|این|آن|لە|بۆ|کە))$"
)
SENTENCE_END = re.compile(r"[.!?:;؟۔。！？…][\"'“”‘’«»)\]\s]*$")


def fold_line(line: str) -> str:
    """A line without markup debris and with single spaces; joiners (ZWNJ) stay."""
    return " ".join(_DEBRIS.sub(" ", line).split())


def ends_sentence(line: str) -> bool:
    """Whether a line ends where a sentence, or its introduction, may end."""
    return bool(SENTENCE_END.search(line[-LAST_CHARS:]))


def is_prose(paragraph: str) -> bool:
    """Whether a paragraph is running text."""
    return len(paragraph.split(maxsplit=PROSE_WORDS)) >= PROSE_WORDS and ends_sentence(paragraph)


def lines_after(lines: Sequence[str], text: str, count: int) -> Sequence[str]:
    """At most so many of the lines of a page, after the last one that ends as the text does."""
    tail = text[-TAIL:].rsplit("\n", 1)[-1]
    end = next((at for at in range(len(lines) - 1, -1, -1) if tail and lines[at].endswith(tail)), len(lines))
    return lines[end + 1 : end + 1 + count]


def rejoin(lines: Iterable[str]) -> list[str]:
    """Paragraphs, with those halves put together again that a page broke apart inside a sentence."""
    whole: list[str] = []
    for line in lines:
        if whole and is_broken(whole[-1], line):
            whole[-1] = f"{whole[-1]} {line}"
        else:
            whole.append(line)
    return whole


def is_broken(before: str, after: str) -> bool:
    """Whether the break between two lines falls inside a sentence.

    It does when the first does not end one and either is too long for a subhead, or the second goes on
    in lower case or with an ellipsis. Arabic and Persian newsrooms often leave the full stop out, so
    there the first must end in a comma or in a word that cannot end a sentence.
    """
    if ends_sentence(before) or len(before) < 2:
        return False
    if _UNCASED.search(before[-20:]):
        return bool(_DANGLING.search(before[-20:]))
    goes_on = after[:1].islower() or after[:1] in "…,;"
    return goes_on or len(before.split()) > SUBHEAD_WORDS


def clean_paragraphs(lines: Sequence[str], title: str | None = None) -> list[str]:
    """The paragraphs without furniture, without title, dates and credits that are fields, and without
    what follows the article."""
    kept: list[str] = []
    seen, listing = 0, False
    for line in lines:
        matched = match_furniture(line)
        if matched and matched.closing and seen >= SEEN_CHARS:
            break
        listing = bool(matched and matched.listing) or (listing and not is_prose(line))
        known = line == kept[-1] if kept else line == title or is_date_line(line)
        if not (matched or listing or known or is_credit_line(line)):
            kept.append(line)
            seen += len(line)
    while len(kept) > LEAST and is_closing_note(kept[-1]):
        kept.pop()
    return kept
