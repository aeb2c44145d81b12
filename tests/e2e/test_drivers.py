"""Works embedded and works on Kafka are one claim: the same news web, byte-equal stored articles."""

from pathlib import Path

import pytest

from deploy.demo.server import NEWSROOMS, NewsWeb
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from services.store.outcomes import outcomes
from services.store.rows import stored_form
from tests.deployment import STAGES, deployed, drained
from tests.e2e.test_embedded import run_embedded, stored_records

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


async def test_both_drivers_store_the_same_bytes(kafka: KafkaSettings, tmp_path: Path) -> None:
    """One partition and one page at a time, so that both meet the pages in the same order: who came first
    decides what a record says of its story. The times of the run are left out, nothing else."""
    await apply(kafka, Layout(partitions=1))
    settings = {"SIRWAN_FETCH_CONCURRENCY": "1"}
    with (
        NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web,
        deployed(kafka, tmp_path / "kafka", **settings) as there,
    ):
        web.write_sources(tmp_path / "kafka" / "sources")
        here = await run_embedded(tmp_path / "embedded", web, partitions=1, fetch_concurrency=1)
        there.start()
        await drained(there, 120, at_least=len(outcomes(here.database)))
        assert there.stop() == dict.fromkeys(STAGES, 0)
    expected = {page: stored_form(record) for page, record in stored_records(here.database).items()}
    found = {
        page: stored_form(record) for page, record in stored_records(tmp_path / "kafka" / "sirwan.db").items()
    }
    assert len(expected) == 14
    assert found == expected
    fates = [(each.url, each.fate, each.reason) for each in outcomes(here.database)]
    assert [
        (each.url, each.fate, each.reason) for each in outcomes(tmp_path / "kafka" / "sirwan.db")
    ] == fates
