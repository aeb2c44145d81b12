"""Shapes of words that are names: `Brig. Gen. Some Name`, `the Something Brigade`, `the town of Somewhere`.

Every scan is anchored on a word of the tables or on one run of capitals, so a text is gone through four
times whatever it holds. All repetitions are bounded: a page of hyphens must not cost minutes.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.classifier.gazetteer import load_name_words
from services.classifier.structure import is_headline

WORDS = load_name_words()
LONGEST = 60_000  # characters searched for names
_BEHIND, _BEFORE = 96, 26  # characters looked at in front of a word that tells

_PART = r"(?:(?:Mc|O['’])?[A-Z][a-z’'ʼ]{1,30}(?:-[A-Z][a-z]{1,30}){0,3})"
_PARTICLE = r"(?:[Aa]l-|[Ee]l-|bin |ibn |Abu |Abd al-|Abdul |de |van |von )"
_NAME = rf"{_PARTICLE}?{_PART}(?:[ ](?:[A-Z]\.[ ])?{_PARTICLE}?{_PART}){{1,4}}"
_RUN = rf"(?:[Aa]l-)?{_PART}(?:[ ](?:(?:and|of)[ ])?(?:[Aa]l-)?{_PART}){{0,4}}"


def one_of(listed: Sequence[str]) -> str:
    """An alternation of the words, longest first."""
    return "|".join(re.escape(word) for word in sorted(listed, key=len, reverse=True))


def initial_of(*listed: Sequence[str]) -> str:
    """The first letter of one of the words, where a word begins.

    An expression that begins with a set of letters is not tried at every place of a text, one with `\\b` is.
    """
    letters = "".join(sorted({re.escape(word[0]) for words in listed for word in words}))
    return rf"[{letters}](?<!\w[{letters}])"


def rest_of(listed: Sequence[str]) -> str:
    """What follows the initial of each of the words, longest first."""
    return "|".join(
        f"(?<={re.escape(word[0])}){re.escape(word[1:])}" for word in sorted(listed, key=len, reverse=True)
    )


_TITLE = one_of(WORDS["honorifics"] + WORDS["titles"])
_SAID = one_of(WORDS["said"])
_GIVEN, _NOT_IN_NAMES = frozenset(WORDS["given"]), frozenset(WORDS["not_in_names"])
_OPENERS = frozenset(WORDS["openers"])
_NOT_PEOPLE = _NOT_IN_NAMES.union(WORDS["honorifics"], WORDS["titles"], WORDS["offices"])
_HEADS = re.compile(
    initial_of(WORDS["bodies"], WORDS["places"])
    + rf"(?:(?P<organisation>{rest_of(WORDS['bodies'])})|(?P<place>{rest_of(WORDS['places'])}))\b"
)
_BEFORE_HEAD = re.compile(rf"(?:\b\d{{1,3}}(?:st|nd|rd|th)[ ])?\b(?:(?:[Aa]l-)?{_PART}[ ]){{1,4}}\Z")
_FORWARD = re.compile(
    rf"\b(?:(?P<organisation>(?:{one_of(WORDS['of_bodies'])})[ ](?:of|for)[ ](?:the[ ])?{_RUN})"
    rf"|(?P<unknown>Operation[ ]{_PART}(?:[ ]{_PART})?)"
    rf"|(?P<place>(?:{one_of(WORDS['before_places'])})[ ](?:[Aa]l-)?{_PART}(?:[ ]{_PART})?)"
    rf"|(?:{one_of(WORDS['kinds_of_place'])})[ ]of[ ](?P<inner>(?:[Aa]l-)?{_PART}(?:[ ]{_PART})?))"
)
_RUNS = re.compile(rf"\b{_NAME}")
_LEADING_TITLE = re.compile(rf"(?:(?:[^ ]+[ ]){{0,3}}(?:{one_of(WORDS['offices'])})|{_TITLE})[ ]")
_WHOLE = re.compile(_NAME)
_TOLD_BEFORE = re.compile(rf"(?:\b(?:{_TITLE})\s|\b(?:{_SAID})[ ])\Z")
_TOLD_AFTER = re.compile(
    rf",[ ](?:who\b|[^.;:\n,]{{0,60}}?\b(?:{one_of(WORDS['roles'])})\b)|[ ](?:{_SAID})\b"
)
_ADDRESSED = re.compile(
    initial_of(WORDS["honorifics"]) + rf"(?:{rest_of(WORDS['honorifics'])})[ ](?P<name>(?:[Aa]l-)?{_PART})\b"
)
ENOUGH_MENTIONS = 2  # one word that nothing explains is a name when it comes back
_ALONE = re.compile(
    r"[A-Z](?:(?<=[a-z,;(] .)(?:[a-z’'ʼ]{2,30}(?:-[A-Z][a-z]{1,30}){0,2}(?= [a-z(]|[,;.]|['’]s\b)"
    r"|[A-Z]{2,7}(?=[ ,;.)]))|(?<=\(.)[A-Z]{2,7}(?=\)))"
)
_BEGINS = re.compile(r"(?:\A|[.!?:“\"‘—]\s|[\n“\"‘—])\Z")


@dataclass(frozen=True, slots=True)
class Shape:
    """A stretch that is a name by its words. `nested`: known names but people's may stand inside it."""

    kind: str  # person | organisation | place | unknown; bare: capitals alone; word: one, if it comes back
    start: int
    end: int
    nested: bool = False


