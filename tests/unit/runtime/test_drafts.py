from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.drafts import write_whole


def test_a_file_appears_whole_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "articles.csv"
    write_whole(path, [b"one", b"two"])
    assert path.read_bytes() == b"onetwo"
    assert path.stat().st_mode & 0o077 == 0, "only its owner may read it"
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_there_stays_where_the_rest_cannot_be_made(tmp_path: Path) -> None:
    path = tmp_path / "articles.csv"
    path.write_bytes(b"before")

    def pieces() -> Iterator[bytes]:
        yield b"one"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_whole(path, pieces())
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "articles.csv", [b""])
