"""The `sirwan` command: one verb, one short function that calls a room.

Imports are inside the verbs, so that `sirwan --help` starts fast and no verb pays for another's libraries.
Exit codes: 0 done; 1 something was refused, missing or not found; 2 wrong usage or settings; 3 the store
or the broker cannot be reached; 141 nobody reads our output any more.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from services.runtime.config import Settings
    from services.runtime.place import Place
    from services.store.letters import Wanted
    from services.store.narrowing import Narrowed

REFUSED, USAGE, UNREACHABLE = 1, 2, 3
BATCH = 1000  # lines written at once where all input was read before
HUNG_UP = 141  # what a shell calls a command that SIGPIPE ended

app = typer.Typer(
    help="News about Iraq and Iran as a stream: clean, explained, and honest about where it came from.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
sources_app = typer.Typer(help="Look after the list of sources.", no_args_is_help=True)
topics_app = typer.Typer(help="The topics on a Kafka broker.", no_args_is_help=True)
access_app = typer.Typer(help="Who may do what on a Kafka broker.", no_args_is_help=True)
schemas_app = typer.Typer(help="The published contract.", no_args_is_help=True)
config_app = typer.Typer(help="The settings.", no_args_is_help=True)
docs_app = typer.Typer(help="The pages that are made from the code.", no_args_is_help=True)
dlq_app = typer.Typer(help="Dead letters: look at them, send them again.", no_args_is_help=True)
for name, group in (
    ("sources", sources_app), ("topics", topics_app), ("access", access_app), ("schemas", schemas_app),
    ("config", config_app), ("docs", docs_app), ("dlq", dlq_app),
):  # fmt: skip
    app.add_typer(group, name=name)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]


def _version(wanted: bool) -> None:
    from importlib.metadata import version

    if wanted:
        typer.echo(f"sirwan {version('sirwan')}")
        raise typer.Exit


@app.callback()
def _sirwan(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    del version  # its callback has answered


# --- the pipeline -------------------------------------------------------------------------------


@app.command()
def demo() -> None:
    """Serve the tiny news web on loopback, run it through every stage, and show what became of each page."""
    try:
        from services.embedded.demo import run_demo
    except ModuleNotFoundError as exc:
        _fail(f"the demo's news web is not installed, only in a checkout ({exc.name} is missing)", REFUSED)
    run_demo(_console(), _settings().home / "demo")


@app.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="Read every feed once, then stop.")] = False,
) -> None:
    """Everything in this process, with the real sources, until Ctrl-C."""
    from services.embedded.runs import run_sources

    run_sources(_settings_to_store(), once=once)


@app.command()
def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(help="Pages: HTML, or text as it was copied; or archives: x.warc, x.warc.gz."),
    ],
    json: AsJson = False,
) -> None:
    """Put local pages and archives of pages (WARC) through the same stages into the store."""
    from services.embedded.ingest import ingest_files
    from services.store.tally import Tally

    tally, listing = Tally(), _Listing()

    def tell(outcome: Any) -> None:
        tally.add(outcome)
        if json:
            listing.add(outcome)

    ingest_files(_settings_to_store(), files, tell)
    if json:
        listing.end()
    else:
        tally.print(_console())
    if tally.dead:
        sys.exit(REFUSED)


@app.command()
def fetch(url: str, json: AsJson = False) -> None:
    """Fetch one page politely and put it through every stage."""
    from services.embedded.runs import fetch_page, ident_of
    from services.stage import Skip

    try:
        ident_of(url)
    except Skip as exc:
        _fail(f"{url}: {exc}", USAGE)
    _finish(fetch_page(_settings_to_store(), url), json)


# --- filters: JSON Lines in, JSON Lines out -----------------------------------------------------


@app.command()
def extract() -> None:
    """Filter: pages in, articles out."""
    import os

    from services.extractor.filtering import extract_lines, start

    server = start()  # its imports take as long as ours: they may as well be done beside them
    settings = _settings()
    # Not Python's own two: a thread may still wait for one of them when the interpreter wants to close it.
    source = os.fdopen(sys.stdin.fileno(), "rb", 2**18, closefd=False)
    sink = os.fdopen(sys.stdout.fileno(), "wb", closefd=False)
    try:
        extract_lines(server, settings, source, sink)
    except BrokenPipeError:
        _hang_up()


@app.command()
def classify(
    explained: Annotated[
        str | None,
        typer.Option(
            "--explain",
            metavar="FILE",
            help="Show one article (a line of the filter, or plain text) with its evidence; - reads it here.",
        ),
    ] = None,
) -> None:
    """Filter: articles in, what they are about out."""
    from services.classifier.filter import build_filter

    if explained is None:
        _filter(build_filter())
    else:
        _explain(explained)


def _explain(file: str) -> None:
    """Show one article with its evidence marked; `-` is standard input."""
    from rich.text import Text

    from services.classifier.explain import explain, read_request
    from services.classifier.filter import judge_request
    from services.stage import Refusal

    content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    asked = read_request(content.decode("utf-8", "replace"))
    try:
        verdict = judge_request(asked, {})
    except Refusal as exc:
        _fail(f"{file}: {exc}", REFUSED)
    shown = explain(asked.get("title"), asked["text"], verdict)
    marked = Text(shown.plain)
    for start, end, style in shown.marks:
        marked.stylize(style, start, end)
    _console().print(marked)


@app.command()
def link(
    final: Annotated[bool, typer.Option("--final", help="Read all, then print final assignments.")] = False,
) -> None:
    """Filter: classified articles in, their stories and copies out."""
    from services.embedded.linking import link_lines

    _write(link_lines(sys.stdin.buffer, final=final))


@app.command()
def feed(base: Annotated[str | None, typer.Option(help="Address the document came from.")] = None) -> None:
    """Filter: one feed or sitemap in, one JSON line per entry out."""
    from services.fetcher.filter import feed_lines

    _write_objects(feed_lines(sys.stdin.buffer.read(), base))


@app.command()
def canonical() -> None:
    """Filter: a URL per line in, its canonical form or `!reason` out."""
    from services.fetcher.filter import canonical_lines

    lines = (line.decode("utf-8", "replace").rstrip("\r\n") for line in sys.stdin.buffer)
    _write(line.encode() for line in canonical_lines(lines))


@app.command()
def robots(
    urls: list[str], agent: Annotated[str, typer.Option(help="Name of the crawler.")] = "Sirwan"
) -> None:
    """Filter: robots.txt in, one JSON line per URL out."""
    from services.fetcher.filter import robots_lines

    _write_objects(robots_lines(sys.stdin.buffer.read(), agent, urls))


# --- reading what was stored --------------------------------------------------------------------


@app.command(context_settings={"ignore_unknown_options": True})  # -word is a word
def search(
    words: Annotated[
        list[str] | None, typer.Argument(help='All are wanted; "…" is a phrase, -word is unwanted.')
    ] = None,
    country: Annotated[str | None, typer.Option(help="ISO code: IQ or IR.")] = None,
    grade: Annotated[int | None, typer.Option(help="At least: 1 secondary, 2 primary.")] = None,
    topic: Annotated[str | None, typer.Option(help="Topic, by id or name: docs/labels.md.")] = None,
    entity: Annotated[str | None, typer.Option(help="Person, body or place, by id or name.")] = None,
    source: Annotated[str | None, typer.Option(help="Source id.")] = None,
    family: Annotated[str | None, typer.Option(help="Owner of the source.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP 47: en, ar, fa …")] = None,
    copy: Annotated[str | None, typer.Option(help="original, reprint, edited or spun.")] = None,
    story: Annotated[str | None, typer.Option(help="Story id.")] = None,
    since: Annotated[str | None, typer.Option(help="Published on this day or later: 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Published on this day or before.")] = None,
    sort: Annotated[
        str | None, typer.Option(help="best, newest or oldest.", show_default="best; newest without words")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Hits shown.")] = 10,
    json: AsJson = False,
    form: Annotated[
        str | None,
        typer.Option("--export", help="All hits in full: jsonl, csv, ninjs, jsonld or parquet."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File for --export, whole or not at all; of parquet a folder, with a file a day."),
    ] = None,
) -> None:
    """Find stored articles by their words, by what they are about, or both."""
    from services.store.narrowing import Narrowed
    from services.store.query import BadSearch
    from services.store.search import search as find
    from services.store.view import print_hits

    if odd := next((word for word in words or () if word.startswith("--")), None):
        _fail(f"{odd}: no such option; `sirwan search --help` lists them", USAGE)
    typed = " ".join(words or ())
    narrowed = Narrowed(
        country=country and country.upper(), grade=grade, topic=topic, entities=_ids_of(entity),
        source=source, family=family, language=language and language.lower(), copy=copy and copy.lower(),
        story=story, since=since, until=until,
    )  # fmt: skip
    try:
        if form is not None:
            _export(form, typed, narrowed, sort, out)
            return
        found = _stored(lambda place: find(place, typed, narrowed, order=sort, limit=limit))
    except BadSearch as exc:
        _fail(str(exc), USAGE)
    _show(found, json, lambda: print_hits(_console(), found))
    if not found:
        _fail("nothing found", REFUSED)


def _ids_of(entity: str | None) -> tuple[str, ...]:
    """The ids that are meant by an id, or by a name in any spelling."""
    if entity is None or ":" in entity:
        return (entity,) if entity else ()
    from services.classifier.entities import ids_called

    ids = ids_called(entity)
    if not ids:
        _fail(f"--entity {entity}: no name", USAGE)
    return ids


def _export(form: str, typed: str, narrowed: "Narrowed", sort: str | None, out: Path | None) -> None:
    from services.runtime.drafts import write_whole
    from services.store.export import export
    from services.store.export_forms import FORMS
    from services.store.parquet_days import is_folder, write_days

    if form not in FORMS:
        _fail(f"--export {form}: there are {', '.join(FORMS)}", USAGE)
    count = 0

    def counted(found: Iterable[Any]) -> Iterator[Any]:
        nonlocal count
        for count, each in enumerate(found, 1):  # noqa: B007 - told at the end
            yield each

    found = counted(_stored(lambda place: export(place, typed, narrowed, order=sort)))
    if out is None:
        _write(FORMS[form](found), b"")
    else:
        try:
            if form == "parquet" and is_folder(out):
                write_days(out, found, typed, narrowed, sort)
            else:
                write_whole(out, FORMS[form](found))
        except OSError as exc:
            _fail(f"{out}: {exc.strerror or exc}", REFUSED)
    typer.echo(f"{count} article{'' if count == 1 else 's'}{f' in {out}' if out else ''}", err=True)


@app.command()
def trace(page: Annotated[str, typer.Argument(help="A URL, or a page id.")], json: AsJson = False) -> None:
    """Everything that happened to one page, stage by stage, with the reasons."""
    from services.embedded.runs import ident_of, twin_of
    from services.stage import Skip
    from services.store.trace import trace as follow
    from services.store.view import print_trace

    try:
        ident = ident_of(page)
    except Skip as exc:
        _fail(f"{page}: {exc}", USAGE)
    found = _stored(lambda place: follow(place, ident))
    if not found.known:
        why = "no source has named it and nobody ingested it"
        twin = twin_of(page)
        if twin and _stored(lambda place: follow(place, ident_of(twin))).known:
            why = f"but {twin} was: try `sirwan trace {twin}`"
        _fail(f"{page}: never met; {why}", REFUSED)
    _show(found, json, lambda: print_trace(_console(), found))


@app.command()
def story(
    which: Annotated[str, typer.Argument(help="A story id, or a URL or page id of one of its pages.")],
    json: AsJson = False,
) -> None:
    """One event: the pages that tell it, who copied whom, who stands behind it, where they differ."""
    from services.embedded.runs import ident_of
    from services.stage import Skip
    from services.store.story import tell_story
    from services.store.view_story import print_story

    try:
        page = "" if which.startswith("story-") else ident_of(which)
    except Skip as exc:
        _fail(f"{which}: neither a story id nor a page: {exc}", USAGE)
    found = _stored(lambda place: tell_story(place, which, page))
    if found is None:
        _fail(f"{which}: no story; `sirwan search` and `sirwan trace URL` say which there are", REFUSED)
    _show(found, json, lambda: print_story(_console(), found))


@app.command()
def status(json: AsJson = False) -> None:
    """Is it working? Exit 0 if it is or is at rest, else 1: stages, lag, dead letters, age by owner."""
    from services.runtime.clock import SystemClock
    from services.store.glance import look
    from services.store.status import status as read
    from services.store.view import print_status

    found = look(_settings(), SystemClock(), lambda: _stored(read))
    _show(found, json, lambda: print_status(_console(), found))
    if not found.working:
        sys.exit(REFUSED)


@app.command()
def serve() -> None:
    """Serve the pages, to search and to read, and the same as JSON, until Ctrl-C."""
    from services.classifier.entities import ids_called
    from services.classifier.gazetteer import load_tables
    from services.embedded.runs import ident_of
    from services.runtime.config import ConfigError
    from services.store.web.endpoints import Lookups
    from services.store.web.service import serve_web

    settings = _settings_to_store()
    if isinstance(settings.place, Path):
        _stored(lambda place: place)
    told = Lookups(ident_of, ids_called, load_tables().countries)
    try:
        serve_web(settings, told, lambda address: typer.echo(f"{address}  Ctrl-C stops", err=True))
    except ConfigError as exc:
        _fail(str(exc), USAGE)


# --- once more: dead letters, and articles under newer rules --------------------------------------

OfStage = Annotated[str | None, typer.Option("--stage", help="The stage they died at.")]
OfReason = Annotated[str | None, typer.Option("--reason", help="Why: docs/reference/reasons.md.")]
OfTopic = Annotated[
    str | None, typer.Option("--topic", help="The topic they were read from: pages.fetched.v1.")
]
OfUrl = Annotated[str | None, typer.Option("--url", help="Begin of the address of the page.")]
Since = Annotated[
    str | None, typer.Option("--since", help="Died so long ago at most (2h, 3d), or then or later.")
]
Until = Annotated[str | None, typer.Option("--until", help="Died longer ago, or before then.")]


@dlq_app.command("show")
def dlq_show(
    which: Annotated[
        str | None, typer.Argument(help="A letter's id, or the URL of a page: all of it.")
    ] = None,
    stage: OfStage = None,
    reason: OfReason = None,
    topic: OfTopic = None,
    url: OfUrl = None,
    since: Since = None,
    until: Until = None,
    json: AsJson = False,
) -> None:
    """What died, by stage and reason: how many, since when, an example, what became of those sent again."""
    from services.runtime.clock import SystemClock
    from services.store.letter_states import kinds
    from services.store.letters import letters
    from services.store.view_letters import print_kinds

    wanted = _letters_wanted(stage, reason, topic, url, since, until)
    found = _stored(lambda place: letters(place, wanted))
    if which is not None:
        _show_letters(which, found, json)
        return
    counted = kinds(found)
    _show(counted, json, lambda: print_kinds(_console(), counted, SystemClock().now()))
    if not found and not json:
        typer.echo("no dead letters", err=True)


def _show_letters(which: str, found: Iterable[Any], json: bool) -> None:
    from services.store.letters import whole
    from services.store.view_letters import print_letters

    named = [each for each in found if which in (each.ident, each.url, each.page_id)]
    shown = _stored(lambda place: whole(place, named))
    if not shown:
        _fail(f"{which}: no such letter; `sirwan dlq show` says which there are", REFUSED)
    _show(shown, json, lambda: print_letters(_console(), shown))


@dlq_app.command("redrive")
def dlq_redrive(
    stage: OfStage = None,
    reason: OfReason = None,
    topic: OfTopic = None,
    url: OfUrl = None,
    since: Since = None,
    until: Until = None,
    go: Annotated[bool, typer.Option("--go", help="Send them; else only say what would be sent.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Letters sent at most, the oldest first.")] = 1000,
    rate: Annotated[float, typer.Option(min=0.01, max=1000, help="Letters a second, at most.")] = 10.0,
    parked: Annotated[bool, typer.Option("--parked", help="Also those that died again three times.")] = False,
    json: AsJson = False,
) -> None:
    """Send dead letters again to where they died, as they were. Without --go nothing is sent."""
    from services.embedded.redrive import redrive_letters
    from services.store.redrive import Asked
    from services.store.view_letters import print_redriven

    wanted = _letters_wanted(stage, reason, topic, url, since, until)
    asked = Asked(wanted=wanted, parked=parked, limit=limit, rate=rate, go=go)
    found = _stored(lambda _: redrive_letters(_settings(), asked))
    _show(found, json, lambda: print_redriven(_console(), found))
    if found.ended.get("dead"):
        sys.exit(REFUSED)


@app.command()
def replay(
    approve: Annotated[
        bool, typer.Option("--approve", help="Publish what differs; else nothing is published.")
    ] = False,
    source: Annotated[str | None, typer.Option(help="Source id.")] = None,
    since: Annotated[str | None, typer.Option(help="Published on this day or later: 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Published on this day or before.")] = None,
    json: AsJson = False,
) -> None:
    """What the classifier of this release says of stored articles, beside what is stored of them."""
    from services.embedded.replay import replay as compare
    from services.embedded.replay_view import print_replayed
    from services.store.narrowing import Narrowed
    from services.store.query import BadSearch

    narrowed = Narrowed(source=source, since=since, until=until)
    try:
        found = _stored(lambda _: compare(_settings(), narrowed, approve=approve))
    except BadSearch as exc:
        _fail(str(exc), USAGE)
    _show(found, json, lambda: print_replayed(_console(), found))


def _letters_wanted(
    stage: str | None,
    reason: str | None,
    topic: str | None,
    url: str | None,
    since: str | None,
    until: str | None,
) -> "Wanted":
    from services.runtime.clock import SystemClock
    from services.runtime.durations import moment
    from services.store.letters import Wanted

    now = SystemClock().now()
    try:
        return Wanted(
            stage=stage, reason=reason, topic=topic, url=url,
            since=moment(since, now) if since else None, until=moment(until, now) if until else None,
        )  # fmt: skip
    except ValueError as exc:
        _fail(str(exc), USAGE)


# --- administration -----------------------------------------------------------------------------


@sources_app.command("check")
def sources_check(
    folder: Annotated[Path | None, typer.Argument(help="Default: SIRWAN_SOURCES.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Show those that do well, too.")] = False,
    json: AsJson = False,
) -> None:
    """Read the source files and name every problem in them, exit 1 if any; then show how the sources do."""
    from rich.console import Console

    from services.embedded.source_check import check
    from services.embedded.source_view import print_check
    from services.runtime.clock import SystemClock
    from services.runtime.sources import SourceFileError, load_sources

    settings = _settings()
    where = folder or settings.sources
    try:
        sources = load_sources(where)
    except SourceFileError as exc:
        _fail(str(exc), REFUSED)
    feeds = sum(len(source.feeds) for source in sources.values())
    families = len({source.family or source.id for source in sources.values()})
    with Console(stderr=True).status("asking how they do"):
        found = check(settings, sources, SystemClock())
    line = f"{where}: {len(sources)} sources of {families} owners, {feeds} feeds; no problems in the files"
    for problem in found.problems if json else ():
        typer.echo(problem, err=True)
    _show(found.sources, json, lambda: print_check(_console(), line, found, every=every))


@sources_app.command("preview")
def sources_preview(url: str, json: AsJson = False) -> None:
    """What would be read of a site: the lists it names and what they hold. Nothing is stored."""
    import asyncio

    from rich.console import Console

    from services.fetcher.preview import preview
    from services.fetcher.view import print_preview
    from services.stage import Skip

    with Console(stderr=True).status("asking") as progress:
        try:
            found = asyncio.run(preview(_settings(), url, lambda asked: progress.update(f"asking {asked}")))
        except Skip as exc:
            _fail(str(exc), USAGE if exc.reason == "bad-url" else REFUSED)
    _show(found, json, lambda: print_preview(_console(), found))
    if all(look.reason for look in found.lists):
        sys.exit(REFUSED)


@sources_app.command("import")
def sources_import(
    file: Annotated[Path, typer.Argument(help="OPML, as feed readers export it.")],
    into: Annotated[Path | None, typer.Option(help="A new source file to write.")] = None,
    json: AsJson = False,
) -> None:
    """Print [[source]] blocks for the feeds that are not read yet, and remarks on the rest."""
    from services.fetcher.opml import MAX_OPML, read_opml
    from services.fetcher.subscriptions import new_sources
    from services.runtime.source_blocks import write_blocks
    from services.runtime.sources import load_sources

    with file.open("rb") as opened:
        outlines = read_opml(opened.read(MAX_OPML + 1))
    found = new_sources(outlines, load_sources(_settings().sources))
    text = write_blocks(found.sources)
    if into and found.sources:
        _write_new(into, text)
        text = f"{into}: written; new sources: {len(found.sources)}"
    for remark in () if json else found.remarks:
        typer.echo(remark, err=True)
    _show(found, json, lambda: _write(text.encode().splitlines()))


@sources_app.command("export")
def sources_export(
    opml: Annotated[bool, typer.Option("--opml", help="OPML 2.0 for a feed reader, by country.")] = False,
) -> None:
    """Print all sources, as one source file or as OPML."""
    from services.fetcher.opml import write_opml
    from services.runtime.source_blocks import write_blocks
    from services.runtime.sources import load_sources

    sources = load_sources(_settings().sources).values()
    _write((write_opml(sources) if opml else write_blocks(sources).encode()).splitlines())


@app.command()
def migrate(json: AsJson = False) -> None:
    """Bring the layout of the store up to date, and say what was applied."""
    from services.store.layout import migrate as bring_up_to_date
    from services.store.migrate import MigrationRefused

    place = _settings_to_store().place
    try:
        found = bring_up_to_date(place)
    except MigrationRefused as exc:
        _fail(f"{place}: {exc}", REFUSED)
    said = f"applied {', '.join(found.applied)}" if found.applied else "nothing to apply"
    _show(found, json, lambda: typer.echo(f"{found.store}: layout {found.layout}; {said}"))


@app.command()
def takedown(
    page: Annotated[str, typer.Argument(help="A URL, or a page id.")],
    reason: Annotated[
        str | None, typer.Option(help="Why, as everybody may read it: it is published and kept.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say where the page is.")] = False,
    json: AsJson = False,
) -> None:
    """Take one page out of every place, for good, and prove it place by place; exit 1 if anything is left."""
    from rich.console import Console

    from services.embedded.runs import twin_of
    from services.embedded.takedown import aim_at, known_of, take_down
    from services.embedded.takedown_view import print_takedown
    from services.runtime.clock import SystemClock
    from services.stage import Skip

    settings, clock = _settings_to_store(), SystemClock()
    try:
        aim, before = aim_at(settings, page, reason, clock)
    except Skip as exc:
        _fail(f"{page}: {exc}", USAGE)
    if not (before or dry_run or aim.reason.strip()):
        _fail("--reason TEXT says why; --dry-run only says where the page is", USAGE)
    if (
        (twin := twin_of(page))
        and _is_known(known_of, settings, twin)
        and not _is_known(known_of, settings, page)
    ):
        _fail(f"{page}: never met, but {twin} was; nothing is done", REFUSED)
    with Console(stderr=True).status("taking it down" if not dry_run else "looking"):
        done = take_down(settings, aim, clock, before=before, dry_run=dry_run)
    _show(done, json, lambda: print_takedown(_console(), done))
    if not (dry_run or done.complete):
        sys.exit(REFUSED)


def _is_known(known_of: Callable[..., Any], settings: "Settings", page: str) -> bool:
    from services.embedded.runs import ident_of

    found = known_of(settings, ident_of(page))
    return bool(found and found.known)


@topics_app.command("plan")
def topics_plan(json: AsJson = False) -> None:
    """What differs between the topic table and the broker, exit 1 if anything does; changes nothing."""
    from services.runtime.kafka_topics import plan

    if _topics(plan, json, "missing"):
        sys.exit(REFUSED)


@topics_app.command("apply")
def topics_apply(json: AsJson = False) -> None:
    """Create what is missing. Drift is reported and left alone: services work with it, a person decides."""
    from services.runtime.kafka_topics import apply

    _topics(apply, json, "created")


@topics_app.command("play")
def topics_play(
    file: Annotated[Path, typer.Argument(help="JSON Lines, as schemas/examples/stream.jsonl.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the file and count its messages; ask no broker.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Play it even where there are messages or services already.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Load a recorded stream into the topics of SIRWAN_TOPIC_PREFIX, which must be empty and not in use."""
    import asyncio

    from services.runtime.bus import BrokerDown
    from services.runtime.play import check_file, play
    from services.runtime.serve import kafka_settings

    settings = _settings()
    try:
        with _progress("checking" if dry_run else "playing", file, 1 if dry_run else 2) as progress:
            if dry_run:
                found = check_file(file, progress)
            else:
                kafka = kafka_settings(settings, "play")
                found = asyncio.run(play(kafka, file, anyway=anyway, progress=progress))
    except BrokerDown as exc:
        _fail(str(exc), UNREACHABLE)

    def lines() -> None:
        for each in found:
            named = f"{settings.topic_prefix}.{each.topic}"
            what = f"{each.messages} messages, {each.keys} keys, {each.tombstones} tombstones"
            typer.echo(f"{named}: {what}{' would be played' if dry_run else ''}")

    _show(found, json, lines)


