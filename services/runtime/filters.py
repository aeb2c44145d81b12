"""Each stage from a shell: JSON Lines in, JSON Lines out, one line out per line in, in order (DESIGN §7).

A line that fails gives `{"id": …, "error": {"fate", "reason", "detail"}}` and the filter goes on; such a line
from an earlier filter passes through.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import structlog

from services.stage import Poison, Refusal

log = structlog.get_logger()

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_ENCODER = msgspec.json.Encoder()


def refusal_line(ident: object, refusal: Refusal) -> bytes:
    """The line for a request that was refused."""
    error = {"fate": refusal.fate, "reason": refusal.reason, "detail": refusal.detail}
    return _ENCODER.encode({"id": ident, "error": error})


def read_request(line: bytes) -> dict[str, Any]:
    """The object on a line. Raises Poison."""
    try:
        request = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise Poison("bad-request", f"not JSON: {exc}") from exc
    if not isinstance(request, dict):
        raise Poison("bad-request", "a line must be a JSON object")
    return request


def _refused_before(request: Mapping[str, Any]) -> bool:
    """Whether an earlier filter of the pipe said why not: that is the reason to keep."""
    error = request.get("error")
    return isinstance(error, dict) and {"fate", "reason"} <= error.keys()


def answer_line(line: bytes, answer: Answer) -> bytes:
    """The line out for a line in, without its newline.

    Raises Poison("bad-request"), and what `answer` does.
    """
    request = read_request(line)
    return _ENCODER.encode(request if _refused_before(request) else answer(request))


def ident_of(line: bytes) -> object:
    """The `id` that a line gives, if it gives one."""
    try:
        return read_request(line).get("id")
    except Poison:
        return None


def answers(lines: Iterable[bytes], answer: Answer) -> Iterator[bytes]:
    """One JSON line, without its newline, for each line that is not blank."""
    for line in lines:
        if not line.strip():
            continue
        try:
            yield answer_line(line, answer)
        except Refusal as exc:
            yield refusal_line(ident_of(line), exc)
        except Exception as exc:  # a bug must not cost the lines after it (law 3)
            log.error("bug", id=ident_of(line), exc_info=True)
            yield refusal_line(ident_of(line), Poison("bug", repr(exc)))
