"""`sirwan link`: the linker as a filter. Lines that were not classified yet are, first."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from services.classifier.filter import build_filter
from services.linker.filter import Linking
from services.runtime.filters import answers, read_request

CLASSIFIED = ("relevance", "entities")


def link_lines(lines: Iterable[bytes], *, final: bool = False) -> Iterator[bytes]:
    """One JSON line per line in, in order; `final` reads everything before it writes anything."""
    classify = build_filter()
    linking = Linking()

    def add(request: Any) -> Any:
        known = all(field in request for field in CLASSIFIED)
        return linking.add(request if known else classify(request))

    answered = answers(lines, add)
    if not final:
        yield from answered
        return
    settled = list(answered)
    finals = iter(linking.final())
    for line in settled:
        yield line if _is_refusal(line) else msgspec.json.encode(next(finals))


def _is_refusal(line: bytes) -> bool:
    return "error" in read_request(line)
