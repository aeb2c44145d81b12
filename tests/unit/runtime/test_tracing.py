"""One span per message that has a fate, under the one its headers name; nothing at all unless asked for."""

import subprocess
import sys
import time
from collections.abc import Mapping

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from schemas.codec import encode
from schemas.topics import FETCH_REQUESTS, JOURNAL, PAGES_FETCHED
from services.runtime.config import ConfigError, Settings
from services.runtime.memory import MemoryBus
from services.runtime.tracing import NO_TRACES, Traces, tracing
from services.runtime.tracing_otlp import OtlpTraces
from tests.clock import START
from tests.collector import attributes, collecting
from tests.records import a_request
from tests.unit.runtime.test_worker import a_service, working

TRACE_ID, PARENT_ID = "a" * 32, "b" * 16
CAME = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01", "ce_subject": "http://tigris.example/"}


async def through(traces: Traces, path: str, headers: Mapping[str, str] = CAME) -> MemoryBus:
    """A request handled by a fetcher; the bus afterwards."""
    bus = MemoryBus(1)
    async with working(bus, a_service(), traces=traces):
        wanted = encode(FETCH_REQUESTS, a_request(f"http://tigris.example{path}"))
        await bus.publish(FETCH_REQUESTS.name, "tigris", wanted, headers)
        await bus.drained()
    return bus


async def first_headers(bus: MemoryBus, topic: str) -> Mapping[str, str]:
    return (await anext(aiter(bus.subscribe([topic], "reader")))).headers


async def traced(path: str, headers: Mapping[str, str] = CAME) -> tuple[MemoryBus, ReadableSpan]:
    memory = InMemorySpanExporter()
    traces = OtlpTraces(SimpleSpanProcessor(memory), "sirwan-test")
    bus = await through(traces, path, headers)
    traces.close()
    (span,) = memory.get_finished_spans()
    return bus, span


@pytest.mark.parametrize(
    ("path", "fate", "reason", "status"),
    [
        ("/ok", "done", "ok", StatusCode.UNSET),
        ("/skip", "skipped", "not-html", StatusCode.UNSET),
        ("/poison", "dead", "body-too-large", StatusCode.ERROR),
        ("/bug", "dead", "bug", StatusCode.ERROR),
    ],
)
async def test_each_message_is_a_span_under_the_one_it_came_with(
    path: str, fate: str, reason: str, status: StatusCode
) -> None:
    _, span = await traced(path)
    assert span.context is not None
    assert span.parent is not None
    assert (span.context.trace_id, span.parent.span_id) == (int(TRACE_ID, 16), int(PARENT_ID, 16))
    assert (span.name, span.kind, span.status.status_code) == (
        "fetcher fetch.requests.v1", SpanKind.CONSUMER, status,
    )  # fmt: skip
    assert span.attributes == {
        "sirwan.stage": "fetcher",
        "sirwan.topic": "fetch.requests.v1",
        "sirwan.partition": 0,
        "sirwan.offset": 0,
        "sirwan.page_id": a_request(f"http://tigris.example{path}").page_id,
        "sirwan.fate": fate,
        "sirwan.reason": reason,
    }
    assert span.start_time == int(START.timestamp() * 1e9)
    assert span.end_time is not None
    assert span.end_time >= span.start_time


@pytest.mark.parametrize(
    ("path", "topics"),
    [
        ("/ok", [PAGES_FETCHED.name, JOURNAL.name]),
        ("/poison", [FETCH_REQUESTS.dead, JOURNAL.name]),
    ],
)
async def test_what_comes_of_a_message_carries_its_span(path: str, topics: list[str]) -> None:
    bus, span = await traced(path)
    assert span.context is not None
    for topic in topics:
        headers = await first_headers(bus, topic)
        assert headers["traceparent"] == f"00-{TRACE_ID}-{span.context.span_id:016x}-01"


async def test_a_message_without_a_trace_begins_one() -> None:
    _, span = await traced("/ok", {})
    assert span.parent is None


async def test_what_is_said_is_the_same_with_and_without_traces() -> None:
    """Only the place in the trace differs: ids are digests of what is said."""
    bus, _ = await traced("/ok")
    plain = await through(NO_TRACES, "/ok")
    for topic in (PAGES_FETCHED.name, JOURNAL.name):
        ours, theirs = await first_headers(bus, topic), await first_headers(plain, topic)
        assert {name for name in theirs if ours[name] != theirs[name]} == {"traceparent"}
        assert theirs["traceparent"] == f"00-{TRACE_ID}-{theirs['ce_id'][16:]}-01"


async def test_spans_reach_a_collector_over_http_before_the_end() -> None:
    with collecting() as collector:
        async with tracing(Settings(traces=collector.url + "/"), "sirwan-fetcher") as traces:
            await through(traces, "/skip")
        assert {path for path, _ in collector.requests} == {"/v1/traces"}
        (span,) = collector.spans()
        assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE_ID, PARENT_ID)
        assert attributes(span)["sirwan.reason"] == "not-html"
        assert collector.services() == {"sirwan-fetcher"}


async def test_a_collector_that_is_away_costs_spans_and_seconds_and_nothing_else() -> None:
    with collecting() as gone:
        pass
    began = time.monotonic()
    async with tracing(Settings(traces=gone.url), "sirwan-fetcher") as traces:
        bus = await through(traces, "/ok")
    assert time.monotonic() - began < 15
    assert bus.ends(PAGES_FETCHED.name) == 1


async def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "services.runtime.tracing_otlp")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"^SIRWAN_TRACES is set, .* requirements/traces\.txt"):
        async with tracing(Settings(traces="http://127.0.0.1:4318"), "sirwan"):
            pass


def test_nothing_of_it_is_imported_unless_asked_for() -> None:
    code = "import sys, services.cli, services.runtime.serve, services.embedded.pipeline as _;"
    code += "sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("wrong", ["collector:4318", "grpc://collector:4317", ""])
def test_an_address_that_is_none_is_a_wrong_setting(wrong: str) -> None:
    with pytest.raises(ValueError, match="traces"):
        Settings(traces=wrong)
