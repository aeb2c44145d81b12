"""Records to bytes and back, and everything that is not a record."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import Undecodable, content_type, decode, encode
from schemas.publish import PUBLISHED
from schemas.records import (
    Access,
    Article,
    ClassifiedArticle,
    CountryRelevance,
    Credit,
    DateCandidate,
    Discovered,
    Fate,
    FetchRequest,
    Position,
    Published,
    Quality,
    RawPage,
    Record,
    Revision,
    Rights,
    RightsSignal,
    Robots,
    Stamp,
    Weighed,
    grown,
)
from schemas.topics import (
    ALL_TOPICS,
    ARTICLES_CLASSIFIED,
    ARTICLES_EXTRACTED,
    FETCH_REQUESTS,
    JOURNAL,
    PAGES_FETCHED,
    Topic,
)

# Everything UTF-8 can carry: surrogates are not characters.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MAYBE = st.none() | TEXT
IDS = st.text("0123456789abcdef", min_size=64, max_size=64)
COUNTS = st.integers(0, 2**53)  # what a JSON reader in any language holds exactly
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(timedelta(hours=3, minutes=30))])
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds are naive

POSITIONS = st.builds(Position, topic=TEXT, partition=COUNTS, offset=COUNTS)
STAMPS = st.lists(st.builds(Stamp, component=TEXT, version=TEXT, digest=TEXT), max_size=3).map(tuple)
DISCOVERED = st.builds(
    Discovered, via=TEXT, source_id=MAYBE, feed_url=MAYBE, title=MAYBE, published=MAYBE, summary=MAYBE
)
FATES = st.builds(
    Fate, page_id=TEXT, stage=TEXT, fate=TEXT, reason=TEXT, detail=TEXT, at=INSTANTS, seconds=NUMBERS,
    lane=MAYBE, from_=POSITIONS, stamps=STAMPS, source_id=MAYBE,
)  # fmt: skip
REQUESTS = st.builds(
    FetchRequest, url=TEXT, canonical_url=TEXT, page_id=IDS, lane=TEXT, discovered=DISCOVERED,
    requested_at=INSTANTS, not_before=st.none() | INSTANTS, attempt=COUNTS,
)  # fmt: skip
READINGS = st.builds(DateCandidate, value=TEXT, precision=TEXT, source=TEXT, confidence=NUMBERS)
PUBLISHED_AT = st.builds(
    Published, value=TEXT, precision=TEXT, source=TEXT, confidence=NUMBERS,
    alternatives=st.lists(READINGS, max_size=2).map(tuple),
)  # fmt: skip
RIGHTS = st.builds(
    Rights,
    signals=st.lists(st.builds(RightsSignal, name=TEXT, value=TEXT, where=TEXT), max_size=2).map(tuple),
    verdict=TEXT,
)
ARTICLES = st.builds(
    Article, page_id=IDS, revision=st.builds(Revision, digest=TEXT), url=TEXT, canonical_url=TEXT,
    source_id=MAYBE, title=MAYBE, text=TEXT, language=MAYBE, published=st.none() | PUBLISHED_AT,
    byline=st.lists(TEXT, max_size=2).map(tuple),
    credits=st.lists(st.builds(Credit, kind=TEXT, name=TEXT, text=TEXT), max_size=2).map(tuple),
    access=st.builds(Access, verdict=TEXT),
    quality=st.builds(Quality, chars=COUNTS, words=COUNTS, score=NUMBERS),
    rights=RIGHTS, discovered=DISCOVERED, lane=TEXT, fetched_at=INSTANTS, stamps=STAMPS,
)  # fmt: skip
PAGES = st.builds(
    RawPage, page_id=IDS, url=TEXT, requested_url=TEXT, canonical_url=TEXT, status=COUNTS, charset=MAYBE,
    headers=st.dictionaries(TEXT, TEXT, max_size=3), body=st.none() | st.binary(max_size=60), body_sha256=IDS,
    fetched_at=INSTANTS, robots=st.builds(Robots, verdict=TEXT), rights=RIGHTS, discovered=DISCOVERED,
    lane=TEXT,
)  # fmt: skip

KINDS: list[tuple[Topic[Any], st.SearchStrategy[Any]]] = [
    (JOURNAL, FATES),
    (FETCH_REQUESTS, REQUESTS),
    (ARTICLES_EXTRACTED, ARTICLES),
    (PAGES_FETCHED, PAGES),
]


@given(st.data())
@pytest.mark.parametrize(("topic", "records"), KINDS, ids=lambda part: getattr(part, "name", ""))
def test_a_record_comes_back_equal_and_to_the_same_bytes(
    topic: Topic[Any], records: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    record = data.draw(records)
    wire = encode(topic, record)
    again = decode(topic, wire)
    assert again == record
    assert encode(topic, again) == wire


@given(st.binary(max_size=200))
@pytest.mark.parametrize("topic", ALL_TOPICS.values(), ids=lambda topic: topic.name)
def test_arbitrary_bytes_are_a_record_or_undecodable_and_nothing_else(
    topic: Topic[Record], value: bytes
) -> None:
    try:
        record = decode(topic, value)
    except Undecodable as exc:
        refusal = str(exc)
    else:
        refusal = ""
        assert isinstance(record, topic.record)
    assert refusal == "" or refusal.startswith(f"not a {topic.record.__name__}: ")


def example(folder: str, name: str) -> bytes:
    return (PUBLISHED.parent / "examples" / folder / f"{name}.json").read_bytes()


GOOD = example("fate", "done")
DEEP = b'{"x":' * 100_000


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"", "truncated"),
        (b"null", "Expected `object`, got `null`"),
        (b"[]", "Expected `object`, got `array`"),
        (b'"fate"', "Expected `object`, got `str`"),
        (b"{}", "missing required field `page_id`"),
        (GOOD[: len(GOOD) // 2], "truncated"),
        (GOOD + b"{}", "trailing characters"),
        (GOOD.replace(b'"ok"', b"7"), "Expected `str`, got `int` - at `$.reason`"),
        (GOOD.replace(b"1811", b'"1811"'), "at `$.from.offset`"),
        (GOOD.replace(b"1811", b"1811.5"), "at `$.from.offset`"),
        (GOOD.replace(b"12.007Z", b"12.007"), "timezone"),
        (GOOD.replace(b"0.018", b"NaN"), "malformed"),
        (GOOD.replace(b'"ok"', b'"\xff\xfe"'), "utf-8"),
        (DEEP, "recursion"),
        (b"[" * 100_000, "Expected `object`, got `array`"),
        (b"\x00\x01\x02", "malformed"),
        (b"\xef\xbb\xbf{}", "malformed"),
    ],
)
def test_what_is_not_a_record_says_where_and_why(value: bytes, says: str) -> None:
    with pytest.raises(Undecodable, match=r"^not a Fate: ") as caught:
        decode(JOURNAL, value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xc1",
        b"{}",
        b"\x81" * 100_000,
        b"\x81\xa1x" * 100_000,
        b"\x91" * 100_000,
        b"\xdf\xff\xff\xff\xff",
    ],
)
def test_what_is_not_messagepack_is_undecodable(value: bytes) -> None:
    with pytest.raises(Undecodable, match=r"^not a RawPage: "):
        decode(PAGES_FETCHED, value)


def test_every_truncation_of_a_raw_page_is_undecodable() -> None:
    wire = encode(PAGES_FETCHED, msgspec.json.decode(example("raw-page", "html"), type=RawPage))
    for length in range(len(wire)):
        with pytest.raises(Undecodable):
            decode(PAGES_FETCHED, wire[:length])


def test_a_page_id_is_64_lower_case_hex_digits() -> None:
    wire = example("fetch-request", "live")
    good = decode(FETCH_REQUESTS, wire).page_id
    for bad in (good[:-1], good + "0", good.upper(), "g" * 64):
        with pytest.raises(Undecodable, match="page_id"):
            decode(FETCH_REQUESTS, wire.replace(good.encode(), bad.encode()))


def test_names_that_python_reserves_are_written_plainly() -> None:
    wire = encode(JOURNAL, decode(JOURNAL, GOOD))
    assert b'"from":{"topic"' in wire
    assert b"from_" not in wire


@pytest.mark.parametrize("topic", ALL_TOPICS.values(), ids=lambda topic: topic.name)
def test_only_raw_pages_are_not_json(topic: Topic[Record]) -> None:
    expected = "application/msgpack" if topic is PAGES_FETCHED else "application/json"
    assert content_type(topic) == expected


def test_a_grown_record_keeps_every_field_of_the_smaller_one() -> None:
    article = decode(ARTICLES_EXTRACTED, example("article", "full"))
    weighed = Weighed(score=0.5, because="x")
    grown_up = grown(
        ClassifiedArticle, article, relevance={"IQ": CountryRelevance(grade=2, score=0.9)}, relevant=True,
        because="x", genre="news", importance=weighed, credibility=weighed,
    )  # fmt: skip
    assert {name: getattr(grown_up, name) for name in Article.__struct_fields__} == {
        name: getattr(article, name) for name in Article.__struct_fields__
    }
    assert decode(ARTICLES_EXTRACTED, encode(ARTICLES_CLASSIFIED, grown_up)) == article, (
        "an old reader reads it"
    )
