"""`sirwan link`: the linker as a filter. Lines that were not classified yet are, first."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from services.classifier.filter import build_filter
from services.linker.filter import Linking
from services.runtime.filters import answers

CLASSIFIED = ("relevance", "entities")


def link_lines(lines: Iterable[bytes], *, final: bool = False) -> Iterator[bytes]:
    """One JSON line per line in, in order; `final` reads everything before it writes anything."""
    classify = build_filter()
    linking = Linking()
    accepted: list[bool] = []

    def add(request: Any) -> Any:
        accepted.append(False)
        known = all(field in request for field in CLASSIFIED)
        added = linking.add(request if known else classify(request))
        accepted[-1] = True
        return added

    answered = answers(lines, add)
    if not final:
        yield from answered
        return
    settled = list(_with_acceptance(answered, accepted))
    finals = linking.final()
    for line, ok in settled:
        yield msgspec.json.encode(next(finals)) if ok else line


def _with_acceptance(answered: Iterable[bytes], accepted: list[bool]) -> Iterator[tuple[bytes, bool]]:
    """Each line with whether the linker took it; a line that was no object was never offered to it."""
    offered = 0
    for line in answered:
        yield line, len(accepted) > offered and accepted[-1]
        offered = len(accepted)
