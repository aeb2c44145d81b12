"""Durations and moments as an operator writes them: `1h, 6h, 24h, 7d`; `2h` ago, `2026-03-01`. Pure."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

NEVER = "never"
SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
ONE = re.compile(r"(\d{1,6})([smhd])")


def parse_durations(text: str, *, most: timedelta, count: int) -> tuple[timedelta, ...]:
    """The durations, each longer than the one before; none for `never` or an empty text.

    Raises ValueError, which says what is wrong.
    """
    words = text.replace(",", " ").lower().split()
    if words in ([], [NEVER]):
        return ()
    durations = tuple(_duration(word) for word in words)
    if any(later <= sooner for sooner, later in pairwise(durations)):
        raise ValueError("each must be longer than the one before")
    if durations[-1] > most or len(durations) > count:
        raise ValueError(f"at most {count} durations, none over {most.days}d")
    return durations


def moment(text: str, now: datetime) -> datetime:
    """So long before `now`, or the day or time that is named, in UTC where it names no zone.

    Raises ValueError, which says what is wrong.
    """
    try:
        if ONE.fullmatch(text.strip().lower()):
            return now - _duration(text.strip().lower())
        named = datetime.fromisoformat(text.strip())
        return named.astimezone(UTC) if named.tzinfo else named.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        why = f"{text!r} is no time: say how long ago, as in '2h' (s, m, h, d), or when, as in '2026-03-01'"
        raise ValueError(why) from None


def _duration(word: str) -> timedelta:
    found = ONE.fullmatch(word)
    if found is None or not int(found[1]):
        raise ValueError(f"{word!r} is no duration: durations as in '1h,6h,24h,7d' (s, m, h, d), or 'never'")
    return timedelta(seconds=int(found[1]) * SECONDS[found[2]])
