import pytest

from schemas.records import Discovered
from services.extractor.datestated import dates_of_origin, stated_date


@pytest.mark.parametrize(
    ("url", "value", "source"),
    [
        ("https://a.example/2024/02/28/lake", "2024-02-28", "url"),
        ("https://a.example/news-2024-02-28-lake", "2024-02-28", "url"),
        ("https://a.example/2024/feb/28/lake", "2024-02-28", "url"),
        ("https://a.example/20240228/lake", "2024-02-28", "url"),
        ("https://a.example/fa/1402/12/09/lake", "2024-02-28", "url:jalali"),
        ("https://a.example/2024/02/lake", None, None),
        ("https://a.example/id/20249999", None, None),
        ("https://a.example/?d=/2024/02/28/", None, None),
    ],
)
def test_an_address_may_hold_the_day(url: str, value: str | None, source: str | None) -> None:
    found = list(dates_of_origin(url, Discovered(via="rss")))
    assert [(c.value, c.source) for c in found] == ([(value, source)] if value else [])


@pytest.mark.parametrize(("via", "source"), [("rss", "feed"), ("news-sitemap", "sitemap")])
def test_the_list_that_named_the_page_is_a_witness(via: str, source: str) -> None:
    discovered = Discovered(via=via, published="Wed, 28 Feb 2024 09:15:00 +0300")
    (found,) = dates_of_origin("https://a.example/x", discovered)
    assert (found.value, found.source) == ("2024-02-28T09:15:00+03:00", source)
    assert found.confidence >= 0.8


def test_the_answers_last_modified_is_a_weak_witness() -> None:
    headers = {"last-modified": "Wed, 28 Feb 2024 06:15:00 GMT"}
    (found,) = dates_of_origin("https://a.example/x", Discovered(via="rss"), headers)
    assert (found.value, found.source) == ("2024-02-28T06:15:00+00:00", "last-modified")
    assert found.confidence < 0.5


@pytest.mark.parametrize(
    ("value", "shown", "precision", "refused"),
    [
        ("2024-02-28", "2024-02-28", "day", None),
        ("2024-02-28T09:15+03:00", "2024-02-28T09:15:00+03:00", "second", None),
        ("2024-02-28T09:15", "2024-02-28T09:15:00", "minute", None),
        ("1709100000", "2024-02-28T06:00:00+00:00", "second", None),
        ("Wed, 28 Feb 2024 06:15:00 GMT", "2024-02-28T06:15:00+00:00", "second", None),
        ("28 February 2024", "2024-02-28", "day", None),
        ("soon", "soon", "day", "unreadable"),
    ],
)
def test_a_stated_value_is_read_or_shown_as_unreadable(
    value: str, shown: str, precision: str, refused: str | None
) -> None:
    (found,) = stated_date(value, "meta", 0.9)
    assert (found.value, found.precision, found.refused) == (shown, precision, refused)


@pytest.mark.parametrize("value", [None, "", "  ", 20240228, ["2024-02-28"]])
def test_nothing_stated_is_no_candidate(value: object) -> None:
    assert list(stated_date(value, "meta", 0.9)) == []
