"""Large bodies travel apart and come back whole, or are missed with a reason."""

from pathlib import Path

import pytest

from services.runtime.blobs import keep_body, load_body
from services.stage import Poison
from tests.records import a_page

LARGE = b"<p>Tigris</p>" * 20


def test_a_large_body_comes_back_as_it_was(tmp_path: Path) -> None:
    page = a_page(body=LARGE)
    kept = keep_body(page, tmp_path, limit=100)
    assert (kept.body, kept.blob is not None) == (None, True)
    assert load_body(kept, tmp_path) == page


def test_a_small_body_stays_in_the_message(tmp_path: Path) -> None:
    page = a_page(body=b"<p>")
    assert keep_body(page, tmp_path, limit=100) is page
    assert load_body(page, tmp_path) is page


def test_a_body_that_is_gone_or_changed_is_refused(tmp_path: Path) -> None:
    kept = keep_body(a_page(body=LARGE), tmp_path, limit=100)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(b"something else")
    with pytest.raises(Poison, match="body-missing"):
        load_body(kept, tmp_path)
    file.unlink()
    with pytest.raises(Poison, match="body-missing"):
        load_body(kept, tmp_path)
