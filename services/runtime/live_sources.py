"""The list of sources while a process runs: an edited folder is read again, a mistake in it changes nothing.

Modification times are too coarse and a volume may not tell of changes, so the few small files themselves are
compared, every PERIOD; and a change counts once it has stood still for one more look, for an editor or a
copy may be half-way through.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import structlog

from schemas.records import Source
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics
from services.runtime.sources import SourceFileError, load_sources

log = structlog.get_logger()

PERIOD = 3.0  # seconds between two looks: a change is taken up within two of them
WRONG = "sirwan_source_files_wrong"


class LiveSources(Mapping[str, Source]):
    """The sources by id, as they are now. `now` is replaced as a whole: read once, it is one list."""

    def __init__(self, sources: Mapping[str, Source], folder: Path | None = None, read: str = "") -> None:
        self.now = sources
        self._changed = asyncio.Event()
        self._folder = folder
        self._read = read  # fingerprint of what `sources` were read from

    @classmethod
    def of(cls, folder: Path) -> "LiveSources":
        """What a folder holds, to be followed from there on. Raises SourceFileError."""
        read = fingerprint(folder)  # first: an edit in between is then taken for one that came after
        return cls(load_sources(folder), folder, read)

    def __getitem__(self, ident: str) -> Source:
        return self.now[ident]

    def __iter__(self) -> Iterator[str]:
        return iter(self.now)

    def __len__(self) -> int:
        return len(self.now)

    def replace(self, sources: Mapping[str, Source]) -> None:
        """This is the list from now on."""
        self.now = sources
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed_from(self, seen: Mapping[str, Source]) -> None:
        """Return once `now` is another list than `seen`."""
        while self.now is seen:
            await self._changed.wait()

    async def follow(self, clock: Clock, metrics: Metrics, stage: str) -> None:
        """Take up what is edited in the folder, until cancelled. A mistake is said once."""
        metrics.set(WRONG, 0.0, stage=stage)
        before = self._read
        while self._folder is not None:
            await clock.sleep(PERIOD)
            found = await asyncio.to_thread(fingerprint, self._folder)
            if found == before and found != self._read:
                self._read = found
                metrics.set(WRONG, float(not await self._reload(self._folder)), stage=stage)
            before = found

    async def _reload(self, folder: Path) -> bool:
        try:
            sources = await asyncio.to_thread(load_sources, folder)
        except SourceFileError as exc:
            log.error("source-files-wrong", why=exc.line, kept="the list read before stays in force")
            return False
        if sources == self.now:
            log.info("source-files-read", changes=0)
            return True
        log.warning("source-files-read", **tally(self.now, sources))
        self.replace(sources)
        return True


def fingerprint(folder: Path) -> str:
    """Differs where the content of a source file does, or what keeps it from being read."""
    digest = hashlib.sha256()
    try:
        for path in sorted(path for path in folder.iterdir() if path.suffix == ".toml"):
            digest.update(f"{path.name}\0{_content(path)}\0".encode())
    except OSError as exc:
        digest.update(str(exc).encode())
    return digest.hexdigest()


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as exc:
        return str(exc)


def tally(old: Mapping[str, Source], new: Mapping[str, Source]) -> dict[str, list[str]]:
    """The ids of the sources that are new, changed and gone."""
    return {
        "added": sorted(new.keys() - old.keys()),
        "changed": sorted(ident for ident in old.keys() & new.keys() if old[ident] != new[ident]),
        "removed": sorted(old.keys() - new.keys()),
    }
