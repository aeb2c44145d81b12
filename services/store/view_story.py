"""A story for a terminal. Text from outside is never markup."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from schemas.records import Disagreement
from services.runtime.terminal import plain
from services.store.story import StoryPage, StoryTold
from services.store.view import VERDICTS, print_fitted, voices


def print_story(console: Console, found: StoryTold) -> None:
    """What it is, its pages in order of fetching, what they differ on and what rose."""
    pages = "1 page" if len(found.pages) == 1 else f"{len(found.pages)} pages"
    behind = f": {', '.join(found.families)}" if found.families else ""
    console.print(Text("story  ", "dim") + plain(found.title or "(no title)", "bold"))
    console.print(Text(f"       {found.story_id}, version {found.version}", "dim"))
    console.print(plain(f"       {pages}, {voices(found.independent_sources)}{behind}"), soft_wrap=True)
    console.print(Text(f"       {found.first_at:%Y-%m-%d %H:%M} to {found.last_at:%Y-%m-%d %H:%M}"))
    for said, other in (("merged into", found.merged_into), ("split from", found.split_from)):
        if other:
            console.print(plain(f"       {said} {other}: `sirwan story {other}`"), soft_wrap=True)
    if found.pages:
        console.print()
        publishers = {page.page_id: _publisher(page) for page in found.pages}
        rows = [_cells(page, publishers) for page in found.pages]
        print_fitted(console, ("fetched", "page", "origin"), rows, flexible=1)
    for word, listed in (("differ", found.disagreements), ("rose", found.updates)):
        for each in listed:
            _print_answers(console, word, each)


def _print_answers(console: Console, word: str, found: Disagreement) -> None:
    """One question, how many pages give each answer, and who gives it in which words."""
    told = ", ".join(f"{value.value} ({len(value.page_ids)})" for value in found.values)
    console.print(Text(f"{word:7}", "dim") + plain(f"{found.what}: {told}"), soft_wrap=True)
    for value in found.values:
        for each in value.said:
            who = Text(f"       {value.value}  {each.family}: ", "dim")
            console.print(who + plain(each.sentence.text), soft_wrap=True)


def _publisher(page: StoryPage) -> str:
    return page.source_id or urlsplit(page.url or "").hostname or page.page_id[:16]


def _cells(page: StoryPage, publishers: Mapping[str, str]) -> tuple[Text, ...]:
    at = f"{page.fetched_at:%Y-%m-%d %H:%M}" if page.fetched_at else "not stored"
    title = Text(f"{publishers[page.page_id]}: ", "dim") + plain(page.title or page.url or page.page_id)
    verdict = page.copy_verdict or ""
    of = publishers.get(page.copy_of or "") or (page.of_publisher if verdict != "original" else None)
    origin = Text(f"{verdict} of {of}" if of else verdict, VERDICTS.get(verdict, ""))
    return Text(at), title, origin
