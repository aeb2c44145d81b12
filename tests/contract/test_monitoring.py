"""What operators look at: it names what exists, alerts have tests and first moves, boards are sound."""

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.asyncapi import FLOWS
from services.runtime.metrics import METRICS
from services.store.freshness import LEAST
from services.store.verdict import LIMITS
from tests.contract.test_doc_links import HEADING, anchor
from tests.dashboards import BOARDS, GRAFANA, Query, board, queries
from tests.deployment import INPUTS, READS
from tests.prometheus import RULES, program, recorded, rule_groups
from tests.promql import OF_THE_TARGET, labels_of, named, unknown
from tests.rules.reading import ROOT

RECORDED = recorded()
ALERTS: list[dict[str, Any]] = [rule for group in rule_groups("alerts.yml") for rule in group["rules"]]
TESTS = sorted((RULES / "tests").glob("*.yml"))
QUERIES = list(queries())
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + [each.expression for each in RECORDED.values()]


def unit_tests() -> list[dict[str, Any]]:
    return [test for path in TESTS for test in yaml.safe_load(path.read_text("utf-8"))["tests"]]


def promtool(*words: str) -> None:
    done = subprocess.run([program("promtool"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_configuration_and_the_rules() -> None:
    promtool("check", "config", str(RULES / "prometheus.yml"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_rules_do_what_their_tests_say(path: Path) -> None:
    promtool("test", "rules", str(path))


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_each_alert_says_how_bad_it_is_what_it_is_and_what_to_do(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert alert["annotations"]["summary"]
    page, _, place = alert["annotations"]["runbook"].partition("#")
    assert place == alert["alert"].lower()
    assert place in map(anchor, HEADING.findall((ROOT / page).read_text("utf-8")))


@pytest.mark.parametrize("fires", [True, False], ids=["fires", "stays quiet"])
def test_each_alert_has_a_test_of_both_kinds(fires: bool) -> None:
    tested = [each for test in unit_tests() for each in test.get("alert_rule_test", ())]
    found = {each["alertname"] for each in tested if bool(each["exp_alerts"]) is fires}
    assert found == {alert["alert"] for alert in ALERTS}


@pytest.mark.parametrize(
    ("alert", "limit"),
    [
        ("SirwanNothingArrives", "> max(sirwan_silence_limit_seconds)"),
        ("SirwanFamilySilent", "> on (family) max by (family) (sirwan_owner_silence_limit_seconds)"),
        ("SirwanSourceSilent", "> on (source) max by (source) (sirwan_source_silence_limit_seconds)"),
    ],
)
def test_alerts_know_no_number_for_silence_but_those_of_the_store(alert: str, limit: str) -> None:
    """That those are the ones of `sirwan status`: tests/unit/store/test_delivered.py."""
    texts = [each["expr"] for each in ALERTS if each["alert"] == alert]
    assert any(limit in text for text in texts)
    assert not re.search(r"[0-9]{2}", " ".join(texts))
    (ever,) = [each for each in ALERTS if each["expr"].startswith("absent(sirwan_newest")]
    assert ever["for"] == f"{LEAST.total_seconds() / 3600:.0f}h"


@pytest.mark.parametrize(
    ("alert", "limit"),
    [
        ("SirwanLagGrows", f"sirwan:lag:messages > {LIMITS['lag']}"),
        ("SirwanLagHigh", f"sirwan:lag:seconds > {LIMITS['behind']}"),
    ],
)
def test_alerts_and_status_have_the_same_limits_of_lag(alert: str, limit: str) -> None:
    (text,) = [each["expr"] for each in ALERTS if each["alert"] == alert]
    assert text.startswith(limit)


def test_the_rules_leave_out_what_the_store_keeps_without_a_fate() -> None:
    (pattern,) = re.findall(r'topic!~"(.+?)"', RECORDED["sirwan:waiting:messages"].expression)
    sources = {topic.name: topic in INPUTS["store"] for topic in READS["store"]}
    assert {name: not re.fullmatch(pattern, name) for name in sources} == sources


def test_each_rule_that_records_has_a_test() -> None:
    tested = [each["expr"] for test in unit_tests() for each in test.get("promql_expr_test", ())]
    assert {name for expression in tested for name in named(expression).metrics} >= set(RECORDED)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda text: text.strip()[:40])
def test_rules_name_what_exists(expression: str) -> None:
    assert list(unknown(expression, RECORDED)) == []


def test_the_tests_of_rules_are_about_series_as_we_make_them() -> None:
    series = {one["series"] for test in unit_tests() for one in test["input_series"]}
    for each in series:
        assert list(unknown(each, RECORDED)) == []
        (metric,) = named(each).metrics
        if metric in METRICS:
            assert set(METRICS[metric].labels) <= named(each).labels | {"partition"}, each


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: f"{query.board}: {query.panel}")
def test_panels_name_what_exists(query: Query) -> None:
    assert list(unknown(query.expression, RECORDED, query.legend)) == []


def test_every_metric_is_on_a_board_or_in_a_rule() -> None:
    texts = [query.expression for query in QUERIES] + EXPRESSIONS
    seen = {name for text in texts for name in named(text).metrics}
    assert {name for name in METRICS if not {name, f"{name}_bucket"} & seen} == set()


def test_all_services_are_scraped_and_replicas_are_found() -> None:
    (job,) = yaml.safe_load((RULES / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    (names,) = job["dns_sd_configs"]
    assert (sorted(names["names"]), names["type"]) == (sorted((*FLOWS, "web")), "A")
    assert {job["job_name"]} == {"sirwan"}
    assert {rule["target_label"] for rule in job["relabel_configs"]} <= OF_THE_TARGET


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_each_board_is_sound(path: Path) -> None:
    read = board(path)
    ids = Counter(panel["id"] for panel in read["panels"])
    assert ids.most_common(1)[0][1] == 1
    assert read["schemaVersion"] >= 41
    assert read["refresh"]
    for panel in read["panels"]:
        place = panel["gridPos"]
        assert 0 <= place["x"] <= place["x"] + place["w"] <= 24
        if panel["type"] != "row":
            assert panel["title"]
            assert panel["description"]
            letters = [target["refId"] for target in panel["targets"]]
            assert len(set(letters)) == len(letters) > 0


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_no_two_panels_of_a_board_overlap(path: Path) -> None:
    taken: Counter[tuple[int, int]] = Counter()
    for panel in board(path)["panels"]:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            taken.update((x, y) for y in range(place["y"], place["y"] + place["h"]))
    assert taken.most_common(1)[0][1] == 1


def test_boards_are_told_apart_and_read_from_the_source_that_is_provisioned() -> None:
    uids = [board(path)["uid"] for path in BOARDS]
    assert len(set(uids)) == len(uids) == 2
    provisioned = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text("utf-8"))
    (source,) = provisioned["datasources"]
    assert source["url"] == "http://prometheus:9090"
    used = {
        panel["datasource"]["uid"] for path in BOARDS for panel in board(path)["panels"] if "targets" in panel
    }
    used |= {each["datasource"]["uid"] for path in BOARDS for each in board(path)["templating"]["list"]}
    assert used == {source["uid"]}


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("sum(rate(sirwan_message_total[5m]))", "no such metric: sirwan_message_total"),
        ("sum by (step) (sirwan_ready)", "no metric here has the label step"),
        ('sirwan_ready{fate="dead"} > 0', "no metric here has the label fate"),
        ("sirwan_messages_total_bucket", "no such metric: sirwan_messages_total_bucket"),
        ("sum by (fate) (sirwan:lag:seconds)", "no metric here has the label fate"),
        ("sum by (stage) (sirwan:article_age_seconds:p95_15m)", "no metric here has the label stage"),
        ("vector(1)", "names no metric"),
    ],
)
def test_a_name_that_nothing_has_is_found(expression: str, problem: str) -> None:
    assert problem in " ".join(unknown(expression, RECORDED))


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("sirwan:lag:seconds", {"stage"}),
        ("sirwan:handed_over:rate15m", {"stage"}),
        ("sirwan:newest_article:timestamp_seconds", {"family"}),
        ("sirwan:article_age_seconds:p95_15m", set()),
    ],
)
def test_what_is_recorded_has_the_labels_that_are_kept(name: str, labels: set[str]) -> None:
    assert labels_of(name, RECORDED) == frozenset(labels)
