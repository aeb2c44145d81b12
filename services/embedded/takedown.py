"""`sirwan takedown`: a page out of every place it has reached, with proof of each.

It is said as a message (docs/decisions/0021-takedown.md), so every stage does its own part in its own order;
what no stage looks after, bodies, archives and the bytes of freed pages, is done here. Then all is looked at
again. Run twice it says the same, and repairs what was left.
"""

import asyncio
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from services.embedded.pipeline import running
from services.embedded.runs import ident_of
from services.embedded.takedown_messages import STAGE, Aim, messages
from services.embedded.takedown_places import beyond, look
from services.embedded.takedown_sight import LEFT, Sight
from services.fetcher.canonical import canonical_url
from services.fetcher.warc_removal import held_in
from services.runtime.blobs import forget_bodies
from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.runtime.shredding import shred
from services.runtime.sources import load_sources
from services.stage import Skip, Transient
from services.store.erased import CopyOf, copies_of
from services.store.fit import sink_at
from services.store.glance import is_deployment
from services.store.trace import Trace, trace


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """One place: what was there of the page, and what is there now."""

    place: str
    found: str
    left: str
    state: str  # gone | expires | left | cannot be reached
    until: datetime | None
    advice: str


class Takedown(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, with the proof."""

    page_id: str
    url: str
    reason: str
    at: datetime  # since when it is down
    before: bool  # it was down already
    dry_run: bool  # nothing was done
    places: tuple[Reached, ...]
    copies: tuple[CopyOf, ...]  # pages that copied it: they stay

    @property
    def complete(self) -> bool:
        """Whether nothing is left that could be reached."""
        return all(place.state != LEFT for place in self.places)


def aim_at(settings: Settings, page: str, reason: str | None, clock: Clock) -> tuple[Aim, bool]:
    """The page that is meant by a URL or an id, and whether it is down already.

    One that is keeps its reason and its time. Raises Skip for what is no page, or has no known address.
    """
    ident = ident_of(page)
    known = known_of(settings, ident)
    url = page if page.startswith("file:") else None
    if url is None and page != ident:
        url = canonical_url(page)
    url = url or (known.url if known else None)
    if url is None:
        raise Skip("bad-url", f"{page}: no page with this id is known here; give its address")
    down = known.takedown if known else None
    if down is not None:
        return Aim(ident, url, down.reason, down.at), True
    return Aim(ident, url, reason or "", clock.now()), False


def known_of(settings: Settings, ident: str) -> Trace | None:
    """What the store knows of the page; None where there is no store here."""
    place = settings.place
    if isinstance(place, Path) and not place.exists():
        return None
    return trace(place, ident)


def take_down(settings: Settings, aim: Aim, clock: Clock, *, before: bool, dry_run: bool) -> Takedown:
    """Take the page down, unless it is a dry run, and say for each place what became of it.

    Raises Poison("home-in-use"), Transient of a store, SourceFileError.
    """
    found = look(settings, aim)
    left, silent = found, {}
    if not dry_run:
        silent = _say(settings, aim, clock)
        troubles = _sweep(settings, aim)
        left = {place: _with(sight, troubles.get(place)) for place, sight in look(settings, aim).items()}
        found = {place: Sight() for place in left} | found
    seen = [(place, sight, left.get(place, Sight())) for place, sight in found.items()]
    seen += [(place, Sight(), sight) for place, sight in (*silent.items(), *beyond(settings))]
    return Takedown(
        page_id=aim.page_id,
        url=aim.url,
        reason=aim.reason,
        at=aim.at,
        before=before,
        dry_run=dry_run,
        places=tuple(_reached(*each) for each in seen),
        copies=_copies(settings, aim),
    )


def _reached(place: str, found: Sight, left: Sight) -> Reached:
    return Reached(
        place=place,
        found=found.holds,
        left=left.holds,
        state=left.state,
        until=left.until,
        advice=left.advice,
    )


def _with(sight: Sight, trouble: str | None) -> Sight:
    return msgspec.structs.replace(sight, state=LEFT, advice=trouble) if trouble else sight


def _copies(settings: Settings, aim: Aim) -> tuple[CopyOf, ...]:
    place = settings.place
    return () if isinstance(place, Path) and not place.exists() else copies_of(place, aim.page_id)


def _say(settings: Settings, aim: Aim, clock: Clock) -> dict[str, Sight]:
    """Publish it and wait until every stage has done its part; who did not, by place."""
    if not is_deployment(settings):
        asyncio.run(_say_here(settings, aim))
        return {}
    from services.embedded.takedown_kafka import say_on_kafka  # its clients are slow to load

    try:
        return asyncio.run(say_on_kafka(settings, aim, clock, lambda: _is_entered(settings, aim)))
    except BrokerDown as exc:
        return {f"broker {settings.kafka}": Sight(holds="unknown", state=LEFT, advice=str(exc))}


async def _say_here(settings: Settings, aim: Aim) -> None:
    async with running(settings, load_sources(settings.sources)) as pipeline:
        await pipeline.put(messages(aim), STAGE)
        await pipeline.drained()


def _is_entered(settings: Settings, aim: Aim) -> bool:
    """Whether the store knows that the page is down, or is not here to be asked."""
    known = known_of(settings, aim.page_id)
    return known is None or known.takedown is not None


def _sweep(settings: Settings, aim: Aim) -> dict[str, str]:
    """What no stage does: bodies, archives, and bytes that only look deleted. What went wrong, by place."""
    troubles: dict[str, str] = {}
    try:
        forget_bodies(aim.page_id, settings.blobs)
    except OSError as exc:
        troubles[f"bodies {settings.blobs}"] = exc.strerror or str(exc)
    archives = held_in(settings.warc, aim.page_id, remove=True) if settings.warc else ()
    failed = [f"{each.file.name}: {each.trouble}" for each in archives if each.trouble and not each.records]
    if failed:
        troubles[f"archives {settings.warc}"] = "; ".join(failed)
    try:
        asyncio.run(_shred_store(settings))
    except Transient as exc:
        troubles[f"store {settings.place}"] = f"rows are deleted, their bytes not yet: {exc.detail}"
    memory = settings.home / "memory.db"
    if not is_deployment(settings) and not _shred_file(memory):
        troubles[f"memory {memory}"] = (
            "values are deleted, their bytes not yet: is it read, or the disk full? Run this again"
        )
    return troubles


async def _shred_store(settings: Settings) -> None:
    place = settings.place
    if isinstance(place, Path) and not place.exists():
        return
    sink = sink_at(place)
    try:
        await sink.open()
        await sink.shred()
    finally:
        await sink.close()


def _shred_file(path: Path) -> bool:
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, isolation_level=None)) as db:
        return shred(db)
    return False
