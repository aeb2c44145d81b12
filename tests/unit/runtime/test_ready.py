"""The health check of the containers says what /ready says."""

import asyncio

import pytest

from services.runtime.config import Settings
from services.runtime.health import Health
from services.runtime.health_server import serve_health
from services.runtime.metrics import Metrics
from services.runtime.ready import not_ready
from tests.broker import free_port


@pytest.mark.parametrize(
    ("causes", "expected"),
    [
        ({}, None),
        ({"broker": "kafka:9092 is away"}, "broker: kafka:9092 is away"),
        ({"broker": "away", "store": "locked"}, "broker: away; store: locked"),
    ],
)
async def test_a_service_is_ready_when_nothing_keeps_it(causes: dict[str, str], expected: str | None) -> None:
    metrics = Metrics()
    health = Health("store", metrics)
    health.cleared("starting")
    for cause, detail in causes.items():
        health.blocked(cause, detail)
    port = free_port()
    async with serve_health(Settings(health_port=port), health, metrics):
        assert await asyncio.to_thread(not_ready, port) == expected


def test_where_nobody_answers_the_port_is_named() -> None:
    port = free_port()
    assert (not_ready(port) or "").startswith(f"no answer on port {port}: ")
