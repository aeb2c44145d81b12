"""What the linker remembers: one event an input, which holds all that the input changed. Pure.

The window is nothing but its events, replayed. So an event carries what was computed (vectors, verdicts, the
state of the story), never only what it was computed from.
"""

import zlib
from datetime import datetime
from typing import Any

import msgspec

from schemas.records import Copy, Credit, Part, Repair, Revision
from services.linker.sayings import Claim
from services.linker.told_days import Day
from services.linker.vectors import NO_VECTORS, Vectors


class Unreadable(ValueError):
    """A remembered value is not an event; the message names its key and says what to do."""


class Identity(Part, frozen=True):
    """Which input this was: the same page, text, fetch and rules make the same input."""

    page_id: str
    digest: str  # of title and text
    rules: str  # of the stamps it came with: newer rules judge again
    fetched_at: datetime


class Profile(Part, frozen=True):
    """What is kept of an article to compare others with."""

    identity: Identity
    since: datetime  # first fetch of the page, whichever text it had then
    title: str | None
    published: float | None  # seconds since 1970; None when unknown or a guess (confidence under .5)
    precise: bool  # published to the minute or second, not only the day
    family: str  # who owns the publisher
    publisher: str | None  # its name, where known
    odd: bool  # spun, told by the text alone: nobody's original
    margin: float  # logits over the line of suspicion, before what its source is forgiven
    forgiven: float  # logits, for what is usual for its source
    credit: Credit | None  # who is said to have published it first
    credited: str | None  # the family of that publisher
    shingles: bytes
    vectors: Vectors
    days: tuple[Day, ...] = ()  # that the text names first
    sentence: bytes = b""  # what it says, see sentences.py; empty where no model ran
    claims: tuple[Claim, ...] = ()  # what it says of the event, see claims.py


class Standing(Part, frozen=True):
    """What was decided about an article, as of its newest version."""

    page_id: str
    story_id: str
    score: float  # of the story link
    copy: Copy
    version: int
    revision: Revision
    repairs: tuple[Repair, ...] | None = None  # None: as the record was first published


class Member(Part, frozen=True):
    """A member of a story, as far as counting voices needs it."""

    page_id: str
    family: str
    of: str | None = None
    of_family: str | None = None


class StoryState(Part, frozen=True):
    """A story after an event; the newest event of a story holds all of it."""

    story_id: str
    version: int
    members: tuple[Member, ...]
    first_at: datetime
    last_at: datetime
    title: str | None = None
    title_spun: bool = False  # the title is a spun copy's: the next one that is not takes its place
    countries: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    merged_into: str | None = None  # the story that took its members
    split_from: str | None = None  # the story that its members left


class Event(Part, frozen=True):
    """One input and everything it changed."""

    profile: Profile
    standing: Standing
    story: StoryState | None  # None: of a page that was taken down when it was known no more
    others: tuple[Standing, ...] = ()  # articles whose own verdict it changed
    articles: tuple[bytes, ...] = ()  # enriched records put out, as JSON; its own first
    stories: tuple[bytes, ...] = ()  # story records put out, as JSON
    other_stories: tuple[StoryState, ...] = ()  # that merged or split with it
    forgotten: tuple[str, ...] = ()  # keys that left the window after it
    canceled: bool = False  # the page was taken down: its profile is blank


def blank(identity: Identity) -> Profile:
    """The profile of a page of which nothing may be kept."""
    return Profile(
        identity=identity, since=identity.fetched_at, title=None, published=None, precise=False, family="",
        publisher=None, odd=False, margin=0.0, forgiven=0.0, credit=None, credited=None, shingles=b"",
        vectors=NO_VECTORS, days=(),
    )  # fmt: skip


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Event)


def pack(event: Event) -> bytes:
    """The event as remembered: MessagePack, deflated. The same event always gives the same bytes."""
    return zlib.compress(_ENCODER.encode(event), 6)


def unpack(key: str, value: bytes) -> Event:
    """The event in `value`. Raises Unreadable."""
    try:
        return _DECODER.decode(zlib.decompress(value))
    except (zlib.error, msgspec.DecodeError) as exc:
        raise Unreadable(
            f"the linker's memory has no event under {key} ({exc}): it was written by another version; "
            "remove it (memory.db in SIRWAN_HOME, or the topic linker.memory.v1) to begin anew"
        ) from exc


class _Readable(msgspec.Struct):
    """As much of a remembered record as alignment needs."""

    text: str
    title: str | None = None


_READABLE: Any = msgspec.json.Decoder(_Readable)


def remembered_text(value: bytes) -> str:
    """The text of the article that an event was about."""
    text: str = _READABLE.decode(unpack("an article", value).articles[0]).text
    return text
