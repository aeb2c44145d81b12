"""One page out of the archives, and nothing else."""

import gzip
from pathlib import Path

import pytest
from warcio import ArchiveIterator  # type: ignore[import-untyped]  # it ships no stubs

from schemas.records import RawPage
from services.fetcher import warc_removal
from services.fetcher.warc_files import OPEN
from services.fetcher.warc_records import response_record, revisit_record
from services.fetcher.warc_removal import Held, held_in
from tests.clock import START
from tests.unit.fetcher.test_warc_archive import NAME, checked, files, page

TAKEN = page("taken", b"<p>Words of the page.")
OTHERS = [page(f"other-{number}", b"<p>" + bytes([65 + number]) * 4000) for number in range(3)]
MOVED = page(
    "landed", b"<p>Words of the page.", canonical_url=TAKEN.canonical_url, page_id=TAKEN.page_id
)  # where a redirect led


def written(folder: Path, *pages: RawPage) -> Path:
    """A file with these pages, each followed by a record that it came once more."""
    ours = files(folder)
    for each in pages:
        ours.append(response_record(each, each.body or b""), START)
        ours.append(revisit_record(each, START, len(each.body or b"")), START)
    ours.finish()
    return folder / NAME


def addresses(file: Path) -> list[str]:
    with file.open("rb") as opened:
        return [record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(opened)][1:]


@pytest.mark.parametrize("step", [1024 * 1024, 7], ids=["at-once", "in-pieces"])
def test_the_records_of_a_page_go_and_all_others_stay_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    file = written(tmp_path, OTHERS[0], TAKEN, OTHERS[1], MOVED, OTHERS[2])
    monkeypatch.setattr(warc_removal, "STEP", step)
    mode = file.stat().st_mode
    looked = list(held_in(tmp_path, TAKEN.page_id, remove=False))
    assert looked == [Held(file, 4)]
    assert list(held_in(tmp_path, TAKEN.page_id, remove=True)) == looked
    assert b"Words of the page" not in gzip.decompress(file.read_bytes())
    assert list(held_in(tmp_path, TAKEN.page_id, remove=True)) == []
    assert addresses(file) == [each.url for each in OTHERS for _ in range(2)]
    written(tmp_path / "never", *OTHERS)
    assert file.read_bytes() == (tmp_path / "never" / NAME).read_bytes()
    assert file.stat().st_mode == mode
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([NAME, "never"])
    assert checked(file)


def test_a_file_that_a_fetcher_writes_is_left_alone_and_named(tmp_path: Path) -> None:
    fetcher, file = files(tmp_path), tmp_path / (NAME + OPEN)
    fetcher.append(response_record(TAKEN, TAKEN.body or b""), START)
    before = file.read_bytes()
    found = list(held_in(tmp_path, TAKEN.page_id, remove=True))
    assert found == [Held(file, 1, "a fetcher is writing it")]
    assert file.read_bytes() == before
    fetcher.finish()
    assert list(held_in(tmp_path, TAKEN.page_id, remove=True)) == [Held(tmp_path / NAME, 1)]


def test_a_file_that_a_killed_fetcher_left_open_is_written_anew_without_its_half_record(
    tmp_path: Path,
) -> None:
    left = tmp_path / "left"
    whole = written(left, OTHERS[0], TAKEN).read_bytes()
    half = response_record(TAKEN, TAKEN.body or b"")[:-9]
    (left / NAME).unlink()
    file = left / (NAME + OPEN)
    file.write_bytes(whole + half)
    assert [each.records for each in held_in(left, TAKEN.page_id, remove=True)] == [2]
    assert b"Words" not in gzip.decompress(file.read_bytes())
    assert addresses(file) == [OTHERS[0].url] * 2


def test_a_damaged_file_is_named_and_not_touched(tmp_path: Path) -> None:
    file = written(tmp_path, TAKEN, OTHERS[0])
    file.write_bytes(file.read_bytes()[:-20])
    before = file.read_bytes()
    (found,) = held_in(tmp_path, TAKEN.page_id, remove=True)
    assert (found.records, "damaged behind byte" in found.trouble) == (2, True)
    assert file.read_bytes() == before


def test_where_nothing_is_kept_nothing_is_found(tmp_path: Path) -> None:
    written(tmp_path, *OTHERS)
    (tmp_path / "notes.warc.gz").write_bytes(b"not ours")
    assert list(held_in(tmp_path, TAKEN.page_id, remove=True)) == []
    assert list(held_in(tmp_path / "nowhere", TAKEN.page_id, remove=True)) == []
