"""A dead letter that is sent again: what its message carries, so that it is known if it dies again. Pure.

The message goes out as it was, byte for byte, under the same key and headers. Two headers are added: how
often it was sent again, and where and when it died first. By that place it is the same letter for ever,
whatever offset it has the next time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from schemas.records import DeadLetter, Record

R = TypeVar("R", bound=Record)

REDRIVES, FIRST_DIED = "sirwan_redrives", "sirwan_first_died"

LANE = "redrive"

TICK = timedelta(microseconds=1)  # makes the note newer than the death, and leaves it its time

COUNT = re.compile(r"\d{1,9}")
PLACE = re.compile(r"(\d{1,9})/(\d{1,18})/(\S{20,40})")


@dataclass(frozen=True, slots=True)
class Redriven:
    """What a message says of its letter."""

    redrives: int
    partition: int
    offset: int
    first_at: datetime


def redriven(headers: Mapping[str, str]) -> Redriven | None:
    """What the headers say; None of a message that was not sent again, or does not say so readably."""
    count = COUNT.fullmatch(headers.get(REDRIVES, ""))
    place = PLACE.fullmatch(headers.get(FIRST_DIED, ""))
    if count is None or place is None:
        return None
    try:
        first_at = datetime.fromisoformat(place[3])
    except ValueError:
        return None
    if first_at.tzinfo is None:
        return None
    return Redriven(int(count[0]), int(place[1]), int(place[2]), first_at)


def noted(letter: DeadLetter, at: datetime) -> DeadLetter:
    """The letter as it is published just before its message is sent again, and kept until it dies again."""
    return replace(letter, redrives=letter.redrives + 1, redriven_at=at, last_at=letter.last_at + TICK)


def headers_of(letter: DeadLetter) -> dict[str, str]:
    """The headers of the message of a letter that is noted."""
    original = letter.original
    first_died = f"{original.partition}/{original.offset}/{letter.first_at.isoformat()}"
    return {**original.headers, REDRIVES: str(letter.redrives), FIRST_DIED: first_died}


def without(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as they were the first time."""
    return {name: said for name, said in headers.items() if name not in (REDRIVES, FIRST_DIED)}


def in_lane(record: R) -> R:
    """The record of a message that was sent again, in the lane `redrive`, as all that comes of it will be."""
    return replace(record, lane=LANE) if hasattr(record, "lane") else record
