"""docker-compose.yml and the Dockerfile keep the house rules; that they work is for `make test-compose`."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.asyncapi import FLOWS
from services.runtime.access import ADMIN, PRINCIPALS
from services.runtime.config import Settings, variable
from services.runtime.knobs import FIXED, KNOBS
from tests.rules.reading import ROOT
from tests.secure_broker import deployed_properties, overlay

TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOTS = {"topics", "migrate", "backup", "restore"}
OURS = {"topics", "migrate", "fetcher", "extractor", "classifier", "linker", "store", "web", "webhooks"}
RUNNING = sorted(SERVICES.keys() - ONE_SHOTS)
USED = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_hardened_and_limited(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert {"mem_limit", "cpus", "pids_limit", "stop_grace_period"} <= service.keys()
    assert service["restart"] == ("no" if name in ONE_SHOTS else "unless-stopped")


@pytest.mark.parametrize("name", RUNNING)
def test_what_runs_says_when_it_is_ready(name: str) -> None:
    assert {"test", "interval", "timeout", "start_period", "start_interval"} <= SERVICES[name][
        "healthcheck"
    ].keys()


@pytest.mark.parametrize("name", SERVICES.keys() - OURS - {"kafbat"})
def test_other_peoples_images_run_as_a_numbered_user(name: str) -> None:
    assert re.fullmatch(r"[1-9]\d*:\d+", SERVICES[name]["user"])


def test_ports_are_published_on_loopback_and_by_a_knob() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert [
        port for port in ports if not re.fullmatch(r"127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+", port)
    ] == []


def test_only_the_fetcher_and_the_webhooks_have_a_way_out() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name in SERVICES if "outside" in SERVICES[name]["networks"]] == ["fetcher", "webhooks"]
    assert {name for name in SERVICES if "doors" in SERVICES[name]["networks"]} == {
        name for name in SERVICES if "ports" in SERVICES[name]
    }


def test_passwords_come_as_files_only() -> None:
    words = re.compile("PASSWORD|SECRET|TOKEN")
    named = {
        (key, value)
        for service in SERVICES.values()
        for key, value in service.get("environment", {}).items()
        if words.search(key)
    }
    assert all(key.endswith("_FILE") and value.startswith("/run/secrets/") for key, value in named)
    assert named


def test_the_image_is_built_once() -> None:
    assert [name for name in SERVICES if "build" in SERVICES[name]] == ["topics"]
    assert {SERVICES[name]["image"] for name in OURS} == {SERVICES["topics"]["image"]}


def test_every_setting_reaches_a_service_or_is_decided_here() -> None:
    environments = [service.get("environment", {}) for service in SERVICES.values()]
    passed = {name for each in environments for name, value in each.items() if value is None}
    decided = {
        name for each in environments for name, value in each.items() if value and name.startswith("SIRWAN_")
    }
    known = {variable(field) for field in Settings.model_fields}
    fixed = {variable(field) for field in FIXED}
    assert passed == known - fixed, "pass a new setting on in docker-compose.yml, or say in FIXED why not"
    assert decided <= fixed <= known


def test_knobs_have_the_defaults_of_the_table() -> None:
    assert dict(USED.findall(TEXT)) == {name: knob.default for name, knob in KNOBS.items()}
    assert [found for found in USED.findall(TEXT) if KNOBS[found[0]].default != found[1]] == []


def test_an_extractor_has_memory_for_all_its_workers_at_their_limit() -> None:
    settings, rest = Settings(), 256  # MiB of the service itself, and of what its workers share
    allowed = {"m": 1, "g": 1024}
    most = KNOBS["EXTRACTOR_MEMORY"].default
    assert (
        settings.extract_workers * settings.extract_memory + rest
        <= int(most[:-1]) * allowed[most[-1].lower()]
    )


OVERLAY = overlay()
SECURED: dict[str, Any] = OVERLAY["services"]
SECURE_TEXT = (ROOT / "docker-compose.secure.yml").read_text("utf-8")


@pytest.mark.parametrize("name", FLOWS)
def test_every_service_logs_in_as_itself_with_its_own_password_and_no_other(name: str) -> None:
    environment = {**SECURED[name]["environment"]}
    assert environment == {
        "SIRWAN_KAFKA_USER": name,
        "SIRWAN_KAFKA_CA_FILE": "/run/secrets/kafka_ca",
        "SIRWAN_KAFKA_PASSWORD_FILE": "/run/secrets/kafka_password",
    }
    assert SECURED[name]["secrets"] == [
        "kafka_ca",
        {"source": f"kafka_{name}_password", "target": "kafka_password"},
    ]


def test_only_who_makes_users_has_all_passwords_and_only_the_broker_its_key() -> None:
    holders = {name: {str(each) for each in SECURED[name]["secrets"]} for name in ("kafka", "topics")}
    passwords = {f"kafka_{who}_password" for who in (ADMIN, *PRINCIPALS)}
    assert holders["topics"] == {"kafka_ca", *passwords}
    assert holders["kafka"] == {"kafka_ca", "kafka_broker", f"kafka_{ADMIN}_password"}
    assert OVERLAY["secrets"].keys() == {"kafka_ca", "kafka_broker", *passwords}
    assert "ca.key" not in SECURE_TEXT


def test_make_secrets_makes_a_password_for_everybody() -> None:
    (users,) = re.findall(r"^USERS := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert users.split() == [ADMIN, *PRINCIPALS]


def test_the_secure_broker_denies_by_default_and_listens_in_plain_text_to_itself_only() -> None:
    properties = deployed_properties()
    assert properties["authorizer.class.name"] == "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
    assert properties["allow.everyone.if.no.acl.found"] == "false"
    assert properties["super.users"] == "User:admin;User:CN=sirwan-broker"
    listeners = [each.split("://") for each in properties["listeners"].split(",")]
    protocols = dict(each.split(":") for each in properties["listener.security.protocol.map"].split(","))
    assert {name: protocols[name] for name, at in listeners if at.startswith(":")} == {
        "INTERNAL": "SASL_SSL",
        "EXTERNAL": "SASL_SSL",
    }
    assert all(at.startswith((":", "localhost:")) for _, at in listeners)
    for name, protocol in protocols.items():
        if protocol == "SSL":
            assert properties[f"listener.name.{name.lower()}.ssl.client.auth"] == "required"
    assert "HEALTH" not in properties["advertised.listeners"]


def test_the_secure_broker_is_asked_the_same_when_it_is_asked_whether_it_is_ready() -> None:
    plain, secure = (services["kafka"]["healthcheck"]["test"] for services in (SERVICES, SECURED))
    assert [word.replace("9095", "9092") for word in secure] == plain


def test_the_overlay_adds_no_container_and_has_the_same_knobs() -> None:
    assert SECURED.keys() <= SERVICES.keys()
    assert SECURED["kafbat"] is None  # taken out
    assert [found for found in USED.findall(SECURE_TEXT) if KNOBS[found[0]].default != found[1]] == []


@pytest.mark.parametrize("file", ["docker-compose.yml", "docker-compose.secure.yml", "deploy/Dockerfile"])
def test_nothing_forces_a_pull(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert re.findall(r"@sha256:|^# *syntax=|pull_policy: always", text, re.MULTILINE) == []


def test_hadolint_has_nothing_to_say_of_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    run = subprocess.run(
        [hadolint, "deploy/Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


def test_the_image_holds_only_what_is_named() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith(("#", "!"))] == ["*", "**/__pycache__"]
