"""Everything the linker knows, in one place: the articles and stories of the last weeks. Pure.

Built by replaying events in order of their keys, and changed only by `apply`. Nothing depends on anything
but the events applied: a window rebuilt from any prefix of them goes on exactly as the first would have.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from services.linker.events import Event, Identity, Profile, Standing, StoryState, remembered_text, unpack
from services.linker.postings import Postings, Shared
from services.linker.shingles import sketch
from services.linker.vectors import Rarity

SPAN = timedelta(days=45)  # an article leaves when one fetched this much later comes in
HELD = 60_000  # articles at most, whatever their dates
MARGINS = 50  # newest articles of a publisher that say what is usual for it
FORGOTTEN_AT_ONCE = 8  # articles that leave at one step, at most
INDEXED = {"word": 40, "name": 24, "figure": 10}  # heaviest terms of an article that find it


@dataclass(frozen=True, slots=True)
class Page:
    """The newest state of a page in the window; `kept` is what its text is read from."""

    number: int
    profile: Profile
    standing: Standing
    kept: bytes


@dataclass(frozen=True, slots=True)
class _Input:
    """One event, by its number: whose it is, and the value that answers a redelivery."""

    identity: Identity
    story_ids: tuple[str, ...]
    kept: bytes


def key_of(number: int) -> str:
    """The memory key of an event: sorts as the number does."""
    return f"{number:012d}"


class Window:
    """Articles, stories and the indexes that find them. `text` reads an article's text from what was kept."""

    def __init__(self, text: Callable[[bytes], str] = remembered_text) -> None:
        self._text = text
        self._inputs: OrderedDict[int, _Input] = OrderedDict()
        self._numbers: dict[Identity, int] = {}
        self._pages: dict[str, Page] = {}
        self._holders: dict[int, str] = {}  # event number: the page whose newest state it holds
        self._stories: dict[str, tuple[int, StoryState]] = {}
        self._sketches = Postings()
        self._terms = Postings()
        self._canceled: dict[str, int] = {}  # page taken down: number of the event that did it
        self._margins: dict[str, dict[int, float]] = {}  # by publisher family, of each event
        self.rarity = Rarity()
        self.next_number = 1

    @classmethod
    def replayed(cls, events: Iterable[tuple[str, bytes]]) -> tuple["Window", list[str]]:
        """The window after these events, and the keys among them that it has since forgotten.

        Raises Unreadable.
        """
        window, keys = cls(), []
        for key, value in events:
            keys.append(key)
            window.apply(int(key), unpack(key, value), value)
        return window, [key for key in keys if int(key) not in window._inputs]

    def __len__(self) -> int:
        return len(self._pages)

    def answered(self, identity: Identity) -> tuple[str, bytes] | None:
        """Key and value of the event that this input made, or None; newest state first if only refetched."""
        number = self._numbers.get(identity)
        if number is None:
            page = self._pages.get(identity.page_id)
            if page is None or not _same_text(page.profile.identity, identity):
                return None
            number = page.number
        return self.kept(number)

    def page(self, page_id: str) -> Page | None:
        """The newest state of a page, or None."""
        return self._pages.get(page_id)

    def story(self, story_id: str) -> StoryState | None:
        """The newest state of a story, or None."""
        held = self._stories.get(story_id)
        return held[1] if held else None

    def taken_down(self, page_id: str) -> tuple[str, bytes] | None:
        """Key and value of the event that took a page down; None for a page that nobody did."""
        number = self._canceled.get(page_id)
        return None if number is None else self.kept(number)

    def kept(self, number: int) -> tuple[str, bytes]:
        """Key and value of an event in the window."""
        return key_of(number), self._inputs[number].kept

    def events_of(self, page_id: str) -> tuple[int, ...]:
        """The numbers of the events of a page, oldest first. Looks through all: only a takedown asks."""
        return tuple(number for number, held in self._inputs.items() if held.identity.page_id == page_id)

    def numbered_events(self) -> tuple[tuple[int, bytes], ...]:
        """Number and value of every event, oldest first."""
        return tuple((number, held.kept) for number, held in self._inputs.items())

    def rewrite(self, number: int, kept: bytes) -> None:
        """Hold this value of an event, which differs in nothing that the window knows."""
        self._inputs[number] = replace(self._inputs[number], kept=kept)
        if number in self._holders:
            page = self._pages[self._holders[number]]
            self._pages[self._holders[number]] = replace(page, kept=kept)

    def story_of(self, page_id: str) -> StoryState | None:
        """The story that counts a page among its members; it may outlive the page. Looks through all, too."""
        members = (
            story
            for _, story in self._stories.values()
            if any(member.page_id == page_id for member in story.members)
        )
        return min(members, key=lambda story: story.story_id, default=None)

    def stories_in(self, numbers: Iterable[int]) -> list[StoryState]:
        """The stories whose newest state these events hold."""
        held = (story_id for number in numbers for story_id in self._inputs[number].story_ids)
        found = (self._stories.get(story_id) for story_id in dict.fromkeys(held))
        wanted = set(numbers)
        return [each[1] for each in found if each is not None and each[0] in wanted]

    def text(self, page: Page) -> str:
        """The text of an article in the window."""
        return self._text(page.kept)

    def numbered(self, number: int) -> Page:
        """The page whose newest state this event holds."""
        return self._pages[self._holders[number]]

    def sharing_shingles(self, hashes: Sequence[int]) -> Shared:
        """The newest articles that have any of these in their sketch, and how many."""
        return self._sketches.weighed(hashes, [1.0] * len(hashes))

    def sharing_terms(self, terms: Iterable[int], weights: Sequence[float]) -> Shared:
        """The newest articles that have any of these among their heaviest, and what these weigh together."""
        return self._terms.weighed(terms, weights)

    def margins(self, family: str) -> Sequence[float]:
        """How odd the newest articles of a publisher's pages are (logits), oldest first."""
        newest = islice(reversed(self._margins.get(family, {}).values()), MARGINS)
        return tuple(newest)[::-1]

    def leaving(self, now: datetime) -> tuple[str, ...]:
        """Keys to forget when an article fetched at `now` has come in: the oldest, a few at a time."""
        crowd = max(0, len(self._inputs) + 1 - HELD)
        keys: list[str] = []
        for place, (number, held) in enumerate(self._inputs.items()):
            if place >= FORGOTTEN_AT_ONCE or (place >= crowd and now - held.identity.fetched_at <= SPAN):
                break
            keys.append(key_of(number))
        return tuple(keys)

    def apply(self, number: int, event: Event, kept: bytes) -> None:
        """Take in an event, the newest so far."""
        identity = event.profile.identity
        stories = [story for story in (event.story, *event.other_stories) if story is not None]
        self._inputs[number] = _Input(identity, tuple(each.story_id for each in stories), kept)
        self._numbers[identity] = number
        if event.canceled:
            self._cancel(identity.page_id, number)
        else:
            self._enter(Page(number, event.profile, event.standing, kept))
        for standing in event.others:
            self._restate(standing)
        for story in stories:
            self._stories[story.story_id] = (number, story)
        for key in event.forgotten:
            self._forget(int(key))
        self.next_number = number + 1

    def _enter(self, page: Page) -> None:
        before = self._pages.get(page.profile.identity.page_id)
        if before is not None:
            self._leave(before)
        self._pages[page.profile.identity.page_id] = page
        self._holders[page.number] = page.profile.identity.page_id
        self._sketches.add(sketch(page.profile.shingles), page.number)
        self._terms.add(_indexed(page.profile), page.number)
        self.rarity.add(_all_terms(page.profile))
        self._margins.setdefault(page.profile.family, {})[page.number] = page.profile.margin

    def _cancel(self, page_id: str, number: int) -> None:
        page = self._pages.get(page_id)
        if page is not None:
            self._leave(page)
        self._canceled[page_id] = number

    def _leave(self, page: Page) -> None:
        del self._pages[page.profile.identity.page_id], self._holders[page.number]
        self._sketches.drop(sketch(page.profile.shingles), page.number)
        self._terms.drop(_indexed(page.profile), page.number)
        self.rarity.drop(_all_terms(page.profile))
        of_family = self._margins[page.profile.family]
        del of_family[page.number]
        if not of_family:
            del self._margins[page.profile.family]

    def _restate(self, standing: Standing) -> None:
        page = self._pages.get(standing.page_id)
        if page is not None:
            self._pages[standing.page_id] = Page(page.number, page.profile, standing, page.kept)

    def _forget(self, number: int) -> None:
        held = self._inputs.pop(number, None)
        if held is None:
            return
        if self._canceled.get(held.identity.page_id) == number:
            del self._canceled[held.identity.page_id]
        if self._numbers.get(held.identity) == number:
            del self._numbers[held.identity]
        if number in self._holders:
            self._leave(self._pages[self._holders[number]])
        for story_id in held.story_ids:
            story = self._stories.get(story_id)
            if story is not None and story[0] == number:
                del self._stories[story_id]


def _same_text(one: Identity, other: Identity) -> bool:
    return (one.digest, one.rules) == (other.digest, other.rules)


def _indexed(profile: Profile) -> list[int]:
    vectors = profile.vectors
    return sorted(
        {term for kind, count in INDEXED.items() for term in getattr(vectors, kind).heaviest(count)}
    )


def _all_terms(profile: Profile) -> list[int]:
    return [term for kind in INDEXED for term in getattr(profile.vectors, kind).heaviest(1 << 30)]
