"""Whether a receiver asked for a record. Pure."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from schemas.records import EnrichedArticle, Record, Story
from services.webhooks.subscription import Subscription

CANCELED = "canceled"

Values = Callable[[EnrichedArticle], Collection[str | None]]

ARTICLE: Mapping[str, Values] = {
    "topics": lambda article: {topic.id for topic in article.topics},
    "copies": lambda article: {article.copy_.verdict},
    "statuses": lambda article: {article.status},
    "lanes": lambda article: {article.lane},
}
STORY: Mapping[str, Callable[[Story], Collection[str]]] = {
    "countries": lambda story: story.countries,
    "topics": lambda story: story.topics,
    "families": lambda story: story.families,
}
"""What of a record each list of a subscription is compared with: one value in common is enough."""


def wants(asked: Subscription, record: Record, *, family: str | None, published: datetime | None) -> bool:
    """Whether to post it; `family` owns an article's source, `published` is when the record was.

    A page that is taken down is told to all who ask for articles: what they were sent before must go, and
    nothing is left of it to tell by.
    """
    if asked.since is not None and published is not None and published < asked.since:
        return False
    if isinstance(record, EnrichedArticle):
        return "articles" in asked.records and (record.status == CANCELED or _article(asked, record, family))
    return isinstance(record, Story) and "stories" in asked.records and _story(asked, record)


def _article(asked: Subscription, article: EnrichedArticle, family: str | None) -> bool:
    return (
        all(_common(getattr(asked, name), values(article)) for name, values in ARTICLE.items())
        and _common(asked.families, {family})
        and _graded(asked, article)
        and _spoken(asked.languages, article.language)
    )


def _story(asked: Subscription, story: Story) -> bool:
    """A story without members has neither words nor topics left, and goes to all, as a canceled article."""
    return not story.members or all(
        _common(getattr(asked, name), values(story)) for name, values in STORY.items()
    )


def _common(wanted: Collection[str], there: Collection[str | None]) -> bool:
    return not wanted or any(each in wanted for each in there)


def _graded(asked: Subscription, article: EnrichedArticle) -> bool:
    found = article.relevance
    return any(
        each.grade >= asked.grade
        for code, each in found.items()
        if not asked.countries or code in asked.countries
    )


def _spoken(ranges: Collection[str], language: str | None) -> bool:
    """Basic filtering of RFC 4647, section 3.3.1."""
    tag = (language or "").lower()
    return not ranges or any(f"{tag}-".startswith(f"{each.lower()}-") for each in ranges)
