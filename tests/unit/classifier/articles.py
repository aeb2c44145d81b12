"""A plain Article to classify, and the cases of cases.toml. All texts are our own."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from schemas.records import Access, Article, Discovered, Quality, Revision, Rights


def an_article(**changes: Any) -> Article:
    """An extracted article about Iraq; `changes` replace fields."""
    fields: dict[str, Any] = {
        "page_id": "a" * 64,
        "revision": Revision(digest="0" * 16),
        "url": "https://news.example/iraq/rockets",
        "canonical_url": "https://news.example/iraq/rockets",
        "source_id": "example-wire",
        "title": "Rockets hit Green Zone in Baghdad",
        "text": "Three Katyusha rockets landed near the U.S. Embassy in Baghdad, Iraqi officials said.",
        "access": Access(verdict="full"),
        "quality": Quality(chars=85, words=13, score=0.9),
        "rights": Rights(),
        "discovered": Discovered(via="file"),
        "lane": "live",
        "fetched_at": datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
    }
    return Article(**(fields | changes))


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A headline and lead of cases.toml, and what the classifier must make of it."""

    kind: str
    text: str
    iq: int
    ir: int
    title: str | None = None
    missed: bool = False  # the grades are known to come out wrong
    topics: frozenset[str] = frozenset()  # at least these
    entities: frozenset[str] = frozenset()  # at least these ids
    no_entities: frozenset[str] = frozenset()  # none of these


def read_cases() -> tuple[Case, ...]:
    """The cases, in the order of the file."""
    content = Path(__file__).with_name("cases.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(content)["cases"], tuple[Case, ...])


ALL = read_cases()
