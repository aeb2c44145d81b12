"""A takedown on Kafka: said, answered, and looked for in every topic."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from schemas.codec import decode
from schemas.topics import ARTICLES_CLASSIFIED, FETCH_REQUESTS, JOURNAL, STORIES
from services.embedded.takedown_messages import STAGE, Aim, carriers, messages, retelling
from services.embedded.takedown_sight import EXPIRES, LEFT, Sight
from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.runtime.kafka import KafkaBus, KafkaSettings
from services.runtime.kafka_copies import Copies, Heard, find_copies, listening
from services.runtime.publish import publish
from services.runtime.serve import kafka_settings
from services.stage import DONE, Emit, Erase

ANSWER = 60.0  # seconds the linker and then the store may take
LOOK = 0.5  # seconds between two looks at the store
READERS = {ARTICLES_CLASSIFIED.name: "linker", FETCH_REQUESTS.name: "fetcher"}
"""Who reads what is said."""

Place = tuple[str, int, int]  # stage; partition and offset of a message to it


async def say_on_kafka(
    settings: Settings, aim: Aim, clock: Clock, is_entered: Callable[[], bool]
) -> dict[str, Sight]:
    """Publish it, wait for the linker and the store, tell stories that the linker knows no more without it.

    Who did not answer, by name. Raises BrokerDown.
    """
    kafka = kafka_settings(settings, STAGE)
    bus = KafkaBus(kafka, clock)

    async def say(said: Iterable[Emit | Erase]) -> None:
        for each in said:
            await (await publish(bus, each, stage=STAGE, at=aim.at))

    async with _stopping(bus), listening(kafka, (*READERS, JOURNAL.name)) as hear:
        said = messages(aim)
        await say(said)
        silent = await _silent(hear(ANSWER), aim, {READERS[each.topic.name] for each in said})
        if silent:
            return {stage: _no_answer() for stage in sorted(silent)}
        await say(await _stories_left(kafka, aim))
    if not await _in_time(is_entered, clock):
        return {"store's table of takedowns": _no_answer()}
    return {}


def _no_answer() -> Sight:
    why = f"no answer in {ANSWER:.0f} s: does it run? It will come to it; run this again then"
    return Sight(holds="unknown", state=LEFT, advice=why)


async def _silent(heard: AsyncIterator[Heard], aim: Aim, stages: set[str]) -> set[str]:
    """The stages that do not come to our message: a fate is written when all that follows is confirmed."""
    asked: set[Place] = set()
    done: set[Place] = set()
    silent = stages
    async for each in heard:
        if stage := READERS.get(each.topic):
            asked |= {(stage, each.partition, each.offset)} if _is_ours(each, aim) else set()
        elif each.value is not None and each.key == aim.page_id.encode():
            fate = decode(JOURNAL, each.value)
            done |= {(fate.stage, fate.from_.partition, fate.from_.offset)} if fate.fate == DONE else set()
        silent = stages - {stage for stage, _, _ in asked & done}
        if not silent:
            break
    return silent


def _is_ours(each: Heard, aim: Aim) -> bool:
    """Whether it is what was said to the fetcher or to the linker."""
    said = each.value or b""
    marks = (b'"status":"canceled"', b'"lane":"takedown"')
    return aim.page_id.encode() in said and any(mark in said for mark in marks)


@asynccontextmanager
async def _stopping(bus: KafkaBus) -> AsyncIterator[None]:
    """A bus that is let go of at the end."""
    try:
        yield
    finally:
        await bus.stop()


async def _stories_left(kafka: KafkaSettings, aim: Aim) -> Sequence[Emit | Erase]:
    """Stories that the linker knows no more and therefore did not tell without the page."""
    found = await find_copies(kafka, {STORIES.name: carriers(aim)[STORIES.name]})
    return [retelling(value, aim) for copies in found.values() for value in copies.current]


async def _in_time(done: Callable[[], bool], clock: Clock) -> bool:
    last = clock.steady() + ANSWER
    while not (found := await asyncio.to_thread(done)) and clock.steady() < last:
        await clock.sleep(LOOK)
    return found


def look_at_topics(settings: Settings, aim: Aim) -> Mapping[str, Sight]:
    """By topic, what there is of the page, and until when; where no broker answers, that."""
    try:
        found = asyncio.run(find_copies(kafka_settings(settings, STAGE), carriers(aim)))
    except BrokerDown as exc:
        return {f"topics at {settings.kafka}": Sight(holds="unknown", state=LEFT, advice=str(exc))}
    prefix = settings.topic_prefix
    return {f"topic {prefix}.{name}": _of_topic(copies) for name, copies in found.items()}


def _of_topic(copies: Copies) -> Sight:
    if not copies.messages:
        return Sight()
    holds = f"{copies.messages} message{'' if copies.messages == 1 else 's'}"
    if copies.current:
        return Sight(holds=holds, state=LEFT, advice="the newest of its key: run this again")
    advice = "" if copies.until else "the broker is told to keep them: see the topic's retention"
    return Sight(holds=holds, state=EXPIRES if copies.until else LEFT, until=copies.until, advice=advice)
