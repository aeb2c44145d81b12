"""What the members of a story differ on, and which figures rose: who says what, in which words. Pure.

A copy never speaks for itself: one that says what its original says is listed beside it, another is not
heard, and spun text is not heard at all. A family says what it said last. Rather no disagreement than a wrong
one: texts that are days apart, or that name days far from each other, are not compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from msgspec import structs

from schemas.records import Disagreement, Saying, StatedValue
from services.linker.sayings import Claim
from services.tolls import ENDLESS

KINDS = ("killed", "executed", "wounded", "day", "blamed")
COUNTED = frozenset(("killed", "executed", "wounded"))
LOOKED = 32  # newest members of a story that are heard
APART = 3 * 86400.0  # seconds between two publications that are compared, at most
DAYS_APART = 2  # days between two that are named for one event, at most: beyond, it is not one
VALUES = 6  # answers that are listed, at most
SAYINGS = 4  # pages that are quoted for an answer, at most


@dataclass(frozen=True, slots=True)
class Voice:
    """A member that speaks: what it claims, for whom and when."""

    page_id: str
    family: str
    claims: tuple[Claim, ...]
    since: float | None  # seconds since 1970 from which it may have been published, if known
    until: float | None  # the same from which another is later
    of: str | None = None  # the original that it repeats


@dataclass(frozen=True, slots=True)
class Differences:
    """What is told differently, and what was told anew."""

    disagreements: tuple[Disagreement, ...] = ()
    updates: tuple[Disagreement, ...] = ()


SAME = Differences()


@dataclass(slots=True)
class _Answer:
    """One family's word on one question."""

    voice: Voice
    claims: tuple[Claim, ...]
    days: tuple[Claim, ...]
    pages: list[tuple[Voice, Claim]] = field(default_factory=list)

    @property
    def value(self) -> str:
        return ", ".join(claim.value for claim in self.claims)

    @property
    def meaning(self) -> tuple[tuple[str, int, int], ...]:
        return _meaning(self.claims)


def _meaning(claims: Iterable[Claim]) -> tuple[tuple[str, int, int], ...]:
    """What is claimed, whatever the words."""
    return tuple((claim.of, claim.low, claim.high) for claim in claims)


def differences(voices: Sequence[Voice]) -> Differences:
    """The disagreements and updates among those who speak in a story, in order of arrival."""
    heard = [voice for voice in voices if voice.claims]
    if len({voice.family for voice in heard}) < 2:
        return Differences()
    told = [(kind, *_pairs(kind, _answers(kind, heard))) for kind in KINDS]
    rose = any(kind == "killed" and later for kind, _, later in told)
    apart = [(kind, _listed(kind, [*pairs, *later])) for kind, pairs, later in told if pairs]
    return Differences(
        tuple(each for kind, each in apart if not (rose and kind == "wounded")),
        tuple(_listed(kind, later) for kind, pairs, later in told if later and not pairs),
    )


def _answers(kind: str, voices: Sequence[Voice]) -> list[_Answer]:
    """What each family says last, with the pages that say the same."""
    here = {voice.page_id for voice in voices}
    stated = [(voice, _of_kind(kind, voice)) for voice in voices]
    newest: dict[str, _Answer] = {}
    for voice, claims in stated:
        before = newest.get(voice.family)
        if claims and voice.of not in here and not (before and _precedes(voice, before.voice)):
            newest[voice.family] = _Answer(voice, claims, _of_kind("day", voice))
    for voice, claims in stated:
        answer = newest.get(voice.family)
        if answer is not None and claims and _meaning(claims) == answer.meaning:
            answer.pages.append((voice, claims[0]))
    return list(newest.values())


def _of_kind(kind: str, voice: Voice) -> tuple[Claim, ...]:
    return tuple(claim for claim in voice.claims if claim.kind == kind)


def _pairs(
    kind: str, answers: Sequence[_Answer]
) -> tuple[list[tuple[_Answer, _Answer]], list[tuple[_Answer, _Answer]]]:
    """Who contradicts whom, and whose figure another's later one takes the place of."""
    apart: list[tuple[_Answer, _Answer]] = []
    later: list[tuple[_Answer, _Answer]] = []
    for one, other in combinations(answers, 2):
        if one.claims == other.claims or _agree(kind, one.claims, other.claims):
            continue
        if not _comparable(one, other):
            continue
        (later if kind in COUNTED and _is_update(one, other) else apart).append((one, other))
    return apart, later


def _comparable(one: _Answer, other: _Answer) -> bool:
    """Whether both may tell of one event: published near each other, and on days near each other."""
    since, than = one.voice.since, other.voice.since
    if since is not None and than is not None and abs(since - than) > APART:
        return False
    return all(a.of != b.of or _gap(a, b) <= DAYS_APART for a in one.days for b in other.days)


def _gap(one: Claim, other: Claim) -> int:
    return max(one.low - other.high, other.low - one.high, 0)


def _agree(kind: str, ones: Sequence[Claim], others: Sequence[Claim]) -> bool:
    """Whether both can be true."""
    if kind == "blamed":
        return bool({claim.of for claim in ones} & {claim.of for claim in others})
    one, other = ones[0], others[0]
    if kind == "day":
        return one.of != other.of or _gap(one, other) == 0
    if one.of != other.of:  # of some group there are as many, of people at least
        one, other = _at_least(one) if one.of else one, _at_least(other) if other.of else other
    if one.whole != other.whole:
        one, other = one if one.whole else _at_least(one), other if other.whole else _at_least(other)
    return _gap(one, other) == 0


def _at_least(claim: Claim) -> Claim:
    return structs.replace(claim, high=ENDLESS) if claim.high else claim  # nobody is nobody


def _is_update(one: _Answer, other: _Answer) -> bool:
    """Whether the higher figure is the later one, or says itself that it replaces another."""
    low, high = sorted((one, other), key=lambda answer: answer.claims[0].low)
    if _precedes(low.voice, high.voice):
        return True
    late = [answer for answer in (low, high) if answer.claims[0].revises]
    return len(late) == 1 and not _precedes(late[0].voice, (low if late[0] is high else high).voice)


def _precedes(one: Voice, other: Voice) -> bool:
    """Whether `one` was published well before `other`; not, where the times do not tell."""
    return one.until is not None and other.since is not None and one.until <= other.since


def _listed(kind: str, pairs: Iterable[tuple[_Answer, _Answer]]) -> Disagreement:
    """Every answer that stands against another, with those who give it, lowest first, names by letter."""
    given: dict[tuple[tuple[str, int, int], ...], list[_Answer]] = {}
    for answer in {each.voice.family: each for pair in pairs for each in pair}.values():
        given.setdefault(answer.meaning, []).append(answer)
    ranked = sorted(given.values(), key=lambda answers: (*answers[0].meaning[0][1:], answers[0].value))
    return Disagreement(what=kind, values=tuple(map(_value, ranked[:VALUES])))


def _value(answers: Sequence[_Answer]) -> StatedValue:
    pages = [page for answer in answers for page in answer.pages]
    return StatedValue(
        value=answers[0].value,
        page_ids=tuple(voice.page_id for voice, _ in pages),
        families=tuple(answer.voice.family for answer in answers),
        said=tuple(
            Saying(page_id=voice.page_id, family=voice.family, sentence=claim.said)
            for voice, claim in pages[:SAYINGS]
        ),
    )
