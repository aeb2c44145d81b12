from collections.abc import Mapping

import pytest

from services.store.migrate import Migration, MigrationRefused, known_migrations, pending_migrations

ONE, TWO = (
    Migration(1, "0001_start.sql", "CREATE TABLE a (b);"),
    Migration(2, "0002_more.sql", "DROP TABLE a;"),
)


@pytest.mark.parametrize(
    ("applied", "pending"),
    [({}, [ONE, TWO]), ({1: ONE.sha256}, [TWO]), ({1: ONE.sha256, 2: TWO.sha256}, [])],
    ids=["a new database", "an older one", "one of this release"],
)
def test_what_is_missing_is_applied_in_order(applied: Mapping[int, str], pending: list[Migration]) -> None:
    assert pending_migrations([ONE, TWO], applied) == pending


@pytest.mark.parametrize(
    ("applied", "why"),
    [
        ({1: "0" * 64}, "0001_start.sql was changed after it had been applied"),
        ({1: ONE.sha256, 2: TWO.sha256, 3: "?"}, "has layout 3 and this release knows up to 2: use a newer"),
    ],
    ids=["a changed migration", "a database of a newer release"],
)
def test_a_database_that_does_not_fit_is_refused(applied: Mapping[int, str], why: str) -> None:
    with pytest.raises(MigrationRefused, match=why):
        pending_migrations([ONE, TWO], applied)


def test_numbers_of_this_release_have_no_gap() -> None:
    known = known_migrations("sqlite")
    assert [migration.number for migration in known] == list(range(1, len(known) + 1))