@access_app.command("plan")
def access_plan(json: AsJson = False) -> None:
    """What differs between the access table and the broker, exit 1 if anything does; changes nothing."""
    from services.runtime.kafka_access import plan

    if _access(plan, json, "missing", "too much"):
        sys.exit(REFUSED)


@access_app.command("apply")
def access_apply(
    passwords: Annotated[
        Path | None,
        typer.Option(help="Folder of files kafka_NAME_password: these users, with these passwords."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Grant what is missing and revoke what is too much, of those in the table; others are left alone."""
    from functools import partial

    from services.runtime.config import ConfigError
    from services.runtime.kafka_access import apply
    from services.runtime.kafka_users import read_passwords

    try:
        given = {} if passwords is None else read_passwords(passwords)
    except ConfigError as exc:
        _fail(str(exc), USAGE)
    _access(partial(apply, passwords=given), json, "granted", "revoked")


@schemas_app.command("export")
def schemas_export(
    folder: Annotated[Path, typer.Argument(help="Where to write.")] = Path("schemas/published"),
) -> None:
    """Write the JSON Schemas, the topic table and the AsyncAPI document."""
    from schemas.publish import write_published

    written = write_published(folder)
    _console().print(f"{folder}: {len(written)} files written", highlight=False)


@schemas_app.command("check")
def schemas_check(
    folder: Annotated[Path, typer.Argument(help="The published contract.")] = Path("schemas/published"),
) -> None:
    """Refuse a change of the records that would hurt a consumer of the last tag, else of the last commit."""
    from schemas.compat import compare
    from schemas.publish import published_files, read_published
    from schemas.released import released_files

    revision, released = released_files(folder) or (str(folder), read_published(folder))
    breaking = compare(released, published_files()).breaking
    for change in breaking:
        typer.echo(f"breaking since {revision}: {change}", err=True)
    report = compare(read_published(folder), published_files())
    if breaking:
        _fail(f"{len(breaking)} breaking changes: add an optional field instead, or start a .v2", REFUSED)
    if report.stale:
        _fail(f"{folder} is stale ({', '.join(report.stale)}): run `sirwan schemas export`", REFUSED)
    _console().print(f"{folder}: fresh; nothing breaking since {revision}", highlight=False)


@config_app.command("show")
def config_show(json: AsJson = False) -> None:
    """Every setting with its value, as the program sees it."""
    from services.runtime.config import variable

    values = {variable(field): value for field, value in _settings().model_dump(mode="json").items()}
    lines = "\n".join(f"{each}={value}" for each, value in values.items())
    _show(values, json, lambda: typer.echo(lines))


@docs_app.command("export")
def docs_export(
    folder: Annotated[Path, typer.Argument(help="Where to write.")] = Path("docs/reference"),
    env: Annotated[Path, typer.Option(help="The example of a file .env.")] = Path(".env.example"),
    labels: Annotated[Path, typer.Option(help="The page of topic labels.")] = Path("docs/labels.md"),
) -> None:
    """Write the pages of reasons, settings, metrics, topics and labels, and the example of a file .env."""
    from services.classifier.gazetteer import load_tables
    from services.classifier.labels_page import labels_page
    from services.runtime.pages import env_example, write_pages

    _console().print(f"{folder}: {', '.join(write_pages(folder))}", highlight=False)
    env.write_text(env_example(), "utf-8")
    labels.write_text(labels_page(load_tables()), "utf-8")


# --- how every verb speaks ----------------------------------------------------------------------


def main() -> None:
    """Run the command; errors are one line saying what, where and what to do."""
    try:
        app()
    except SystemExit:  # how every verb ends, `--help` too: the line after the next would import for nothing
        raise
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as exc:
        _fail(f"{exc.filename or 'the system'}: {exc.strerror or exc}", REFUSED)
    except _expected() as exc:
        _fail(str(exc), _exit_code(exc))


def _expected() -> tuple[type[Exception], ...]:
    """Errors that are no bugs. Asked for only when there is one: what they are defined beside is heavy."""
    from services.runtime.config import ConfigError
    from services.runtime.sources import SourceFileError
    from services.stage import Refusal

    return Refusal, ConfigError, SourceFileError


def _exit_code(exc: Exception) -> int:
    from services.stage import Refusal, Transient

    if isinstance(exc, Transient):
        return UNREACHABLE
    return REFUSED if isinstance(exc, Refusal) else USAGE


def _settings(**overrides: Any) -> "Settings":
    from services.runtime.config import ConfigError, load_settings
    from services.runtime.log import configure

    try:
        settings = load_settings(**overrides)
    except ConfigError as exc:
        _fail(str(exc), USAGE)
    configure(settings.log_level)
    return settings


def _settings_to_store() -> "Settings":
    """The settings, and a password file that can be read where the store needs one."""
    from services.runtime.config import ConfigError

    settings = _settings()
    try:
        _ = settings.place
    except ConfigError as exc:
        _fail(str(exc), USAGE)
    return settings


def _stored(read: Callable[["Place"], Any]) -> Any:
    place = _settings_to_store().place
    if isinstance(place, Path) and not place.exists():
        _fail(
            f"nothing stored yet: {place} does not exist; try `sirwan ingest FILE`, or after `make demo`"
            " SIRWAN_HOME=var/demo",
            REFUSED,
        )
    return read(place)


def _finish(outcomes: Any, json: bool) -> None:
    """Show what became of pages; exit 1 when one of them was refused for good."""
    from services.store.view import print_outcomes

    _show(outcomes, json, lambda: print_outcomes(_console(), outcomes, {}, details=True))
    if any(each.fate == "dead" for each in outcomes):
        sys.exit(REFUSED)


def _topics(act: Callable[..., Any], json: bool, done: str) -> bool:
    """Whether anything differs, or did before it was created."""
    import asyncio

    from services.runtime.bus import BrokerDown
    from services.runtime.kafka_topics import Layout
    from services.runtime.serve import kafka_settings

    settings = _settings()
    layout = Layout(settings.partitions, settings.replication)
    try:
        changes = asyncio.run(act(kafka_settings(settings, "topics"), layout))
    except BrokerDown as exc:
        _fail(str(exc), UNREACHABLE)

    def lines() -> None:
        for change in changes:
            drift = f"drift: {change.setting} is {change.found}, the table says {change.wanted}"
            typer.echo(f"{change.topic}: {done if change.kind == 'create' else drift}")
        if not changes:
            typer.echo(f"{settings.kafka}: every topic is as the table says")

    _show(tuple(changes), json, lines)
    return bool(changes)


@contextmanager
def _progress(doing: str, file: Path, times: int) -> Iterator[Callable[[int], None]]:
    """A bar for a file that is read so many times over, where somebody is looking; told the bytes read."""
    from rich.console import Console
    from rich.progress import Progress

    size = file.stat().st_size
    passed = last = 0
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(doing, total=size * times)

        def tell(read: int) -> None:
            nonlocal passed, last
            passed += size if read < last else 0  # from the start again
            last = read
            bar.update(task, completed=passed + read)

        yield tell


def _access(act: Callable[..., Any], json: bool, granted: str, revoked: str) -> bool:
    """Whether anything differs, or did before it was changed."""
    import asyncio

    from services.runtime.bus import BrokerDown
    from services.runtime.serve import kafka_settings

    settings = _settings()
    try:
        changes = asyncio.run(act(kafka_settings(settings, "access")))
    except BrokerDown as exc:
        _fail(str(exc), UNREACHABLE)

    def lines() -> None:
        for change in changes:
            typer.echo(f"{change.who}: {granted if change.kind == 'grant' else revoked}: {change.right}")
        if not changes:
            typer.echo(f"{settings.kafka}: everybody may do what the table says, and nothing else")

    _show(tuple(changes), json, lines)
    return bool(changes)


def _filter(answer: Callable[..., Any]) -> None:
    from services.runtime.filters import answers

    _write(answers(sys.stdin.buffer, answer))


def _write(lines: Iterable[bytes], end: bytes = b"\n") -> None:
    try:
        for line in lines:
            sys.stdout.buffer.write(line + end)
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        _hang_up()


def _hang_up() -> NoReturn:
    """End quietly: whoever read our output has gone, as `head` does, and what is left has nowhere to go."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(HUNG_UP)


def _write_objects(objects: Iterator[Any]) -> None:
    import msgspec

    encoder = msgspec.json.Encoder()
    while batch := list(islice(objects, BATCH)):
        _write([encoder.encode_lines(batch)[:-1]])


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        _fail(f"{path}: is there already; name a file that is not", REFUSED)


def _show(value: Any, json: bool, otherwise: Callable[[], object]) -> None:
    if not json:
        otherwise()
        return
    import msgspec

    _write([msgspec.json.format(msgspec.json.encode(value), indent=2)])


class _Listing:
    """A JSON array that is written one value after the other: it may be too long to be held."""

    def __init__(self) -> None:
        self._before = b"["

    def add(self, value: Any) -> None:
        import msgspec

        shown = msgspec.json.format(msgspec.json.encode(value), indent=2)
        _write([self._before + b"\n  " + shown.replace(b"\n", b"\n  ")], end=b"")
        self._before = b","

    def end(self) -> None:
        _write([b"[]" if self._before == b"[" else b"\n]"])


def _console() -> Any:
    from rich.console import Console

    class Terminal(Console):
        def on_broken_pipe(self) -> None:
            _hang_up()

    return Terminal(width=None if sys.stdout.isatty() else 120)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"sirwan: {message}", err=True)
    sys.exit(code)
