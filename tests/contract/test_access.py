"""Who may do what, asked of a broker as the secure deployment has it: everybody, every topic, both ways."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import (  # type: ignore[import-untyped]  # aiokafka ships no annotations
    AIOKafkaConsumer,
    AIOKafkaProducer,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # as above
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.admin import CreateAclsRequest  # type: ignore[import-untyped]  # as above

from schemas.topics import ALL_TOPICS, ARTICLES_ENRICHED, PAGES_FETCHED, STORIES
from services.runtime.access import ADMIN, CONSUMER, PRINCIPALS, STATUS, WATCHED_MEMORY, grants
from services.runtime.bus import BrokerDown
from services.runtime.kafka import KafkaBus
from services.runtime.kafka_access import ALLOW, LITERAL, AccessChange, apply, plan
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_lag import look
from services.runtime.kafka_login import Login
from services.runtime.kafka_topics import MEMORIES
from services.runtime.kafka_users import read_passwords
from tests.secure_broker import SecureBroker, make_certificates

pytestmark = pytest.mark.kafka

TOPICS = (*ALL_TOPICS, *MEMORIES)
NOBODY = "anonymous"
TOPIC, READ = 2, 3  # of the Kafka protocol


@asynccontextmanager
async def producing(settings: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    """Not idempotent: an idempotent one is refused at its start where it may write to no topic at all."""
    producer = AIOKafkaProducer(**settings.client, acks="all")
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def consuming(settings: KafkaSettings, **more: Any) -> AsyncIterator[AIOKafkaConsumer]:
    """From the first message on."""
    consumer = AIOKafkaConsumer(**settings.client, auto_offset_reset="earliest", **more)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


@pytest.fixture(scope="session")
def filled(secure_broker: SecureBroker) -> SecureBroker:
    """With a record on every topic, so that whoever may read one gets it."""

    async def fill() -> None:
        async with producing(secure_broker.settings(ADMIN)) as producer:
            for name in TOPICS:
                await producer.send_and_wait(f"sirwan.{name}", b"{}", key=b"admin", partition=0)

    asyncio.run(fill())
    return secure_broker


def reaching(broker: SecureBroker, who: str) -> KafkaSettings:
    return broker.anonymous() if who == NOBODY else broker.settings(who)


async def can_read(settings: KafkaSettings, topic: str) -> bool:
    """True once a record has come, False once the broker has refused to name its partitions, or to send any.

    aiokafka raises only the second; Kafka gives no record to whom it does not name the partitions.
    """
    place = TopicPartition(settings.full(topic), 0)
    async with consuming(settings) as consumer, asyncio.timeout(30):
        consumer.assign([place])
        try:
            while not (await consumer.getmany(timeout_ms=200)).get(place):
                if place.topic in consumer._client.cluster.unauthorized_topics:
                    return False
        except TopicAuthorizationFailedError:
            return False
        return True


async def can_write(producer: AIOKafkaProducer, settings: KafkaSettings, topic: str) -> bool:
    """True once the broker has confirmed, False once it has refused."""
    async with asyncio.timeout(20):
        try:
            await producer.send_and_wait(settings.full(topic), b"{}", key=b"tried", partition=0)
        except TopicAuthorizationFailedError:
            return False
        return True


def granted(who: str, operation: str) -> set[str]:
    """Topics without prefix, as the table has them."""
    found = {grant.name for grant in grants("sirwan") if (grant.who, grant.operation) == (who, operation)}
    return {name for name in TOPICS if f"sirwan.{name}" in found}


@pytest.mark.parametrize("who", [*PRINCIPALS, NOBODY])
async def test_everybody_reads_what_is_granted_and_nothing_else(filled: SecureBroker, who: str) -> None:
    settings = reaching(filled, who)
    read = await asyncio.gather(*(can_read(settings, topic) for topic in TOPICS))
    assert {topic for topic, done in zip(TOPICS, read, strict=True) if done} == granted(who, "read")


@pytest.mark.parametrize("who", [*PRINCIPALS, NOBODY])
async def test_everybody_writes_what_is_granted_and_nothing_else(filled: SecureBroker, who: str) -> None:
    settings = reaching(filled, who)
    written = set()
    for topic in TOPICS:  # a refused one may not spoil the producer for the next
        async with producing(settings) as producer:
            if await can_write(producer, settings, topic):
                written.add(topic)
    assert written == granted(who, "write")


async def test_a_consumer_reads_the_public_topics_and_no_raw_page(filled: SecureBroker) -> None:
    consumer = filled.settings(CONSUMER)
    assert await can_read(consumer, ARTICLES_ENRICHED.name)
    assert await can_read(consumer, STORIES.name)
    assert not await can_read(consumer, PAGES_FETCHED.name)


@pytest.mark.parametrize("who", [NOBODY, CONSUMER])
async def test_who_may_not_see_a_topic_does_not_learn_that_it_is_there(
    filled: SecureBroker, who: str
) -> None:
    async with consuming(reaching(filled, who)) as consumer:
        seen = await consumer.topics()
    public = {f"sirwan.{topic.name}" for topic in ALL_TOPICS.values() if topic.public}
    assert seen == (public if who == CONSUMER else set())


@pytest.mark.parametrize(
    ("who", "topic", "group", "allowed"),
    [
        (CONSUMER, "articles.enriched.v1", "sirwan.consumer.newsroom", True),
        (CONSUMER, "articles.enriched.v1", "sirwan.store", False),
        (CONSUMER, "articles.enriched.v1", "newsroom", False),
        ("extractor", "pages.fetched.v1", "sirwan.extractor", True),
        ("extractor", "pages.fetched.v1", "sirwan.classifier", False),
        (STATUS, "fetcher.memory.v1", "sirwan.fetcher", False),
    ],
)
async def test_nobody_joins_a_group_of_somebody_else(
    filled: SecureBroker, who: str, topic: str, group: str, allowed: bool
) -> None:
    """A member of a service's group would be dealt its partitions, whether or not it may read them."""
    settings = filled.settings(who)
    joined = True
    consumer = AIOKafkaConsumer(f"sirwan.{topic}", **settings.client, group_id=group)
    try:
        async with asyncio.timeout(20):
            await consumer.start()
    except GroupAuthorizationFailedError:
        joined = False
    finally:
        await consumer.stop()
    assert joined is allowed


