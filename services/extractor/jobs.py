"""What the workers of the pool do, each a Work: made in the fork server, once, before any worker is.

Only there is the extractor's core imported: what a page can hurt is not in the parent's process.
"""

import base64
from contextlib import suppress

from schemas.codec import decode
from schemas.topics import PAGES_FETCHED
from services.extractor.filter import answer
from services.extractor.stage import build
from services.extractor.wire import Work, pack
from services.stage import Refusal

_WARM = (
    b"<!doctype html><title>Rain</title><body><h1>Rain</h1>"
    + b"<p>It rained on the river, said the man.</p>" * 2
)
"""So short that every way to a text is tried in vain."""


def pages() -> Work:
    """A RawPage in its wire form in; what is to be published out, packed."""
    stage = build()

    def step(frame: bytes) -> bytes:
        return pack(stage.step(decode(PAGES_FETCHED, frame)))

    _warm()
    return Work(step, stage.stamps)


def lines() -> Work:
    """A line of `sirwan extract` in, one out."""
    from services.runtime.filters import answer_line  # its log takes longer to import than the rest of it

    _warm()
    return Work(lambda frame: answer_line(frame, answer), build().stamps)


def _warm() -> None:
    """What libraries load with their first page, no worker needs to load again."""
    with suppress(Refusal):
        answer({"id": 0, "html": base64.b64encode(_WARM).decode()})
