"""One line out per line in, in order; a line that fails says why and the rest goes on."""

import json
from collections.abc import Mapping
from typing import Any

from services.runtime.filters import answers
from services.stage import Skip


def shout(request: Mapping[str, Any]) -> dict[str, Any]:
    if request["text"] == "bug":
        raise KeyError("text")
    if not request["text"]:
        raise Skip("empty-page", "no text")
    return {"id": request["id"], "text": request["text"].upper()}


def test_each_line_is_answered_in_order_and_failures_are_lines_too() -> None:
    lines = [
        b'{"id": 1, "text": "a"}\n',
        b"\n",
        b"{",
        b"[1]",
        b'{"id": 2, "text": ""}',
        b'{"id": 3, "text": "bug"}',
        b'{"id": 4, "text": "b"}',
    ]
    out = [json.loads(line) for line in answers(lines, shout)]
    assert [(line["id"], line.get("error", {}).get("reason", line.get("text"))) for line in out] == [
        (1, "A"),
        (None, "bad-request"),
        (None, "bad-request"),
        (2, "empty-page"),
        (3, "bug"),
        (4, "B"),
    ]
    assert out[3]["error"] == {"fate": "skipped", "reason": "empty-page", "detail": "no text"}
