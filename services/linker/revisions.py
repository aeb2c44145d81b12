"""The same page again: what changed, and what kind of change that is. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

from schemas.records import Change, Revision

CHANGES = 20  # listed, at most
SHOWN = 500  # characters of a paragraph that a change shows

CORRECTED = re.compile(
    r"(?im)^\W{0,3}(?:correction|clarification|editor[’']?s note)\b\s{0,2}[:\-–—(]"
    r"|\b(?:this|an earlier version of this|a previous version of this) (?:article|story|report|piece) "
    r"(?:has been|was) (?:corrected|amended|updated to correct)"
    r"|\b(?:earlier|previous) version of this (?:article|story|report|piece)\b.{0,80}"
    r"\b(?:incorrectly|misstated|misidentified|wrongly|erroneously)"
)
RETRACTED = re.compile(
    r"(?i)\bthis (?:article|story|report|piece) has been (?:retracted|withdrawn|removed)\b"
    r"|\bhas (?:retracted|withdrawn) (?:this|the) (?:article|story|report)\b"
)
RETRACTED_LINE = re.compile(r"(?im)^\W{0,3}(?:retraction|retracted|withdrawn)\b\s{0,2}[:\-–—(]")


def first_revision(digest: str) -> Revision:
    """The revision of a page that was not there before."""
    return Revision(digest=digest, number=1, kind="new")


def next_revision(
    before: Revision, old: tuple[str | None, str], new: tuple[str | None, str], digest: str
) -> Revision:
    """The revision after `before`; `old` and `new` are title and text.

    A notice counts when the text before did not have it; a text with no notice was changed silently.
    """
    changes = [*_title_change(old[0], new[0]), *_paragraph_changes(old[1], new[1])]
    return Revision(
        digest=digest, number=(before.number or 1) + 1, kind=_kind(old, new), changes=tuple(changes[:CHANGES])
    )


def _kind(old: tuple[str | None, str], new: tuple[str | None, str]) -> str:
    if _appeared(RETRACTED, old[1], new[1]) or _appeared(RETRACTED_LINE, old[1], f"{new[0]}\n{new[1]}"):
        return "retraction"
    if _appeared(CORRECTED, old[1], new[1]):
        return "correction"
    return "headline" if old[1] == new[1] else "text"


def _appeared(notice: re.Pattern[str], before: str, now: str) -> bool:
    return notice.search(now) is not None and notice.search(before) is None


def _title_change(old: str | None, new: str | None) -> list[Change]:
    return [] if old == new else [Change(what="title", before=_shown(old), after=_shown(new))]


def _paragraph_changes(old: str, new: str) -> list[Change]:
    """Paragraphs gone and paragraphs come, in order; one that took the place of another is one change."""
    before, after = _paragraphs(old), _paragraphs(new)
    gone, come = _without(before, after), _without(after, before)
    return [
        Change(
            what="paragraph",
            before=_shown(gone[i]) if i is not None else None,
            after=_shown(come[j]) if j is not None else None,
        )
        for i, j in _matched(gone, come, before, after)
    ]


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _without(these: Sequence[str], those: Sequence[str]) -> dict[int, str]:
    """The paragraphs of `these` that `those` lacks, by place."""
    spare = Counter(those)
    left = {}
    for place, paragraph in enumerate(these):
        if spare[paragraph]:
            spare[paragraph] -= 1
        else:
            left[place] = paragraph
    return left


def _matched(
    gone: dict[int, str], come: dict[int, str], before: Sequence[str], after: Sequence[str]
) -> list[tuple[int | None, int | None]]:
    """Places of changed paragraphs, paired where the same paragraph stands before both."""
    by_neighbour = {before[i - 1] if i else "": i for i in gone}
    pairs: list[tuple[int | None, int | None]] = []
    taken: set[int] = set()
    beside = -1  # the paragraph gone that the one before was paired with
    for j in come:
        i = by_neighbour.get(after[j - 1] if j else "", beside + 1 if beside >= 0 else -1)
        beside = i if i in gone and i not in taken else -1
        taken.add(beside)
        pairs.append((beside if beside >= 0 else None, j))
    return pairs + [(i, None) for i in gone if i not in taken]


def _shown(value: str | None) -> str | None:
    return value if value is None or len(value) <= SHOWN else value[: SHOWN - 1] + "…"