async def said(settings: KafkaSettings) -> str:
    """What we say of a broker that does not let us in."""
    bus = KafkaBus(settings)
    try:
        with pytest.raises(BrokerDown) as caught:
            async with asyncio.timeout(20):
                await bus.start()
    finally:
        await bus.stop()
    return str(caught.value)


@pytest.mark.parametrize(("who", "password"), [("extractor", "not-this-one"), ("stranger", "whatever-1")])
async def test_a_wrong_password_is_one_line_that_names_who_where_and_the_setting(
    secure_broker: SecureBroker, who: str, password: str
) -> None:
    right = secure_broker.settings("extractor")
    assert right.login is not None
    line = await said(replace(right, login=Login(who, password, right.login.trust)))
    assert f"broker {right.bootstrap}: it does not let {who!r} in" in line
    assert "SIRWAN_KAFKA_PASSWORD_FILE" in line
    assert password not in line
    assert "\n" not in line


async def test_status_says_that_its_password_is_wrong_and_not_that_nobody_answers(
    secure_broker: SecureBroker,
) -> None:
    right = secure_broker.settings(STATUS)
    assert right.login is not None
    with pytest.raises(BrokerDown, match="does not let 'status' in"):
        await look(replace(right, login=Login(STATUS, "other", right.login.trust)), {"store": ["stories.v1"]})


async def test_a_broker_that_others_vouch_for_is_not_trusted(
    secure_broker: SecureBroker, tmp_path: Path
) -> None:
    make_certificates(tmp_path)
    trust = ssl.create_default_context(cafile=tmp_path / "kafka_ca.crt")
    right = secure_broker.settings("extractor")
    line = await said(replace(right, login=Login("extractor", "extractor-0123456789", trust)))
    assert "not to be trusted" in line
    assert "SIRWAN_KAFKA_CA_FILE" in line


async def test_a_login_where_there_is_no_tls_is_one_line(broker: str, secure_broker: SecureBroker) -> None:
    line = await said(replace(secure_broker.settings("extractor"), bootstrap=broker))
    assert "does not speak TLS" in line
    assert "SIRWAN_KAFKA" in line


