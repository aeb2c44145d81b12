"""Whatever becomes of a worker: a page has its answer or a reason, the others have theirs, the pool heals."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from services.extractor import forks, sandbox
from services.extractor.forks import ForkServer
from services.extractor.sandbox import Bug, Pool
from services.extractor.wire import Limits
from services.runtime.metrics import Metrics
from services.stage import Poison, Skip, Transient

WORK = "tests.unit.extractor.misbehaving:work"
QUICK = Limits(seconds=0.4, memory=128 * 2**20)


@asynccontextmanager
async def a_pool(limits: Limits = QUICK, workers: int = 2, work: str = WORK) -> AsyncIterator[Pool]:
    async with Pool(ForkServer(work), limits, workers, Metrics()) as pool:
        yield pool


def alive(process: bytes) -> bool:
    """Whether a process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{int(process)}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    ("deed", "reason", "named"),
    [
        (b"spin", "extraction-timeout", "0.4 s of processor time"),
        (b"nap 30", "extraction-timeout", "1.2 s on the clock"),
        (b"deaf", "extraction-timeout", "1.2 s on the clock"),
        (b"hog 200", "extraction-memory", "128 MiB"),
        (b"crash", "extraction-crash", "SIGSEGV"),
        (b"leave 3", "extraction-crash", "code 3"),
        (b"flood 17", "extraction-crash", "ended"),
    ],
)
async def test_a_page_that_breaks_a_limit_is_refused_by_its_name_and_the_next_is_answered(
    deed: bytes, reason: str, named: str
) -> None:
    async with a_pool(workers=1) as pool:
        begun = monotonic()
        with pytest.raises(Poison) as refused:
            await pool.ask(deed)
        assert monotonic() - begun < 5
        assert (refused.value.reason, named in refused.value.detail) == (reason, True), refused.value
        assert await pool.ask(b"echo after") == b"after"
        assert pool.metrics is not None
        assert pool.metrics.value("sirwan_extraction_broken_total", reason=reason) == 1
        assert pool.metrics.value("sirwan_extraction_workers") == 1


@pytest.mark.parametrize(
    ("deed", "kind", "reason", "detail"),
    [(b"skip few words", Skip, "too-short", "few words"), (b"poison noise", Poison, "not-text", "noise")],
)
async def test_a_refusal_comes_through_as_it_was_said(
    deed: bytes, kind: Any, reason: str, detail: str
) -> None:
    async with a_pool() as pool:
        before = await pool.ask(b"who")
        with pytest.raises(kind) as refused:
            await pool.ask(deed)
        assert (refused.value.reason, refused.value.detail) == (reason, detail)
        assert await pool.ask(b"who") == before


async def test_an_unforeseen_exception_comes_with_its_traceback_and_costs_no_worker() -> None:
    async with a_pool() as pool:
        before = await pool.ask(b"who")
        with pytest.raises(Bug, match="KeyError\\('x'\\)") as bug:
            await pool.ask(b"bug x")
        assert "misbehaving.py" in bug.value.__notes__[0]
        assert await pool.ask(b"who") == before


async def test_what_is_said_in_a_worker_floods_nobodys_log(capfd: pytest.CaptureFixture[str]) -> None:
    async with a_pool() as pool:
        await pool.ask(b"shout of a page")
    assert capfd.readouterr() == ("", "")


async def test_the_time_limit_begins_anew_with_each_page() -> None:
    async with a_pool(Limits(seconds=1.0, memory=QUICK.memory), workers=1) as pool:
        for _ in range(12):
            await pool.ask(b"nap 0.01")
        async with asyncio.timeout(10):
            assert await pool.ask(b"echo " + b"x" * 8 * 2**20) == b"x" * 8 * 2**20


async def test_processor_time_of_pages_before_does_not_count() -> None:
    async with a_pool(Limits(seconds=0.3, memory=2**29), workers=1) as pool:
        first = await pool.ask(b"who")
        for _ in range(10):
            assert await pool.ask(b"hog 100") == str(100 * 2**20).encode()
        assert await pool.ask(b"who") == first


async def test_the_other_pages_in_flight_come_out() -> None:
    async with a_pool(workers=3) as pool:
        deeds = [b"echo %d" % each if each % 5 else b"crash" for each in range(40)]
        found = await asyncio.gather(*map(pool.ask, deeds), return_exceptions=True)
    for each, answer in enumerate(found):
        if each % 5:
            assert answer == b"%d" % each
        else:
            assert isinstance(answer, Poison)


async def test_a_worker_killed_from_outside_in_mid_page_costs_nothing(tmp_path: Path) -> None:
    async with a_pool() as pool:
        assert await pool.ask(b"once " + str(tmp_path / "mark").encode()) == b"well"


async def test_a_page_that_got_no_time_on_a_busy_machine_is_given_some_alone(tmp_path: Path) -> None:
    async with a_pool() as pool:
        assert await pool.ask(b"starved " + str(tmp_path / "mark").encode()) == b"well"


