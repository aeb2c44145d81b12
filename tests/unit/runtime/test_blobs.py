"""Large bodies travel apart and come back whole, or are missed with a reason."""

from pathlib import Path

import pytest

from services.runtime.blobs import bodies_of, forget_bodies, keep_body, load_body
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
    file = tmp_path / kept.body_sha256[:2] / kept.body_sha256
    file.write_bytes(b"something else")
    with pytest.raises(Poison, match="body-missing"):
        load_body(kept, tmp_path)
    file.unlink()
    with pytest.raises(Poison, match="body-missing"):
        load_body(kept, tmp_path)


def test_the_bodies_of_a_page_are_known_and_forgotten(tmp_path: Path) -> None:
    page, other = a_page("https://one.example/", LARGE), a_page("https://two.example/", LARGE)
    changed = a_page("https://one.example/", LARGE * 2)
    for each in (page, changed, page):
        keep_body(each, tmp_path, limit=100)
    assert set(bodies_of(page.page_id, tmp_path)) == {page.body_sha256, changed.body_sha256}
    keep_body(other, tmp_path, limit=100)
    forget_bodies(page.page_id, tmp_path)
    assert bodies_of(page.page_id, tmp_path) == ()
    assert not (tmp_path / changed.body_sha256[:2] / changed.body_sha256).exists()
    assert bodies_of(other.page_id, tmp_path) == (other.body_sha256,)  # whose it is as well
    forget_bodies(other.page_id, tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    forget_bodies(other.page_id, tmp_path)
