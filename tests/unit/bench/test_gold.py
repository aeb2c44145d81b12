import io
import json
import tarfile
from pathlib import Path

import pytest

from bench.extract.gold import GoldPage, label, read_archive

GOLD = "The lake above the dam has fallen.\nWhat comes next\nThe turbines will stop before the summer."


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("The lake above the dam has fallen.", True),
        ("the LAKE above the dam has fallen", True),
        ("The lake above the dam has fallen, say some.", True),  # four of six shingles
        ("The lake above the dam, say some who know it.", False),
        ("What comes next", True),
        ("The lake above", False),  # short, and no whole line
        ("Home", False),
        ("…", False),
    ],
)
def test_a_block_is_body_where_most_of_its_shingles_are_in_the_gold_text(text: str, body: bool) -> None:
    assert label([text], GOLD) == [body]


def test_pages_of_a_host_are_in_one_fold() -> None:
    folds = {
        GoldPage("own", str(i), f"https://{www}n.example/{i}", b"", "").fold
        for i in range(20)
        for www in ("", "www.")
    }
    assert len(folds) == 1
    assert folds < set(range(5))


def test_an_archive_is_read_in_order_and_pages_without_gold_text_only_where_asked_for(tmp_path: Path) -> None:
    rows = [{"id": "1", "file": "html/1", "url": "https://n.example/1", "truth": "One."},
            {"id": "2", "file": "html/2", "truth": ""}]  # fmt: skip
    files = {
        "./own/html/1": b"<p>One.",
        "./own/html/2": b"",
        "./own/truth.jsonl": "\n".join(map(json.dumps, rows)).encode(),
    }
    with tarfile.open(tmp_path / "pages.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    page = GoldPage("own", "own/1", "https://n.example/1", b"<p>One.", "One.")
    assert read_archive(tmp_path / "pages.tar.gz") == [page]
    assert read_archive(tmp_path / "pages.tar.gz", textless=True) == [
        page,
        GoldPage("own", "own/2", "", b"", ""),
    ]
