"""How the Kafka drivers reach a broker, wait for one, and say what went wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # aiokafka ships no annotations
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    KafkaConnectionError,
    KafkaError,
    UnknownTopicOrPartitionError,
)

from schemas.topics import full_name
from services.runtime.bus import BrokerDown, Message
from services.runtime.clock import Clock
from services.runtime.kafka_login import FORBIDDEN, Login, refused
from services.runtime.kafka_noise import quieten

T = TypeVar("T")

log = structlog.get_logger("sirwan.kafka")

FINISHING = 1.0  # seconds that a call which nobody waits for any more has to come to its end
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0  # seconds between attempts to reach a broker; doubling
ASKING_WHY = 3.0  # seconds in which a broker that we cannot reach may say why

MAX_RECORD = 8 * 1024 * 1024
"""Bytes of one value: the largest of the topic table, as in memory.py."""

ENVELOPE = 64 * 1024
"""Bytes a record may have beside its value: key, headers, framing."""


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where the broker is and how patient we are. Times in seconds."""

    bootstrap: str  # host:port[,host:port…]
    prefix: str = "sirwan"
    client_id: str = "sirwan"
    instance: str | None = None  # fixed name of this replica in its group: a restart then moves no partition
    request_timeout: float = 30.0
    confirm_timeout: float = 120.0  # until a message handed over must be confirmed
    session_timeout: float = 10.0  # a silent member loses its partitions after this long
    commit_interval: float = 0.5
    drain: float = 3.0  # how long a rebalance waits for messages that are being worked on
    linger_ms: int = 5  # 0 where every message is confirmed before the next is sent
    metadata_age: float = 300.0
    login: Login | None = None  # None: neither login nor encryption

    def full(self, topic: str) -> str:
        """The topic's name on the broker."""
        return full_name(self.prefix, topic)

    def brief(self, full: str) -> str:
        """The name without prefix."""
        return full.removeprefix(f"{self.prefix}.")

    @property
    def client(self) -> Mapping[str, Any]:
        """What every aiokafka client is given."""
        return {
            "bootstrap_servers": self.bootstrap,
            "client_id": self.client_id,
            "request_timeout_ms": int(self.request_timeout * 1000),
            "metadata_max_age_ms": int(self.metadata_age * 1000),
            **(self.login.client if self.login else {}),
        }


async def finished(work: Coroutine[Any, Any, T]) -> T:
    """What comes of a call of aiokafka that connects: cancelled in the middle it leaves a connection open.

    So it is let finish, for FINISHING at most, before the cancellation goes on.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=FINISHING)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


async def stop_client(client: Any) -> None:
    """Stop an aiokafka consumer and close its connections, also when this is cancelled."""
    await finished(_stop(client))


async def _stop(client: Any) -> None:
    """The cancellation of its own tasks gets out of its `stop`, which then leaves its connections open."""
    await asyncio.gather(client.stop(), return_exceptions=True)
    await asyncio.gather(client._client.close(), return_exceptions=True)  # noqa: SLF001 (see above)


def broker_down(settings: KafkaSettings, exc: BaseException, doing: str) -> BrokerDown:
    """The error for people: what, where, and what to do."""
    if isinstance(exc, UnknownTopicOrPartitionError):
        return BrokerDown(f"{doing}: no such topic at {settings.bootstrap}; run `sirwan topics apply`")
    if isinstance(exc, FORBIDDEN):
        who = repr(settings.login.user) if settings.login else "nobody in particular"
        return BrokerDown(
            f"{doing}: broker {settings.bootstrap} does not allow that to {who} ({exc});"
            " see `sirwan access plan`"
        )
    why = str(exc) or type(exc).__name__
    asked = "is it up, and is this its address?"
    if isinstance(exc, KafkaConnectionError) and not settings.login:
        asked = "is it up, is this its address, and does it want no login (SIRWAN_KAFKA_USER)?"
    return BrokerDown(f"{doing}: broker {settings.bootstrap}: {why}; {asked}")


async def shut_out(settings: KafkaSettings) -> str | None:
    """Why a broker that answers does not let us in; None where it does, none answers, or nobody logs in."""
    if settings.login is None:
        return None
    return await finished(refused(settings.bootstrap, settings.login, ASKING_WHY))


async def let_in(settings: KafkaSettings, doing: str) -> None:
    """Raises BrokerDown where a broker answers and does not let us in, so that waiting cannot help."""
    if why := await shut_out(settings):
        raise BrokerDown(f"{doing}: {why}")


@asynccontextmanager
async def administration(settings: KafkaSettings, doing: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """The broker's administration, for the length of one command. Raises BrokerDown."""
    quieten()
    client = AIOKafkaAdminClient(**settings.client)
    try:
        try:
            await client.start()
        except (KafkaError, OSError) as exc:
            await let_in(settings, doing)
            raise broker_down(settings, exc, doing) from exc
        yield client
    finally:
        await client.close()


async def reach(settings: KafkaSettings, clock: Clock, connect: Callable[[], Awaitable[T]]) -> T:
    """What `connect` returns once the broker answers. Says once that it waits, and once that it is over.

    Raises BrokerDown where waiting cannot help: not let in, not authorised, no such topic.
    """
    wait = FIRST_WAIT
    while True:
        try:
            connected = await connect()
        except (KafkaError, OSError) as exc:
            if not (isinstance(exc, KafkaConnectionError | OSError) or exc.retriable):
                raise broker_down(settings, exc, "connecting") from exc
            if isinstance(exc, UnknownTopicOrPartitionError):
                raise broker_down(settings, exc, "connecting") from exc
            await let_in(settings, "connecting")
            if wait == FIRST_WAIT:
                log.warning(
                    "waiting for the broker", broker=settings.bootstrap, why=str(exc), setting="SIRWAN_KAFKA"
                )
            await clock.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
            continue
        if wait > FIRST_WAIT:
            log.warning("the broker is back", broker=settings.bootstrap)
        return connected


def headers_out(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Headers as Kafka wants them."""
    return [(name, value.encode()) for name, value in headers.items()]


def headers_in(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Headers as text, whoever wrote them; of a name given twice the last counts."""
    return {name: (value or b"").decode(errors="replace") for name, value in headers}


def message_from(settings: KafkaSettings, record: Any, generation: int) -> Message:
    """The message in a consumer record of aiokafka or Faust."""
    return Message(
        topic=settings.brief(record.topic),
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode(errors="replace"),
        value=record.value,
        headers=headers_in(record.headers or ()),
        generation=generation,
    )
