"""Two fetchers read pages again, one is killed in between: no page is forgotten, none asked for by both."""

import asyncio
import time
from collections import Counter
from pathlib import Path

import pytest

from schemas.records import Fate, RawPage
from schemas.topics import JOURNAL, PAGES_FETCHED
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from tests.deployment import Deployment, deployed, read_all
from tests.e2e.test_polite_fetchers import HOSTS, PAGES, hosts, sources_of

PATIENCE = 180.0

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


async def visits(kafka: KafkaSettings) -> Counter[tuple[str, str]]:
    """How often each page met each end at a visit: page id, and `unchanged at visit 2`."""
    fates = [each for each in await read_all(kafka, JOURNAL) if isinstance(each, Fate)]
    return Counter(
        (each.page_id, f"{each.reason} {each.detail[each.detail.rfind('at visit') :]}")
        for each in fates
        if each.lane == "revisit" and each.fate == "skipped"
    )


async def all_visited(kafka: KafkaSettings, fetcher: Deployment) -> Counter[tuple[str, str]]:
    """Once every page has had its last visit."""
    end = time.monotonic() + PATIENCE
    while True:
        found = await visits(kafka)
        last = sum(said == "unchanged at visit 2" for _, said in found)
        if last == HOSTS * PAGES:
            return found
        assert time.monotonic() < end, f"{last} of {HOSTS * PAGES} last visits\n{fetcher.tail()}"
        await asyncio.sleep(1)


async def test_every_page_has_its_last_visit_though_a_fetcher_is_killed(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    await apply(kafka, Layout(partitions=12))
    changes = {"SIRWAN_PARTITIONS": "12", "SIRWAN_FETCH_DELAY": "0.1", "SIRWAN_REVISIT_AFTER": "8s,30s"}
    with (
        hosts() as every,
        deployed(kafka, tmp_path / "0", **changes, SIRWAN_INSTANCE="0") as first,
        deployed(kafka, tmp_path / "1", **changes, SIRWAN_INSTANCE="1") as second,
    ):
        for fetcher in (first, second):
            (fetcher.home / "sources" / "hosts.toml").write_text(sources_of(every), "utf-8")
            fetcher.start(["fetcher"])
        await asyncio.sleep(25)
        before = await visits(kafka)
        second.kill("fetcher")
        found = await all_visited(kafka, first)
    assert {said for _, said in found} <= {"unchanged at visit 1", "unchanged at visit 2"}
    assert len(before) > HOSTS * PAGES / 2, "the first visits were made before the kill"
    once_more = sum(count - 1 for count in found.values())
    assert once_more < HOSTS * PAGES / 20, "only what was under way at the kill is asked for twice"
    pages = [each for each in await read_all(kafka, PAGES_FETCHED) if isinstance(each, RawPage)]
    assert {each.lane for each in pages} == {"live"}
