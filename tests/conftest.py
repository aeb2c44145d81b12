"""Fixtures every test may use: a real broker, once a session, and settings that keep tests apart on it."""

import os
import uuid
from collections.abc import Iterator

import pytest

from services.runtime.kafka_connect import KafkaSettings
from tests.broker import Broker, Unavailable, new_broker


def _no_broker(why: Unavailable) -> None:
    """Skip, or fail where everything must be tested."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no Kafka broker: {why}")
    pytest.skip(f"no Kafka broker: {why}")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a broker: SIRWAN_TEST_KAFKA, or one started here for the session."""
    outside = os.environ.get("SIRWAN_TEST_KAFKA")
    if outside:
        yield outside
        return
    ours = new_broker(tmp_path_factory.mktemp("kafka"))
    try:
        ours.start()
    except Unavailable as exc:
        _no_broker(exc)
    yield ours.address
    ours.stop()


@pytest.fixture
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of the test's own, not started: for tests that kill it."""
    ours = new_broker(tmp_path_factory.mktemp("kafka"))
    try:
        ours.prepare()
    except Unavailable as exc:
        _no_broker(exc)
    yield ours
    ours.stop()


@pytest.fixture
def kafka(broker: str) -> KafkaSettings:
    """Settings with a prefix of this test alone, and less patience than in production."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    return KafkaSettings(broker, prefix=prefix, session_timeout=6.0, commit_interval=0.1, drain=0.3)
