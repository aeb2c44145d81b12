"""What the store knows, for a terminal: rich tables and lines. Text from outside is never markup."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from services.runtime.terminal import plain
from services.store.freshness import Age
from services.store.glance import Glance
from services.store.outcomes import Outcome
from services.store.search import Hit
from services.store.status import StageCounts
from services.store.trace import Trace
from services.store.verdict import ago

GAP = "  "  # between two columns
LEAST = 20  # characters of the column that is cut
FATES = ("stored", "done", "skipped", "dead")
COLOURS: Mapping[str, str] = {"stored": "green", "done": "green", "skipped": "yellow", "dead": "red"}
VERDICTS: Mapping[str, str] = {"original": "green", "reprint": "cyan", "edited": "yellow", "spun": "red"}
GRADES = ("", "secondary", "primary")


def print_outcomes(
    console: Console, outcomes: Sequence[Outcome], names: Mapping[str, str], *, details: bool = False
) -> None:
    """One row a page: what became of it, and why; then the stories.

    `names` are the publishers' by source id, or by host; `details` says more of what was refused.
    """
    publishers = {each.page_id: _publisher(each, names) for each in outcomes if each.page_id}
    sizes = Counter(each.story_id for each in outcomes)
    ordered = sorted(
        outcomes, key=lambda each: (FATES.index(each.fate), -sizes[each.story_id], each.story or "", each.at)
    )
    letters = _letters(ordered)
    rows = [_outcome_cells(each, _publisher(each, names), publishers, letters) for each in ordered]
    print_fitted(
        console, ("fate", "page", "about", "origin, or why not", "story", "voices"), rows, flexible=1
    )
    _print_stories(console, ordered, letters)
    for each in (each for each in ordered if details and each.fate in {"skipped", "dead"}):
        console.print(why_not(each), soft_wrap=True)


def why_not(each: Outcome) -> Text:
    """Which page was refused, and everything that is said of why."""
    return plain(f"{_short(each.url)}: {each.reason}: {each.detail}")


def print_fitted(
    console: Console, columns: Sequence[str], rows: Sequence[Sequence[Text]], flexible: int
) -> None:
    """One line a row: columns as wide as they need, one cut to what is left (rich cuts them all)."""
    widths = [
        max([len(name), *(row[number].cell_len for row in rows)]) for number, name in enumerate(columns)
    ]
    left = console.width - sum(widths) + widths[flexible] - len(GAP) * (len(columns) - 1)
    widths[flexible] = min(widths[flexible], max(left, LEAST))
    for row in ([Text(name, "bold") for name in columns], *rows):
        line = Text()
        for width, cell in zip(widths, row, strict=True):
            cell.truncate(width, overflow="ellipsis", pad=True)
            line.append_text(cell).append(GAP)
        line.rstrip()
        console.print(line, soft_wrap=True)


def _letters(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """A short name for each story: A … Z, then S27, S28 …"""
    ids = dict.fromkeys(each.story_id for each in outcomes if each.story_id)
    return {ident: chr(64 + n) if n <= 26 else f"S{n}" for n, ident in enumerate(ids, 1)}


def _print_stories(console: Console, outcomes: Sequence[Outcome], letters: Mapping[str, str]) -> None:
    for ident, letter in letters.items():
        members = [each for each in outcomes if each.story_id == ident]
        if len(members) < 2:
            continue
        told = f"\nStory {letter}: {len(members)} pages, {voices(members[0].independent_sources or 1)}: "
        console.print(Text(told) + plain(members[0].story or "(no title)"), soft_wrap=True)


def _publisher(each: Outcome, names: Mapping[str, str]) -> str:
    host = urlsplit(each.url or "").netloc
    return names.get(each.source_id or host) or each.source_id or host


def _outcome_cells(
    each: Outcome, publisher: str, publishers: Mapping[str, str], letters: Mapping[str, str]
) -> tuple[Text, ...]:
    fate = Text(each.fate, COLOURS.get(each.fate, ""))
    page = Text(f"{publisher}: " if publisher else "", "dim") + plain(each.title or _short(each.url))
    if each.fate != "stored":
        return (fate, page, Text(), Text(f"{each.stage}: {each.reason}"), Text(), Text())
    about = ", ".join(f"{country} {grade}" for country, grade in sorted(each.countries.items()) if grade)
    verdict = each.copy_verdict or ""
    of = publishers.get(each.copy_of or "") or (each.of_publisher if verdict != "original" else None)
    origin = Text(f"{verdict} of {of}" if of else verdict, VERDICTS.get(verdict, ""))
    voices = Text(str(each.independent_sources or ""))
    return (fate, page, Text(about), origin, Text(letters.get(each.story_id or "", "")), voices)


def _short(url: str | None) -> str:
    """Path and name, without the digest that keeps files of one name apart."""
    parts = urlsplit(url or "")
    return unquote(parts.path).lstrip("/") if parts.scheme == "file" else parts.path or parts.netloc


def print_hits(console: Console, hits: Sequence[Hit]) -> None:
    """Search results, best first."""
    for number, hit in enumerate(hits, 1):
        head = Text(f"{number}. ", "dim") + plain(hit.title or "(no title)", "bold")
        about = ", ".join(f"{country} {GRADES[grade]}" for country, grade in sorted(hit.countries.items()))
        facts = (hit.source_id, hit.published, about, hit.copy_verdict, voices(hit.independent_sources))
        console.print(head)
        console.print(plain("   " + " · ".join(fact for fact in facts if fact), "dim"))
        excerpt = plain(hit.snippet.text)
        for start, end in hit.snippet.marks:
            excerpt.stylize("bold yellow", start, end)
        console.print(Text("   ") + excerpt)
        console.print(plain("   " + hit.url, "cyan"))


def voices(count: int) -> str:
    """The number of independent sources in words."""
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
    article, takedown = found.article, found.takedown
    if takedown is not None:
        yield plain(f"taken down {takedown.at:%Y-%m-%d %H:%M:%S}: {takedown.reason}", "bold red")
    elif article is not None:
        title = plain(article.title or "(no title)")
        yield Text("stored  ", "dim") + title + Text(f", version {article.version}")
        if article.because:
            yield Text("because ", "dim") + plain(article.because)
        of = f" of {article.of_publisher}" if article.of_publisher else ""
        yield Text("copy    ", "dim") + plain(f"{article.copy_verdict}{of}")
        for evidence in article.evidence:
            yield Text("        ") + plain(f"{evidence.kind}: {evidence.text}")
    for story in found.stories:
        pages = "1 page" if story.members == 1 else f"{story.members} pages"
        told = f"{pages}, {voices(story.independent_sources)}"
        named = plain(story.title or "(no title)") + Text(f": {told}")
        yield Text("story   ", "dim") + named + Text(f" ({story.story_id})", "dim")
    for letter in found.dead_letters:
        yield Text("dead    ", "red") + plain(f"{letter.stage}: {letter.reason}: {letter.error}")


def print_status(console: Console, found: Glance) -> None:
    """Is it working: the verdict, what each stage did, what died, how fresh each owner is, who is silent."""
    colour = "bold green" if found.working else "bold red"
    console.print(
        plain(found.verdict, colour), soft_wrap=True
    )  # one line, however long, for whoever reads it
    console.print()
    _print_stages(console, found)
    _print_listing(console, "refused", "yellow", (_refused(stage) for stage in found.stages if stage.reasons))
    letters = (
        f"{each.letters} × {each.stage}: {each.reason}, last {ago(found.at, each.last_at)}"
        for each in found.dead_letters
    )
    _print_listing(console, "dead letters", "red", letters)
    _print_owners(console, found)
    _print_listing(console, "silent", "yellow", _silent(found))


def _print_stages(console: Console, found: Glance) -> None:
    columns = ("stage", "in", "done", "skipped", "dead", "lag", "last")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="left" if column in {"stage", "last"} else "right", no_wrap=True)
    unknown = "unknown" if found.broker else "-"
    for stage in found.stages:
        counts = (stage.taken, stage.done, stage.skipped, stage.dead)
        lag = unknown if stage.lag is None else f"{stage.lag:,}"
        last = ago(found.at, stage.last_at) if stage.last_at else "never"
        known = (*(f"{count:,}" for count in counts), lag, last)
        table.add_row(stage.stage, *(known if found.store_read else ("?", "?", "?", "?", lag, "?")))
    console.print(table)


def _refused(stage: StageCounts) -> str:
    reasons = sorted(stage.reasons.items(), key=lambda each: (-each[1], each[0]))
    return f"{stage.stage}: {', '.join(f'{reason} {count:,}' for reason, count in reasons)}"


def _print_listing(console: Console, head: str, style: str, lines: Iterable[str]) -> None:
    """Lines under one word on the left, folded beside it."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, line in enumerate(lines):
        table.add_row(Text("" if number else head, style), plain(line))
    if table.row_count:
        console.print()
        console.print(table)


def _print_owners(console: Console, found: Glance) -> None:
    rows = [
        (plain(age.family), plain(f"{age.articles:,}"), plain(ago(found.at, age.newest)), plain(_names(age)))
        for age in found.families
    ]
    if rows:
        console.print()
        print_fitted(console, ("owner", "articles", "newest", "sources"), rows, flexible=3)


def _names(age: Age) -> str:
    return ", ".join(age.sources)


def _silent(found: Glance) -> Iterable[str]:
    """Who fell silent, a line each; who never brought anything, one line a day, for they are many."""
    for each in found.silent:
        if not each.never:
            yield f"{each.name}, since {each.since:%Y-%m-%d %H:%M}"
    days: dict[str, list[str]] = {}
    for each in found.silent:
        if each.never:
            days.setdefault(f"{each.since:%Y-%m-%d}", []).append(each.name)
    for day, names in days.items():
        yield f"never an article since first read on {day}: {', '.join(sorted(names))}"
