from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from schemas.codec import encode
from schemas.records import Position, Record
from schemas.topics import ARTICLES_ENRICHED
from services.stage import Poison
from services.store.rows import NEVER, Delivery, row_of, stored_form
from services.store.tables import Row
from tests.unit.store.records import NOON, a_dead_letter, a_fate, a_source, a_story, an_article, page, row


def columns(made: Row) -> dict[str, Any]:
    return dict(zip(made.table.columns, made.values, strict=True))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            an_article(),
            {
                "page_id": page("river"), "version": 1, "published": "2026-03-01", "fetched_at": NOON,
                "story_id": "story-1", "copy_verdict": "original", "independent_sources": 1,
                "status": "usable",
            },
        ),
        (an_article(published=None, title=None), {"published": None, "title": None}),
        (an_article(status="canceled", version=4), {"status": "canceled", "version": 4}),
        (a_story(), {"story_id": "story-1", "independent_sources": 2, "last_at": NOON + timedelta(hours=3)}),
        (a_fate(), {"stage": "extractor", "topic": "pages.fetched.v1", "offset": 7, "url": "the subject"}),
        (a_dead_letter(), {"key": page("river"), "url": "https://river.example/", "reason": "undecodable"}),
        (a_source(), {"source_id": "river-post", "family": "river", "seen_at": NOON}),
    ],
)  # fmt: skip
def test_a_record_becomes_a_row(record: Record, expected: dict[str, Any]) -> None:
    made = columns(row(record, subject="the subject"))
    assert {name: made[name] for name in expected} == expected


def test_parts_carry_their_owner_first() -> None:
    parts = {part.table.name: part.rows for part in row(an_article()).parts}
    assert parts == {
        "relevance": ((page("river"), "IQ", 2, 0.9), (page("river"), "IR", 0, 0.1)),
        "entities": ((page("river"), "place:halabja", "Halabja", "place", 1),),
        "topics": ((page("river"), "water", "Water", "20000441", 0.7),),
        "search_text": (
            (
                page("river"),
                "water talks resume on the sirwan",
                "engineers from halabja met again on monday the dam was not on the agenda",
            ),
        ),
    }


def test_no_text_holds_what_postgresql_cannot_store() -> None:
    entity = msgspec.structs.replace(an_article().entities[0], name="Hala\0bja")
    made = row(an_article(title="Wa\0ter", entities=(entity,)))
    assert columns(made)["title"] == "Wa\ufffdter"
    assert [values[2] for part in made.parts for values in part.rows if part.table.name == "entities"] == [
        "Hala\ufffdbja"
    ]


def test_a_part_named_twice_is_kept_once() -> None:
    twice = an_article().entities * 2
    (rows,) = (part.rows for part in row(an_article(entities=twice)).parts if part.table.name == "entities")
    assert len(rows) == 1
    (members,) = (part.rows for part in row(a_story(members=(page("a"), page("a")))).parts)
    assert members == (("story-1", page("a")),)


def test_the_record_is_kept_byte_for_byte_with_fields_of_a_newer_producer() -> None:
    value = encode(ARTICLES_ENRICHED, an_article())[:-1] + b', "invented": 1}'
    assert columns(row_of(an_article(), Delivery(value)))["record"] == value


def test_times_are_kept_in_utc() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    made = columns(row(a_fate(at=datetime(2026, 3, 1, 15, 30, tzinfo=tehran))))
    assert made["at"] == NOON
    assert made["at"].tzinfo is UTC


def test_a_time_without_utc_form_is_refused() -> None:
    ahead = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=10)))
    with pytest.raises(Poison) as caught:
        row(a_fate(at=ahead))
    assert caught.value.reason == "bad-time"


@pytest.mark.parametrize(
    ("time", "seen_at"),
    [
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01T12:00:00.500Z", NOON + timedelta(milliseconds=500)),
        ("2026-03-01T12:00:00", NEVER),
        ("yesterday", NEVER),
        ("", NEVER),
    ],
)
def test_a_source_is_as_new_as_its_message(time: str, seen_at: datetime) -> None:
    assert columns(row(a_source(), time=time))["seen_at"] == seen_at


@pytest.mark.parametrize(
    "key", [b"river.example", b"\xff\xfe", b""], ids=["a domain", "bytes that are no text", "nothing"]
)
def test_a_dead_letter_keeps_whatever_key_it_had(key: bytes) -> None:
    letter = a_dead_letter()
    made = row(msgspec.structs.replace(letter, original=msgspec.structs.replace(letter.original, key=key)))
    assert made.key[-1] == key.decode("utf-8", "replace")


def test_two_pages_at_one_place_are_two_fates() -> None:
    place = Position(topic="pages.fetched.v1", partition=0, offset=0)
    assert row(a_fate("river", from_=place)).key != row(a_fate("lake", from_=place)).key


@pytest.mark.parametrize(
    ("change", "equal"),
    [({"fetched_at": NOON + timedelta(days=1)}, True), ({"version": 2}, False), ({"text": "Other."}, False)],
)
def test_the_stored_form_differs_by_content_only(change: dict[str, Any], equal: bool) -> None:
    one, other = (encode(ARTICLES_ENRICHED, an_article(**each)) for each in ({}, change))
    assert (stored_form(one) == stored_form(other)) is equal


def test_the_stored_form_does_not_depend_on_the_order_of_fields() -> None:
    assert stored_form(b'{"b": 1, "a": {"d": 1, "c": 2}}') == stored_form(b'{"a": {"c": 2, "d": 1}, "b": 1}')
