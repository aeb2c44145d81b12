"""What the store knows, for a terminal: rich tables and lines. Text from outside is never markup."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.store.outcomes import Outcome
from services.store.search import Hit
from services.store.status import Status
from services.store.trace import Trace

COLOURS: Mapping[str, str] = {"stored": "green", "done": "green", "skipped": "yellow", "dead": "red"}
VERDICTS: Mapping[str, str] = {"original": "green", "reprint": "cyan", "edited": "yellow", "spun": "red"}
CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")  # an escape sequence in a title is an attack
GRADES = ("", "secondary", "primary")


def print_outcomes(console: Console, outcomes: Sequence[Outcome], names: Mapping[str, str]) -> None:
    """One row a page: what became of it, and why. `names` are the publishers' by source id."""
    titles = {each.page_id: names.get(each.source_id or "", each.source_id or "?") for each in outcomes}
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    table.add_column("page", max_width=46, no_wrap=True, overflow="ellipsis")
    table.add_column("source", no_wrap=True)
    table.add_column("fate", no_wrap=True)
    table.add_column("why / about", max_width=34, overflow="fold")
    table.add_column("copy", max_width=24, overflow="fold")
    table.add_column("story", max_width=26, no_wrap=True, overflow="ellipsis")
    table.add_column("voices", justify="right")
    for each in outcomes:
        table.add_row(*_outcome_cells(each, titles))
    console.print(table)


def _outcome_cells(each: Outcome, publishers: Mapping[str, str]) -> tuple[RenderableType, ...]:
    fate = Text(each.fate, COLOURS.get(each.fate, ""))
    page = plain(each.title or _short(each.url) or each.page_id[:16])
    source = Text(publishers[each.page_id])
    if each.fate != "stored":
        return (page, source, fate, Text(f"{each.stage}: {each.reason}"), Text(), Text(), Text())
    about = ", ".join(
        f"{country} {GRADES[grade]}" for country, grade in sorted(each.countries.items()) if grade
    )
    verdict = each.copy_verdict or ""
    of = publishers.get(each.copy_of or "")
    copy = Text(f"{verdict} of {of}" if of else verdict, VERDICTS.get(verdict, ""))
    voices = Text(str(each.independent_sources or ""))
    return (page, source, fate, Text(about), copy, plain(each.story or each.story_id or ""), voices)


def plain(text: str, style: str = "") -> Text:
    """Text from outside: no markup, no control characters."""
    return Text(text.translate(CONTROLS), style)


def _short(url: str | None) -> str | None:
    return url.split("://", 1)[-1].rsplit("?sha256=", 1)[0].lstrip("/") if url else None


def print_hits(console: Console, hits: Sequence[Hit]) -> None:
    """Search results, best first."""
    for number, hit in enumerate(hits, 1):
        head = Text(f"{number}. ", "dim") + plain(hit.title or "(no title)", "bold")
        about = ", ".join(f"{country} {GRADES[grade]}" for country, grade in sorted(hit.countries.items()))
        facts = (hit.source_id, hit.published, about, hit.copy_verdict, _voices(hit.independent_sources))
        console.print(head)
        console.print(plain("   " + " · ".join(fact for fact in facts if fact), "dim"))
        excerpt = plain(hit.snippet.text)
        for start, end in hit.snippet.marks:
            excerpt.stylize("bold yellow", start, end)
        console.print(Text("   ") + excerpt)
        console.print(plain("   " + hit.url, "cyan"))


def _voices(count: int) -> str:
    return f"{count} independent source{'' if count == 1 else 's'}"


def print_trace(console: Console, found: Trace) -> None:
    """Everything that happened to one page, in the order of the pipeline."""
    console.print(Text("page  ", "dim") + plain(found.url or ""))
    console.print(Text(f"      {found.page_id}", "dim"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("when", "stage", "fate", "reason", "seconds", "detail"):
        table.add_column(column, overflow="fold")
    for fate in found.fates:
        table.add_row(
            f"{fate.at:%Y-%m-%d %H:%M:%S}",
            fate.stage,
            Text(fate.fate, COLOURS.get(fate.fate, "")),
            Text(fate.reason),
            f"{fate.seconds:.3f}",
            plain(fate.detail),
        )
    console.print(table)
    console.print(Group(*_kept(found)))


def _kept(found: Trace) -> Iterable[Text]:
    article = found.article
    if article is not None:
        yield Text.assemble(
            ("stored  ", "dim"), article.title or "(no title)", f", version {article.version}"
        )
        yield Text.assemble(("copy    ", "dim"), article.copy_verdict, f" (score {article.copy_score:.2f})")
    for story in found.stories:
        told = f"{story.members} pages, {_voices(story.independent_sources)}"
        yield Text("story   ", "dim") + plain(story.title or story.story_id) + Text(f": {told}")
    for letter in found.dead_letters:
        yield Text("dead    ", "red") + plain(f"{letter.stage}: {letter.reason}: {letter.error}")


def print_status(console: Console, state: Status) -> None:
    """Is it working: what each stage did, what died, how fresh each source is."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("stage", "in", "done", "skipped", "dead", "reasons"):
        table.add_column(column, justify="left" if column in {"stage", "reasons"} else "right")
    for stage in state.stages:
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(stage.reasons.items()))
        table.add_row(
            stage.stage, str(stage.taken), str(stage.done), str(stage.skipped), str(stage.dead), Text(reasons)
        )
    console.print(table)
    newest = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("source", "family", "articles", "newest"):
        newest.add_column(column, justify="right" if column == "articles" else "left")
    for source in state.sources:
        age = f"{source.newest:%Y-%m-%d %H:%M}" if source.newest else "silent"
        newest.add_row(
            Text(source.name or source.source_id), Text(source.family or ""), str(source.articles), age
        )
    console.print()
    console.print(newest)
