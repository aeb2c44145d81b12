"""Bodies too large for a message are kept in a folder under their SHA-256 (claim check)."""

import hashlib
from pathlib import Path

import msgspec

from schemas.records import Blob, RawPage
from services.runtime.drafts import write_whole
from services.stage import Poison, Transient

CLAIM_CHECK = 2 * 1024 * 1024  # bytes; larger bodies do not travel in messages


PAGES = "pages"  # folder that says which bodies are whose


def keep_body(page: RawPage, folder: Path, limit: int = CLAIM_CHECK) -> RawPage:
    """The page as it may be published: a body over `limit` bytes is written out and named instead.

    The file is `<folder>/<first two hex digits>/<sha256>`; it appears whole or not at all.
    An empty file `<folder>/pages/<page_id>/<sha256>` says whose it is, for `forget_bodies`.
    Raises Transient("blobs-unavailable").
    """
    if page.body is None or len(page.body) <= limit:
        return page
    path = folder / page.body_sha256[:2] / page.body_sha256
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, [page.body])
        mark = folder / PAGES / page.page_id / page.body_sha256
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as exc:
        raise Transient("blobs-unavailable", f"{folder}: {exc}") from exc
    return msgspec.structs.replace(page, body=None, blob=Blob(sha256=page.body_sha256, bytes=len(page.body)))


def load_body(page: RawPage, folder: Path) -> RawPage:
    """The page with the body that `keep_body` put aside.

    Raises Poison("body-missing"), Transient("blobs-unavailable").
    """
    if page.body is not None or page.blob is None:
        return page
    path = folder / page.blob.sha256[:2] / page.blob.sha256
    try:
        body = path.read_bytes()
    except FileNotFoundError as exc:
        raise Poison("body-missing", f"{path.name[:16]}…: no such file in {folder}") from exc
    except OSError as exc:
        raise Transient("blobs-unavailable", f"{folder}: {exc}") from exc
    if hashlib.sha256(body).hexdigest() != page.blob.sha256:
        raise Poison("body-missing", f"{path.name[:16]}…: the file is not what was kept")
    return msgspec.structs.replace(page, body=body, blob=None)


def bodies_of(page_id: str, folder: Path) -> tuple[str, ...]:
    """The digests of the bodies that were put aside of a page and are there."""
    marks = sorted((folder / PAGES / page_id).glob("*"))
    return tuple(mark.name for mark in marks if (folder / mark.name[:2] / mark.name).exists())


def forget_bodies(page_id: str, folder: Path) -> None:
    """Delete the bodies of a page; one that another page has too stays, as that page's. Raises OSError."""
    own = folder / PAGES / page_id
    for mark in sorted(own.glob("*")):
        if len(list((folder / PAGES).glob(f"*/{mark.name}"))) == 1:
            (folder / mark.name[:2] / mark.name).unlink(missing_ok=True)
        mark.unlink(missing_ok=True)
    if own.exists():
        own.rmdir()
