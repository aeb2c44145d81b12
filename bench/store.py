"""How fast the sinks are beside a plain asyncpg upsert in the same run: `python -m bench.store [articles]`.

Each writes the same articles of about 700 words, with the same parts and search index, in the batches of
the store service; then the same again, as after a crash. The peer is what the documentation of asyncpg
shows: one transaction a batch, executemany of INSERT … ON CONFLICT a table. PostgreSQL:
SIRWAN_TEST_POSTGRES, else one that is started here, with fsync as it is by default.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from schemas.codec import encode
from schemas.records import (
    Access,
    Copy,
    Corroboration,
    CountryRelevance,
    Discovered,
    EnrichedArticle,
    Entity,
    Quality,
    Revision,
    Rights,
    Span,
    StoryLink,
    TopicLabel,
    Weighed,
)
from schemas.topics import ARTICLES_ENRICHED
from services.runtime.place import Place, Server
from services.store.fit import sink_at
from services.store.rows import Delivery, row_of
from services.store.service import BATCH
from services.store.tables import Row, Table
from tests.postgres import outside, own_database, session, started

ARTICLES, REPEATS, WORDS = 2_000, 3, 700

chance = random.Random(1)
VOCABULARY = ["".join(chance.choices("aeinorst", k=chance.randint(2, 9))) for _ in range(30_000)]
FREQUENCY = list(accumulate(1 / rank for rank in range(1, len(VOCABULARY) + 1)))  # Zipf, as in any language

Way = Callable[[Place, Sequence[Sequence[Row]]], Coroutine[None, None, tuple[float, float]]]
"""Writes the batches twice into an empty store; the seconds of each time."""


def an_article(number: int) -> EnrichedArticle:
    """An invented article with as many parts as a real one."""
    said = chance.choices(VOCABULARY, cum_weights=FREQUENCY, k=WORDS)
    mentions = (Span(start=0, end=5, text=said[0], in_="text"),)
    entities = [Entity(id=f"place:{word}", name=word, type="place", mentions=mentions) for word in said[:8]]
    url = f"http://a.example/{number}"
    return EnrichedArticle(
        page_id=f"{number:064x}", revision=Revision(digest="0" * 16), url=url, canonical_url=url, lane="live",
        title=" ".join(said[:9]), text=" ".join(said), language="en", access=Access(verdict="open"),
        quality=Quality(chars=WORDS * 6, words=WORDS, score=1.0), rights=Rights(verdict="allowed"),
        discovered=Discovered(via="rss"), fetched_at=datetime(2026, 11, 21, tzinfo=UTC), source_id="a",
        relevance={code: CountryRelevance(grade=1, score=0.5) for code in ("IQ", "IR")}, relevant=True,
        because="a place in Iraq", genre="news", importance=Weighed(score=0.4, because="one source"),
        topics=tuple(TopicLabel(id=name, name=name, medtop="2", score=0.7) for name in ("oil", "water")),
        entities=tuple(entities), credibility=Weighed(score=0.6, because="a newspaper"),
        story=StoryLink(id=f"story-{number // 3}", score=1.0), copy_=Copy(verdict="original", score=0.0),
        corroboration=Corroboration(independent_sources=1, families=("a",)), version=1,
    )  # fmt: skip


def batches(count: int) -> list[list[Row]]:
    """The rows as the service would hand them over."""
    made = (an_article(number) for number in range(count))
    rows = [row_of(each, Delivery(encode(ARTICLES_ENRICHED, each))) for each in made]
    return [rows[first : first + BATCH] for first in range(0, count, BATCH)]


async def our_sink(place: Place, rows: Sequence[Sequence[Row]]) -> tuple[float, float]:
    """The sink of the place."""
    sink = sink_at(place)
    await sink.open()

    async def write() -> float:
        begun = time.perf_counter()
        for batch in rows:
            await sink.write(batch)
        return time.perf_counter() - begun

    taken = await write(), await write()
    await sink.close()
    return taken


async def plain_asyncpg(place: Place, rows: Sequence[Sequence[Row]]) -> tuple[float, float]:
    """executemany, table by table; the layout is ours."""
    if not isinstance(place, Server):
        raise TypeError(f"{place} is no server")
    sink = sink_at(place)
    await sink.open()
    await sink.close()
    connection = await session(place)

    async def write() -> float:
        begun = time.perf_counter()
        for batch in rows:
            async with connection.transaction():
                await connection.executemany(upsert(batch[0].table), [row.values for row in batch])
                for number, part in enumerate(batch[0].parts):
                    values = [value for row in batch for value in row.parts[number].rows]
                    await connection.executemany(upsert(part.table), values)
        return time.perf_counter() - begun

    taken = await write(), await write()
    await connection.close()
    return taken


def upsert(table: Table) -> str:
    """As anybody would write it."""
    names = [f'"{name}"' for name in table.columns]
    values = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    change = ", ".join(f"{name} = excluded.{name}" for name in names)
    newer = f" WHERE stored.{table.version} < excluded.{table.version}" if table.version else ""
    return (
        f"INSERT INTO {table.name} AS stored ({', '.join(names)}) VALUES ({values})"  # noqa: S608 - names from tables.py
        f" ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {change}{newer}"
    )


@contextmanager
def a_file(_: Server | None = None) -> Iterator[Place]:
    """A new file."""
    with tempfile.TemporaryDirectory(prefix="sirwan-bench-") as folder:
        yield Path(folder) / "store.db"


PEER = "plain asyncpg"
WAYS: Mapping[str, tuple[Way, Callable[[Server], AbstractContextManager[Place]]]] = {
    PEER: (plain_asyncpg, own_database),
    "PostgreSQL": (our_sink, own_database),
    "SQLite": (our_sink, a_file),
}


def measure(server: Server, count: int) -> None:
    """Print the table. The ways take turns, so that a busy minute of the machine hits all of them."""
    rows = batches(count)
    size = statistics.fmean(len(str(row.values[-1])) for row in rows[0])
    print(f"{count} articles, records of {size:.0f} bytes, batches of {BATCH}, median of {REPEATS}")
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for _ in range(REPEATS):
        for name, (way, new_place) in WAYS.items():
            with new_place(server) as place:
                taken[name].append(asyncio.run(way(place, rows)))
    for number, what in enumerate(("first write", "delivered again")):
        peer = statistics.median(seconds[number] for seconds in taken[PEER])
        print(f"{what:<18}{'rows/s':>8}{'ratio':>8}   runs")
        for name, runs in taken.items():
            median = statistics.median(seconds[number] for seconds in runs)
            shown = " ".join(f"{count / seconds[number]:.0f}" for seconds in runs)
            print(f"  {name:<16}{count / median:>8.0f}{peer / median:>8.2f}   {shown}")


def main(count: int) -> None:
    """Measure on the server outside, else on one of our own."""
    there = outside()
    if there:
        measure(there, count)
        return
    with started(options=()) as server:
        measure(server, count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES)
