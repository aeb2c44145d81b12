"""A page that is taken down: a record without its words, a story without it, nothing of it remembered. Pure.

The window forgets every event of the page and with them text, vectors, shingles and claims. What those events
said of others, the newest verdicts and stories, moves into the one that takes the page down. The mark that a
page is gone lasts as long as an article does; until then it does not come back.
"""

from collections.abc import Iterable, Sequence

from msgspec import structs

from schemas.codec import encode
from schemas.records import (
    Change,
    ClassifiedArticle,
    Copy,
    Corroboration,
    CountryRelevance,
    EnrichedArticle,
    Quality,
    Revision,
    Story,
    StoryLink,
    grown,
)
from schemas.topics import ARTICLES_ENRICHED, STORIES
from services.linker.disagreements import SAME, Differences
from services.linker.events import Event, Standing, StoryState, blank, unpack
from services.linker.hearing import heard
from services.linker.independence import families, voices
from services.linker.reading import identity_of
from services.linker.stories import new_story_id, story_record
from services.linker.window import Page, Window, key_of

CANCELED = "canceled"
LAST = 2**31 - 1  # version of a page that the window does not know any more: higher than any it can have had


def taken_down(article: ClassifiedArticle, window: Window) -> Event:
    """The event that takes a page down; `article` names the page and says why in `because`."""
    page = window.page(article.page_id)
    story = window.story_of(article.page_id)
    left = _without(story, article.page_id, window) if story else None
    standing = _standing(article, page)
    numbers = window.events_of(article.page_id)
    record = _record(article, standing, left)
    return Event(
        profile=blank(identity_of(article)),
        standing=standing,
        story=left,
        others=_standings_held(numbers, article.page_id, window),
        articles=(encode(ARTICLES_ENRICHED, record),),
        stories=(encode(STORIES, _told(left, window)),) if left else (),
        other_stories=_stories_held(numbers, left, window),
        forgotten=tuple(map(key_of, numbers)),
        canceled=True,
    )


def _standing(article: ClassifiedArticle, page: Page | None) -> Standing:
    before = page.standing if page else None
    number = (before.revision.number or 1) + 1 if before else 1
    gone = Change(what="status", before="usable", after=CANCELED)
    return Standing(
        page_id=article.page_id,
        story_id=before.story_id if before else new_story_id(article.page_id),
        score=before.score if before else 0.0,
        copy=structs.replace(before.copy, evidence=()) if before else Copy(verdict="original", score=0.0),
        version=before.version + 1 if before else LAST,
        revision=Revision(digest=article.revision.digest, number=number, kind="retraction", changes=(gone,)),
        repairs=(),
    )


def _record(article: ClassifiedArticle, standing: Standing, story: StoryState | None) -> EnrichedArticle:
    """The last record of the page: where it was and why it is gone, and none of its words."""
    found = families(story.members) if story else ()
    bare = structs.replace(
        article,
        title=None, text="", byline=(), section=None, image=None, credits=(), evidence=(), dates_refused=(),
        quality=Quality(chars=0, words=0, score=0.0),
        access=structs.replace(article.access, evidence=()),
        discovered=structs.replace(article.discovered, title=None, summary=None),
        relevance={
            code: CountryRelevance(grade=each.grade, score=each.score)
            for code, each in article.relevance.items()
        },
        topics=(), entities=(), places=(), event_hints=(), revision=standing.revision, status=CANCELED,
    )  # fmt: skip
    return grown(
        EnrichedArticle,
        bare,
        story=StoryLink(id=standing.story_id, score=standing.score),
        copy_=standing.copy,
        corroboration=Corroboration(independent_sources=len(found), families=found),
        version=standing.version,
    )


def _without(story: StoryState, page_id: str, window: Window) -> StoryState:
    """The story without a member; its title, if that may have been the member's, is that of the next."""
    members = tuple(member for member in story.members if member.page_id != page_id)
    left = structs.replace(story, version=story.version + 1, members=members)
    if not members:
        return structs.replace(left, title=None, countries=(), topics=(), entities=())
    gone = window.page(page_id)
    if gone is not None and gone.profile.title == story.title:
        titles = (page.profile for member in members if (page := window.page(member.page_id)))
        named = next((profile for profile in titles if profile.title), None)
        left = structs.replace(
            left, title=named.title if named else None, title_spun=named.odd if named else False
        )
    return left


def _told(story: StoryState, window: Window) -> Story:
    return story_record(story, _differences(story, window))


def _differences(story: StoryState, window: Window) -> Differences:
    return heard(story, voices(story.members), {}, window) if story.members else SAME


def _standings_held(numbers: Iterable[int], own: str, window: Window) -> tuple[Standing, ...]:
    """The newest verdicts on others that only the events to be forgotten hold."""
    told = {standing.page_id for number in numbers for standing in unpack(*window.kept(number)).others}
    pages = (window.page(page_id) for page_id in sorted(told - {own}))
    return tuple(page.standing for page in pages if page is not None)


def _stories_held(numbers: Sequence[int], left: StoryState | None, window: Window) -> tuple[StoryState, ...]:
    """The stories whose newest state the events to be forgotten hold, but for the one the page leaves."""
    held = window.stories_in(numbers)
    return tuple(each for each in held if left is None or each.story_id != left.story_id)
