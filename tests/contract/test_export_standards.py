"""What leaves as ninjs and as schema.org is what IPTC and schema.org say it may be.

ninjs has an official JSON Schema. schema.org has none: every type and property that is used must be in its
vocabulary, on a type that may have it, with a value that is in its range.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.records import (
    Access,
    Copy,
    Credit,
    EnrichedArticle,
    Entity,
    Place,
    Published,
    Revision,
    Rights,
    RightsSignal,
    TopicLabel,
)
from schemas.topics import ARTICLES_ENRICHED
from services.store.jsonld import to_jsonld
from services.store.ninjs import to_ninjs
from tests.unit.store.records import an_article, page

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parent.parent / "schemas" / "examples" / "enriched-article").glob("*.json"))
VENDORED = HERE / "vendored"


def vendored(name: str) -> Any:
    return json.loads((VENDORED / name).read_bytes())


def retrieve(uri: str) -> Any:
    assert uri.startswith("https://geojson.org/schema/GeoJSON.json"), uri
    return vendored("geojson-1.0.5.json")


NINJS = jsonschema_rs.validator_for(
    vendored("ninjs-schema-3.1.json"), validate_formats=True, retriever=retrieve
)
VOCABULARY = vendored("schemaorg-30.1-extract.json")


def ancestors(name: str) -> set[str]:
    return {name}.union(*(ancestors(parent) for parent in VOCABULARY["types"][name]))


DATA_TYPES: dict[str, Callable[[Any], bool]] = {
    "Boolean": lambda value: isinstance(value, bool),
    "Integer": lambda value: type(value) is int,
    "Number": lambda value: type(value) in (int, float),
    "Text": lambda value: isinstance(value, str),
    "URL": lambda value: isinstance(value, str) and formatted("uri", value),
    "Date": lambda value: isinstance(value, str) and formatted("date", value),
    "DateTime": lambda value: isinstance(value, str) and "T" in value and bool(datetime.fromisoformat(value)),
}


def formatted(how: str, value: str) -> bool:
    return jsonschema_rs.is_valid({"format": how}, value, validate_formats=True)


def misfits(node: dict[str, Any], where: str = "") -> Iterator[str]:
    """What the vocabulary does not allow in a node and in those inside it."""
    kind = node["@type"]
    if kind not in VOCABULARY["types"]:
        yield f"{where}: {kind} is no type"
        return
    for name, values in node.items():
        if name.startswith("@"):
            continue
        at, term = f"{where}/{name}", VOCABULARY["properties"].get(name)
        if term is None or not ancestors(kind) & set(term["domains"]):
            yield f"{at}: {kind} has no such property"
            continue
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict):
                if not ancestors(value["@type"]) & set(term["ranges"]):
                    yield f"{at}: {value['@type']} is none of {term['ranges']}"
                yield from misfits(value, at)
            elif not any(DATA_TYPES[each](value) for each in term["ranges"] if each in DATA_TYPES):
                yield f"{at}: {value!r} is none of {term['ranges']}"


def check(article: EnrichedArticle) -> None:
    errors = [f"{each.instance_path}: {each.message}" for each in NINJS.iter_errors(to_ninjs(article))]
    assert errors == []
    made = to_jsonld(article)
    assert list(misfits(made)) == []
    for one in (to_ninjs(article), made):
        assert json.loads(json.dumps(one)) == one


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_published_example_is_valid(path: Path) -> None:
    check(decode(ARTICLES_ENRICHED, path.read_bytes()))


WORDS = st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace").decode())
URLS = WORDS | st.builds("https://river.example/{}?{}#{}".format, WORDS, WORDS, WORDS)
DATES = WORDS | st.sampled_from(
    ["2026-03-01", "2026-03", "2026", "2026-02-31", "2026-03-01T08:00", "2026-03-01T08:00Z",
     "2026-03-01T08:00:01.5+03:30", "2026-03-01T08:00:00+99:00", "2026-W09-7", "20260301"]
)  # fmt: skip
KINDS = [
    "author",
    "role",
    "contributor",
    "contact",
    "agency",
    "reprint-of",
    "source",
    "copyright",
    "editor",
    "x",
]
CREDITS = st.builds(Credit, kind=st.sampled_from(KINDS), name=WORDS, text=WORDS)


@settings(max_examples=200)
@given(
    st.fixed_dictionaries(
        {
            "title": st.none() | WORDS,
            "text": WORDS,
            "canonical_url": URLS,
            "image": st.none() | URLS,
            "language": st.none() | WORDS,
            "published": st.none()
            | st.builds(Published, value=DATES, precision=WORDS, source=WORDS, confidence=st.just(0.5)),
            "modified": st.none() | DATES,
            "byline": st.lists(WORDS, max_size=2).map(tuple),
            "site_name": st.none() | WORDS,
            "credits": st.lists(CREDITS, max_size=4).map(tuple),
            "access": st.builds(Access, verdict=st.sampled_from(["full", "truncated", "paywalled", "?"])),
            "rights": st.builds(
                Rights,
                verdict=WORDS,
                signals=st.lists(
                    st.builds(RightsSignal, name=WORDS, value=WORDS, where=WORDS), max_size=2
                ).map(tuple),
            ),
            "topics": st.lists(
                st.builds(
                    TopicLabel, id=WORDS, name=WORDS, medtop=st.none() | WORDS, score=st.floats(-1, 2)
                ),
                max_size=2,
            ).map(tuple),
            "entities": st.lists(
                st.builds(
                    Entity, id=WORDS, name=WORDS, wikidata=st.none() | WORDS,
                    type=st.sampled_from(["person", "organisation", "place", "country", "unknown"]),
                ),
                max_size=3,
            ).map(tuple),
            "places": st.lists(
                st.builds(
                    Place, id=WORDS, name=WORDS, country=st.none() | WORDS, lat=st.floats(-90, 90),
                    lon=st.floats(-180, 180),
                ),
                max_size=2,
            ).map(tuple),
            "genre": WORDS | st.sampled_from(["news", "analysis", "opinion", "live", "roundup"]),
            "status": WORDS | st.sampled_from(["usable", "withheld", "canceled"]),
            "copy_": st.builds(
                Copy, verdict=WORDS, score=st.floats(0, 1), of=st.none() | st.just(page("lake")),
                of_publisher=st.none() | WORDS,
            ),
            "revision": st.builds(
                Revision, digest=st.just("0" * 16), number=st.none() | st.just(2),
                kind=st.sampled_from([None, "new", "headline", "text", "correction", "retraction"]),
            ),
        }
    )
)  # fmt: skip
def test_whatever_a_page_says_the_result_is_valid(fields: dict[str, Any]) -> None:
    check(an_article(**fields))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"@type": "NewsArticel"}, "NewsArticel is no type"),
        ({"latitude": 1.0}, "/latitude: NewsArticle has no such property"),
        ({"wordCount": "many"}, "/wordCount: 'many' is none of"),
        ({"author": {"@type": "Place"}}, "/author: Place is none of"),
    ],
    ids=str,
)
def test_what_schema_org_does_not_know_is_noticed(change: dict[str, Any], says: str) -> None:
    (found,) = misfits(to_jsonld(an_article()) | change)
    assert says in found


@pytest.mark.parametrize("change", [{"topics": []}, {"uri": "no uri"}, {"pubStatus": "gone"}], ids=str)
def test_what_ninjs_does_not_know_is_noticed(change: dict[str, Any]) -> None:
    assert not NINJS.is_valid(to_ninjs(an_article()) | change)
