"""Every place where words of a page may lie, and what is there of it now. Only looks."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.embedded.takedown_messages import Aim
from services.embedded.takedown_sight import BEYOND, GONE, LEFT, Sight
from services.fetcher.feed_state import ASKED, asked_key
from services.fetcher.warc_removal import held_in
from services.linker.scrubbing import holds_words
from services.runtime.blobs import bodies_of
from services.runtime.config import Settings
from services.runtime.remembered import remembered
from services.stage import Transient
from services.store.erased import held_of
from services.store.glance import is_deployment


def look(settings: Settings, aim: Aim) -> dict[str, Sight]:
    """By place, in the order of the pipeline. A place that cannot be looked at says why."""
    found: dict[str, Sight] = {}
    if is_deployment(settings):
        from services.embedded.takedown_kafka import look_at_topics  # its clients are slow to load

        found |= look_at_topics(settings, aim)
    else:
        found[f"memory {settings.home / 'memory.db'}"] = _memory(settings, aim)
    found[f"bodies {settings.blobs}"] = _bodies(settings, aim)
    found |= _archives(settings, aim)
    found[f"store {settings.place}"] = _store(settings, aim)
    return found


def beyond(settings: Settings) -> Iterator[tuple[str, Sight]]:
    """The places that nobody can look at from here."""
    if is_deployment(settings):
        yield (
            "consumers of the public topics",
            Sight(state=BEYOND, advice="the canceled record and the tombstone told them"),
        )
    yield (
        "files exported before, and backups",
        Sight(state=BEYOND, advice="delete them; after a restore, take the page down again"),
    )


def _store(settings: Settings, aim: Aim) -> Sight:
    place = settings.place
    if isinstance(place, Path) and not place.exists():
        if not is_deployment(settings):
            return Sight()
        return Sight(state=BEYOND, advice="no store here: run this where SIRWAN_STORE names it")
    try:
        held = held_of(place, aim.page_id, aim.url)
    except Transient as exc:
        return Sight(holds="unknown", state=LEFT, advice=exc.detail)
    return _counted(held)


def _memory(settings: Settings, aim: Aim) -> Sight:
    """What the stages of an embedded run remember."""
    file = settings.home / "memory.db"
    try:
        asked = remembered(file, "fetcher", ASKED).get(asked_key(aim.page_id))
        events = remembered(file, "linker", "0")  # keys are numbers of twelve digits
    except Transient as exc:
        return Sight(holds="unknown", state=LEFT, advice=exc.detail)
    told = sum(holds_words(key, value, aim.page_id) for key, value in events.items())
    return _counted({"request with words of a list": int(asked is not None), "event": told})


def _bodies(settings: Settings, aim: Aim) -> Sight:
    if is_deployment(settings) and not os.access(settings.blobs, os.W_OK):
        return Sight(state=BEYOND, advice="not writable here: run this where the fetcher runs")
    return _counted({"body over 2 MiB": len(bodies_of(aim.page_id, settings.blobs))})


def _archives(settings: Settings, aim: Aim) -> Mapping[str, Sight]:
    if settings.warc is None:
        if not is_deployment(settings):
            return {}
        return {
            "archives": Sight(
                state=BEYOND, advice="SIRWAN_WARC is not set here: where it is, run this beside the fetcher"
            )
        }
    found = list(held_in(settings.warc, aim.page_id, remove=False))
    records = sum(each.records for each in found)
    troubles = [f"{each.file.name}: {each.trouble}" for each in found if each.trouble]
    if any(each.endswith("writing it") for each in troubles):
        troubles.append("restart the fetcher, which finishes its file, and run this again")
    return {
        f"archives {settings.warc}": Sight(
            holds=f"{records} × record in {len(found)} of the files" if found else "",
            state=LEFT if found else GONE,
            advice="; ".join(troubles),
        )
    }


def _counted(held: Mapping[str, int]) -> Sight:
    holds = ", ".join(f"{number} × {what}" for what, number in held.items() if number)
    return Sight(holds=holds, state=LEFT if holds else GONE)
