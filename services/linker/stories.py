"""Stories: which event an article tells, one article at a time. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from schemas.records import Story
from services.linker.disagreements import SAME, Differences
from services.linker.events import Member, Profile, StoryState
from services.linker.independence import families
from services.linker.likeness import WEIGHTS, Likeness
from services.linker.reading import Reading
from services.linker.vectors import Vectors
from services.linker.window import INDEXED, Page, Window

THRESHOLD = 0.23
COMPARED = 40  # candidates compared in full, at most
NEAREST = 2  # members whose likeness is averaged
RIVALS = 3  # other stories that are looked at for a merger, at most
FULL = 2000  # members after which a story takes no more: the record must stay under its topic's limit
LISTED = 24  # topics and entities that a story lists, at most


@dataclass(frozen=True, slots=True)
class Placed:
    """The story chosen, and how like it the article is."""

    story_id: str
    score: float
    rivals: tuple[str, ...] = ()  # stories that it is like enough too, likest first


def new_story_id(page_id: str) -> str:
    """The id of a story that begins with this page; the same for ever."""
    return f"story-{sha256(page_id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def candidates(vectors: Vectors, window: Window) -> list[Page]:
    """The articles that share the most of the heaviest terms."""
    terms: list[int] = []
    weights: list[float] = []
    for kind, count in INDEXED.items():
        vector = getattr(vectors, kind)
        terms += vector.heaviest(count)
        weights += [WEIGHTS[kind] * weight for weight in vector.heaviest_weights(count)]
    numbers, shared = window.sharing_terms(terms, weights)
    most = _most(shared, COMPARED)
    pages = [(-round(float(shared[at]), 9), window.numbered(int(numbers[at]))) for at in most]
    pages.sort(key=lambda each: (each[0], each[1].standing.page_id))
    return [page for _, page in pages[:COMPARED]]


def _most(shared: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """The places of the largest, `count` of them and those that are as large once rounded."""
    if len(shared) <= count:
        return np.arange(len(shared))
    return np.flatnonzero(shared >= np.partition(shared, -count)[-count] - 1e-8)


def place(profile: Profile, window: Window) -> Placed:
    """The story that is most like this article, or a new one that it begins."""
    likes: dict[str, list[float]] = defaultdict(list)
    near_by = candidates(profile.vectors, window)
    alike = Likeness(profile).to([page.profile for page in near_by])
    for page, like in zip(near_by, alike, strict=True):
        likes[page.standing.story_id].append(like)
    best = Placed(new_story_id(profile.identity.page_id), 1.0)
    scored = sorted(((_score(found), story_id) for story_id, found in likes.items()), reverse=True)
    near = [(score, story_id) for score, story_id in scored if score >= THRESHOLD]
    for score, story_id in near:
        if not is_full(window.story(story_id)):
            rivals = tuple(other for _, other in near if other != story_id)
            return Placed(story_id, round(min(1.0, score), 4), rivals[:RIVALS])
    return best


def _score(found: Iterable[float]) -> float:
    """The mean of the nearest few members: one look-alike alone does not pull an article in."""
    nearest = sorted(found, reverse=True)[:NEAREST]
    return round(sum(nearest) / len(nearest), 9)


def is_full(story: StoryState | None) -> bool:
    """Whether a story takes no more members."""
    return story is not None and len(story.members) >= FULL


def joined(
    story: StoryState | None, placed: Placed, reading: Reading, members: tuple[Member, ...], *, spun: bool
) -> StoryState:
    """The story with this article in it; `members` is who belongs to it now, `spun` what it is."""
    when = reading.identity.fetched_at
    before = story or StoryState(story_id=placed.story_id, version=0, members=(), first_at=when, last_at=when)
    renamed = reading.title is not None and (before.title is None or (before.title_spun and not spun))
    return StoryState(
        story_id=placed.story_id,
        version=before.version + 1,
        members=members,
        first_at=min(before.first_at, when),
        last_at=max(before.last_at, when),
        title=reading.title if renamed else before.title,
        title_spun=spun if renamed else before.title_spun,
        countries=united(before.countries, reading.countries),
        topics=united(before.topics, reading.topics),
        entities=united(before.entities, reading.entities),
        split_from=before.split_from,
    )


def united(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Both without repeats, in order of appearance, at most LISTED."""
    return tuple(dict.fromkeys((*before, *more)))[:LISTED]


def story_record(state: StoryState, differences: Differences = SAME) -> Story:
    """The public record of a story, with what its members differ on."""
    found = families(state.members)
    return Story(
        story_id=state.story_id,
        version=state.version,
        title=state.title,
        first_at=state.first_at,
        last_at=state.last_at,
        members=tuple(member.page_id for member in state.members),
        independent_sources=len(found),
        families=found,
        countries=state.countries,
        topics=state.topics,
        entities=state.entities,
        disagreements=differences.disagreements,
        updates=differences.updates,
        merged_into=state.merged_into,
        split_from=state.split_from,
    )
