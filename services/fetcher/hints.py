"""What a feed says of when to read it, from its channel or head. Pure.

The words are those of RSS 2.0 (ttl, skipHours, skipDays), of the syndication module of RSS 1.0 (updatePeriod,
updateFrequency) and of WebSub (section 4: link rel="hub"); every kind of feed is asked for all of them. What
does not read is not said.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from services.fetcher.entries import Hints, absolute_url
from services.fetcher.fields import Element
from services.fetcher.names import attribute

MINUTE, DAY = 60.0, 24 * 3600.0
PERIODS: Mapping[str, float] = {  # seconds
    "hourly": 3600.0, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY,
}  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBER = re.compile(r"\d{1,6}")


def read_hints(head: Sequence[Element], base: str | None) -> Hints:
    """What the head of a feed states: the children of its root and of its channel."""
    first: dict[str, int] = {}  # place of the first of each name
    hub: str | None = None
    in_channel = False
    for place, element in enumerate(head):
        name = _local(element)
        if element.depth == 0:
            in_channel = name == "channel"
        if element.depth == 0 or (element.depth == 1 and in_channel):
            first.setdefault(name, place)
            hub = hub or (_hub(element, base) if name == "link" else None)
    stated = {name: head[place] for name, place in first.items()}
    return Hints(
        ttl=_seconds(stated.get("ttl")),
        period=_period(stated.get("updateperiod"), stated.get("updatefrequency")),
        skip_hours=_hours(_inside(head, first.get("skiphours"), "hour")),
        skip_days=_days(_inside(head, first.get("skipdays"), "day")),
        hub=hub,
    )


def _local(element: Element) -> str:
    return element.name.rpartition(":")[2]


def _hub(link: Element, base: str | None) -> str | None:
    if "hub" not in (attribute(link.attributes, "rel") or "").lower().split():
        return None
    return absolute_url(attribute(link.attributes, "href"), base)


def _inside(head: Sequence[Element], place: int | None, name: str) -> Iterator[Element]:
    """The elements of that name right below the one at a place."""
    if place is None:
        return
    for each in islice(head, place + 1, None):
        if each.depth <= head[place].depth:
            return
        if each.depth == head[place].depth + 1 and _local(each) == name:
            yield each


def _number(element: Element) -> int | None:
    text = _word(element)
    return int(text) if NUMBER.fullmatch(text) else None


def _word(element: Element) -> str:
    return element.text.strip().lower()


def _seconds(ttl: Element | None) -> float | None:
    """RSS 2.0: "a number of minutes that indicates how long a channel can be cached"."""
    minutes = _number(ttl) if ttl else None
    return None if minutes is None else minutes * MINUTE


def _period(period: Element | None, frequency: Element | None) -> float | None:
    """Syndication module: so many updates in a period; daily, and once, where one of the two is missing."""
    if period is None and frequency is None:
        return None
    length = PERIODS.get("daily" if period is None else _word(period))
    times = 1 if frequency is None else _number(frequency)
    return length / times if length and times else None


def _hours(skipped: Iterable[Element]) -> tuple[int, ...]:
    """Hours of the day in UTC, 0 to 23; RSS 0.91 counts to 24. Who skips all of them says nothing."""
    numbers = {_number(each) for each in skipped}
    hours = {number % 24 for number in numbers if number is not None and number <= 24}
    return tuple(sorted(hours)) if len(hours) < 24 else ()


def _days(skipped: Iterable[Element]) -> tuple[int, ...]:
    """Days of the week in UTC, Monday is 0. Who skips all of them says nothing."""
    words = {_word(each) for each in skipped}
    days = [number for number, name in enumerate(DAYS) if name in words]
    return tuple(days) if len(days) < len(DAYS) else ()
