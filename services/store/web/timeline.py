"""The bars of a timeline: articles by day, month or year, in fractions of the drawing. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

BARS = 92
"""More days than a quarter of a year are drawn as months, more months than that as years."""


class Day(Protocol):
    """How many articles are of one day."""

    @property
    def value(self) -> str:
        """2026-03-01, or 2026-03 where no more is known."""

    @property
    def times(self) -> int:
        """Articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Articles of one day, month or year. Fractions of the drawing's width and height."""

    name: str  # 2026-03-01, 2026-03 or 2026
    since: str  # first and last day
    until: str
    times: int
    x: float
    width: float
    height: float


def bars(days: Sequence[Day]) -> tuple[Bar, ...]:
    """A timeline, with room for empty days. What is known to the month only counts in months and years."""
    by_day = {
        date.fromisoformat(each.value): each.times for each in days if len(each.value) == len("2026-03-01")
    }
    if not by_day:
        return ()
    first, last = min(by_day), max(by_day)
    if (last - first).days < BARS:
        slots = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return _placed([(day.isoformat(), day, day, by_day.get(day, 0)) for day in slots])
    months = _summed((each.value[:7], each.times) for each in days)
    names = _months(min(months), max(months))
    if len(names) <= BARS:
        return _placed([(name, *_month(name), months.get(name, 0)) for name in names])
    years = _summed((each.value[:4], each.times) for each in days)
    return _placed(
        [
            (f"{year:04}", date(year, 1, 1), date(year, 12, 31), years.get(f"{year:04}", 0))
            for year in range(int(min(years)), int(max(years)) + 1)
        ]
    )


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, times in pairs:
        found[name] = found.get(name, 0) + times
    return found


def _months(first: str, last: str) -> list[str]:
    number, end = _number(first), _number(last)
    return [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(number, end + 1)]


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _month(name: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{name}-01")
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _placed(slots: Sequence[tuple[str, date, date, int]]) -> tuple[Bar, ...]:
    most, width = max(times for *_, times in slots), 1 / len(slots)
    return tuple(
        Bar(
            name=name, since=since.isoformat(), until=until.isoformat(), times=times,
            x=number * width, width=width, height=times / most,
        )
        for number, (name, since, until, times) in enumerate(slots)
        if times
    )  # fmt: skip
