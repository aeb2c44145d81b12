import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.store.sqlite_file import open_for_writing
from services.store.tables import TABLES, Table


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "store.db"
    open_for_writing(path, 1.0).close()
    return path


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_migrations_make_the_tables_as_described(made: Path, table: Table) -> None:
    with closing(sqlite3.connect(made)) as db:
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table.name})")]
        unique = [
            {row[2] for row in db.execute(f"PRAGMA index_info({index[1]})")}
            for index in db.execute(f"PRAGMA index_list({table.name})").fetchall()
            if index[2]
        ]
    assert tuple(name for name in columns if name != "id") == table.columns
    assert set(table.key) in unique


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_key_comes_first_and_a_version_is_a_column(table: Table) -> None:
    assert table.columns[: len(table.key)] == table.key or set(table.key) == set(
        table.columns[: len(table.key)]
    )
    assert table.version is None or table.version in table.columns
