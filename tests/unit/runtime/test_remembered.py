import hashlib
from pathlib import Path

import pytest

from services.runtime.remembered import remembered
from services.runtime.state import SqliteState
from services.stage import Remember, Transient


def contents(folder: Path) -> dict[str, str]:
    """Of the memory and its log; in its third file a reader marks how far it reads."""
    files = (folder / "memory.db", folder / "memory.db-wal")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


async def test_a_memory_is_read_beside_the_process_that_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    theirs, others = SqliteState(path, "fetcher"), SqliteState(path, "linker")
    await theirs.open()
    await others.open()
    await theirs.remember([Remember(f"feed:{each}", b"1") for each in ("b", "a", "\uffff")])
    await theirs.remember([Remember("fee", b"2"), Remember("feed;", b"2"), Remember("seen:a", b"2")])
    await others.remember([Remember("feed:c", b"3")])
    before = contents(tmp_path)
    found = remembered(path, "fetcher", "feed:")
    assert list(found.items()) == [("feed:a", b"1"), ("feed:b", b"1"), ("feed:\uffff", b"1")]
    assert contents(tmp_path) == before
    await theirs.remember([Remember("feed:a", b"4")])
    assert remembered(path, "fetcher", "feed:")["feed:a"] == b"4"
    await theirs.close()
    await others.close()
    assert len(remembered(path, "fetcher", "feed:")) == 3


def test_where_nothing_was_ever_remembered_there_is_nothing_and_nothing_is_made(tmp_path: Path) -> None:
    assert remembered(tmp_path / "memory.db", "fetcher", "feed:") == {}
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_memory_is_a_clear_refusal(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    path.write_bytes(b"noise" * 1000)
    with pytest.raises(Transient, match=r"state-unavailable: .*memory\.db: file is not a database"):
        remembered(path, "fetcher", "feed:")
