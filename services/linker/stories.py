"""Stories: which event an article tells, one article at a time. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from schemas.records import Story
from services.linker.disagreements import SAME, Differences
from services.linker.events import Member, Profile, StoryState
from services.linker.independence import families
from services.linker.reading import Reading
from services.linker.sentences import cosine as sentence_cosine
from services.linker.sentences import opened
from services.linker.told_days import days_apart
from services.linker.vectors import Vectors, cosine
from services.linker.window import INDEXED, Page, Window

# Chosen on the development sets (score_link.py --dev --set ecb,leads): threshold .20 to .245, lead 180 to 220
# words and nearest 2 or 3 all lie on one plateau.
WEIGHTS: Mapping[str, float] = {"word": 0.65, "name": 0.27, "figure": 0.08}
# The same where both have a vector of what they say. Smaller, so that one threshold does for both: any two
# texts of a beat say something alike.
SAID: Mapping[str, float] = {"word": 0.28, "name": 0.14, "figure": 0.07, "sentence": 0.21}
THRESHOLD = 0.23
COMPARED = 40  # candidates compared in full, at most
NEAREST = 2  # members whose likeness is averaged
RIVALS = 3  # other stories that are looked at for a merger, at most
FULL = 2000  # members after which a story takes no more: the record must stay under its topic's limit
LISTED = 24  # topics and entities that a story lists, at most
DATE_FREE = 3.0  # days between two dates that cost nothing
DATE_SPAN = 30.0  # days over which the likeness falls to FAR
FAR = 0.6  # what is left of a likeness at DATE_SPAN and beyond, by the days of publication
FAR_TOLD = 0.8  # the same by days that the texts name: these may be of what went before


@dataclass(frozen=True, slots=True)
class Placed:
    """The story chosen, and how like it the article is."""

    story_id: str
    score: float
    rivals: tuple[str, ...] = ()  # stories that it is like enough too, likest first


def new_story_id(page_id: str) -> str:
    """The id of a story that begins with this page; the same for ever."""
    return f"story-{sha256(page_id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def date_factor(one: Profile, other: Profile) -> float:
    """What the days leave of a likeness: all where they are near or unknown, at the least FAR.

    A soft prior, as printed dates can be wrong and texts name the days of what went before.
    """
    told = days_apart(one.days, other.days)
    printed = one.published is not None and other.published is not None
    apart = abs((one.published or 0.0) - (other.published or 0.0)) / 86400 if printed else 0.0
    return min(_left(apart, FAR), _left(told or 0, FAR_TOLD))


def _left(apart: float, far: float) -> float:
    """1 for DATE_FREE days, falling to `far`."""
    return 1.0 - (1.0 - far) * min(1.0, max(0.0, (apart - DATE_FREE) / (DATE_SPAN - DATE_FREE)))


class Likeness:
    """How like an article others are; its vectors are laid open once."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._weights = {kind: getattr(profile.vectors, kind).weight_of() for kind in WEIGHTS}
        self._sentence = opened(profile.sentence)

    def __call__(self, other: Profile) -> float:
        """From 0 to 1."""
        said = bool(self._profile.sentence and other.sentence)
        shares = SAID if said else WEIGHTS
        found = sum(
            shares[kind] * cosine(self._weights[kind], getattr(other.vectors, kind)) for kind in WEIGHTS
        )
        if said:
            found += shares["sentence"] * sentence_cosine(self._sentence, opened(other.sentence))
        return found * date_factor(self._profile, other)


def candidates(vectors: Vectors, window: Window) -> list[Page]:
    """The articles that share the most of the heaviest terms."""
    found: dict[str, float] = defaultdict(float)
    for kind, count in INDEXED.items():
        vector = getattr(vectors, kind)
        weights = vector.weight_of()
        for term in vector.heaviest(count):
            for page in window.sharing_terms(term):
                found[page.standing.page_id] += WEIGHTS[kind] * weights[term]
    ranked = sorted(found, key=lambda page_id: (-round(found[page_id], 9), page_id))
    pages = (window.page(page_id) for page_id in ranked[:COMPARED])
    return [page for page in pages if page is not None]


def place(profile: Profile, window: Window) -> Placed:
    """The story that is most like this article, or a new one that it begins."""
    likeness = Likeness(profile)
    likes: dict[str, list[float]] = defaultdict(list)
    for page in candidates(profile.vectors, window):
        likes[page.standing.story_id].append(likeness(page.profile))
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
