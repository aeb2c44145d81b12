"""What `sirwan sources check` prints: what is wrong first, in words, and what to do about it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.embedded.source_check import Check, CheckedSource
from services.fetcher.feed_look import FeedLook
from services.runtime.reasons import REASONS
from services.runtime.terminal import plain
from services.store.standing import STATES, Standing
from services.store.verdict import ago, counted, span

FEED_STATES = ("failing", "lying", "silent", "empty", "new", "ok")
"""Worst first."""

FINE = frozenset({"new", "ok", None})

COLOURS: Mapping[str | None, str] = {
    "pages-failing": "red", "failing": "red", "ok": "green", "new": "dim", None: "dim",
}  # fmt: skip
WRONG = "yellow"

DO: Mapping[str, str] = {
    "pages-failing": "open one of the pages in a browser, and `sirwan trace` it",
    "silent": "do its feeds answer? Then `sirwan trace` a page that is on its site now",
    "never": "do its feeds answer? Then `sirwan trace` a page that is on its site now",
}
"""A first move for each state of a source; docs/operations.md has the rest."""


def print_check(console: Console, headline: str, found: Check, *, every: bool) -> None:
    """A line of numbers, then the sources that do not do well, or `every` one, worst first."""
    for line in (headline, *_head(found)):
        console.print(plain(line), soft_wrap=True)
    shown = [source for source in sorted(found.sources, key=_badness) if every or not _is_fine(source)]
    if not found.begun or not shown:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source, feed", overflow="fold", max_width=44)
    table.add_column("state", no_wrap=True)
    table.add_column("why", overflow="fold")
    for source in shown:
        for name, state, why in _rows(source, found, every=every):
            table.add_row(name, Text(state or "?", COLOURS.get(state, WRONG)), plain(why))
    console.print()
    console.print(table)
    for move in _moves(shown):
        console.print(move)


def _head(found: Check) -> Iterator[str]:
    yield from found.problems
    if not found.begun:
        if not found.problems:
            yield "nothing read yet"
        return
    states = [] if found.store_problem else [_state(source) for source in found.sources if source.feeds]
    feeds = [feed.state for source in found.sources for feed in source.feeds if feed.state]
    numbers = [
        f"{name}: {_numbers(of, order)}"
        for name, of, order in (("sources", states, STATES), ("feeds", feeds, FEED_STATES))
        if of
    ]
    yield "; ".join(numbers)
    if found.at_rest:
        yield f"nothing runs here now: this is how they did at {found.at:%Y-%m-%d %H:%M} UTC"


def _numbers(states: Sequence[str], order: Iterable[str]) -> str:
    counts = Counter(states)
    return ", ".join(f"{counts[state]:,} {state}" for state in order if counts[state])


def _state(source: CheckedSource) -> str:
    """One that the store has not heard of is new."""
    return source.standing.state if source.standing else "new"


def _is_fine(source: CheckedSource) -> bool:
    return _state(source) in FINE and all(feed.state in FINE for feed in source.feeds)


def _badness(source: CheckedSource) -> tuple[int, int, str]:
    worst = min((FEED_STATES.index(feed.state or "ok") for feed in source.feeds), default=len(FEED_STATES))
    return list(STATES).index(_state(source)), worst, source.id


def _rows(source: CheckedSource, found: Check, *, every: bool) -> Iterator[tuple[Text, str | None, str]]:
    """The source, then its feeds; the well ones only where all are wanted."""
    if found.store_problem:
        yield plain(source.id, "bold"), None, "not known here"
    else:
        yield plain(source.id, "bold"), _state(source), _why(source.standing, found.at)
    for feed in sorted(source.feeds, key=lambda feed: FEED_STATES.index(feed.state or "ok")):
        if every or feed.state not in FINE:
            yield plain(f"  {feed.url}"), feed.state, _why_feed(feed, found.at)


def _why(standing: Standing | None, now: datetime) -> str:
    if standing is None:
        return "not read yet"
    since = ago(now, standing.since) if standing.since else "?"
    if standing.state == "pages-failing":
        ways = ", ".join(f"{each.pages} {each.reason} ({each.stage})" for each in standing.endings)
        such = next((f"; such as {each.url}" for each in standing.endings if each.url), "")
        pages = sum(each.pages for each in standing.endings)
        return f"each of its last {pages} pages was refused, the first {since}: {ways}{such}"
    if standing.newest is None:
        return f"no article yet; read since {since}"
    if standing.state == "silent":
        return f"no article since {since}; {_usual(standing)}"
    return f"{counted(standing.articles, 'article')}, the newest {since}"


def _usual(standing: Standing) -> str:
    if standing.habit and standing.limit:
        return f"by its habit {span(standing.limit)} would be long"
    return "how often it brings any is not known yet"


def _why_feed(feed: FeedLook, now: datetime) -> str:
    if feed.state is None:
        return "not known here"
    if feed.polled_at is None:
        return "not read yet"
    return "; ".join(filter(None, (*_told(feed, now), f"asked {ago(now, feed.polled_at)}", _next(feed, now))))


def _told(feed: FeedLook, now: datetime) -> Iterator[str]:
    if feed.state == "failing":
        since = f" since {ago(now, feed.since)}" if feed.since else ""
        times = f", {feed.failures} times in a row{since}" if feed.failures > 1 else ""
        yield f"{feed.reason}{times}" + (f": {feed.detail}" if feed.detail else "")
        yield f"read whole {ago(now, feed.whole_at)}" if feed.whole_at else "never read whole"
    if feed.state == "lying" and feed.since:
        yield f"not believed since {ago(now, feed.since)}, and read whole: {feed.lie}"
    if feed.state == "empty":
        yield "it names no page"
    if feed.state == "silent" and feed.limit:
        yield f"{span(feed.limit)} without anything new would be long"
    if feed.new_at:
        yield f"named something new {ago(now, feed.new_at)}"


def _next(feed: FeedLook, now: datetime) -> str | None:
    if feed.next_at is None:
        return None
    seconds = (feed.next_at - now).total_seconds()
    return f"again in {span(seconds)}" if seconds >= 1 else "due again"


def _moves(shown: Iterable[CheckedSource]) -> Iterator[Text]:
    """What each reason means, and a first move for each state and reason that is shown."""
    found: dict[str, str] = {}
    for source in shown:
        state, standing = _state(source), source.standing
        if state in DO:
            found[state] = DO[state]
        if state == "pages-failing" and standing and standing.reason in REASONS:
            found[standing.reason] = REASONS[standing.reason].meaning
        for feed in source.feeds:
            if feed.reason and feed.reason in REASONS and feed.state not in FINE:
                found[feed.reason] = REASONS[feed.reason].first_move
    for number, (name, move) in enumerate(found.items()):
        lead = (
            "\nwhat to do, and more in docs/operations.md: A source is silent, or its pages fail\n"
            if not number
            else ""
        )
        yield Text(lead) + plain(f"  {name}: {move}")
