"""Every record on every topic: frozen structs, one object a record, flat JSON.

An article grows: each record is the one before plus its own part (struct inheritance), so every
field is written once. Rules of change (docs/decisions/0003): only optional fields are ever added;
nothing is renamed, retyped or turned from free text into an enumeration. Labels and status values
may grow, so they are plain strings here and their known values are listed in the docstring.

Times are RFC 3339 in UTC. Character offsets count Unicode code points, end exclusive.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, field

Timestamp = Annotated[datetime, Meta(tz=True)]
"""An instant; always with a zone."""

PageId = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]
"""SHA-256 of the canonical URL, 64 lower-case hex digits."""


Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]
"""A SHA-256, 64 lower-case hex digits; never a path."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a record; unknown fields of a newer producer are ignored."""


class Record(Part, frozen=True, kw_only=True):
    """A whole message value."""


# --- where things come from ---------------------------------------------------------------------


class Feed(Part, frozen=True, kw_only=True):
    """One list of pages that a source publishes."""

    url: str
    kind: str  # feed | sitemap | section
    other_sites: bool = False  # a sitemap may name pages of other sites than its own and the homepage's


class Source(Record, frozen=True, kw_only=True):
    """A publisher we read. Key: `id`."""

    id: str  # kebab-case, stable
    name: str
    homepage: str
    feeds: tuple[Feed, ...] = ()  # none: we know it and do not read it, or no longer
    country: str | None = None  # ISO 3166-1 alpha-2
    languages: tuple[str, ...] = ()  # BCP 47
    family: str | None = None  # who owns it; two sources of one family are one voice
    kind: str = (
        "unknown"  # wire | newspaper | broadcaster | state-media | aggregator | blog | think-tank | unknown
    )
    state_media: bool = False  # a government or a body of the state decides what it says, whatever its kind
    poll_floor: float = 300.0  # seconds between two polls of a feed, at least
    poll_ceiling: float = 21600.0  # seconds, at most
    prefilter: bool = (
        False  # pages are not asked for of which a list says something, and nothing of Iraq or Iran
    )
    notes: str = ""


class Discovered(Part, frozen=True, kw_only=True):
    """How a page came to our notice, in the words of the list that named it."""

    source_id: str | None = None
    feed_url: str | None = None
    via: str  # rss | atom | json-feed | news-sitemap | sitemap | section | file | request
    title: str | None = None
    published: str | None = None  # as the list prints it
    summary: str | None = None


class FetchRequest(Record, frozen=True, kw_only=True):
    """Please fetch this page. Key: registered domain of the host."""

    url: str
    canonical_url: str
    page_id: PageId
    lane: str  # live | backfill | revisit | redrive; takedown: the page is not to be asked for any more
    discovered: Discovered
    requested_at: Timestamp
    not_before: Timestamp | None = None
    attempt: int = 1
    visit: int = 0  # of a page that was read before: 1 for the first time that it is read again
    etag: str | None = None  # a visit asks with what the page stated when it was last read whole
    last_modified: str | None = None  # the same, as the header printed it
    body_sha256: Sha256 | None = None  # of the body it had then; the same body again is no news
    first_fetched_at: Timestamp | None = None  # when it was first read; null at that time itself


class Robots(Part, frozen=True, kw_only=True):
    """What robots.txt says of this URL (RFC 9309)."""

    verdict: str  # allowed | disallowed | not-asked
    rule: str | None = None  # the line that decided
    crawl_delay: float | None = None  # seconds


class RightsSignal(Part, frozen=True, kw_only=True):
    """One statement of the publisher about reuse, as found."""

    name: str  # noindex | noarchive | noai | tdm-reservation | content-usage …
    value: str
    where: str  # header | meta | robots.txt | tdmrep.json


class Rights(Part, frozen=True, kw_only=True):
    """All reuse signals of a page and what they add up to."""

    signals: tuple[RightsSignal, ...] = ()
    verdict: str = "none-stated"  # none-stated | reserved | no-archive


