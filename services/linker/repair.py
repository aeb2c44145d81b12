"""Names that a spinner changed, beside what they probably were. Nothing is altered: a repair is a proposal.

Two sources: the original, where it is in the window (the name that stands in the same place), and a small
table of office holders (data/persons.toml; this file is its loader). The rest is pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from schemas.records import Repair, Span
from services.linker.alignment import Alignment
from services.linker.collocations import odd_places
from services.linker.data_files import read_table
from services.linker.tokens import Word, fold

NEAR = 2  # words between a name and an office that belong together: "Name, now the office"
FROM_ORIGINAL = 0.9  # confidence when the original has another name in the same place
FROM_OFFICE = 0.6  # confidence when name and office contradict the table
PROPOSED = 20  # repairs, at most

Office = tuple[tuple[str, ...], str]  # folded words of the office, name of a holder


@lru_cache(maxsize=1)
def offices() -> Mapping[str, tuple[Office, ...]]:
    """By the last word of the office: the office and each of its holders."""
    found: dict[str, list[Office]] = {}
    table: dict[str, list[str]] = read_table("persons.toml")["offices"]
    for office, holders in table.items():
        words = tuple(office.split(" "))
        found.setdefault(words[-1], []).extend((words, holder) for holder in holders)
    return {last: tuple(rows) for last, rows in found.items()}


def propose(
    text: str, found: Sequence[Word], alignment: Alignment | None = None, original: Sequence[Word] = ()
) -> tuple[Repair, ...]:
    """Repairs for a spun copy, each mention once, in order of place; `found` are the words of `text`."""
    proposed: dict[tuple[int, int], Repair] = {}
    aligned = _from_original(text, found, alignment, original) if alignment else ()
    for repair in (*aligned, *_from_offices(text, found)):
        proposed.setdefault((repair.mention.start, repair.mention.end), repair)
    return tuple(proposed[place] for place in sorted(proposed))[:PROPOSED]


def _is_name(word: Word) -> bool:
    return word.raw[0].isupper()


def _repair(text: str, first: Word, last: Word, to: str, confidence: float, because: str) -> Repair:
    mention = text[first.start : last.end]
    span = Span(start=first.start, end=last.end, text=mention, in_="text", rule="linker.repair")
    return Repair(mention=span, from_=mention, to=to, confidence=confidence, because=because)


def _from_original(
    text: str, found: Sequence[Word], alignment: Alignment, original: Sequence[Word]
) -> Iterator[Repair]:
    """A swap inside a name: both sides capitalised, and a capitalised neighbour that both texts share."""
    for swap in alignment.swaps:
        here, there = found[swap.start : swap.end], original[swap.from_start : swap.from_end]
        if not all(map(_is_name, (*here, *there))):
            continue
        before = swap.start > 0 and _is_name(found[swap.start - 1]) and _touch(text, found, swap.start)
        after = swap.end < len(found) and _is_name(found[swap.end]) and _touch(text, found, swap.end)
        if before or after:
            first = found[swap.start - 1] if before else here[0]
            last = found[swap.end] if after else here[-1]
            kept = ([first.raw] if before else []), ([last.raw] if after else [])
            to = " ".join([*kept[0], *(word.raw for word in there), *kept[1]])
            yield _repair(
                text, first, last, to, FROM_ORIGINAL, "the original has this name in the same place"
            )


def _touch(text: str, found: Sequence[Word], at: int) -> bool:
    """Whether only spaces, or an initial's full stop, part this word from the one before: one name."""
    between = text[found[at - 1].end : found[at].start]
    initial = len(found[at - 1].raw) == 1 and between.startswith(".")
    return between[initial:].isspace()


def _plain(found: Sequence[Word]) -> list[tuple[str, int]]:
    """The text in ordinary words, broken collocations mended, each with the place of its word."""
    folded = [word.folded for word in found]
    plain, at = [], 0
    for start, end, ordinary in odd_places(folded):
        plain += [(folded[i], i) for i in range(at, start)]
        first, *rest = ordinary.split(" ")
        plain += [(first, start), *((word, end - 1) for word in rest)]
        at = end
    return plain + [(folded[i], i) for i in range(at, len(folded))]


def _from_offices(text: str, found: Sequence[Word]) -> Iterator[Repair]:
    """A name beside an office ("Title Name", "Name, the title"): given name a holder's, surname not."""
    plain = _plain(found)
    for spot, (word, last) in enumerate(plain):
        rows = [row for row in offices().get(word, ()) if _ends_with(plain, spot, row[0])]
        if not rows:
            continue
        office = max((row[0] for row in rows), key=len)
        start = plain[spot - len(office) + 1][1]
        for at in (*range(max(0, start - NEAR - 2), start - 1), *range(last + 1, last + 1 + NEAR)):
            name = _name_at(text, found, at)
            to = _contradicted(name, {holder for _, holder in rows})
            if to is not None:
                because = f"{to} is known as {' '.join(office)}"
                yield _repair(text, name[0], name[-1], to, FROM_OFFICE, because)


def _ends_with(plain: Sequence[tuple[str, int]], spot: int, office: Sequence[str]) -> bool:
    start = spot - len(office) + 1
    return start >= 0 and all(plain[start + i][0] == word for i, word in enumerate(office))


def _name_at(text: str, found: Sequence[Word], at: int) -> Sequence[Word]:
    """The given name here, a middle initial if there is one, and the surname; empty if it is no name."""
    end = at + 1
    while end < len(found) and _is_name(found[end]) and _touch(text, found, end):
        end += 1
        if len(found[end - 1].folded) > 1:
            return found[at:end] if _is_name(found[at]) else ()
    return ()


def _contradicted(name: Sequence[Word], holders: set[str]) -> str | None:
    """The one holder who has this given name with another surname; None when a holder has both."""
    if not name:
        return None
    known = [(fold(holder.split(" ")[0]), fold(holder.split(" ")[-1]), holder) for holder in sorted(holders)]
    if any((name[0].folded, name[-1].folded) == row[:2] for row in known):
        return None
    matches = [holder for given, _, holder in known if given == name[0].folded]
    return matches[0] if len(matches) == 1 else None
