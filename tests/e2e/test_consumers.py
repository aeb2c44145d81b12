"""The readers of deploy/consumers, as they stand, on a real broker: the same changes in every language."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # no annotations
from msgspec.structs import replace

from schemas.codec import encode
from schemas.records import EnrichedArticle
from schemas.topics import ARTICLES_ENRICHED
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from tests.unit.store.records import an_article, page

ROOT = Path(__file__).parents[2]
READERS = ROOT / "deploy" / "consumers"
SCHEMA = ROOT / "schemas" / "published" / "enriched-article.v1.json"
LONGEST = 60  # lines of a reader
PATIENCE = 90.0  # seconds for a group's first join, and a slow machine

Prepared = Callable[[Path], list[str]]

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]


def in_python(_: Path) -> list[str]:
    return [sys.executable, str(READERS / "python" / "reader.py")]


def in_javascript(folder: Path) -> list[str]:
    """Installed as its lock says, in a folder of the test's own."""
    npm = shutil.which("npm") or pytest.skip("no npm: the reader in JavaScript was not run")
    shutil.copytree(READERS / "javascript", folder, dirs_exist_ok=True)
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return ["node", str(folder / "reader.mjs")]


def in_go(folder: Path) -> list[str]:
    """Built as its lock says."""
    go = shutil.which("go") or pytest.skip("no Go: the reader in Go was not run")
    subprocess.run([go, "build", "-o", str(folder / "reader"), "."], cwd=READERS / "go", check=True)
    return [str(folder / "reader")]


LANGUAGES: dict[str, Prepared] = {"python": in_python, "javascript": in_javascript, "go": in_go}


def messages() -> Iterator[tuple[str, EnrichedArticle | bytes | None, str]]:
    """Page, record or bytes that are none or tombstone, and `ce_id`."""
    river = an_article("river", title="Rain «at last» — باران")
    yield "river", river, "1"
    yield "river", river, "1"  # delivered twice
    yield "lake", an_article("lake", version=3, title=None), "2"
    yield "lake", an_article("lake", version=2), "3"  # older
    yield "river", replace(river, version=2, title="Rain, corrected"), "4"
    yield "river", replace(river, version=3, status="withheld"), "5"
    yield "lake", an_article("lake", version=4, status="canceled"), "6"
    yield "lake", None, "7"
    yield "dam", None, "8"  # nobody knew it
    yield "lake", an_article("lake", title="Back again"), "9"
    yield "odd", b'{"version": 1}', "10"


CHANGES: list[dict[str, Any]] = [
    {"key": page("river"), "state": "usable", "version": 1, "title": "Rain «at last» — باران"},
    {"key": page("lake"), "state": "usable", "version": 3, "title": None},
    {"key": page("river"), "state": "usable", "version": 2, "title": "Rain, corrected"},
    {"key": page("river"), "state": "withheld", "version": 3, "title": "Rain «at last» — باران"},
    {"key": page("lake"), "state": "canceled", "version": 4, "title": "Water talks resume on the Sirwan"},
    {"key": page("lake"), "state": "gone"},
    {"key": page("lake"), "state": "usable", "version": 1, "title": "Back again"},
    {"key": page("odd"), "state": "invalid"},
]


async def published(kafka: KafkaSettings) -> str:
    """The topic, with all messages in one partition, compressed as ours are."""
    await apply(kafka, Layout(partitions=1))
    topic = f"{kafka.prefix}.{ARTICLES_ENRICHED.name}"
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, compression_type="zstd") as producer:
        for name, record, ident in messages():
            value = encode(ARTICLES_ENRICHED, record) if isinstance(record, EnrichedArticle) else record
            headers = [("ce_id", ident.encode())]
            await producer.send_and_wait(topic, value, key=page(name).encode(), headers=headers)
    return topic


@contextmanager
def running(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_reader_sees_every_change_once(kafka: KafkaSettings, tmp_path: Path, language: str) -> None:
    command = await asyncio.to_thread(LANGUAGES[language], tmp_path)
    topic = await published(kafka)
    with running([*command, kafka.bootstrap, topic, str(SCHEMA)]) as reader:
        assert reader.stdout is not None
        async with asyncio.timeout(PATIENCE):
            lines = [await asyncio.to_thread(reader.stdout.readline) for _ in CHANGES]
    assert [json.loads(line) for line in lines] == CHANGES


@pytest.mark.parametrize("reader", ["python/reader.py", "javascript/reader.mjs", "go/main.go"])
def test_a_reader_is_short(reader: str) -> None:
    assert len((READERS / reader).read_text("utf-8").splitlines()) <= LONGEST