async def test_a_page_is_tried_again_only_when_nothing_else_runs(tmp_path: Path) -> None:
    """Else a page that eats the machine's memory would take the second life of its neighbour too."""
    async with a_pool(Limits(seconds=1.0, memory=QUICK.memory)) as pool:
        began = monotonic()
        other = asyncio.create_task(pool.ask(b"nap 0.8"))
        await asyncio.sleep(0.1)
        assert await pool.ask(b"once " + str(tmp_path / "mark").encode()) == b"well"
        assert monotonic() - began >= 0.75
        assert other.done()
        await other


async def test_two_pages_that_lost_their_workers_do_not_wait_for_each_other(tmp_path: Path) -> None:
    marks = [b"once " + str(tmp_path / name).encode() for name in "abcd"]
    async with a_pool(workers=2) as pool, asyncio.timeout(20):
        assert await asyncio.gather(*map(pool.ask, marks)) == [b"well"] * 4


async def test_an_idle_worker_that_was_killed_is_replaced_unnoticed() -> None:
    async with a_pool(workers=1) as pool:
        first = await pool.ask(b"who")
        os.kill(int(first), signal.SIGKILL)
        assert await pool.ask(b"who") != first


async def test_what_a_supervisor_tells_all_processes_is_for_the_parent_to_hear() -> None:
    async with a_pool(workers=1) as pool:
        worker = await pool.ask(b"who")
        assert pool.server._server is not None
        for process in (int(worker), pool.server._server.process.pid):
            os.kill(process, signal.SIGTERM)
        assert await pool.ask(b"nap 0.2") == worker


async def test_a_fork_server_that_was_killed_is_replaced_and_no_worker_stays_behind() -> None:
    async with a_pool(workers=2) as pool:
        first, second = await asyncio.gather(pool.ask(b"nap 0.1"), pool.ask(b"nap 0.1"))
        assert pool.server._server is not None
        pool.server._server.process.kill()
        await asyncio.gather(pool.server._server.listening or asyncio.sleep(0))
        assert await pool.ask(b"who") not in (first, second)
        assert not alive(first)
        assert not alive(second)


async def test_a_fork_server_that_stands_still_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "PATIENCE", 0.5)
    async with a_pool(workers=1) as pool:
        await pool.ask(b"who")
        assert pool.server._server is not None
        os.kill(pool.server._server.process.pid, signal.SIGSTOP)
        with pytest.raises(Poison, match="extraction-timeout"):
            await pool.ask(b"nap 30")
        assert await pool.ask(b"echo again") == b"again"


async def test_a_page_that_nobody_waits_for_any_more_ends_at_once() -> None:
    async with a_pool(Limits(seconds=20, memory=QUICK.memory), workers=1) as pool:
        worker = await pool.ask(b"who")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await pool.ask(b"nap 60")
        assert not alive(worker)
        assert await pool.ask(b"echo next") == b"next"


@pytest.mark.parametrize(
    ("limits", "deed", "lives"),
    [
        (QUICK._replace(pages=3), b"who", 3),
        (QUICK._replace(growth=30 * 2**20, memory=2**29), b"hoard 20", 2),
    ],
)
async def test_a_worker_makes_room_for_a_new_one_after_so_many_pages_or_so_much_memory(
    limits: Limits, deed: bytes, lives: int
) -> None:
    async with a_pool(limits, workers=1) as pool:
        seen = [await pool.ask(deed) for _ in range(2 * lives)]
        assert seen == [seen[0]] * lives + [seen[lives]] * lives
        assert seen[0] != seen[lives]
        assert not alive(seen[0])


async def test_more_workers_than_are_needed_are_not_begun() -> None:
    async with a_pool(workers=4) as pool:
        assert len({await pool.ask(b"who") for _ in range(8)}) == 1
        assert len(set(await asyncio.gather(*[pool.ask(b"nap 0.2") for _ in range(8)]))) == 4


async def test_nothing_is_left_of_a_pool_that_was_closed() -> None:
    async with a_pool() as pool:
        workers = await asyncio.gather(pool.ask(b"nap 0.1"), pool.ask(b"nap 0.1"))
        busy = asyncio.create_task(pool.ask(b"nap 60"))
        await asyncio.sleep(0.05)
        assert pool.server._server is not None
        server = pool.server._server.process
    assert server.returncode == 0
    assert not any(map(alive, workers))
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)


async def test_imports_that_fail_are_said_at_the_start() -> None:
    with pytest.raises(Transient, match="extraction-unavailable"):
        async with a_pool(work="tests.unit.extractor.misbehaving:broken"):
            pass


async def test_a_loop_that_was_held_up_does_not_count_as_the_pages_time() -> None:
    """Another part of this process may hold the loop for seconds: the answer was there meanwhile."""
    async with a_pool(workers=1) as pool:
        asking = asyncio.create_task(pool.ask(b"echo there"))
        await asyncio.sleep(0.05)
        end = monotonic() + QUICK.seconds * sandbox.TURNS + 0.2
        while monotonic() < end:
            pass
        assert await asking == b"there"


async def test_a_start_that_nobody_waits_for_any_more_leaves_nothing_behind() -> None:
    server = ForkServer(WORK)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01), Pool(server):
            pass
    assert server._server is None


async def test_a_system_that_cannot_fork_is_no_fault_of_the_page() -> None:
    async with a_pool(work="tests.unit.extractor.misbehaving:barren") as pool:
        with pytest.raises(Transient, match="extraction-unavailable: cannot fork"):
            await pool.ask(b"who")
