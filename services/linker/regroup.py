"""Stories put right after an article joined: two that turned out one merge, one that was two splits. Pure.

Online clustering sees articles in one order only; average link over the few that speak for a story takes that
back. What is looked at is bounded, so an article costs the same in a large window.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from msgspec import structs

from services.linker.events import Member, Profile, StoryState
from services.linker.likeness import Likeness
from services.linker.stories import FULL, THRESHOLD, Placed, united
from services.linker.window import Page, Window

# Sweep over six orders of arrival: docs/decisions/0019-stories.md.
MERGE = THRESHOLD  # mean likeness of all pairs across two stories from which they are one
SPLIT = 0.7 * THRESHOLD  # mean likeness of all pairs across two parts under which they are two
SPEAKERS = 6  # newest originals that speak for a story
CHECKED_AT = frozenset((4, 8, 16, 32))  # originals in a story when it is looked at for two parts
MOVED = 64  # pages that change their story at once, at most: each is published again


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The story that was joined as it is now, the others that changed, and who is in another than before."""

    story: StoryState
    others: tuple[StoryState, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)  # page id: its story now


class _Texts:
    """The profiles at hand, and how like they are."""

    def __init__(self, profile: Profile, window: Window) -> None:
        self._profile = profile
        self._window = window
        self._likeness: dict[str, Likeness] = {}

    def of(self, page_id: str) -> Profile | None:
        """The profile of a page that is here or in the window."""
        if page_id == self._profile.identity.page_id:
            return self._profile
        page: Page | None = self._window.page(page_id)
        return page.profile if page else None

    def originals(self, story: StoryState) -> list[Profile]:
        """The members that are no copy of another member, in order."""
        here = {member.page_id for member in story.members}
        own = (self.of(member.page_id) for member in story.members if member.of not in here)
        return [profile for profile in own if profile is not None]

    def mean(self, ones: Sequence[Profile], others: Sequence[Profile]) -> float:
        """The mean likeness of all pairs."""
        found = [like for one in ones for like in self.like(one, others)]
        return round(sum(found) / len(found), 9) if found else 0.0

    def like(self, one: Profile, others: Sequence[Profile]) -> list[float]:
        """How like `one` each of the others is."""
        page_id = one.identity.page_id
        if page_id not in self._likeness:
            self._likeness[page_id] = Likeness(one)
        return self._likeness[page_id].to(others)


def regrouped(profile: Profile, story: StoryState, placed: Placed, window: Window) -> Regrouped:
    """`story`, which the article just joined, merged with one that it is as like to, or split in two."""
    texts = _Texts(profile, window)
    for rival in _stories(placed.rivals, window):
        speaking = [texts.originals(each)[-SPEAKERS:] for each in (story, rival)]
        if _may_merge(story, rival) and texts.mean(*speaking) >= MERGE:
            return _merged(story, rival)
    originals = texts.originals(story)
    if len(originals) not in CHECKED_AT:
        return Regrouped(story)
    first, second = _two_parts(originals, texts)
    return _split(story, second, texts) if texts.mean(first, second) < SPLIT else Regrouped(story)


def _stories(story_ids: Sequence[str], window: Window) -> Iterator[StoryState]:
    for story_id in story_ids:
        state = window.story(story_id)
        if state is not None:
            yield state


def _may_merge(one: StoryState, other: StoryState) -> bool:
    younger = max(one, other, key=_age)
    return len(younger.members) <= MOVED and len(one.members) + len(other.members) <= FULL


def _age(story: StoryState) -> tuple[object, str]:
    return story.first_at, story.story_id


def _merged(story: StoryState, rival: StoryState) -> Regrouped:
    """Both under the id of the older; the younger says what became of it and is empty."""
    rival = structs.replace(rival, version=rival.version + 1)
    old, young = sorted((story, rival), key=_age)
    whole = structs.replace(
        old,
        members=tuple({member.page_id: member for member in (*old.members, *young.members)}.values()),
        last_at=max(old.last_at, young.last_at),
        title=old.title or young.title,
        countries=united(old.countries, young.countries),
        topics=united(old.topics, young.topics),
        entities=united(old.entities, young.entities),
    )
    gone = StoryState(
        story_id=young.story_id, version=young.version, members=(),
        first_at=young.first_at, last_at=young.last_at, merged_into=old.story_id,
    )  # fmt: skip
    return Regrouped(whole, (gone,), {member.page_id: old.story_id for member in young.members})


def _two_parts(originals: Sequence[Profile], texts: _Texts) -> tuple[list[Profile], list[Profile]]:
    """The last two clusters of average link; the one that has the first of `originals` is the first."""
    size = len(originals)
    like = [[round(found, 9) for found in texts.like(one, originals)] for one in originals]
    parts = [[number] for number in range(size)]
    while len(parts) > 2:
        pairs = ((i, j) for j in range(len(parts)) for i in range(j))
        i, j = max(pairs, key=lambda pair: (_mean(like, parts[pair[0]], parts[pair[1]]), -pair[0], -pair[1]))
        parts[i] += parts.pop(j)
    first, second = sorted(sorted(part) for part in parts)
    return [originals[number] for number in first], [originals[number] for number in second]


def _mean(like: Sequence[Sequence[float]], ones: Sequence[int], others: Sequence[int]) -> float:
    return round(sum(like[i][j] for i in ones for j in others) / (len(ones) * len(others)), 9)


def _split(story: StoryState, leaving: Sequence[Profile], texts: _Texts) -> Regrouped:
    """The story without those who leave and their copies, who begin one of their own."""
    gone = {profile.identity.page_id for profile in leaving}
    while follow := {m.page_id for m in story.members if m.of in gone and m.page_id not in gone}:
        gone |= follow
    members = tuple(member for member in story.members if member.page_id in gone)
    if not members or len(members) > MOVED:
        return Regrouped(story)
    story_id = split_story_id(story, members[0])
    times = [found.identity.fetched_at for m in members if (found := texts.of(m.page_id))]
    begun = structs.replace(
        story, story_id=story_id, version=1, members=members, first_at=min(times), last_at=max(times),
        title=leaving[0].title, title_spun=leaving[0].odd, split_from=story.story_id,
    )  # fmt: skip
    rest = structs.replace(story, members=tuple(m for m in story.members if m.page_id not in gone))
    return Regrouped(rest, (begun,), dict.fromkeys((m.page_id for m in members), story_id))


def split_story_id(story: StoryState, first: Member) -> str:
    """The id of what leaves a story with `first`: no other event of any story makes the same."""
    told = f"{story.story_id} {story.version} {first.page_id}"
    return f"story-{sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
