"""Webhooks over real HTTP: signed, retried, dead in the end; one fate a record; nobody waits for others."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.record import OUT
from deploy.demo.server import NEWSROOMS, NewsWeb
from schemas.codec import decode
from schemas.records import DeadLetter, Fate
from schemas.stream import Recorded, read_line
from schemas.topics import ARTICLES_ENRICHED, DEAD_LETTERS, JOURNAL, STORIES, Topic
from services.embedded.demo import MANNERS
from services.runtime.clock import SystemClock
from services.runtime.config import load_settings
from services.runtime.health import Health
from services.runtime.kafka import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from services.runtime.live_sources import LiveSources
from services.runtime.memory import MemoryBus
from services.runtime.metrics import Metrics
from services.runtime.play import play
from services.runtime.retry import Retry
from services.runtime.worker import Worker
from services.store.outcomes import outcomes, without_end
from services.store.status import status
from services.webhooks.loading import Subscribed
from services.webhooks.receiver import Receiver as Served
from services.webhooks.sending import Sender
from services.webhooks.service import Fanout
from services.webhooks.signing import read_secrets
from services.webhooks.subscription import Subscription
from tests.broker import free_port
from tests.clock import FakeClock
from tests.deployment import deployed, read_all
from tests.e2e.test_bad_input import sirwan
from tests.e2e.test_embedded import run_embedded
from tests.receiver import Posted, Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATIENCE = 60.0  # seconds for what must happen
MESSAGES = [read_line(line) for line in OUT.read_bytes().splitlines()]
ARTICLES = [each for each in MESSAGES if each.topic == ARTICLES_ENRICHED.name and each.wire is not None]
BOTH = ("articles", "stories")
SECONDS = 0.5  # a receiver may take in these tests


@dataclass
class Fan:
    """The service at work on the bus in memory."""

    bus: MemoryBus
    metrics: Metrics
    fates: list[Fate] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)

    def outcome(self, subscription: str, outcome: str) -> float:
        return self.metrics.value("sirwan_webhook_records_total", subscription=subscription, outcome=outcome)

    async def post(self, messages: Sequence[Recorded]) -> list[Fate]:
        """Publish; the fates of these messages, in order."""
        before = len(self.fates)
        for each in messages:
            await (await self.bus.publish(each.topic, each.key, each.wire, each.headers))
        async with asyncio.timeout(PATIENCE):
            await self.bus.drained()
        return sorted(self.fates[before:], key=lambda fate: fate.from_.offset)


@asynccontextmanager
async def fanned(
    subscriptions: Sequence[Subscription],
    *,
    internal: Sequence[str] = ("127.0.0.1",),
    attempts: int = 3,
    clock: FakeClock | None = None,
    waiting: float = 30.0,
) -> AsyncIterator[Fan]:
    """The real service for these subscriptions, with little patience, over one partition in memory."""
    metrics, bus = Metrics(), MemoryBus(partitions=1)
    sender = Sender("Sirwan/0.1 (+https://sirwan.example/bot)", internal, SECONDS)

    def told(ident: str, outcome: str) -> None:
        metrics.count("sirwan_webhook_records_total", subscription=ident, outcome=outcome)

    receivers = [
        Served(
            Subscribed(each, read_secrets(SECRET)),
            sender,
            clock or SystemClock(),
            told,
            Retry(attempts=attempts, first_wait=0.01, longest_wait=0.02),
            waiting=waiting,
        )
        for each in subscriptions
    ]
    service = Fanout(receivers, LiveSources({})).service()
    worker = Worker(lambda: service, bus, SystemClock(), metrics, Health("webhooks", metrics))
    fan = Fan(bus, metrics)
    letters = DEAD_LETTERS[ARTICLES_ENRICHED.dead]
    beside = [
        asyncio.create_task(_follow(bus, JOURNAL, fan.fates)),
        asyncio.create_task(_follow(bus, letters, fan.letters)),
        asyncio.create_task(worker.run()),
    ]
    try:
        async with asyncio.timeout(PATIENCE):
            await worker.health.until_ready()
        yield fan
    finally:
        worker.stop()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await sender.close()
        await bus.stop()


async def _follow(bus: MemoryBus, topic: Topic[Any], into: list[Any]) -> None:
    subscription = bus.subscribe([topic.name], f"reader-of-{topic.name}")
    async for message in subscription:
        into.append(decode(topic, message.value or b""))
        await subscription.acknowledge(message)


def asked(ident: str, url: str, **wishes: Any) -> Subscription:
    return Subscription(id=ident, url=url, secret_file="", **wishes)


def test_the_receiver_of_these_tests_can_tell_a_forged_request() -> None:
    good = Posted(
        "/", {"webhook-id": "a", "webhook-timestamp": "100", "webhook-signature": "v1,AAAA"}, b"{}", 100.0
    )
    assert not good.verified(SECRET)


async def test_a_record_comes_byte_for_byte_signed_labelled_and_with_its_own_id() -> None:
    with Receiver() as receiver:
        async with fanned([asked("desk", receiver.url("/ok"), records=BOTH)]) as fan:
            fates = await fan.post(MESSAGES[:2])
        first, second = receiver.posted
    assert [(fate.stage, fate.fate, fate.reason) for fate in fates] == [("webhooks", "done", "ok")] * 2
    for posted, message in ((first, MESSAGES[0]), (second, MESSAGES[1])):
        assert posted.body == message.wire
        assert posted.id == message.headers["ce_id"] == posted.headers["ce-id"]
        assert posted.headers["ce-type"] == f"sirwan.{message.topic}"
        assert posted.headers["content-type"] == "application/json"
        assert posted.headers["user-agent"].startswith("Sirwan/")
        assert posted.verified(SECRET)
        assert not posted.verified("whsec_" + "A" * 32)
    assert fan.outcome("desk", "delivered") == 2


Script = list[tuple[int, dict[str, str]]]
DONE, DEAD = ("done", "ok"), ("dead", "not-delivered")

ENDS: dict[str, tuple[Script, int, tuple[str, str], str, str]] = {
    "500 twice, then well": ([(500, {}), (500, {}), (200, {})], 3, DONE, "delivered", ""),
    "429, then well": ([(429, {"retry-after": "0"}), (200, {})], 2, DONE, "delivered", ""),
    "500 for ever": ([(500, {})], 3, DEAD, "receiver-failed", "desk: receiver-failed: status 500"),
    "400": ([(400, {})], 1, DEAD, "receiver-refused", "desk: receiver-refused: status 400"),
    "404": ([(404, {})], 1, DEAD, "receiver-refused", "desk: receiver-refused: status 404"),
    "hangs": ([(0, {})], 3, DEAD, "receiver-failed", "desk: receiver-failed: no answer in 0.5 s"),
    "hangs once": ([(0, {}), (204, {})], 2, DONE, "delivered", ""),
    "well, and never ends": ([(1, {})], 1, DONE, "delivered", ""),
    "redirects": ([(307, {"location": "{inside}"})], 1, DEAD, "receiver-refused", "are not followed"),
    "gone": ([(410, {})], 1, ("skipped", "receiver-gone"), "receiver-gone", "desk"),
}
"""What it answers; how often it is asked; fate and reason; what is counted; what the detail holds."""


@pytest.mark.parametrize("name", ENDS)
async def test_what_a_receiver_answers_decides_the_fate(name: str) -> None:
    script, requests, fated, outcome, detail = ENDS[name]
    with Receiver() as inside, Receiver() as receiver:
        there = inside.url("/secret")
        receiver.scripts["/x"] = [
            (status, {header: value.replace("{inside}", there) for header, value in headers.items()})
            for status, headers in script
        ]
        async with fanned([asked("desk", receiver.url("/x"))]) as fan:
            (fate,) = await fan.post(ARTICLES[:1])
            letters = list(fan.letters)
        assert inside.posted == []
        came = receiver.at("/x")
    assert (fate.fate, fate.reason) == fated
    assert detail in fate.detail
    assert receiver.url("/x") not in fate.detail, "an address may be a secret"
    assert len(came) == requests
    assert {posted.id for posted in came} == {ARTICLES[0].headers["ce_id"]}, "the same id at every attempt"
    assert all(posted.verified(SECRET) for posted in came)
    assert fan.outcome("desk", outcome) == 1
    assert [letter.original.value for letter in letters] == [ARTICLES[0].wire] * (fated == DEAD)


async def test_where_nobody_listens_it_is_tried_again_and_dead_in_the_end() -> None:
    async with fanned([asked("desk", f"http://127.0.0.1:{free_port()}/")]) as fan:
        (fate,) = await fan.post(ARTICLES[:1])
    assert (fate.reason, fate.detail) == (
        "not-delivered",
        "desk: receiver-failed: no answer: ConnectError",
    )


async def test_a_host_that_leads_inside_is_not_asked_unless_it_is_named() -> None:
    with Receiver() as receiver:
        url = receiver.url("/x").replace("127.0.0.1", "localhost")
        async with fanned([asked("desk", url)], internal=()) as fan:
            (fate,) = await fan.post(ARTICLES[:1])
        assert receiver.posted == []
        async with fanned([asked("desk", url)], internal=("localhost",)) as fan:
            await fan.post(ARTICLES[:1])
        assert len(receiver.posted) == 1
    assert (fate.reason, fate.detail) == (
        "not-delivered",
        "desk: private-address: its host leads to an address inside",
    )


async def test_one_bad_receiver_costs_the_others_nothing_and_its_records_are_told_by_name() -> None:
    with Receiver({"/hang": [(0, {})], "/bad": [(400, {})]}) as receiver:
        three = [asked(ident, receiver.url(f"/{ident}")) for ident in ("hang", "bad", "good")]
        async with fanned(three) as fan:
            fates = await fan.post(ARTICLES)
        good = [posted.id for posted in receiver.at("/good")]
        asked_in_vain = len(receiver.at("/hang"))
    assert good == [each.headers["ce_id"] for each in ARTICLES], "all, in order"
    assert {fate.reason for fate in fates} == {"not-delivered"}
    assert "hang: receiver-failed" in fates[0].detail
    assert "bad: receiver-refused: status 400" in fates[0].detail
    assert asked_in_vain == 3, "after all attempts at one record it rests"
    assert all("hang: receiver-resting" in fate.detail for fate in fates[1:])


async def test_a_receiver_that_rested_is_asked_again_and_works_on() -> None:
    clock = FakeClock()
    with Receiver({"/x": [(503, {}), (503, {}), (503, {}), (204, {})]}) as receiver:
        async with fanned([asked("desk", receiver.url("/x"))], clock=clock) as fan:
            first, second = await fan.post(ARTICLES[:2])
            await clock.sleep(60.0)
            (third,) = await fan.post(ARTICLES[2:3])
        assert len(receiver.posted) == 4
    assert [first.fate, second.fate, third.fate] == ["dead", "dead", "done"]
    assert "receiver-resting: it failed before and is left alone for 60 s more" in second.detail


async def test_a_receiver_that_is_gone_is_sent_nothing_more() -> None:
    with Receiver({"/gone": [(410, {})]}) as receiver:
        two = [asked("gone", receiver.url("/gone")), asked("here", receiver.url("/here"))]
        async with fanned(two) as fan:
            fates = await fan.post(ARTICLES[:3])
        assert [len(receiver.at(path)) for path in ("/gone", "/here")] == [1, 3]
    assert {fate.fate for fate in fates} == {"done"}
    assert fan.outcome("gone", "receiver-gone") == 3


async def test_a_record_does_not_wait_for_ever_behind_others_of_a_slow_receiver() -> None:
    with Receiver({"/slow": [(0, {})]}) as receiver:
        async with fanned([asked("slow", receiver.url("/slow"))], waiting=0.1) as fan:
            fates = await fan.post(ARTICLES[:2])
    assert "slow: receiver-failed" in fates[0].detail
    assert "slow: receiver-slow: records before it took 0.1 s" in fates[1].detail


async def test_only_what_is_asked_for_is_posted_and_a_takedown_to_everybody() -> None:
    with Receiver() as receiver:
        persian = asked("persian", receiver.url("/fa"), languages=("fa",))
        async with fanned([persian, asked("stories", receiver.url("/st"), records=("stories",))]) as fan:
            fates = await fan.post(MESSAGES)
        posted = [json.loads(each.body) for each in receiver.at("/fa")]
        stories = len(receiver.at("/st"))
    assert [(each["language"], each["status"]) for each in posted] == [("fa", "usable"), ("en", "canceled")]
    assert stories == sum(each.topic == STORIES.name and each.wire is not None for each in MESSAGES)
    assert len(fates) == len(MESSAGES)
    told = {(fate.fate, fate.reason) for fate in fates}
    assert told == {("done", "ok"), ("skipped", "not-wanted"), ("skipped", "tombstone")}


# --- as it is run ----------------------------------------------------------------------------------


def written(folder: Path, url: str, *more: str) -> Path:
    """A file of one subscription."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret").write_text(SECRET)
    lines = ["[[webhook]]", 'id = "desk"', f'url = "{url}"', 'secret_file = "secret"', *more]
    (folder / "webhooks.toml").write_text("\n".join(lines))
    return folder / "webhooks.toml"


