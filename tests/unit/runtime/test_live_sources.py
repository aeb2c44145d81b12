import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from structlog.testing import capture_logs

from schemas.records import Source
from services.runtime.live_sources import PERIOD, WRONG, LiveSources, fingerprint
from services.runtime.metrics import Metrics

ONE = '[[source]]\nid = "adder"\nname = "Adder"\nhomepage = "https://adder.example/"\n'
TWO = ONE.replace("adder", "bee").replace("Adder", "Bee")


class Looks:
    """A clock on which a test counts the looks, and holds the next one back until it has edited."""

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.go = asyncio.Event()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.waiting.set()
        await self.go.wait()
        self.go.clear()

    async def look(self) -> None:
        """One look, whole."""
        await self.waiting.wait()
        self.waiting.clear()
        self.go.set()
        await self.waiting.wait()


class Room:
    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.metrics = folder, Looks(), Metrics()
        self.sources = LiveSources.of(folder)

    async def looks(self, count: int = 2) -> list[str]:
        for _ in range(count):
            await self.clock.look()
        return list(self.sources)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def vanish(self) -> None:
        self.folder.rename(self.folder.parent / "elsewhere")


@asynccontextmanager
async def following(folder: Path) -> AsyncIterator[Room]:
    (folder / "one.toml").write_text(ONE)
    room = Room(folder)
    task = asyncio.create_task(room.sources.follow(room.clock, room.metrics, "fetcher"))  # type: ignore[arg-type]  # only its sleep is used
    yield room
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_added_file_is_taken_up_once_it_stands_still(tmp_path: Path) -> None:
    async with following(tmp_path) as room:
        assert await room.looks(3) == ["adder"]
        seen = room.sources.now
        news = asyncio.create_task(room.sources.changed_from(seen))
        room.write("two.toml", "")
        assert await room.looks(1) == ["adder"]
        room.write("two.toml", TWO)
        assert await room.looks(1) == ["adder"]
        assert not news.done()
        with capture_logs() as logs:
            assert await room.looks(1) == ["adder", "bee"]
        await asyncio.wait_for(news, 5)
        assert [(line["added"], line["changed"], line["removed"]) for line in logs] == [(["bee"], [], [])]
        assert set(room.clock.slept) == {PERIOD}
        assert dict(seen) == {"adder": seen["adder"]}, "a list that somebody holds does not change"


async def test_an_edit_of_the_same_size_is_seen(tmp_path: Path) -> None:
    async with following(tmp_path) as room:
        room.write("one.toml", ONE.replace("Adder", "Asper"))
        await room.looks()
        assert room.sources["adder"].name == "Asper"


async def test_a_mistake_changes_nothing_and_is_said_once_until_it_is_mended(tmp_path: Path) -> None:
    async with following(tmp_path) as room:
        before = room.sources.now
        room.write("two.toml", TWO + "famly = 1\n")
        with capture_logs() as logs:
            await room.looks(6)
        assert room.sources.now is before
        (line,) = logs
        assert line["event"] == "source-files-wrong"
        assert "two.toml:5: source 'bee': famly: unknown field" in line["why"]
        assert "\n" not in line["why"]
        assert room.metrics.value(WRONG, stage="fetcher") == 1.0
        room.write("two.toml", TWO)
        assert await room.looks() == ["adder", "bee"]
        assert room.metrics.value(WRONG, stage="fetcher") == 0.0


async def test_a_mistake_that_is_taken_back_is_over(tmp_path: Path) -> None:
    async with following(tmp_path) as room:
        before = room.sources.now
        room.write("one.toml", "noise")
        await room.looks()
        room.write("one.toml", ONE)
        await room.looks()
        assert room.sources.now is before
        assert room.metrics.value(WRONG, stage="fetcher") == 0.0


async def test_a_folder_that_goes_away_stops_nobody(tmp_path: Path) -> None:
    async with following(tmp_path) as room:
        room.vanish()
        assert await room.looks(4) == ["adder"]
        assert room.metrics.value(WRONG, stage="fetcher") == 1.0


def test_what_cannot_be_read_differs_from_what_can(tmp_path: Path) -> None:
    found = [fingerprint(tmp_path / "none"), fingerprint(tmp_path)]
    (tmp_path / "a.toml").mkdir()
    found.append(fingerprint(tmp_path))
    (tmp_path / "a.toml").rmdir()
    (tmp_path / "a.toml").touch()
    found.append(fingerprint(tmp_path))
    assert len(set(found)) == 4


def test_it_is_a_mapping() -> None:
    source = Source(id="adder", name="Adder", homepage="https://adder.example/")
    live = LiveSources({"adder": source})
    assert (live.get("adder"), live.get("bee"), len(live), list(live)) == (source, None, 1, ["adder"])
