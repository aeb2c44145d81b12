"""What `sirwan sources preview` prints. Everything shown comes from outside: plain text, no markup."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.fetcher.preview import Look, Preview, proposed
from services.runtime.source_blocks import write_blocks
from services.runtime.terminal import plain


def print_preview(console: Console, found: Preview) -> None:
    """What robots.txt says, the lists with what they hold, and the newest pages of each."""
    console.print(plain(f"robots.txt  {_robots(found)}"), soft_wrap=True)
    if not found.lists:
        console.print("no list found: give the address of a section page, a feed or a sitemap")
        return
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("list", "kind", "found", "entries", "newest"):
        right, fixed = column == "entries", column != "list"
        table.add_column(column, justify="right" if right else "left", no_wrap=fixed, overflow="fold")
    for look in found.lists:
        table.add_row(*map(plain, _row(look)))
    console.print(table)
    for look in found.lists:
        for line in _sample(look):
            console.print(line, soft_wrap=True)
    if any(look.reason is None for look in found.lists):
        console.print(Text("\nTo read it, complete this and put it into a source file:", "bold"))
        for text in write_blocks([proposed(found)]).splitlines():
            console.print(plain(text), soft_wrap=True)


def _robots(found: Preview) -> str:
    if found.robots is None:
        return "cannot be read: nothing would be fetched for now"
    rule = f" ({found.robots.rule})" if found.robots.rule else ""
    delay = f", {found.robots.crawl_delay:g} s between two requests" if found.robots.crawl_delay else ""
    return f"{found.robots.verdict}{rule}{delay}"


def _row(look: Look) -> tuple[str, ...]:
    if look.reason is not None:
        return (look.url, look.kind, look.found, "-", look.reason)
    return (look.url, look.via or look.kind, look.found, f"{look.entries:,}", (look.newest or "-")[:10])


def _sample(look: Look) -> Iterable[Text]:
    if look.sample:
        yield Text()
        yield plain(look.url, "bold")
    for entry in look.sample:
        date = (entry.published or entry.modified or "")[:10]
        yield plain(f"  {date:10}  {entry.title or entry.url}")