@pytest.mark.kafka
@pytest.mark.timeout(240)
async def test_as_a_process_on_kafka_it_loses_nothing_to_a_kill_and_has_one_fate_a_record(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    await apply(kafka, Layout(partitions=2))
    wanted = {each.headers["ce_id"] for each in MESSAGES if each.wire is not None}
    with Receiver({"/x": [(500, {}), (500, {}), (204, {})]}) as receiver:
        file = written(tmp_path / "hooks", receiver.url("/x"), 'records = ["articles", "stories"]')
        settings = {
            "SIRWAN_WEBHOOKS": str(file),
            "SIRWAN_WEBHOOKS_INTERNAL": "127.0.0.1",
        }
        with deployed(kafka, tmp_path, **settings) as there:
            await play(kafka, OUT, anyway=False, progress=lambda _: None)
            there.start(["webhooks"])
            await asyncio.to_thread(receiver.until, lambda posted: len(posted) >= 2, PATIENCE)
            there.kill("webhooks")
            there.start(["webhooks"])
            await asyncio.to_thread(
                receiver.until, lambda posted: wanted <= {each.id for each in posted}, PATIENCE
            )
            fates = await _settled(kafka, len(MESSAGES))
            assert there.stop() == {"webhooks": 0}
        assert all(posted.verified(SECRET) for posted in receiver.posted)
    places = {(fate.from_.topic, fate.from_.partition, fate.from_.offset) for fate in fates}
    assert len(places) == len(MESSAGES)
    assert {(fate.stage, fate.fate, fate.reason) for fate in fates} == {
        ("webhooks", "done", "ok"),
        ("webhooks", "skipped", "tombstone"),
    }


async def _settled(kafka: KafkaSettings, count: int) -> list[Fate]:
    """The fates of the webhooks, once so many different messages have one."""
    async with asyncio.timeout(PATIENCE):
        while True:
            fates = [each for each in await read_all(kafka, JOURNAL) if isinstance(each, Fate)]
            if len({each.from_ for each in fates}) >= count:
                return fates


async def test_in_one_process_it_posts_what_is_stored_and_changes_nothing_of_how_pages_end(
    tmp_path: Path,
) -> None:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web, Receiver() as receiver:
        plain = await run_embedded(tmp_path / "plain", web, partitions=1)
        file = written(tmp_path / "hooks", receiver.url("/x"), 'countries = ["IR"]', "grade = 2")
        hooked = await run_embedded(
            tmp_path / "hooked", web, partitions=1, webhooks=file, webhooks_internal="127.0.0.1"
        )
        ends = [
            [(each.url, each.fate, each.stage) for each in outcomes(at.database)] for at in (plain, hooked)
        ]
        posted = [json.loads(each.body) for each in receiver.posted]
        pages = {each.page_id for each in outcomes(hooked.database)}
    assert ends[0] == ends[1]
    assert without_end(hooked.database, pages) == ()
    assert {article["relevance"]["IR"]["grade"] for article in posted} == {2}
    (counts,) = [each for each in status(hooked.database).stages if each.stage == "webhooks"]
    assert counts.done == len(posted) > 0
    assert counts.taken == counts.done + counts.skipped
    assert counts.reasons.keys() == {"not-wanted"}


def test_a_mistake_in_the_file_ends_the_start_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, "http://desk.example/")
    run = sirwan(tmp_path, "run", "--once", SIRWAN_WEBHOOKS=str(file), SIRWAN_SOURCES="deploy/sources")
    assert run.returncode == 2
    assert "webhooks.toml:3: webhook 'desk': url: must be https" in run.stderr


def test_the_demo_posts_its_invented_news_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIRWAN_WEBHOOKS", "webhooks.toml")
    assert load_settings().webhooks is not None
    assert load_settings(**MANNERS).webhooks is None
