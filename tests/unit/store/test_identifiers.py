from datetime import timedelta, timezone

import pytest

from services.store.identifiers import day_of, moment, story_urn, web_uri
from tests.unit.store.records import NOON, an_article


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("https://river.example/a?b=1#c", "https://river.example/a?b=1#c"),
        ("https://river.example:8080/a%20b", "https://river.example:8080/a%20b"),
        ("http://river.example/آب/100% [x]", "http://river.example/%D8%A2%D8%A8/100%25%20%5Bx%5D"),
        ("https://river.example/?q=a b|c", "https://river.example/?q=a%20b%7Cc"),
        ("https://user:word@river.example/", None),
        ("https://[::1/", None),
        ("https://رود.example/", None),
        ("//river.example/a", None),
        ("javascript:alert(1)", None),
        ("file:///srv/a.html", None),
        (None, None),
    ],
)
def test_an_address_is_a_uri_or_nothing(url: str | None, uri: str | None) -> None:
    assert web_uri(url) == uri


def test_a_name_holds_nothing_that_a_urn_may_not() -> None:
    assert story_urn("story 1/é") == "urn:sirwan:story:story%201%2F%C3%A9"


@pytest.mark.parametrize("value", [None, "", "2026-03-01", "2026-03-01T08:00", "2026-02-31T08:00Z", "today"])
def test_what_names_no_instant_is_none(value: str | None) -> None:
    assert moment(value) is None


def test_the_day_is_that_of_arrival_in_utc_where_no_other_is_known() -> None:
    early = NOON.replace(hour=1).astimezone(timezone(timedelta(hours=-3)))
    assert day_of(an_article(published=None, fetched_at=early)) == "2026-03-01"
    assert day_of(an_article(published=None, first_fetched_at=NOON - timedelta(days=3))) == "2026-02-26"
    assert day_of(an_article(first_fetched_at=NOON - timedelta(days=3))) == "2026-03-01"
