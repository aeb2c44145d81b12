"""What a feed says of when to read it, from its channel or head. Pure.

The words are those of RSS 2.0 (ttl, skipHours, skipDays), of the syndication module of RSS 1.0 (updatePeriod,
updateFrequency) and of WebSub (section 4: link rel="hub"); every kind of feed is asked for all of them. What
does not read is not said.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from services.fetcher.entries import Hints, absolute_url
from services.fetcher.fields import Element
from services.fetcher.markup import Markup
from services.fetcher.names import attribute

HEADS = ("rss", "rdf", "channel", "feed")  # roots with a head; the children of a sitemap are its pages
MINUTE, DAY = 60.0, 24 * 3600.0
PERIODS: Mapping[str, float] = {  # seconds
    "hourly": 3600.0, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY,
}  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBER = re.compile(r"\d{1,6}")


def read_hints(markup: Markup, base: str | None) -> Hints:
    """What the head of a feed states; nothing for a document without one."""
    if markup.kind not in HEADS:
        return Hints()
    head = tuple(_head(markup.head("item", "entry")))
    said = {element.name.rpartition(":")[2]: (element, inside) for element, inside in reversed(head)}
    return Hints(
        ttl=_seconds(said.get("ttl")),
        period=_period(said.get("updateperiod"), said.get("updatefrequency")),
        skip_hours=_hours(said.get("skiphours")),
        skip_days=_days(said.get("skipdays")),
        hub=_hub(head, base),
    )


Stated = tuple[Element, Sequence[Element]]
"""An element of a head, and what stands in it."""


def _head(elements: Sequence[Element]) -> Iterator[Stated]:
    """The children of the root and of its channel."""
    in_channel = False
    for place, element in enumerate(elements):
        if element.depth == 0:
            in_channel = element.name.rpartition(":")[2] == "channel"
        if element.depth == 0 or (element.depth == 1 and in_channel):
            yield element, tuple(_below(element, elements[place + 1 :]))


def _below(element: Element, following: Sequence[Element]) -> Iterator[Element]:
    return takewhile(lambda each: each.depth > element.depth, following)


def _hub(head: Sequence[Stated], base: str | None) -> str | None:
    """The first hub that the head links to."""
    for element, _ in head:
        relations = (attribute(element.attributes, "rel") or "").lower().split()
        url = absolute_url(attribute(element.attributes, "href"), base)
        if url and element.name.rpartition(":")[2] == "link" and "hub" in relations:
            return url
    return None


def _number(element: Element) -> int | None:
    text = _word(element)
    return int(text) if NUMBER.fullmatch(text) else None


def _word(element: Element) -> str:
    return element.text.strip().lower()


def _seconds(ttl: Stated | None) -> float | None:
    """RSS 2.0: "a number of minutes that indicates how long a channel can be cached"."""
    minutes = _number(ttl[0]) if ttl else None
    return None if minutes is None else minutes * MINUTE


def _period(period: Stated | None, frequency: Stated | None) -> float | None:
    """Syndication module: so many updates in a period; daily, and once, where one of the two is missing."""
    if period is None and frequency is None:
        return None
    length = PERIODS.get("daily" if period is None else _word(period[0]))
    times = 1 if frequency is None else _number(frequency[0])
    return length / times if length and times else None


def _hours(skipped: Stated | None) -> tuple[int, ...]:
    """Hours of the day in UTC, 0 to 23; RSS 0.91 counts to 24. Who skips all of them says nothing."""
    numbers = {_number(each) for each in _inside(skipped, "hour")}
    hours = {number % 24 for number in numbers if number is not None and number <= 24}
    return tuple(sorted(hours)) if len(hours) < 24 else ()


def _days(skipped: Stated | None) -> tuple[int, ...]:
    """Days of the week in UTC, Monday is 0. Who skips all of them says nothing."""
    words = {_word(each) for each in _inside(skipped, "day")}
    days = [number for number, name in enumerate(DAYS) if name in words]
    return tuple(days) if len(days) < len(DAYS) else ()


def _inside(stated: Stated | None, name: str) -> Iterator[Element]:
    """The elements of that name right below."""
    element, below = stated or (None, ())
    for each in below:
        if element and each.depth == element.depth + 1 and each.name.rpartition(":")[2] == name:
            yield each
