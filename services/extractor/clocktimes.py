"""Times of day printed beside a date, with their zone where one is printed. Pure."""

import re
from collections.abc import Mapping

from services.extractor.rules import load_rules

_DATES = load_rules("dates.toml")
_ZONES: Mapping[str, str] = {name.casefold(): offset for name, offset in _DATES["zones"].items()}
_AFTERNOON = frozenset(_DATES["clock"]["afternoon"])


def _either(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_HALF = _either([*_DATES["clock"]["morning"], *_DATES["clock"]["afternoon"]])
_ZONE = rf"(?:GMT|UTC)\s?[+-]\d{{1,2}}(?::?\d\d)?|{_either(list(_DATES['zones']))}|[+-]\d\d:?\d\d"
TIME = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])(?P<mark>[:٫.])(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d.]*\d)"
    rf"\s*(?P<half>(?:{_HALF})(?!\w))?\s*(?P<zone>(?:{_ZONE})(?!\w))?",
    re.IGNORECASE,
)
_BEHIND, _AHEAD = 30, 40  # characters around a date in which its time stands


def time_beside(text: str, start: int, end: int) -> tuple[str, str]:
    """The time printed with a date, as it continues the ISO value, and the precision reached.

    `text[start:end]` is the date. 16.30 is a time only before "pm" or a zone: else it may be a price.
    """
    m = _first(text[end : end + _AHEAD]) or _first(text[max(0, start - _BEHIND) : start])
    if m is None:
        return "", "day"
    hour = int(m["hour"])
    if m["half"]:
        hour = hour % 12 + (12 if m["half"].casefold() in _AFTERNOON else 0)
    seconds = f":{m['second']}" if m["second"] else ""
    precision = "second" if seconds else "minute"
    return f"T{hour:02d}:{m['minute']}{seconds}{_offset(m['zone'] or '')}", precision


def without_times(text: str) -> str:
    """The text with a space in place of each time of day."""
    return TIME.sub(lambda m: " " if _is_time(m) else m[0], text)


def _first(text: str) -> re.Match[str] | None:
    return next((m for m in TIME.finditer(text) if _is_time(m)), None)


def _is_time(m: re.Match[str]) -> bool:
    return m["mark"] != "." or bool(m["half"] or m["zone"])


def _offset(zone: str) -> str:
    """The offset as ISO 8601 has it: of a name, of `GMT+3`, of `+0300`; empty without a zone."""
    if named := _ZONES.get(zone.casefold()):
        return named
    printed = re.search(r"([+-])(\d{1,2}):?(\d\d)?$", zone)
    return f"{printed[1]}{int(printed[2]):02d}:{printed[3] or '00'}" if printed else ""
