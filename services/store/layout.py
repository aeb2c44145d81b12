"""`sirwan migrate`: the layout of a store brought up to date, before or without a store service."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from services.runtime.place import Place, Server
from services.store.migrate import Migration, known_migrations
from services.store.postgres_server import FAILURES, bring_up_to_date, connect, disconnect, translate
from services.store.sqlite_file import open_and_migrate

PATIENCE = 60.0  # seconds to wait for whoever else migrates or writes


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A store after it was brought up to date."""

    store: str  # path or address, without a password
    layout: int  # number of its newest migration
    applied: tuple[str, ...]  # files applied just now, in order


def migrate(place: Place) -> Layout:
    """Apply what is pending to a store, made where it is a missing file.

    Raises Transient("store-unavailable"), and MigrationRefused for a layout this release cannot use.
    """
    if isinstance(place, Server):
        engine, applied = "postgres", asyncio.run(_migrate_server(place))
    else:
        engine, applied = "sqlite", _migrate_file(place)
    newest = known_migrations(engine)[-1].number
    return Layout(store=str(place), layout=newest, applied=tuple(each.name for each in applied))


def _migrate_file(path: Path) -> Sequence[Migration]:
    with suppress(OSError):  # opening the file says better what is wrong
        path.parent.mkdir(parents=True, exist_ok=True)
    db, applied = open_and_migrate(path, PATIENCE)
    db.close()
    return applied


async def _migrate_server(server: Server) -> Sequence[Migration]:
    connection = await connect(server, PATIENCE)
    try:
        return await bring_up_to_date(connection)
    except FAILURES as exc:
        raise translate(server, exc) from exc
    finally:
        await disconnect(connection)