@pytest.mark.parametrize("listener", ["INTERNAL", "EXTERNAL", "BROKER", "CONTROLLER"])
@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
async def test_nobody_gets_in_without_a_login(
    secure_broker: SecureBroker, listener: str, protocol: str
) -> None:
    """Neither in plain text, nor by TLS alone; among brokers only with the broker's own certificate."""
    how: Mapping[str, Any] = {"security_protocol": protocol}
    if protocol == "SSL":
        how = {
            **how,
            "ssl_context": ssl.create_default_context(cafile=secure_broker.secrets / "kafka_ca.crt"),
        }
    address = f"localhost:{secure_broker.ports[listener]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=5000, **how)
    try:
        with pytest.raises(KafkaConnectionError):
            await admin.start()
    finally:
        await admin.close()


async def test_consumers_outside_come_in_by_the_other_listener(filled: SecureBroker) -> None:
    assert await can_read(filled.settings(CONSUMER, "EXTERNAL"), STORIES.name)


@pytest.mark.parametrize("who", [STATUS, "store"])
async def test_who_watches_sees_how_far_everybody_is(secure_broker: SecureBroker, who: str) -> None:
    reads = {"classifier": ["articles.extracted.v1"], "linker": ["articles.classified.v1"]}
    found = await look(secure_broker.settings(who), reads)
    assert [each.missing for each in found.values()] == [(), ()]


async def test_who_does_not_watch_is_told_so_and_not_that_topics_are_missing(
    secure_broker: SecureBroker,
) -> None:
    with pytest.raises(BrokerDown, match=f"does not allow that to '{CONSUMER}'"):
        await look(secure_broker.settings(CONSUMER), {"classifier": ["articles.extracted.v1"]})


async def test_what_is_too_much_is_taken_and_what_is_missing_is_granted(
    secure_broker: SecureBroker,
) -> None:
    admin = secure_broker.settings(ADMIN)
    assert await plan(admin) == []
    client = AIOKafkaAdminClient(**admin.client)
    await client.start()
    try:
        for who in (f"User:{CONSUMER}", "User:somebody-else"):
            right = (TOPIC, "sirwan.pages.fetched.v1", LITERAL, who, "*", READ, ALLOW)
            await client._send_to_controller(CreateAclsRequest(*right))
    finally:
        await client.close()
    surplus = [AccessChange("revoke", CONSUMER, "read topic sirwan.pages.fetched.v1")]
    assert await plan(admin) == surplus
    assert await apply(admin, {}) == surplus
    assert await plan(admin) == []
    assert not await can_read(secure_broker.settings(CONSUMER), PAGES_FETCHED.name)


async def test_two_deployments_share_a_broker(secure_broker: SecureBroker) -> None:
    other = secure_broker.settings(ADMIN, prefix="other")
    assert {change.kind for change in await apply(other, {})} == {"grant"}
    assert await plan(other) == []
    assert await plan(secure_broker.settings(ADMIN)) == []


async def test_only_admin_gives_rights(secure_broker: SecureBroker) -> None:
    for who in PRINCIPALS:
        with pytest.raises(BrokerDown, match=f"does not allow that to '{who}'"):
            await plan(secure_broker.settings(who))


async def test_a_changed_password_counts_at_once_and_the_old_one_no_more(
    filled: SecureBroker, tmp_path: Path
) -> None:
    old = filled.settings(STATUS)
    assert old.login is not None
    new = replace(old, login=Login(STATUS, "another-987", old.login.trust))
    folder = shutil.copytree(filled.secrets, tmp_path / "secrets")
    (folder / "kafka_status_password").write_text("another-987\n")
    admin = filled.settings(ADMIN)
    try:
        await apply(admin, read_passwords(folder))
        assert "does not let 'status' in" in await said(old)
        assert await can_read(new, WATCHED_MEMORY)
    finally:
        await apply(admin, read_passwords(filled.secrets))


async def test_a_broker_without_an_authorizer_is_one_line(kafka: KafkaSettings) -> None:
    with pytest.raises(BrokerDown, match="has no authorizer"):
        await plan(kafka)