class Blob(Part, frozen=True, kw_only=True):
    """A body kept outside the message (claim check)."""

    sha256: Sha256
    bytes: int


class RawPage(Record, frozen=True, kw_only=True):
    """One fetched page, nothing removed. Key: `page_id`. MessagePack, as the body is bytes."""

    page_id: PageId
    url: str  # final, after redirects
    requested_url: str
    redirects: tuple[str, ...] = ()
    canonical_url: str
    status: int  # HTTP; 200 for a local file
    headers: dict[str, str] = {}  # chosen ones, lower-case names
    content_type: str | None = None  # media type without parameters
    charset: str | None = None  # as the header declares it; often wrong
    body: bytes | None = None
    blob: Blob | None = None  # instead of body when it is over the claim-check limit
    body_sha256: str
    truncated: bool = False
    fetched_at: Timestamp
    robots: Robots
    rights: Rights
    discovered: Discovered
    lane: str
    first_fetched_at: Timestamp | None = None  # of a page read again (lane revisit): when it was first read


# --- the article, growing -----------------------------------------------------------------------


class Stamp(Part, frozen=True, kw_only=True):
    """Who said so: a component, its version and the digest of its rules or model."""

    component: str  # extractor.html, classifier.relevance …
    version: str
    digest: str  # first 16 hex digits of SHA-256


class DateCandidate(Part, frozen=True, kw_only=True):
    """One reading of a publication date."""

    value: str  # ISO 8601: a date, or a date and time with a zone where known
    precision: str  # day | minute | second
    # of a date printed in another calendar that one after a colon, visible-line:jalali; else one of
    # json-ld|meta|microdata|time-element|visible-line|script|url|feed|sitemap|modified|last-modified
    source: str
    confidence: float  # 0..1
    # why this is no day of publication, in `dates_refused` only:
    # future | unset-clock | before-web | page-clock | relative | unreadable
    refused: str | None = None


class Published(DateCandidate, frozen=True, kw_only=True):
    """The reading chosen, and those that were not."""

    alternatives: tuple[DateCandidate, ...] = ()


class FieldEvidence(Part, frozen=True, kw_only=True):
    """Where the value of a field was read, what agrees with it and what else was said."""

    field: str  # title | byline | site_name | section | image | canonical_url | language
    source: str  # h1 | og:title | json-ld | meta | link | class | visible-line | text | address …
    confidence: float  # 0..1
    supported_by: tuple[str, ...] = ()  # other sources that say the same
    alternatives: tuple[str, ...] = ()  # values that other sources have instead


class Credit(Part, frozen=True, kw_only=True):
    """One statement of who made or first published the text."""

    # author | role | contributor | contact | agency | reprint-of | source | copyright | editor | translator
    kind: str
    name: str
    text: str  # the sentence or line that says so


class Access(Part, frozen=True, kw_only=True):
    """Whether the whole text is there."""

    verdict: str  # full | truncated | paywalled
    evidence: tuple[str, ...] = ()


class Quality(Part, frozen=True, kw_only=True):
    """How much text, and how sure the extractor is that it is the article's."""

    chars: int
    words: int
    score: float  # 0..1
    confidence: float | None = None  # 0..1, of the block model in what it thinks of the page; None: not asked
    text_from: str | None = None  # blocks | json-ld | trafilatura-fast | trafilatura | lines


class Change(Part, frozen=True, kw_only=True):
    """One paragraph or field that differs from the revision before."""

    what: str  # title | paragraph | status
    before: str | None = None
    after: str | None = None


class Revision(Part, frozen=True, kw_only=True):
    """Which state of the page this is. The extractor knows the digest, the linker the rest."""

    digest: str  # first 16 hex digits of SHA-256 over title and text
    number: int | None = None  # 1, 2, … ; null until the linker has counted
    kind: str | None = None  # new | headline | text | correction | retraction
    changes: tuple[Change, ...] = ()


