"""What the events of other pages still hold of a page that is taken down, and these events without it. Pure.

An article that changes the verdict on another puts out that one's record, and its story's, which quotes
members; its event remembers both, to answer a redelivery. Said again after the tombstone they would undo it.
"""

import zlib
from contextlib import suppress

from msgspec import structs

from schemas.codec import decode
from schemas.topics import ARTICLES_ENRICHED, STORIES
from services.linker.events import Event, StoryState, Unreadable, pack, unpack
from services.linker.window import Window, key_of


def scrubbed(page_id: str, window: Window) -> tuple[tuple[int, bytes], ...]:
    """Number and new value of every event of another page that holds words of this one, oldest first.

    Looks through all there is, 50 µs an event: only a takedown asks.
    """
    own = set(window.events_of(page_id))
    events = ((number, kept) for number, kept in window.numbered_events() if number not in own)
    found = ((number, _changed(key_of(number), kept, page_id)) for number, kept in events)
    return tuple((number, pack(event)) for number, event in found if event is not None)


def holds_words(key: str, value: bytes, page_id: str) -> bool:
    """Whether a remembered event holds words of a page: its own, or one that says it again.

    One that cannot be read may.
    """
    if not _names(value, page_id):
        return False
    try:
        event = unpack(key, value)
    except Unreadable:
        return True
    if event.profile.identity.page_id == page_id:
        return not event.canceled
    return _without(event, page_id) != event


def _changed(key: str, value: bytes, page_id: str) -> Event | None:
    """The event of another page without this one; None where there is nothing to change."""
    if not _names(value, page_id):
        return None
    before = unpack(key, value)
    after = _without(before, page_id)
    return None if after == before else after


def _names(value: bytes, page_id: str) -> bool:
    """Quick to say no: the event is not read."""
    with suppress(zlib.error):
        return page_id.encode() in zlib.decompress(value)
    return True


def _without(event: Event, page_id: str) -> Event:
    """The event without the page's own record and verdict, and without stories told with it."""
    own, *amended = event.articles
    return structs.replace(
        event,
        others=tuple(standing for standing in event.others if standing.page_id != page_id),
        articles=(own, *(each for each in amended if decode(ARTICLES_ENRICHED, each).page_id != page_id)),
        stories=tuple(each for each in event.stories if page_id not in decode(STORIES, each).members),
        story=event.story and _untitled(event.story, page_id),
        other_stories=tuple(_untitled(story, page_id) for story in event.other_stories),
    )


def _untitled(story: StoryState, page_id: str) -> StoryState:
    """A state that the takedown made an old one, which nobody reads; its title may be the page's."""
    told = any(member.page_id == page_id for member in story.members)
    return structs.replace(story, title=None) if told else story
