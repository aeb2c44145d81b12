"""A takedown on a terminal: one line a place. Text from outside is never markup."""

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from services.embedded.takedown import Reached, Takedown
from services.embedded.takedown_sight import BEYOND, EXPIRES, GONE, LEFT
from services.runtime.terminal import plain

COLOURS: Mapping[str, str] = {GONE: "green", EXPIRES: "yellow", LEFT: "bold red", BEYOND: "cyan"}


def print_takedown(console: Console, done: Takedown) -> None:
    """The page, then every place with what was found, what is left, and what follows."""
    console.print(plain(f"page    {done.url}"), soft_wrap=True)
    console.print(Text(f"        {done.page_id}", "dim"), soft_wrap=True)
    down = "already down" if done.before else "not down yet" if done.dry_run else "taken down"
    if done.before or not done.dry_run:
        down += f" since {done.at:%Y-%m-%d %H:%M:%S} UTC: {done.reason}"
    console.print(plain(f"        {down}"), soft_wrap=True)
    for place in done.places:
        console.print(_line(place, dry_run=done.dry_run), soft_wrap=True)
    if not done.before and not any(place.found or place.left for place in done.places):
        console.print("Nothing of it was found anywhere: is this the address that was meant?")
    if done.copies:
        console.print("Pages that copied it stay; each is taken down by itself:")
    for copy in done.copies:
        console.print(plain(f"  {copy.verdict}: {copy.url} ({copy.page_id})"), soft_wrap=True)


def _line(place: Reached, *, dry_run: bool) -> Text:
    if dry_run:
        state, said = (place.state if place.state == BEYOND else "", place.found or "nothing")
    else:
        state = place.state
        said = f"found {place.found or 'nothing'}" + (f", left {place.left}" if place.left else "")
    said = "" if place.state == BEYOND and not place.found else f": {said}"
    by = f" by {place.until:%Y-%m-%d %H:%M} UTC" if place.until and not dry_run else ""
    ending = Text(f"; {state}{by}", COLOURS[state]) if state else Text()
    advice = f" ({place.advice})" if place.advice and (not dry_run or place.state == BEYOND) else ""
    return plain(f"{place.place}{said}") + ending + plain(advice)
