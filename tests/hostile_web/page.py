"""docs/hostile-input.md, made from the table of costs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.hostile_web.costs import ALONE, BYTES, DAYS, SECONDS, TOGETHER, AloneRow, DayRow, Row
from tests.hostile_web.tricks import MIB

PAGE = Path(__file__).parents[2] / "docs" / "hostile-input.md"
LEAD = f"""<!-- made by `make docs` from tests/hostile_web/costs.py; change it there -->

# What hostile input costs at most

A host may lie, dawdle, flood and lead astray. What is recorded of it, and the most it may cost, is a table
that `tests/e2e/test_hostile_web.py` and `tests/e2e/test_hostile_days.py` hold the real fetcher to, on real
connections; where a redirect, a name or a certificate may lead is in `tests/e2e/test_hostile_ways.py`. What
each trick answers stands in `tests/hostile_web/tricks.py`, what the reasons mean in
[reference/reasons.md](reference/reasons.md).

## All at once

{len(TOGETHER)} hosts in one pipeline, with the newsrooms of the demo beside them: every page of those arrives
in time, as does the honest page beside each hostile one. SIRWAN_FETCH_SECONDS is {SECONDS:g} here, and no
answer is listened to for longer; SIRWAN_FETCH_BYTES is {BYTES:,}. Requests and bytes are those of the host,
with robots.txt, and of a page with its list, its neighbour and tdmrep.json. What a list costs, it costs
once: it is then left alone.
"""
ALONE_LEAD = """
## Made to cost time or memory

Each read by a process that does nothing else, with the settings as they come. `reading` is a list that is
read to its last entry, and none of them asked for. Memory is what it takes over what a fetcher has.
"""
DAYS_LEAD = """
## For days

A list that was well, misbehaves for a week, and is well again: after so many hours at most it is read again.
"""


def page() -> str:
    """The whole page."""
    together = _table(("what it does", "where", "recorded", "requests", "bytes"), map(_together, TOGETHER))
    alone = _table(
        ("what it does", "where", "recorded", "pages", "requests", "bytes", "CPU, s", "memory, MiB"),
        map(_alone, ALONE),
    )
    days = _table(
        ("what it does", "recorded", "requests, first day", "requests, week", "hours"), map(_days, DAYS)
    )
    return f"{LEAD}\n{together}{ALONE_LEAD}\n{alone}{DAYS_LEAD}\n{days}"


def _together(row: Row) -> Sequence[object]:
    return row.trick, row.at, row.recorded, row.requests, _size(row.sent)


def _alone(row: AloneRow) -> Sequence[object]:
    cost = (row.requests, _size(row.received), f"{row.cpu:g}", row.memory)
    return row.trick, row.at, row.reason, f"{row.asked:,}", *cost


def _days(row: DayRow) -> Sequence[object]:
    return row.trick, row.recorded, row.first_day, row.week, f"{row.back:g}"


def _size(amount: int) -> str:
    return f"{amount / MIB:.3g} M" if amount >= MIB else f"{amount / 1000:.3g} k" if amount else "0"


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"
