"""Every query of every dashboard, and every rule, in a real Prometheus over a real run."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.demo.server import NEWSROOMS, NewsWeb
from services.embedded.pipeline import running
from services.runtime.config import Settings
from services.runtime.health import Health
from services.runtime.health_server import serve_health
from services.runtime.metrics import METRICS, Metrics
from services.runtime.sources import load_sources
from tests.broker import free_port
from tests.dashboards import Query, queries
from tests.prometheus import Prometheus, prometheus, recorded, rule_groups

MAY_BE_EMPTY = {
    'ALERTS{alertstate="firing"}',
    'sum by (why) (increase(sirwan_pauses_total{stage=~"$stage"}[5m]))',
    "sum by (reason) (sirwan_unreachable_hosts)",
    "sum by (subscription, outcome) (rate(sirwan_webhook_records_total[$__rate_interval]))",
}
"""Queries that give nothing while all is well."""

BROKEN = """
[[source]]
id = "out-of-order"
name = "Out of Order"
homepage = "{url}"
[[source.feeds]]
url = "{url}"
kind = "feed"
"""
"""A source whose feed is no feed."""

WORKED = "sum(increase(sirwan_store_rows_total[1m])) > 0 and sum(rate(sirwan_messages_total[1m])) > 0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus after the tiny news web went through the embedded pipeline while it looked on."""
    port = free_port()
    folder = tmp_path_factory.mktemp("prometheus")
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web, prometheus(folder, f"127.0.0.1:{port}") as ours:
        yield replace(ours, at=asyncio.run(_run(tmp_path_factory.mktemp("home"), web, port, ours)))


async def _run(home: Path, web: NewsWeb, port: int, ours: Prometheus) -> float:
    """The moment before it ended: what a target showed is no more once it is gone."""
    sources = web.write_sources(home / "sources").parent
    (sources / "broken.toml").write_text(BROKEN.format(url=web.url("tigris/index.html")), "utf-8")
    settings = Settings(
        home=home,
        sources=sources,
        fetch_delay=0.02,
        retry_attempts=2,
        allow_private_hosts=True,
        health_port=port,
    )
    async with running(settings, load_sources(settings.sources)) as pipeline:
        health = Health("store", Metrics())  # only /metrics is looked at
        async with serve_health(settings, health, pipeline.metrics):
            await asyncio.to_thread(ours.until, "sirwan_ready == 1")
            await pipeline.discover()
            await pipeline.drained()
            await asyncio.to_thread(ours.until, WORKED)
            for name in recorded():
                await asyncio.to_thread(ours.until, name)
            return time.time()


@pytest.mark.parametrize("query", list(queries()), ids=lambda query: f"{query.board}: {query.panel}")
def test_each_query_of_a_panel_has_data(server: Prometheus, query: Query) -> None:
    found = server.result(query.expression)
    assert found or query.text in MAY_BE_EMPTY
    for series in found:
        assert set(query.legend) <= set(series["metric"])


def test_the_queries_that_may_be_empty_exist() -> None:
    assert {query.text for query in queries()} >= MAY_BE_EMPTY


def test_what_is_scraped_is_labelled_by_its_service(server: Prometheus) -> None:
    assert {series["metric"]["service"] for series in server.result("up")} == {"store"}


def test_prometheus_knows_every_metric_with_its_kind_and_its_meaning(server: Prometheus) -> None:
    known = server.get("metadata")
    for name, metric in METRICS.items():
        said = known.get(name) or known[name.removesuffix("_total")]
        assert {(each["type"], each["help"]) for each in said} == {(metric.kind, metric.doc)}


def test_every_rule_is_evaluated_without_an_error(server: Prometheus) -> None:
    rules = [rule for group in server.get("rules")["groups"] for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}
    alerts = {rule["alert"] for group in rule_groups("alerts.yml") for rule in group["rules"]}
    assert {rule["name"] for rule in rules} == set(recorded()) | alerts


IN_THIS_RUN = {
    "SirwanTargetDown",  # one process stands for all five
    "SirwanSourceFailing",  # ours is out of order
    "SirwanSourceSilent",
}
"""Alerts that would fire if the run went on as it is."""


def test_no_other_alert_is_about_to_fire_in_a_run_in_which_all_is_well(server: Prometheus) -> None:
    rules = [rule for group in rule_groups("alerts.yml") for rule in group["rules"]]
    assert {rule["alert"] for rule in rules if server.result(rule["expr"])} == IN_THIS_RUN
