"""A replay for a terminal. Text from outside is never markup."""

from rich.console import Console
from rich.text import Text

from services.embedded.replay import LEFT, Replayed
from services.runtime.terminal import plain

SHOWN = 40  # differences; --json has all
COLOURS = {"added": "green", "removed": "red", "changed": "yellow"}


def print_replayed(console: Console, found: Replayed) -> None:
    """How many articles differ, in what, with an example of each, and what became of them."""
    said = f"{found.articles:,} articles: {found.changed:,} differ, {found.articles - found.changed:,} do not"
    console.print(Text(said, "bold"))
    for each in found.differences[:SHOWN]:
        sample = each.samples[0]
        because = f" “{sample.because}”" if sample.because else ""
        kind = Text(f"{each.kind:8}", COLOURS[each.kind])
        head = Text(f"{each.articles:>6,} × ") + kind + plain(f"{each.what} {each.name}")
        console.print(head, plain(f" {sample.title or sample.url}:{because}", "dim"), soft_wrap=True)
    if len(found.differences) > SHOWN:
        console.print(
            f"       and {len(found.differences) - SHOWN:,} kinds more: --json has all", highlight=False
        )
    for why, count in found.left.items():
        console.print(Text(f"{count:>6,} left: {why}  ") + Text(LEFT[why], "dim"), soft_wrap=True)
    if found.published:
        console.print(f"published {found.published:,} again, for the linker to judge", highlight=False)
    elif found.changed:
        console.print("nothing was published: --approve publishes what differs", highlight=False)
