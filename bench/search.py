"""How long a search takes: `python -m bench.search [articles] [sqlite | postgres]`.

Invented articles of about 700 words, whose words are as common as in any language; ten hits are asked for,
as `sirwan search` does, each search on a connection of its own. PostgreSQL: SIRWAN_TEST_POSTGRES, else one
that is started here.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from bench.store import VOCABULARY, a_file, an_article
from schemas.codec import encode
from schemas.records import EnrichedArticle, TopicLabel
from schemas.topics import ARTICLES_ENRICHED
from services.runtime.place import Place
from services.store.fit import sink_at
from services.store.narrowing import Narrowed
from services.store.rows import Delivery, row_of
from services.store.search import search
from services.store.service import BATCH
from services.store.tables import Row
from tests.postgres import outside, own_database, started

ARTICLES, SEARCHES, HITS = 100_000, 60, 10
DAYS = 365
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

chance = random.Random(2)

Search = tuple[str, Narrowed, str | None]
"""What is typed, what it is narrowed to, how it is sorted."""


def word(first: int, last: int) -> str:
    """One of these ranks."""
    return chance.choice(VOCABULARY[first:last])


def day() -> str:
    """One of the year."""
    return (BEGIN + timedelta(days=chance.randrange(DAYS))).date().isoformat()


def kinds() -> Mapping[str, Search]:
    """One search of each kind."""
    since = day()
    return {
        "a rare word": (word(5_000, 20_000), Narrowed(), None),
        "a word of 1 in 10": (word(400, 800), Narrowed(), None),
        "a word of every article": (word(0, 20), Narrowed(), None),
        "two words": (f"{word(50, 200)} {word(200, 2_000)}", Narrowed(), None),
        "a phrase": (f'"{word(0, 50)} {word(0, 50)}"', Narrowed(), None),
        "a word, the newest": (word(400, 800), Narrowed(), "newest"),
        "a common word, the newest": (word(0, 20), Narrowed(), "newest"),
        "a word in one country": (word(400, 800), Narrowed(country="IR", grade=1), None),
        "a topic": ("", Narrowed(topic=f"topic{chance.randrange(15)}"), None),
        "a place": ("", Narrowed(entities=(f"place:{word(300, 3_000)}",)), None),
        "a day": ("", Narrowed(since=since, until=since), None),
        "all, the newest": ("", Narrowed(grade=1), None),
    }


def rows(count: int) -> Iterator[list[Row]]:
    """Batches as the service would hand them over."""
    batch: list[Row] = []
    for number in range(count):
        made = varied(an_article(number))
        batch.append(row_of(made, Delivery(encode(ARTICLES_ENRICHED, made))))
        if len(batch) == BATCH or number == count - 1:
            yield batch
            batch = []


def varied(article: EnrichedArticle) -> EnrichedArticle:
    """One of fifteen topics, on a day of the year, every fifth about the second country."""
    name = f"topic{chance.randrange(15)}"
    relevance = {
        code: each for code, each in article.relevance.items() if code == "IQ" or chance.random() < 0.2
    }
    return replace(
        article,
        fetched_at=BEGIN + timedelta(seconds=chance.randrange(DAYS * 86_400)),
        topics=(TopicLabel(id=name, name=name, medtop="2", score=0.7),),
        relevance=relevance,
    )


async def fill(place: Place, count: int) -> None:
    """A new store with so many articles."""
    sink = sink_at(place)
    await sink.open()
    for batch in rows(count):
        await sink.write(batch)
    await sink.close()


def measure(place: Place, count: int) -> None:
    """Print the table."""
    begun = time.perf_counter()
    asyncio.run(fill(place, count))
    print(
        f"{count} articles written in {time.perf_counter() - begun:.0f} s; {SEARCHES} searches of each kind"
    )
    taken: dict[str, list[float]] = {}
    for _ in range(SEARCHES):
        for name, (typed, narrowed, order) in kinds().items():
            begun = time.perf_counter()
            search(place, typed, narrowed, order=order, limit=HITS)
            taken.setdefault(name, []).append(1000 * (time.perf_counter() - begun))
    print(f"{'':<28}{'median':>9}{'p95':>9} ms")
    for name, each in {**taken, "all of them": [one for some in taken.values() for one in some]}.items():
        print(
            f"{name:<28}{statistics.median(each):>9.1f}{statistics.quantiles(each, n=20)[-1]:>9.1f}",
            flush=True,
        )


def main(count: int, engine: str) -> None:
    """Measure on a file, or on the server outside, else on one of our own."""
    if engine == "sqlite":
        with a_file() as place:
            measure(place, count)
    elif there := outside():
        with own_database(there) as place:
            measure(place, count)
    else:
        with started(options=()) as server, own_database(server) as place:
            measure(place, count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES, sys.argv[2] if len(sys.argv) > 2 else "sqlite")
