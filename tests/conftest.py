"""Fixtures every test may use: a real broker and a real PostgreSQL, once a session, with tests kept apart."""

import asyncio
import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NoReturn

import pytest
import structlog

from services.runtime.kafka_connect import KafkaSettings
from services.runtime.place import Server
from tests import postgres as servers
from tests.broker import Broker, Unavailable, new_broker
from tests.secure_broker import SecureBroker, new_secure_broker, prepared


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that a test runs in this process sends the logs to that test's own standard error."""
    root, told = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**told)
    root.handlers[:] = handlers
    root.setLevel(level)


def _without(what: str, why: Exception) -> NoReturn:
    """Skip, or fail where everything must be tested."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {what}: {why}")
    pytest.skip(f"no {what}: {why}")


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
        _without("Kafka broker", exc)
    yield ours.address
    ours.stop()


@pytest.fixture
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of the test's own, not started: for tests that kill it."""
    ours = new_broker(tmp_path_factory.mktemp("kafka"))
    try:
        ours.prepare()
    except Unavailable as exc:
        _without("Kafka broker", exc)
    yield ours
    ours.stop()


@pytest.fixture(scope="session")
def secure_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureBroker]:
    """A broker as the secure deployment has it, with every topic, user and right of the tables."""
    ours = new_secure_broker(tmp_path_factory.mktemp("secure"))
    try:
        ours.start()
    except Unavailable as exc:
        _without("secure Kafka broker", exc)
    asyncio.run(prepared(ours))
    yield ours
    ours.stop()


@pytest.fixture
def kafka(broker: str) -> KafkaSettings:
    """Settings with a prefix of this test alone, and less patience than in production."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    return KafkaSettings(broker, prefix=prefix, session_timeout=6.0, commit_interval=0.1, drain=0.3)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The PostgreSQL at SIRWAN_TEST_POSTGRES, or one started here for the session."""
    outside = servers.outside()
    if outside:
        yield outside
        return
    with ExitStack() as stack:
        try:
            ours = stack.enter_context(servers.started())
        except servers.Unavailable as exc:
            _without("PostgreSQL", exc)
        yield ours


@pytest.fixture
def postgres(postgres_server: Server) -> Iterator[Server]:
    """An empty database of this test alone."""
    with servers.own_database(postgres_server) as database:
        yield database
