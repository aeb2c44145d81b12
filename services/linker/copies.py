"""Copies: which article a text was taken from, and how: reprint, edited or spun. Pure.

All thresholds are here, with their sources.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from schemas.records import Copy, CopyEvidence
from services.linker.alignment import Alignment
from services.linker.events import Profile
from services.linker.publishers import is_family
from services.linker.shingles import Overlap, overlap, sketch
from services.linker.spun.detector import Finding
from services.linker.tokens import Word
from services.linker.window import Page, Window

# reference/nlp.md 5.2: other newsrooms on the same story share .08 at the 95th percentile and .19 at most,
# spun copies .43 and more at 40 %, .24 at 70 %.
REPRINT = 0.7  # Jaccard from which a text is the same
REWORKED = 0.2  # Jaccard from which it is the same text reworked
CONTAINED = 0.6  # of the shorter text, where one is an excerpt of the other
SHORTEST = 20  # shingles of the shorter text; below, furniture decides
SKETCHED = 3  # sketch values that a candidate shares, at least
COMPARED = 16  # candidates compared exactly, at most
# An editor cuts and joins, a spinner swaps words one by one: tests/quality/test_copies.py measures both.
SWAPPED = 3.0  # swaps per 100 aligned words that make a reworked copy spun
SWAPS = 5  # swaps, at least
SWAP_SCALE = 4.0  # swaps per 100 words at which the score is .63
EVIDENCE = 12  # odd pairs and swaps shown, at most


@dataclass(frozen=True, slots=True)
class Sibling:
    """An article in the window that shares text with the one at hand."""

    page: Page
    overlap: Overlap


@dataclass(frozen=True, slots=True)
class Origin:
    """The original laid beside its copy."""

    profile: Profile
    overlap: Overlap
    alignment: Alignment
    swaps: tuple[tuple[str, str], ...]  # (in the copy, in the original)

    @property
    def swapped(self) -> bool:
        """Whether words were swapped one by one, as a spinner does and an editor does not."""
        return len(self.alignment.swaps) >= SWAPS and self.alignment.rate >= SWAPPED


def is_copy(shared: Overlap) -> bool:
    """Whether so much shared text means one was taken from the other."""
    return shared.smaller >= SHORTEST and (shared.jaccard >= REWORKED or shared.containment >= CONTAINED)


def siblings(profile: Profile, window: Window) -> list[Sibling]:
    """The articles that share text with this one, most shared first, then oldest."""
    numbers, shared = window.sharing_shingles(sketch(profile.shingles))
    often = [(-shared[at], window.numbered(int(numbers[at]))) for at in np.flatnonzero(shared >= SKETCHED)]
    others = [each for each in often if each[1].standing.page_id != profile.identity.page_id]
    ranked = sorted(others, key=lambda each: (each[0], each[1].standing.page_id))[:COMPARED]
    found = [Sibling(page, overlap(profile.shingles, page.profile.shingles)) for _, page in ranked]
    copies = [sibling for sibling in found if is_copy(sibling.overlap)]
    return sorted(copies, key=lambda each: (-round(each.overlap.jaccard, 6), each.page.number))


def root_of(found: Sequence[Sibling], window: Window) -> Sibling:
    """The original behind the nearest sibling where it shares text itself, else the nearest sibling."""
    by_page = {sibling.page.standing.page_id: sibling for sibling in found}
    best, seen = found[0], set[str]()
    at: Page | None = best.page
    while at is not None and at.standing.page_id not in seen:
        seen.add(at.standing.page_id)
        best = by_page.get(at.standing.page_id, best)
        at = window.page(at.standing.copy.of) if at.standing.copy.of else None
    return best


def precedes(one: Profile, other: Profile) -> bool:
    """Whether `one` is the original of the two: by credit, spinning, publication, first fetch, page id."""
    said = _credit_says(one, other)
    if said is not None:
        return said
    if one.published is not None and other.published is not None:
        when, than = one.published, other.published
        if not (one.precise and other.precise):
            when, than = when // 86400, than // 86400
        if when != than:
            return when < than
    return _came_first(one, other)


def arrived_before(one: Profile, other: Profile) -> bool:
    """Whether `one` is the original of the two when printed dates do not count, only arrival."""
    said = _credit_says(one, other)
    return _came_first(one, other) if said is None else said


def _credit_says(one: Profile, other: Profile) -> bool | None:
    """Whether `one` is the original, as far as the texts themselves tell; None where they do not.

    The stronger first: one credits the other's publisher; only one is spun.
    """
    tells = ((_credits(other, one), _credits(one, other)), (other.odd, one.odd))
    return next((for_one for for_one, for_other in tells if for_one != for_other), None)


def _credits(one: Profile, other: Profile) -> bool:
    return one.credited is not None and is_family(one.credited, other.family)


def _came_first(one: Profile, other: Profile) -> bool:
    return (one.since, one.identity.page_id) < (other.since, other.identity.page_id)


def _swap_score(alignment: Alignment | None) -> float:
    if alignment is None or len(alignment.swaps) < SWAPS:
        return 0.0
    return 1 - math.exp(-alignment.rate / SWAP_SCALE)


def _verdict(profile: Profile, oddity: Finding, origin: Origin | None) -> str:
    if oddity.spun or (origin is not None and origin.swapped):
        return "spun"
    if origin is None:
        return "reprint" if profile.credit is not None else "original"
    return "reprint" if origin.overlap.jaccard >= REPRINT else "edited"


def decide(profile: Profile, oddity: Finding, origin: Origin | None = None) -> Copy:
    """The verdict on an article: alone, or as the copy of an original that is at hand."""
    return Copy(
        verdict=_verdict(profile, oddity, origin),
        score=round(max(oddity.score, _swap_score(origin.alignment if origin else None)), 4),
        of=origin.profile.identity.page_id if origin else None,
        of_publisher=_publisher(profile, origin),
        evidence=tuple(_evidence(profile, oddity, origin)),
    )


def _evidence(profile: Profile, oddity: Finding, origin: Origin | None) -> Iterator[CopyEvidence]:
    if origin is not None:
        shared = f"{origin.overlap.shared} of {origin.overlap.smaller} three-word runs shared"
        yield CopyEvidence(kind="shingles", text=shared, score=round(origin.overlap.jaccard, 4))
    if profile.credit is not None:
        yield CopyEvidence(kind="credit", text=profile.credit.text or profile.credit.name)
    for odd, plain in oddity.pairs[:EVIDENCE]:
        yield CopyEvidence(kind="odd-pair", text=f"{odd} ← {plain}")
    if origin is not None and origin.swapped:
        for new, old in origin.swaps[:EVIDENCE]:
            yield CopyEvidence(kind="swap", text=f"{new} ← {old}")


def _publisher(profile: Profile, origin: Origin | None) -> str | None:
    if profile.credit is not None:
        return profile.credit.name
    if origin is None:
        return None
    behind = origin.profile
    return (behind.credit.name if behind.credit else None) or behind.publisher or behind.family


def swapped_words(
    alignment: Alignment, copy: Sequence[Word], original: Sequence[Word]
) -> tuple[tuple[str, str], ...]:
    """What stands in the copy and what in the original, for each swap, in order."""
    return tuple(
        (_said(copy, at.start, at.end), _said(original, at.from_start, at.from_end)) for at in alignment.swaps
    )


def _said(found: Sequence[Word], start: int, end: int) -> str:
    return " ".join(word.raw for word in found[start:end])
