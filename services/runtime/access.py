"""Who may do what on the broker: least rights, made from the published flows. Pure.

Everything that is not here is forbidden. `admin` is not here either: it is the broker's super user, of
`sirwan topics`, `sirwan access` and of people, and no service has its password.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from schemas.asyncapi import FLOWS, Flow
from schemas.topics import ALL_TOPICS, JOURNAL, full_name
from services.runtime.kafka_topics import MEMORIES

Operation = Literal["read", "write", "describe"]
Kind = Literal["topic", "group"]

ADMIN, CONSUMER, STATUS = "admin", "consumer", "status"

WATCHERS = (STATUS, "store")
"""Who may see how far everybody is, and how the feeds do: `sirwan status` and `sirwan sources check` are also
asked in the store's container, which has the database at hand."""

WATCHED_MEMORY = "fetcher.memory.v1"

PRINCIPALS: Mapping[str, str] = {
    **{name: flow.doc for name, flow in FLOWS.items()},
    STATUS: "Sees how far every stage is: `sirwan status` and `sirwan sources check`, from outside.",
    CONSUMER: "Reads the public topics.",
}


class Grant(NamedTuple):
    """One right. Reading and writing include describing, as Kafka has it."""

    who: str
    operation: Operation
    kind: Kind
    name: str  # with the deployment's prefix
    beginning: bool = False  # every name that begins so


def grants(prefix: str) -> tuple[Grant, ...]:
    """Every right that anybody has, by name of who has it."""
    found = {
        *(grant for name, flow in FLOWS.items() for grant in _of_service(name, flow)),
        *(grant for name in WATCHERS for grant in _of_watcher(name)),
        *_of_consumer(),
    }
    return tuple(sorted(grant._replace(name=full_name(prefix, grant.name)) for grant in found))


def _of_service(name: str, flow: Flow) -> Iterator[Grant]:
    """Its topics as published, its own group, its memory; the journal and its dead letters to write."""
    dead = [topic.dead for topic in flow.reads if topic.dead in ALL_TOPICS]
    for topic in flow.reads:
        yield Grant(name, "read", "topic", topic.name)
    for written in (*(topic.name for topic in flow.writes), JOURNAL.name, *dead):
        yield Grant(name, "write", "topic", written)
    memory = f"{name}.memory.v1"
    if memory in MEMORIES:
        yield Grant(name, "read", "topic", memory)
        yield Grant(name, "write", "topic", memory)
    yield Grant(name, "read", "group", name)


def _of_watcher(name: str) -> Iterator[Grant]:
    """Ends of topics, places of groups, and no content but what the fetcher knows of its lists."""
    yield Grant(name, "describe", "topic", "", beginning=True)
    yield Grant(name, "describe", "group", "", beginning=True)
    yield Grant(name, "read", "topic", WATCHED_MEMORY)


def _of_consumer() -> Iterator[Grant]:
    """Groups of its own kind only: as a member of a service's group it would take its partitions."""
    for topic in ALL_TOPICS.values():
        if topic.public:
            yield Grant(CONSUMER, "read", "topic", topic.name)
    yield Grant(CONSUMER, "read", "group", f"{CONSUMER}.", beginning=True)
