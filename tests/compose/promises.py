"""What the deployment promises, one function each; a line of figures comes out, or Failed."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from signal import SIGCONT, SIGKILL, SIGSTOP

from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # aiokafka ships no annotations

from deploy.demo.server import HERE, NewsWeb
from schemas.records import EnrichedArticle, Fate
from schemas.topics import ARTICLES_ENRICHED, FETCH_REQUESTS, JOURNAL
from services.fetcher.canonical import canonical_url, page_id
from tests.compose.stack import PROJECT, TABLES, Failed, Stack
from tests.compose.web import ADDRESS, GENERATED
from tests.deployment import (
    STAGES,
    Settled,
    ask,
    dead_letters,
    ends,
    every_message_has_one_fate,
    lag,
    page_requests,
    read_all,
    settled_places,
)
from tests.generated_web import kind_of

FIRST_ARTICLE = 60.0  # seconds from `up` to the first enriched article, at most
BATCH = 60  # generated pages asked for before each disturbance: three of the twenty kinds' rounds
PILE = 40  # messages before a service when it is killed, at least; a batch brings 45 to the store
PATIENCE = 120.0  # seconds to work off what was asked for
GAP = 15.0  # seconds between two articles during a rolling restart, at most; 3.4 to 5.6 measured
CLOCK = "at,seconds"  # when the store wrote, and how long it took: new when it reads again
DEMO = NewsWeb(address=ADDRESS)
PAGES = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))["pages"]
LISTED = len(PAGES)


class Asked:
    """How many generated pages were asked for so far."""

    def __init__(self) -> None:
        self.pages = 0

    async def more(self, stack: Stack) -> None:
        """Ask for another batch through the external listener."""
        numbers = range(self.pages, self.pages + BATCH)
        await ask(stack.kafka, page_requests(GENERATED, numbers))
        self.pages += BATCH

    def stored(self) -> set[str]:
        """Page ids that must be in the store, each once."""
        demo = {page_id(canonical_url(DEMO.url(key))) for key in PAGES if PAGES[key]["fate"] == "stored"}
        numbers = [number for number in range(self.pages) if kind_of(number) in {"relevant", "copy"}]
        wanted = page_requests(GENERATED, range(self.pages))
        return demo | {wanted[number].page_id for number in numbers}


async def first_article(stack: Stack, begun: datetime) -> str:
    """The broker's own time of the first enriched article, read from outside."""
    consumer = AIOKafkaConsumer(
        stack.kafka.full(ARTICLES_ENRICHED.name),
        bootstrap_servers=stack.kafka.bootstrap,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        message = await consumer.getone()
    finally:
        await consumer.stop()
    seconds = message.timestamp / 1000 - begun.timestamp()
    if seconds > FIRST_ARTICLE:
        raise Failed(f"the first enriched article came after {seconds:.0f} s, {FIRST_ARTICLE:g} are allowed")
    return f"first enriched article {seconds:.1f} s after `up`"


async def worked_off(stack: Stack, asked: Asked) -> str:
    """Every stage has taken everything, twice in a row."""
    quiet = requests = 0
    behind: Mapping[str, int] = {}
    end = stack.clock.steady() + PATIENCE
    while quiet < 2:
        if stack.clock.steady() > end:
            raise Failed(f"not worked off after {PATIENCE:g} s: {behind}")
        await stack.clock.sleep(0.5)
        behind = await lag(stack.kafka)
        requests = sum((await ends(stack.kafka, [FETCH_REQUESTS.name])).values())
        quiet = 0 if any(behind.values()) or requests < asked.pages + LISTED else quiet + 1
    return f"{requests} requests worked off"


async def nothing_is_lost(stack: Stack, asked: Asked) -> str:
    """In = done + skipped + dead at each stage; what is to be stored is, once; outside sees the same."""
    await worked_off(stack, asked)
    fates = [each for each in await read_all(stack.kafka, JOURNAL) if isinstance(each, Fate)]
    await every_message_has_one_fate(stack.kafka, fates)
    stored = stack.sql("SELECT page_id FROM articles ORDER BY 1")
    outside = {
        each.page_id
        for each in await read_all(stack.kafka, ARTICLES_ENRICHED)
        if isinstance(each, EnrichedArticle)
    }
    expected = asked.stored()
    if sorted(expected) != sorted(stored) or outside != expected:
        missing, more = len(expected - set(stored)), len(set(stored) - expected)
        raise Failed(
            f"{len(stored)} pages stored, {missing} missing, {more} too many; {len(outside)} outside"
        )
    _kept(stack, "fates", settled_places(fates))
    dead = await dead_letters(stack.kafka)
    _kept(stack, "dead_letters", dead)
    return (
        f"{len(stored)} articles in the store and on the topic, none lost, none twice; "
        f"{len(fates)} fates and {len(dead)} dead letters, all in the store"
    )


def _kept(stack: Stack, table: str, wanted: set[Settled]) -> None:
    """The store has a row for each of these and no other."""
    rows = stack.sql(f'SELECT stage, topic, partition, "offset" FROM {table}')  # noqa: S608 - our own names
    found = {"|".join(map(str, each)) for each in wanted} ^ set(rows)
    if found:
        raise Failed(f"{table}: {len(rows)} in the store, {len(wanted)} on the topics: {sorted(found)[:9]}")


async def crashes_do_no_harm(stack: Stack, asked: Asked, service: str) -> str:
    """kill -9 while pages are under way: it is back by itself, healthy."""
    container = stack.containers(service)[0]
    restarts = int(stack.inspect(container, "RestartCount"))
    if service in STAGES:
        stack.signal(container, SIGSTOP)  # or everything has gone by before the signal has
        await asked.more(stack)
        waiting = await _piled_up(stack, service)
        stack.signal(container, SIGCONT, SIGKILL)
        left = (await lag(stack.kafka))[service]
    else:
        await asked.more(stack)
        waiting = left = sum((await lag(stack.kafka)).values())  # what anybody has
        stack.signal(container, SIGKILL)
    begun = stack.clock.steady()
    if not left:
        raise Failed(f"{service} had settled all {waiting} messages when it was killed, which proves nothing")
    await stack.recovered(container, restarts)
    seconds = stack.clock.steady() - begun
    return f"{service} killed at {waiting} messages, {left} left, healthy again after {seconds:.1f} s"


async def _piled_up(stack: Stack, service: str) -> int:
    """How many messages lie before a service that stands still, once there are enough."""
    end = stack.clock.steady() + PATIENCE
    while (waiting := (await lag(stack.kafka))[service]) < PILE:
        if stack.clock.steady() > end:
            raise Failed(f"only {waiting} messages lie before the {service} after {PATIENCE:g} s")
    return waiting


async def extractors_share(stack: Stack, asked: Asked, replicas: int) -> str:
    """Each replica is a member of the group with partitions of its own, two of six."""
    stack.compose("up", "--detach", "--wait", "--no-recreate", "--scale", f"extractor={replicas}")
    names = {stack.inspect(each, "Config.Hostname") for each in stack.containers("extractor")}

    def all_work() -> bool:
        said = _groups(stack, "--describe", "--members", "--group", "sirwan.extractor")
        members = [line.split() for line in said.splitlines() if any(name in line for name in names)]
        return len(members) == replicas and all(int(member[-1]) == 2 for member in members)

    await stack.until(f"{replicas} extractors have partitions", all_work, 60.0)
    await asked.more(stack)
    await worked_off(stack, asked)
    return f"{replicas} extractors share the partitions"


async def rolling_restart(stack: Stack, asked: Asked) -> str:
    """Every container of every service anew, one after the other, while pages keep coming."""
    begun = stack.clock.now().timestamp()
    for service in STAGES:
        for container in stack.containers(service):
            await asked.more(stack)
            stack.docker("restart", container)

            def healthy(container: str = container) -> bool:
                return stack.inspect(container, "State.Health.Status") == "healthy"

            await stack.until(f"{service} healthy", healthy, 60.0)
    await worked_off(stack, asked)
    times = sorted(each for each in await _published(stack) if each >= begun)
    longest = max((later - earlier for earlier, later in pairwise(times)), default=0.0)
    if not times or longest > GAP:
        raise Failed(f"{len(times)} articles and a pause of {longest:.1f} s, {GAP:g} are allowed")
    return f"all services restarted under load; longest pause between two articles {longest:.1f} s"


async def _published(stack: Stack) -> list[float]:
    """When each enriched article was published, as Unix times."""
    fates = await read_all(stack.kafka, JOURNAL)
    return [each.at.timestamp() for each in fates if isinstance(each, Fate) and each.stage == "linker"]


async def a_backup_restores(stack: Stack, asked: Asked) -> str:
    """Dump, go on, wipe, restore, read the topics again: the same rows in every table as before the wipe."""
    said = stack.compose("run", "--rm", "-T", "backup").strip()
    dumped = stack.content()
    await asked.more(stack)
    await worked_off(stack, asked)
    before = stack.content(CLOCK)
    stack.compose("rm", "--stop", "--force", "store", "migrate", "postgres")
    stack.docker("volume", "rm", f"{PROJECT}_postgres")
    stack.compose("up", "--detach", "--wait", "postgres")
    if stack.sql(TABLES):
        raise Failed("the store was to be empty before it is restored")
    stack.compose("run", "--rm", "-T", "restore")
    _same(stack.content(), dumped, "right after the restore")
    await _read_again(stack)
    stack.compose("up", "--detach", "--wait", "--no-recreate")
    await worked_off(stack, asked)
    _same(stack.content(CLOCK), before, "after the topics were read again")
    return f"{len(before)} tables equal after wipe and restore, and after reading on ({said})"


def _same(found: list[str], wanted: list[str], when: str) -> None:
    if found != wanted:
        raise Failed(f"the store differs {when}: {sorted(set(found) ^ set(wanted))}")


async def _read_again(stack: Stack) -> None:
    """Set the store's group to the start of its topics, as soon as its last member is forgotten."""

    def forgotten() -> bool:
        return "Empty" in _groups(stack, "--describe", "--state", "--group", "sirwan.store")

    await stack.until("the group of the store has no member", forgotten, 60.0)
    start = ["--reset-offsets", "--to-earliest", "--all-topics", "--execute"]
    _groups(stack, "--group", "sirwan.store", *start)


def _groups(stack: Stack, *arguments: str) -> str:
    tool = ["/opt/kafka/bin/kafka-consumer-groups.sh", "--bootstrap-server", "localhost:9092"]
    return stack.compose("exec", "-T", "kafka", *tool, *arguments)
