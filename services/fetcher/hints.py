"""What a feed says of when to read it, from its channel or head. Pure.

The words are those of RSS 2.0 (ttl, skipHours, skipDays), of the syndication module of RSS 1.0 (updatePeriod,
updateFrequency) and of WebSub (section 4: link rel="hub"); every kind of feed is asked for all of them. What
does not read is not said.
"""

import re
from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from services.fetcher.entries import Hints, absolute_url
from services.fetcher.markup import qualified

HEADS = ("rss", "rdf", "channel", "feed")  # roots with a head; the children of a sitemap are its pages
MINUTE, DAY = 60.0, 24 * 3600.0
PERIODS: Mapping[str, float] = {  # seconds
    "hourly": 3600.0, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY,
}  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBER = re.compile(r"\d{1,6}")


def read_hints(root: Element, base: str | None) -> Hints:
    """What the head of a feed states; nothing for a document without one."""
    head = dict(_head(root))  # of one that is said twice, the first
    return Hints(
        ttl=_seconds(head.get("ttl")),
        period=_period(head.get("updateperiod"), head.get("updatefrequency")),
        skip_hours=_hours(head.get("skiphours"), root),
        skip_days=_days(head.get("skipdays"), root),
        hub=_hub(root, base),
    )


def _hub(root: Element, base: str | None) -> str | None:
    """The first hub that the head links to."""
    found: str | None = None
    for name, element in _head(root):
        if name == "link" and "hub" in (element.get("rel") or "").lower().split():
            found = absolute_url(element.get("href"), base) or found
    return found


def _head(root: Element) -> Iterator[tuple[str, Element]]:
    """Children of the root and of its channel by local name, those that come first last."""
    if _local(root, root) not in HEADS:
        return
    for element in root.iterchildren("*", reversed=True):
        if _local(element, root) == "channel":
            yield from ((_local(child, root), child) for child in element.iterchildren("*", reversed=True))
        yield _local(element, root), element


def _local(element: Element, root: Element) -> str:
    return qualified(element.tag, element.prefix, root.prefix).rpartition(":")[2]


def _number(element: Element | None) -> int | None:
    text = _word(element)
    return int(text) if NUMBER.fullmatch(text) else None


def _word(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip().lower()


def _seconds(ttl: Element | None) -> float | None:
    """RSS 2.0: "a number of minutes that indicates how long a channel can be cached"."""
    minutes = _number(ttl)
    return None if minutes is None else minutes * MINUTE


def _period(period: Element | None, frequency: Element | None) -> float | None:
    """Syndication module: so many updates in a period; daily, and once, where one of the two is missing."""
    if period is None and frequency is None:
        return None
    length = PERIODS.get("daily" if period is None else _word(period))
    times = 1 if frequency is None else _number(frequency)
    return length / times if length and times else None


def _hours(skipped: Element | None, root: Element) -> tuple[int, ...]:
    """Hours of the day in UTC, 0 to 23; RSS 0.91 counts to 24. Who skips all of them says nothing."""
    numbers = {_number(each) for each in _inside(skipped, "hour", root)}
    hours = {number % 24 for number in numbers if number is not None and number <= 24}
    return tuple(sorted(hours)) if len(hours) < 24 else ()


def _days(skipped: Element | None, root: Element) -> tuple[int, ...]:
    """Days of the week in UTC, Monday is 0. Who skips all of them says nothing."""
    words = {_word(each) for each in _inside(skipped, "day", root)}
    days = [number for number, name in enumerate(DAYS) if name in words]
    return tuple(days) if len(days) < len(DAYS) else ()


def _inside(element: Element | None, name: str, root: Element) -> Iterator[Element]:
    if element is not None:
        yield from (child for child in element.iterchildren("*") if _local(child, root) == name)