def _ends(source: str, start: int, end: int) -> int:
    """Where the name ends before 's."""
    return end - 2 if source.endswith(("'s", "’s"), start, end) else end


def _begins(source: str, start: int, end: int) -> int:
    """Behind the capital that begins a sentence: [The] Some Brigade."""
    while (blank := source.find(" ", start, end)) >= 0 and source[start:blank] in _OPENERS:
        start = blank + 1
    return start


def _headed(source: str) -> Iterator[Shape]:
    for head in _HEADS.finditer(source, 0, LONGEST):
        offset = max(0, head.start() - _BEHIND)
        before = _BEFORE_HEAD.search(source[offset : head.start()])
        if before is not None and head.lastgroup is not None:
            start = _begins(source, offset + before.start(), head.end())
            if start < head.start():
                yield Shape(head.lastgroup, start, head.end(), nested=head.lastgroup == "organisation")


def _forward(source: str) -> Iterator[Shape]:
    for found in _FORWARD.finditer(source, 0, LONGEST):
        group = found.lastgroup or "unknown"
        kind = "place" if group == "inner" else group
        end = _ends(source, *found.span(group))
        yield Shape(kind, found.start(group), end, nested=kind == "organisation")


def _is_told(source: str, start: int, end: int) -> bool:
    """Whether a title, a verb of speech, a role in apposition or the first name says that it is a person."""
    return (
        source[start:end].partition(" ")[0] in _GIVEN
        or _TOLD_BEFORE.search(source[max(0, start - _BEFORE) : start]) is not None
        or _TOLD_AFTER.match(source, end) is not None
    )


def _person(source: str, start: int, end: int) -> Shape | None:
    start = _begins(source, start, end)
    titled = False
    while title := _LEADING_TITLE.match(source, start, end):
        start, titled = title.end(), True
    if titled and (whole := _WHOLE.match(source, start)):  # the title may have taken the room of the name
        end = max(end, _ends(source, *whole.span()))
    parts = re.split(r"[\s-]", source[start:end])
    if _NOT_IN_NAMES.intersection(parts) or (len(parts) < 2 and not titled):
        return None
    if titled or _is_told(source, start, end):
        return Shape("person", start, end)
    if _BEGINS.search(source[max(0, start - 2) : start]):
        start = source.index(" ", start, end) + 1  # [Later] Some Name
    alone = " " not in source[start:end] or _in_headline(source, start)
    return None if alone else Shape("bare", start, end)


def _people(source: str) -> Iterator[Shape]:
    for run in _RUNS.finditer(source, 0, LONGEST):
        shape = _person(source, run.start(), _ends(source, *run.span()))
        if shape is not None:
            yield shape


def _addressed(source: str) -> Iterator[Shape]:
    for found in _ADDRESSED.finditer(source, 0, LONGEST):
        end = _ends(source, *found.span("name"))
        if source[found.start("name") : end] not in _NOT_PEOPLE:
            yield Shape("person", found.start("name"), end)


def _in_headline(source: str, at: int) -> bool:
    """Whether this place lies in a short line without an end, whose words are nearly all capitalised."""
    begin, end = source.rfind("\n", 0, at) + 1, source.find("\n", at)
    line = source[begin : end if end >= 0 else len(source)]
    if not is_headline(line):
        return False
    long = [word for word in line.split() if len(word) > 3]
    return sum(word[0].isupper() for word in long) > 0.7 * len(long)


def words_alone(source: str) -> Iterator[Shape]:
    """Capitalised words and abbreviations within sentences: names where they come back."""
    found = [match.span() for match in _ALONE.finditer(source, 0, LONGEST)]
    times = Counter(source[start:end] for start, end in found)
    names = {word for word, count in times.items() if count >= ENOUGH_MENTIONS and word not in _NOT_PEOPLE}
    names = {word for word in names if word.lower() not in source}
    for start, end in found:
        if source[start:end] in names and not _in_headline(source, start):
            yield Shape("word", start, end)


def places_of(source: str, word: str) -> Iterator[tuple[int, int]]:
    """Where the word stands by itself."""
    start = source.find(word, 0, LONGEST)
    while start >= 0:
        end = start + len(word)
        if not (source[start - 1 : start].isalnum() or source[end : end + 1].isalnum()):
            yield start, end
        start = source.find(word, end, LONGEST)


SCANS = (_headed, _forward, _people, _addressed)  # where two find a name in one place, the first has it
