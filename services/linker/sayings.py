"""What one text claims of an event, and the sentences of its front, where it is told. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.records import Part, Span
from services.tolls import ENDLESS

FRONT = 900  # characters of a text in which a sentence must begin: the event comes first, background later
SENTENCE = 400  # characters of a sentence that are read and shown
_ENDS = re.compile(r"[.!?]+[\"”’)]*(?=\s)|\n+")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Gen|Brig|Maj|Col|Lt|Capt|Sgt|Mr|Mrs|Ms|Dr|St|No|Gov|Sen|Rep))\Z")


class Claim(Part, frozen=True, kw_only=True):
    """An answer that a text gives, as a span of whole numbers: people, or days since the year 1.

    Two claims of one `kind` that are `of` the same contradict each other where their spans do not meet;
    those of kind "blamed" where the camps that they are `of` differ.
    """

    kind: str  # killed | wounded | executed | day | blamed
    value: str  # as shown: "5", "at least 5", "2026-03-04", "Islamic State"
    low: int = 0
    high: int = ENDLESS  # of a toll without an upper end
    of: str = ""  # who is counted ("": people), what happened on that day, whose camp is blamed
    said: Span  # the sentence
    revises: bool = False  # says itself that an earlier figure no longer holds
    whole: bool = False  # counts everywhere, where others may count one place


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands: `text == source[start:start + len(text)]`, in code points."""

    text: str
    start: int
    field: str  # title | text

    def span(self) -> Span:
        """The sentence as evidence."""
        return Span(start=self.start, end=self.start + len(self.text), text=self.text, in_=self.field)


def front_of(title: str | None, text: str) -> list[Sentence]:
    """The title, then the sentences of the text that begin in its front."""
    head = [*_sentences((title or "")[:SENTENCE], "title")]
    return head + [each for each in _sentences(text[: FRONT + SENTENCE], "text") if each.start < FRONT]


def _sentences(source: str, field: str) -> Iterator[Sentence]:
    start = 0
    for end in _ENDS.finditer(source):
        if end.group().startswith(".") and _ABBREVIATED.search(
            source[max(start, end.start() - 6) : end.start()]
        ):
            continue
        yield from _trimmed(source, start, end.end(), field)
        start = end.end()
    yield from _trimmed(source, start, len(source), field)


def _trimmed(source: str, start: int, end: int, field: str) -> Iterator[Sentence]:
    """The stretch without blanks around it; nothing where it is blank."""
    text = source[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()[:SENTENCE]
    if text:
        yield Sentence(text, start, field)
