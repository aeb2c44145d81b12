"""What the deployment shows of itself: `sirwan status` from inside and outside, and Prometheus."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.compose.stack import Failed, Stack
from tests.deployment import STAGES

ADDED = """
[[source]]
id = "quiet-post"
name = "Quiet Post"
homepage = "http://tigris.example:8701/"
kind = "newspaper"
[[source.feeds]]
url = "http://tigris.example:8701/no-such-feed"
kind = "feed"
"""  # one that never brings an article
COUNTS = ("stage", "taken", "done", "skipped", "dead", "lag")
EXPECTED = {
    "SirwanSourceSilent",  # the added source
    "SirwanSourceFailing",
    "SirwanDeadLetters",  # of the pages asked for one in nineteen is noise
}
TAKEN_UP = 30.0  # seconds until an edited folder of sources has reached `sirwan status`
SCRAPED = 60.0  # seconds until Prometheus has found and read every container


async def a_source_is_added(stack: Stack) -> str:
    """Written into the folder, read without a restart, and shown as silent while it brings nothing."""
    stack.add_sources("added.toml", ADDED)

    def shown() -> bool:
        said = stack.status()
        return [each["source_id"] for each in said["silent"] if each["never"]] == ["quiet-post"]

    begun = stack.clock.steady()
    await stack.until("the added source is shown", shown, TAKEN_UP)
    return f"an added source is taken up, and shown as silent, in {stack.clock.steady() - begun:.1f} s"


async def status_answers(stack: Stack) -> str:
    """`sirwan status` in the store's container and on this machine: working, and the same numbers."""
    inside = stack.status()
    outside = _status_outside(stack)
    for said in (inside, outside):
        stages = said["stages"]
        if not said["working"] or [each["stage"] for each in stages] != list(STAGES):
            raise Failed(f"status: {said['verdict']}: {stages}")
        if any(each["taken"] != each["done"] + each["skipped"] + each["dead"] for each in stages):
            raise Failed(f"status: not every message has one fate: {stages}")
        if any(each["lag"] for each in stages) or not said["families"] or not said["silent"]:
            raise Failed(f"status: lag, owners or silent sources: {said}")
    counts = [
        [{name: each[name] for name in COUNTS} for each in said["stages"]] for said in (inside, outside)
    ]
    if counts[0] != counts[1]:
        raise Failed(f"status differs between inside and outside: {counts}")
    owners, silent = len(inside["families"]), len(inside["silent"])
    return f"status, inside and outside: {inside['verdict']} ({owners} owners, {silent} silent sources)"


def _status_outside(stack: Stack) -> Any:
    given = stack.environment
    ours = {
        "SIRWAN_KAFKA": stack.kafka.bootstrap,
        "SIRWAN_STORE": f"postgresql://sirwan@127.0.0.1:{given['POSTGRES_PORT']}/sirwan",
        "SIRWAN_STORE_PASSWORD_FILE": f"{given['SECRETS_FOLDER']}/store_password",
        "SIRWAN_SOURCES": given["SOURCES_FOLDER"],
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    program = Path(sys.executable).with_name("sirwan")
    run = subprocess.run(
        [program, "status", "--json"], env={**kept, **ours}, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise Failed(f"sirwan status outside: {run.returncode} {run.stdout[:300]}{run.stderr}")
    return json.loads(run.stdout)


def the_pages_answer(stack: Stack) -> str:
    """As many articles as are stored, excerpts for everybody and whole texts for who has the token."""
    given = stack.environment
    known = {
        "authorization": f"Bearer {Path(given['SECRETS_FOLDER'], 'web_token').read_text('utf-8').strip()}"
    }
    with httpx.Client(base_url=f"http://127.0.0.1:{given['WEB_PORT']}") as client:
        hits = client.get("/api/search").raise_for_status().json()["hits"]
        page = f"/api/article/{hits[0]['page_id']}"
        part, whole = (client.get(page, headers=who).json()["article"]["text"] for who in ({}, known))
        counts = client.get("/api/pipeline").raise_for_status().json()["counts"]
    stored = int(stack.sql("SELECT count(*) FROM articles")[0])
    if counts["articles"] != stored or len(part) >= len(whole):
        raise Failed(f"the pages: {stored} stored, {counts}; {len(part)} and {len(whole)} characters")
    return f"the pages know {stored} articles; strangers see {len(part)} characters of {len(whole)}"


async def prometheus_watches(stack: Stack, containers: int) -> str:
    """Every container of the services is read, replicas too; all rules work, and none is an alarm.

    The rules are judged by what they ask, too: for most, the time they must hold has not passed.
    """
    server = stack.prometheus

    def all_read() -> bool:
        up = server.result('up{job="sirwan"} == 1')
        return len(up) == containers and {each["metric"]["service"] for each in up} == {*STAGES, "web"}

    await stack.until(f"Prometheus reads {containers} containers", all_read, SCRAPED)
    rules = [rule for group in server.get("rules")["groups"] for rule in group["rules"]]
    broken = [rule["name"] for rule in rules if rule["health"] == "err"]
    firing = [rule["name"] for rule in rules if rule.get("state") == "firing"]
    if broken or firing or not rules:
        raise Failed(f"of {len(rules)} rules {broken} do not work, {firing} are alarms")
    alerts = [rule for rule in rules if rule["type"] == "alerting"]

    def calm() -> bool:
        return {rule["name"] for rule in alerts if server.result(rule["query"])} <= EXPECTED

    await stack.until(f"no alert is on its way but {sorted(EXPECTED)}", calm, SCRAPED)
    return f"Prometheus reads {containers} containers; {len(rules)} rules work, no alarm and none on its way"
