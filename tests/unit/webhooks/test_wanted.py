"""Which records a subscription asks for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.records import Copy, CountryRelevance, Record
from services.webhooks.subscription import Subscription
from services.webhooks.wanted import wants
from tests.unit.store.records import NOON, a_source, a_story, an_article

ARTICLE = an_article()  # Iraq 2, Iran 0; water; river's; English; original; usable; live
STORY = a_story(countries=("IQ",), topics=("water",), families=("river", "lake"))
BOTH = ("articles", "stories")


def asked(**wishes: Any) -> Subscription:
    return Subscription(id="desk", url="https://desk.example/", secret_file="secret", **wishes)


def wanted(record: Record, published: datetime | None = NOON, **wishes: Any) -> bool:
    return wants(asked(**wishes), record, family="river", published=published)


@pytest.mark.parametrize(
    ("wishes", "comes"),
    [
        ({}, True),
        ({"countries": ("IQ",)}, True),
        ({"countries": ("IR", "IQ")}, True),
        ({"countries": ("IR",)}, False),
        ({"countries": ("SY",)}, False),
        ({"grade": 2}, True),
        ({"countries": ("IQ",), "grade": 2}, True),
        ({"topics": ("water", "nuclear")}, True),
        ({"topics": ("nuclear",)}, False),
        ({"families": ("river",)}, True),
        ({"families": ("lake",)}, False),
        ({"languages": ("en",)}, True),
        ({"languages": ("ar", "fa")}, False),
        ({"copies": ("original", "edited")}, True),
        ({"copies": ("spun",)}, False),
        ({"statuses": ("usable",)}, True),
        ({"statuses": ("withheld",)}, False),
        ({"lanes": ("live", "revisit")}, True),
        ({"lanes": ("backfill",)}, False),
        ({"topics": ("water",), "languages": ("fa",)}, False),
        ({"records": ("stories",)}, False),
        ({"records": BOTH}, True),
        ({"since": NOON}, True),
        ({"since": NOON + timedelta(seconds=1)}, False),
    ],
    ids=str,
)
def test_an_article_comes_where_every_list_that_is_given_has_something_of_it(
    wishes: dict[str, Any], comes: bool
) -> None:
    assert wanted(ARTICLE, **wishes) is comes


def test_a_grade_counts_in_the_countries_that_are_asked_for() -> None:
    grades = {"IQ": CountryRelevance(grade=1, score=0.5), "IR": CountryRelevance(grade=2, score=0.9)}
    article = an_article(relevance=grades)
    assert wanted(article, grade=2)
    assert not wanted(article, grade=2, countries=("IQ",))


@pytest.mark.parametrize(
    ("language", "ranges", "comes"),
    [("en-GB", ("en",), True), ("en", ("en-GB",), False), ("eng", ("en",), False), (None, ("en",), False),
     ("zh-Hant", ("ZH-hant",), True), (None, (), True)],
)  # fmt: skip
def test_a_language_is_also_its_regions(language: str | None, ranges: tuple[str, ...], comes: bool) -> None:
    assert wanted(an_article(language=language), languages=ranges) is comes


def test_a_page_taken_down_is_told_to_all_who_ask_for_articles() -> None:
    gone = an_article(
        status="canceled", title=None, text="", topics=(), entities=(), copy_=Copy(verdict="spun", score=1)
    )
    assert wanted(gone, topics=("nuclear",), statuses=("usable",), countries=("IR",), families=("lake",))
    assert not wanted(gone, records=("stories",))
    assert not wanted(gone, since=NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("wishes", "comes"),
    [
        ({}, True),
        ({"countries": ("IQ",), "topics": ("water",), "families": ("lake",)}, True),
        ({"countries": ("IR",)}, False),
        ({"topics": ("nuclear",)}, False),
        ({"families": ("sea",)}, False),
        ({"grade": 2, "languages": ("fa",), "copies": ("spun",), "lanes": ("backfill",)}, True),
        ({"since": NOON + timedelta(seconds=1)}, False),
    ],
    ids=str,
)
def test_a_story_goes_by_countries_topics_and_families_alone(wishes: dict[str, Any], comes: bool) -> None:
    assert wanted(STORY, records=BOTH, **wishes) is comes
    assert not wanted(STORY, **wishes)


def test_a_story_that_has_no_member_left_is_told_to_all_who_ask_for_stories() -> None:
    assert wanted(a_story(members=()), records=BOTH, countries=("IR",), topics=("nuclear",))


def test_a_record_whose_time_is_not_known_comes_whatever_since_says() -> None:
    assert wanted(ARTICLE, published=None, since=datetime(2099, 1, 1, tzinfo=UTC))


def test_no_other_record_is_posted() -> None:
    assert not wanted(a_source(), records=BOTH)
