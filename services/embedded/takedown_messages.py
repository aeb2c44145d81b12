"""What is said to take a page down, and which messages carry words of it. No IO."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import structs

from schemas.codec import decode
from schemas.records import (
    Access,
    ClassifiedArticle,
    Discovered,
    FetchRequest,
    Quality,
    Revision,
    Rights,
    Weighed,
)
from schemas.topics import (
    ARTICLES_CLASSIFIED,
    ARTICLES_ENRICHED,
    ARTICLES_EXTRACTED,
    DEAD_LETTERS,
    FETCH_REQUESTS,
    JOURNAL,
    PAGES_FETCHED,
    STORIES,
)
from services.fetcher.feed_state import asked_key
from services.fetcher.postpone import again
from services.fetcher.takedowns import TAKEDOWN
from services.linker.scrubbing import holds_words
from services.stage import Emit, Erase
from services.store.rows import CANCELED
from services.store.takedown import retold

WORDLESS = (
    b'"detail":""',
    b'"reason":"taken-down"',
    b'"reason":"tombstone"',
)  # in a fate without words of the page
STAGE = "takedown"  # who says so, in the headers of what is published
LINKER_MEMORY, FETCHER_MEMORY = "linker.memory.v1", "fetcher.memory.v1"


@dataclass(frozen=True, slots=True)
class Aim:
    """The page that is taken down."""

    page_id: str
    url: str  # canonical
    reason: str
    at: datetime


def messages(aim: Aim) -> tuple[Emit, ...]:
    """What is published: to the fetcher of the site, where the page is on one, and to the linker."""
    canceled = Emit(ARTICLES_CLASSIFIED, aim.page_id, _canceled(aim), aim.url)
    if not aim.url.startswith(("http:", "https:")):
        return (canceled,)
    request = FetchRequest(
        url=aim.url,
        canonical_url=aim.url,
        page_id=aim.page_id,
        lane=TAKEDOWN,
        discovered=Discovered(via="request"),
        requested_at=aim.at,
    )
    return (again(request), canceled)


def _canceled(aim: Aim) -> ClassifiedArticle:
    """That the page is taken down, when and why: docs/decisions/0021-takedown.md."""
    nothing = Weighed(score=0.0, because="")
    return ClassifiedArticle(
        page_id=aim.page_id,
        revision=Revision(digest="0" * 16),
        url=aim.url,
        canonical_url=aim.url,
        text="",
        access=Access(verdict="full"),
        quality=Quality(chars=0, words=0, score=0.0),
        rights=Rights(),
        discovered=Discovered(via="request"),
        lane="live",
        fetched_at=aim.at,
        relevance={},
        relevant=False,
        because=aim.reason,
        genre="news",
        importance=nothing,
        credibility=nothing,
        status=CANCELED,
    )


def retelling(value: bytes, aim: Aim) -> Emit | Erase:
    """A story once more, without the page; a tombstone where nobody else told it."""
    _, record = retold(value, aim.page_id, None)
    story = decode(STORIES, record)
    if not story.members:
        return Erase(STORIES, story.story_id, story.story_id)
    told = structs.replace(story, version=story.version + 1, title=None)  # it may have been the page's
    return Emit(STORIES, story.story_id, told, story.story_id)


def carriers(aim: Aim) -> Mapping[str, Callable[[bytes, bytes], bool]]:
    """By topic, what tells from key and value a message with words of the page; there are millions."""
    own, subject = aim.page_id.encode(), b'"ce_subject":' + msgspec.json.encode(aim.url)

    def keyed(key: bytes, _: bytes) -> bool:
        return key == own

    def usable(key: bytes, value: bytes) -> bool:
        return key == own and b'"status":"canceled"' not in value

    def asked(_: bytes, value: bytes) -> bool:
        return own in value and b'"lane":"takedown"' not in value

    def told(_: bytes, value: bytes) -> bool:
        return own in value

    def explained(key: bytes, value: bytes) -> bool:
        return key == own and not any(mark in value for mark in WORDLESS)

    def dead(key: bytes, value: bytes) -> bool:
        return key == own or subject in value

    def remembered_by_fetcher(key: bytes, _: bytes) -> bool:
        return key == asked_key(aim.page_id).encode()

    def remembered_by_linker(key: bytes, value: bytes) -> bool:
        return holds_words(key.decode(), value, aim.page_id)

    return {
        FETCH_REQUESTS.name: asked,
        PAGES_FETCHED.name: keyed,
        ARTICLES_EXTRACTED.name: keyed,
        ARTICLES_CLASSIFIED.name: usable,
        ARTICLES_ENRICHED.name: usable,
        STORIES.name: told,
        JOURNAL.name: explained,
        **dict.fromkeys(DEAD_LETTERS, dead),
        FETCHER_MEMORY: remembered_by_fetcher,
        LINKER_MEMORY: remembered_by_linker,
    }