class Article(Record, frozen=True, kw_only=True):
    """The readable part of a page. Key: `page_id`. Text: NFC, one blank line between paragraphs."""

    page_id: PageId
    revision: Revision
    url: str
    canonical_url: str
    source_id: str | None = None
    title: str | None = None
    text: str
    language: str | None = None  # BCP 47, of the text
    published: Published | None = None
    modified: str | None = None  # ISO 8601
    byline: tuple[str, ...] = ()  # people only; roles and user names are credits
    site_name: str | None = None
    section: str | None = None
    image: str | None = None  # absolute URL
    credits: tuple[Credit, ...] = ()
    access: Access
    quality: Quality
    rights: Rights
    discovered: Discovered
    lane: str
    fetched_at: Timestamp
    first_fetched_at: Timestamp | None = None  # of a page read again (lane revisit): when it was first read
    stamps: tuple[Stamp, ...] = ()
    evidence: tuple[FieldEvidence, ...] = ()  # of fields that have no place for it of their own
    dates_refused: tuple[
        DateCandidate, ...
    ] = ()  # what the page states as its day and cannot be; see `refused`


class Span(Part, frozen=True, kw_only=True):
    """A piece of the article that is evidence: `text == source[start:end]`, in code points."""

    start: int
    end: int
    text: str
    in_: str = field(name="in")  # text | title
    rule: str | None = None  # id of the rule that matched


class CountryRelevance(Part, frozen=True, kw_only=True):
    """How much an article is about one country."""

    grade: int  # 0 none or passing, 1 secondary, 2 primary
    score: float
    evidence: tuple[Span, ...] = ()
    against: tuple[Span, ...] = ()


class TopicLabel(Part, frozen=True, kw_only=True):
    """One label of services/classifier/data/labels.toml."""

    id: str
    name: str
    medtop: str | None = None  # IPTC Media Topic code
    score: float
    evidence: tuple[Span, ...] = ()


class Entity(Part, frozen=True, kw_only=True):
    """Somebody or something named; `id` is stable (`person:mustafa_al_kadhimi`)."""

    id: str
    name: str
    type: str  # person | organisation | place | unknown
    wikidata: str | None = None
    mentions: tuple[Span, ...] = ()


class Place(Part, frozen=True, kw_only=True):
    """A named place with coordinates (WGS 84, degrees)."""

    id: str
    name: str
    country: str | None = None  # ISO 3166-1 alpha-2
    lat: float
    lon: float
    mentions: tuple[Span, ...] = ()


class Weighed(Part, frozen=True, kw_only=True):
    """A number between 0 and 1 and the sentence that justifies it."""

    score: float
    because: str


class EventHint(Part, frozen=True, kw_only=True):
    """What the front of an article says that somebody did: a hint by rule, without actor and target."""

    plover: str  # PLOVER event code: AGREE, CONSULT, …, ASSAULT
    quad: str  # verbal-cooperation | material-cooperation | verbal-conflict | material-conflict
    evidence: tuple[Span, ...] = ()


class ClassifiedArticle(Article, frozen=True, kw_only=True):
    """An article and what it is about. Irrelevant ones too, with the reason."""

    relevance: dict[str, CountryRelevance]  # by ISO 3166-1 alpha-2: IQ, IR
    relevant: bool
    because: str  # one sentence
    topics: tuple[TopicLabel, ...] = ()  # over threshold, best first
    entities: tuple[Entity, ...] = ()
    places: tuple[Place, ...] = ()
    genre: str  # news | analysis | opinion | reprint-notice | live | roundup
    importance: Weighed
    credibility: Weighed
    event_hints: tuple[EventHint, ...] = ()  # the most spoken of first
    # usable | withheld | canceled. The linker says withheld; who takes a page down publishes canceled on
    # articles.classified: page_id, addresses and why (`because`) count, and no text
    status: str = "usable"


class StoryLink(Part, frozen=True, kw_only=True):
    """Which story an article belongs to, and how surely."""

    id: str
    score: float  # 0..1; 1 for the first member


class CopyEvidence(Part, frozen=True, kw_only=True):
    """One reason for a copy verdict."""

    kind: str  # shingles | credit | odd-pair | swap
    text: str
    score: float | None = None


