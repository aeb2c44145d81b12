"""A hundred readers at once while the store is written: all are answered, and nothing is left open."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.runtime.place import Place
from services.store.fit import sink_at
from tests.contract.test_web import ARTICLE, ROWS, Placed, app_of
from tests.postgres import own_database
from tests.serving import served
from tests.unit.store.records import an_article, fill, row

READERS, EACH = 100, 4
BATCHES, TOGETHER = 20, 20
PATHS = ("/", "/?q=Engineers", ARTICLE, "/story/story-1", "/api/search?q=dam&sort=newest")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield fill(tmp_path / "sirwan.db", *ROWS)
        return
    with own_database(request.getfixturevalue("postgres_server")) as database:
        yield fill(database, *ROWS)


async def write(place: Place) -> None:
    sink = sink_at(place)
    await sink.open()
    for batch in range(BATCHES):
        await sink.write([row(an_article(f"page-{batch}-{number}")) for number in range(TOGETHER)])
        await asyncio.sleep(0)
    await sink.close()


async def read(client: httpx.AsyncClient, number: int) -> list[int]:
    paths = [PATHS[(number + step) % len(PATHS)] for step in range(EACH)]
    return [(await client.get(path)).status_code for path in paths]


@pytest.mark.timeout(300)
async def test_a_hundred_readers_beside_a_writer(store: Place, tmp_path: Path) -> None:
    app = app_of(Placed(made=store, home=tmp_path, sources=tmp_path / "none", web_rate=0))
    limits = httpx.Limits(max_connections=READERS)
    with served(app) as address:
        async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
            before = await still_open(client)
            answered, _ = await asyncio.gather(
                asyncio.gather(*(read(client, number) for number in range(READERS))), write(store)
            )
            found = (await client.get("/api/pipeline")).json()["counts"]["articles"]
        async with httpx.AsyncClient(base_url=address) as client:
            assert await still_open(client) <= before
    assert [status for each in answered for status in each] == [200] * (READERS * EACH)
    assert found == BATCHES * TOGETHER + len([each for each in ROWS if each.table.name == "articles"])


async def still_open(client: httpx.AsyncClient) -> int:
    """Files of this process, server and client, once a first answer has opened what stays open."""
    await client.get("/static/icon.svg")
    return open_files()


def open_files() -> int:
    return len([*Path("/proc/self/fd").iterdir()])
