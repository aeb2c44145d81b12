"""Articles as files for other programs, piece by piece: FORMS names the forms. Pure."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from schemas.codec import decode
from schemas.records import EnrichedArticle
from schemas.topics import ARTICLES_ENRICHED
from services.store.found import Found
from services.store.jsonld import to_jsonld
from services.store.ninjs import to_ninjs
from services.store.parquet import as_parquet

COLUMNS = (
    "published", "first_seen", "title", "url", "source_id", "language", "countries", "topics", "people",
    "organisations", "places", "genre", "importance", "credibility", "copy", "copy_of", "copy_of_publisher",
    "story_id", "independent_sources", "byline", "credits", "access", "page_id", "text",
)  # fmt: skip
MARK = "\ufeff"  # without it spreadsheets take Arabic for Latin
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run (OWASP, CSV injection)
CELL = 32_000  # characters: a spreadsheet cuts cells at 32,767, some into the next row


def as_json_lines(found: Iterable[Found]) -> Iterator[bytes]:
    """The record of docs/schemas.md, one a line, as it is on the topic."""
    for each in found:
        yield each.record + b"\n"


def as_csv(found: Iterable[Found]) -> Iterator[bytes]:
    """A heading and a row an article, RFC 4180 in UTF-8 with a byte-order mark; lists are parted by "; "."""
    line = _Line()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    yield (MARK + line.written).encode()
    for each in found:
        cells = _cells(decode(ARTICLES_ENRICHED, each.record), each.independent_sources)
        writer.writerow([_harmless(cells[column]) for column in COLUMNS])
        yield line.written.encode("utf-8", "replace")


def as_ninjs(found: Iterable[Found]) -> Iterator[bytes]:
    """A news object of IPTC ninjs 3.1, one a line."""
    return _as_objects(found, to_ninjs)


def as_jsonld(found: Iterable[Found]) -> Iterator[bytes]:
    """A NewsArticle of schema.org in JSON-LD, one a line."""
    return _as_objects(found, to_jsonld)


FORMS: Mapping[str, Callable[[Iterable[Found]], Iterator[bytes]]] = {
    "jsonl": as_json_lines, "csv": as_csv, "ninjs": as_ninjs, "jsonld": as_jsonld,
    "parquet": as_parquet,
}  # fmt: skip


def _as_objects(
    found: Iterable[Found], form: Callable[[EnrichedArticle], Mapping[str, Any]]
) -> Iterator[bytes]:
    for each in found:
        yield msgspec.json.encode(form(decode(ARTICLES_ENRICHED, each.record))) + b"\n"


class _Line:
    """What `csv` writes to."""

    written = ""

    def write(self, text: str) -> int:
        self.written = text
        return len(text)


def _cells(article: EnrichedArticle, independent_sources: int) -> dict[str, object]:
    countries = {country: each.grade for country, each in sorted(article.relevance.items()) if each.grade}
    named = {
        kind: _listed(each.name for each in article.entities if each.type == kind)
        for kind in ("person", "organisation")
    }
    placed = _listed(
        each.name for each in article.entities if each.type not in named and each.type != "unknown"
    )
    return {
        "published": article.published and article.published.value,
        "first_seen": (article.first_fetched_at or article.fetched_at).isoformat(),
        "title": article.title,
        "url": article.canonical_url,
        "source_id": article.source_id,
        "language": article.language,
        "countries": _listed(f"{country} {grade}" for country, grade in countries.items()),
        "topics": _listed(topic.id for topic in article.topics),
        "people": named["person"],
        "organisations": named["organisation"],
        "places": placed,
        "genre": article.genre,
        "importance": article.importance.score,
        "credibility": article.credibility.score,
        "copy": article.copy_.verdict,
        "copy_of": article.copy_.of,
        "copy_of_publisher": article.copy_.of_publisher,
        "story_id": article.story.id,
        "independent_sources": independent_sources,
        "byline": _listed(article.byline),
        "credits": _listed(dict.fromkeys(f"{credit.kind}: {credit.name}" for credit in article.credits)),
        "access": article.access.verdict,
        "page_id": article.page_id,
        "text": article.text,
    }


def _listed(values: Iterable[str]) -> str:
    return "; ".join(values)


def _harmless(value: object) -> object:
    """A cell that no spreadsheet runs, cuts or breaks."""
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "\ufffd")[:CELL]
    return f"'{text}" if text.startswith(FORMULA) else text