class Copy(Part, frozen=True, kw_only=True):
    """Where the text comes from."""

    verdict: str  # original | reprint | edited | spun
    score: float  # rises with the likelihood of spinning, 0..1
    of: str | None = None  # page_id of an earlier article, if we have it
    of_publisher: str | None = None
    evidence: tuple[CopyEvidence, ...] = ()


class Corroboration(Part, frozen=True, kw_only=True):
    """How many independent voices carry the story, as of publication."""

    independent_sources: int
    families: tuple[str, ...] = ()


class Repair(Part, frozen=True, kw_only=True):
    """A name that was probably spun, beside what it probably was. The text is never changed."""

    mention: Span
    from_: str = field(name="from")
    to: str
    confidence: float
    because: str


class EnrichedArticle(ClassifiedArticle, frozen=True, kw_only=True):
    """The public record. `version` rises by one each time a page is published again; the highest wins."""

    story: StoryLink
    copy_: Copy = field(name="copy")
    corroboration: Corroboration
    repairs: tuple[Repair, ...] = ()
    version: int


class Saying(Part, frozen=True, kw_only=True):
    """Who says something, and in which words."""

    page_id: PageId
    family: str  # whose voice it is: a reprint speaks for its original
    sentence: Span


class StatedValue(Part, frozen=True, kw_only=True):
    """One answer to a question, and the pages that give it."""

    value: str
    page_ids: tuple[PageId, ...]
    families: tuple[str, ...] = ()  # the voices, each once
    said: tuple[Saying, ...] = ()  # the first few pages, with the sentence of each


class Disagreement(Part, frozen=True, kw_only=True):
    """A figure or fact on which members of a story differ."""

    what: str  # killed | executed | wounded | day | blamed
    values: tuple[StatedValue, ...]


class Story(Record, frozen=True, kw_only=True):
    """One event told by one or more pages; the live count. Key: `story_id`."""

    story_id: str
    version: int
    title: str | None = None
    first_at: Timestamp
    last_at: Timestamp
    members: tuple[PageId, ...]
    independent_sources: int
    families: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    updates: tuple[Disagreement, ...] = ()  # figures that rose from text to later text, lowest first
    merged_into: str | None = None  # the story that took its members: it has none any more
    split_from: str | None = None  # the story that its first members left


# --- what happened ------------------------------------------------------------------------------


class Position(Part, frozen=True, kw_only=True):
    """Where a message stood."""

    topic: str
    partition: int
    offset: int


class Fate(Record, frozen=True, kw_only=True):
    """What became of one message at one stage; exactly one each. Key: `page_id`."""

    page_id: str
    stage: str
    fate: str  # done | skipped | dead
    reason: str  # kebab-case; "ok" when done
    detail: str = ""
    at: Timestamp
    seconds: float  # from taking the message to its outputs confirmed
    lane: str | None = None
    from_: Position = field(name="from")
    stamps: tuple[Stamp, ...] = ()
    source_id: str | None = None  # of the source whose list named the page; null where none did


class Original(Position, frozen=True, kw_only=True):
    """The message that died, byte for byte (base64 in JSON)."""

    key: bytes
    value: bytes | None
    headers: dict[str, str] = {}


class DeadLetter(Record, frozen=True, kw_only=True):
    """A message that will never work, or not now. Key: as the original."""

    original: Original
    stage: str
    reason: str
    error: str
    attempts: int = 1
    first_at: Timestamp
    last_at: Timestamp
    redrives: int = 0  # how often it was sent again; `original` is where it stood the first time, for ever
    redriven_at: Timestamp | None = None  # when it was last sent again; null while it waits, or died again


R = TypeVar("R", bound=Record)


def grown(cls: type[R], smaller: Record, /, **parts: Any) -> R:
    """`smaller` with the fields that `cls` adds: `grown(ClassifiedArticle, article, topics=…)`."""
    kept = {name: getattr(smaller, name) for name in smaller.__struct_fields__}
    return cls(**(kept | parts))
