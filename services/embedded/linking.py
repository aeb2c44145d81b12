"""`sirwan link`: the linker as a filter. Lines that were not classified yet are, first."""

from collections.abc import Iterable, Iterator, Mapping
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
    numbers: dict[str, int] = {}  # ids that came as numbers and shall go as such

    def add(request: Any) -> Any:
        accepted.append(False)
        if isinstance(request.get("id"), int):
            numbers[str(request["id"])] = request["id"]
            request = {**request, "id": str(request["id"])}
        known = all(field in request for field in CLASSIFIED)
        added = linking.add(request if known else classify(request))
        accepted[-1] = True
        return _as_asked(added, numbers)

    answered = answers(lines, add)
    if not final:
        yield from answered
        return
    settled = list(_with_acceptance(answered, accepted))
    finals = linking.final()
    for line, ok in settled:
        yield msgspec.json.encode(_as_asked(next(finals), numbers)) if ok else line


def _as_asked(answer: Mapping[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    copy = answer["copy"]
    of = numbers.get(copy["of"], copy["of"])
    return {**answer, "id": numbers.get(answer["id"], answer["id"]), "copy": {**copy, "of": of}}


def _with_acceptance(answered: Iterable[bytes], accepted: list[bool]) -> Iterator[tuple[bytes, bool]]:
    """Each line with whether the linker took it; a line that was no object was never offered to it."""
    offered = 0
    for line in answered:
        yield line, len(accepted) > offered and accepted[-1]
        offered = len(accepted)
