"""What one text has of another, word by word: the same, only here, only there. Pure."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import msgspec

MOST = 2500  # words of one text: comparing costs their product at worst
WORDS = re.compile(r"\S+\s*")


class Run(msgspec.Struct, frozen=True):
    """Words in sequence that both texts have, or one."""

    kind: str  # same | left | right
    text: str


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """Two texts side by side in reading order."""

    runs: tuple[Run, ...]
    shared: float  # 0..1: words in common, of the words of both
    cut: bool  # a text is longer than MOST words, and compared up to there


def differences(left: str, right: str) -> Differences:
    """`left` and `right` as runs of words; case and the space between words count for nothing."""
    ours, theirs = WORDS.findall(left), WORDS.findall(right)
    cut = max(len(ours), len(theirs)) > MOST
    ours, theirs = ours[:MOST], theirs[:MOST]
    matcher = SequenceMatcher(None, _keys(ours), _keys(theirs), autojunk=False)
    runs = tuple(_runs(matcher, ours, theirs))
    return Differences(runs=runs, shared=matcher.ratio(), cut=cut)


def _keys(words: list[str]) -> list[str]:
    return [word.strip().casefold() for word in words]


def _runs(matcher: SequenceMatcher[str], ours: list[str], theirs: list[str]) -> Iterator[Run]:
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Run("same", "".join(theirs[j1:j2]))
            continue
        if i1 < i2:
            yield Run("left", "".join(ours[i1:i2]))
        if j1 < j2:
            yield Run("right", "".join(theirs[j1:j2]))
