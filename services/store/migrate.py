"""Numbered SQL migrations: what this release knows, and what a database still needs. No database in here."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


class MigrationRefused(Exception):
    """The database and this release do not fit; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the layout. An applied one is never edited: a change is the next number."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Digest of the text, 64 hex digits."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations(engine: str) -> tuple[Migration, ...]:
    """The migrations of this release for one engine, in order: `migrations/<engine>/0001_name.sql`."""
    folder = resources.files("services.store") / "migrations" / engine
    files = sorted((file for file in folder.iterdir() if FILE.fullmatch(file.name)), key=lambda it: it.name)
    return tuple(Migration(int(file.name[:4]), file.name, file.read_text("utf-8")) for file in files)


def pending_migrations(known: Sequence[Migration], applied: Mapping[int, str]) -> Sequence[Migration]:
    """What is still to be applied; `applied` is number → SHA-256. Raises MigrationRefused."""
    newest = known[-1].number if known else 0
    if applied and max(applied) > newest:
        raise MigrationRefused(
            f"the store has layout {max(applied)} and this release knows up to {newest}: use a newer release"
        )
    for migration in known:
        if applied.get(migration.number, migration.sha256) != migration.sha256:
            raise MigrationRefused(
                f"{migration.name} was changed after it had been applied:"
                " restore that file and put the change into a new migration"
            )
    return [migration for migration in known if migration.number not in applied]
