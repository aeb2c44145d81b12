"""Articles as a Parquet file with typed columns, piece by piece. Pure. Needs pyarrow, the extra `parquet`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from schemas.codec import decode
from schemas.records import EnrichedArticle
from schemas.topics import ARTICLES_ENRICHED
from services.store.found import Found
from services.store.identifiers import DAY, moment, stated_date
from services.store.query import BadSearch

TOGETHER, HEAVY = 2_000, 32 * 2**20
"""Articles, and bytes of their records, after which a row group is closed: that much is in memory at once."""


class BadExport(BadSearch):
    """An export that cannot be made; the message says why and what to do."""


def as_parquet(found: Iterable[Found]) -> Iterator[bytes]:
    """One file: a row an article, zstd. docs/searching.md describes the columns. Raises BadExport."""
    pa = load_pyarrow()
    columns, sink = _columns(pa), _Sink()
    with pa.parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), columns, compression="zstd") as writer:
        for rows in _groups(found):
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=columns))
            yield from sink.take()
    yield from sink.take()


def load_pyarrow() -> Any:
    """The library with its part for Parquet. Raises BadExport where it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise BadExport(
            "--export parquet needs pyarrow, the extra `parquet`:"
            " `.venv/bin/python -m pip install -r requirements/parquet.txt`"
        ) from None
    return pa


def parquet_row(article: EnrichedArticle, independent_sources: int) -> dict[str, Any]:
    """The values of a row by column."""
    stated = article.published.value if article.published else None
    return {
        "page_id": article.page_id,
        "version": article.version,
        "url": article.canonical_url,
        "source_id": article.source_id,
        "site_name": article.site_name,
        "title": article.title,
        "text": article.text,
        "words": article.quality.words,
        "language": article.language,
        "section": article.section,
        "image": article.image,
        "published": stated,
        "published_day": _whole_day(stated),
        "published_at": moment(stated),
        "first_seen": article.first_fetched_at or article.fetched_at,
        "fetched_at": article.fetched_at,
        "countries": [
            {"country": country, "grade": each.grade, "score": each.score}
            for country, each in sorted(article.relevance.items())
            if each.grade
        ],
        "topics": [_fields(each, "id", "name", "medtop", "score") for each in article.topics],
        "entities": [
            {**_fields(each, "id", "name", "type", "wikidata"), "mentions": len(each.mentions)}
            for each in article.entities
        ],
        "places": [_fields(each, "id", "name", "country", "lat", "lon") for each in article.places],
        "genre": article.genre,
        "importance": article.importance.score,
        "credibility": article.credibility.score,
        "story_id": article.story.id,
        "copy": article.copy_.verdict,
        "copy_score": article.copy_.score,
        "copy_of": article.copy_.of,
        "copy_of_publisher": article.copy_.of_publisher,
        "independent_sources": independent_sources,
        "families": article.corroboration.families,
        "byline": article.byline,
        "credits": [_fields(each, "kind", "name", "text") for each in article.credits],
        "access": article.access.verdict,
        "rights": article.rights.verdict,
        "revision": article.revision.number,
        "revision_kind": article.revision.kind,
    }


def _columns(pa: Any) -> Any:
    """The type of each column of `parquet_row`."""
    text, whole, number = pa.string(), pa.int32(), pa.float64()
    instant = pa.timestamp("us", tz="UTC")

    def several(**fields: Any) -> Any:
        return pa.list_(pa.struct(fields))

    types: Mapping[str, Any] = {
        "version": whole, "words": whole, "published_day": pa.date32(), "published_at": instant,
        "first_seen": instant, "fetched_at": instant,
        "countries": several(country=text, grade=pa.int8(), score=number),
        "topics": several(id=text, name=text, medtop=text, score=number),
        "entities": several(id=text, name=text, type=text, wikidata=text, mentions=whole),
        "places": several(id=text, name=text, country=text, lat=number, lon=number),
        "importance": number, "credibility": number, "copy_score": number, "independent_sources": whole,
        "families": pa.list_(text), "byline": pa.list_(text),
        "credits": several(kind=text, name=text, text=text), "revision": whole,
    }  # fmt: skip
    return pa.schema([(name, types.get(name, text)) for name in COLUMNS])


COLUMNS = (
    "page_id", "version", "url", "source_id", "site_name", "title", "text", "words", "language", "section",
    "image", "published", "published_day", "published_at", "first_seen", "fetched_at", "countries", "topics",
    "entities", "places", "genre", "importance", "credibility", "story_id", "copy", "copy_score", "copy_of",
    "copy_of_publisher", "independent_sources", "families", "byline", "credits", "access", "rights",
    "revision", "revision_kind",
)  # fmt: skip


class _Sink:
    """A file that is taken away piece by piece, as pyarrow writes it."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> list[bytes]:
        pieces, self._pieces = self._pieces, []
        return pieces


def _groups(found: Iterable[Found]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    weight = 0
    for each in found:
        rows.append(parquet_row(decode(ARTICLES_ENRICHED, each.record), each.independent_sources))
        weight += len(each.record)
        if len(rows) == TOGETHER or weight >= HEAVY:
            yield rows
            rows, weight = [], 0
    if rows:
        yield rows


def _whole_day(value: str | None) -> date | None:
    """The day as the page states it, in its own zone."""
    stated = stated_date(value)
    found = DAY.match(stated) if stated else None
    return date.fromisoformat(found.group()) if found else None


def _fields(part: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(part, name) for name in names}
