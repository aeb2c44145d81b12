"""The command line as people use it."""

import base64
import csv
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from schemas.records import Copy, Disagreement, Saying, Span, StatedValue
from services.cli import app
from services.runtime.place import Server
from tests.broker import free_port
from tests.e2e.test_bad_input import ARTICLE, ROOT, sirwan
from tests.records import page_id
from tests.unit.store.records import a_story, an_article, fill, page, row

HEAVY = (
    "pydantic",
    "httpx",
    "faust",
    "aiokafka",
    "trafilatura",
    "lxml",
    "structlog",
    "msgspec",
    "sqlite3",
    "asyncpg",
    "warcio",
)


def test_help_imports_none_of_the_heavy_libraries() -> None:
    """`sirwan --help` starts in under 0.3 s because of this; time itself is no matter for a test."""
    code = f"""
import atexit, sys
from services.cli import main
atexit.register(lambda: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr))
sys.argv = ["sirwan", "--help"]
main()
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "Usage: sirwan" in found.stdout
    assert found.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "verb",
    sorted(
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    ),
)
def test_every_verb_explains_itself(verb: str) -> None:
    shown = CliRunner().invoke(app, [verb, "--help"])
    assert shown.exit_code == 0


def test_what_was_ingested_can_be_found_traced_and_counted(tmp_path: Path) -> None:
    page = tmp_path / "canal.html"
    page.write_text(ARTICLE)
    (stored,) = json.loads(sirwan(tmp_path, "ingest", "--json", str(page)).stdout)
    (hit,) = json.loads(sirwan(tmp_path, "search", "--json", "canal", "Basra").stdout)
    assert hit["page_id"] == stored["page_id"]
    traced = json.loads(sirwan(tmp_path, "trace", "--json", stored["page_id"]).stdout)
    assert [fate["stage"] for fate in traced["fates"]] == ["extractor", "classifier", "linker", "store"]
    assert json.loads(sirwan(tmp_path, "trace", "--json", hit["url"]).stdout) == traced
    counts = {
        each["stage"]: each for each in json.loads(sirwan(tmp_path, "status", "--json").stdout)["stages"]
    }
    assert all(each["taken"] == each["done"] + each["skipped"] + each["dead"] for each in counts.values())
    for verb in (["search", "canal"], ["trace", stored["page_id"]], ["status"]):
        shown = sirwan(tmp_path, *verb)
        assert shown.returncode == 0
        assert shown.stdout.strip()


def test_migrate_makes_a_store_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    made, again = (sirwan(tmp_path, "migrate", "--json") for _ in range(2))
    assert (made.returncode, again.returncode) == (0, 0)
    store = str(tmp_path / "sirwan.db")
    assert json.loads(made.stdout) == {
        "store": store,
        "layout": 5,
        "applied": [
            "0001_start.sql",
            "0002_when_a_stage_last_worked.sql",
            "0003_how_the_pages_of_a_source_end.sql",
            "0004_articles_by_their_day.sql",
            "0005_takedowns.sql",
        ],
    }
    assert json.loads(again.stdout) == {"store": store, "layout": 5, "applied": []}
    assert sirwan(tmp_path, "migrate").stdout == f"{store}: layout 5; nothing to apply\n"


def test_migrate_says_what_keeps_it_from_working(tmp_path: Path) -> None:
    sirwan(tmp_path, "migrate")
    with closing(sqlite3.connect(tmp_path / "sirwan.db")) as db, db:
        db.execute("INSERT INTO migrations (number, name, sha256) VALUES (99, 'later', 'x')")
    refused = sirwan(tmp_path, "migrate")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "use a newer release" in refused.stderr
    nowhere = sirwan(tmp_path, "migrate", SIRWAN_STORE=f"postgresql://sirwan@127.0.0.1:{free_port()}/news")
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (3, 1)
    assert "see that PostgreSQL runs there" in nowhere.stderr


@pytest.mark.parametrize("verb", [["status"], ["ingest", "x.html"], ["migrate"]], ids=str)
def test_a_missing_password_file_is_one_line_that_names_it(tmp_path: Path, verb: list[str]) -> None:
    file = tmp_path / "no-such-secret"
    refused = sirwan(
        tmp_path, *verb,
        SIRWAN_STORE="postgresql://sirwan@127.0.0.1/news", SIRWAN_STORE_PASSWORD_FILE=str(file),
    )  # fmt: skip
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert f"SIRWAN_STORE_PASSWORD_FILE={file}: cannot be read" in refused.stderr


def test_a_store_service_without_its_password_file_ends_at_once_broker_or_not(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    ours = {
        "SIRWAN_KAFKA": f"127.0.0.1:{free_port()}",
        "SIRWAN_STORE": "postgresql://sirwan@127.0.0.1/news",
        "SIRWAN_STORE_PASSWORD_FILE": str(tmp_path / "no-such-secret"),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "services.store"], env={**kept, **ours}, cwd=ROOT, timeout=60,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "sirwan store: SIRWAN_STORE_PASSWORD_FILE=" in ended.stderr


@pytest.mark.postgres
def test_the_reading_verbs_work_on_postgresql(tmp_path: Path, postgres: Server) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{postgres.password or 'none'}\n")
    settings = {"SIRWAN_STORE": str(postgres), "SIRWAN_STORE_PASSWORD_FILE": str(secret)}
    before = sirwan(tmp_path, "status", **settings)
    assert (before.returncode, before.stderr.count("\n")) == (3, 1)
    assert "`sirwan migrate` brings it up to date" in before.stderr
    names = ("start", "how_the_pages_of_a_source_end", "articles_by_their_day", "takedowns")
    applied = ", ".join(f"{number:04d}_{name}.sql" for number, name in enumerate(names, 1))
    assert sirwan(tmp_path, "migrate", **settings).stdout == f"{postgres}: layout 4; applied {applied}\n"
    page = tmp_path / "canal.html"
    page.write_text(ARTICLE)
    (stored,) = json.loads(sirwan(tmp_path, "ingest", "--json", str(page), **settings).stdout)
    (hit,) = json.loads(sirwan(tmp_path, "search", "--json", "canal", "Basra", **settings).stdout)
    traced = json.loads(sirwan(tmp_path, "trace", "--json", stored["page_id"], **settings).stdout)
    counts = json.loads(sirwan(tmp_path, "status", "--json", **settings).stdout)["counts"]
    assert (stored["fate"], hit["page_id"]) == ("stored", stored["page_id"])
    assert [fate["stage"] for fate in traced["fates"]] == ["extractor", "classifier", "linker", "store"]
    assert counts["articles"] == 1
    assert not (tmp_path / "sirwan.db").exists()


def test_ingesting_twice_changes_nothing(tmp_path: Path) -> None:
    page = tmp_path / "canal.html"
    page.write_text(ARTICLE)
    first = json.loads(sirwan(tmp_path, "ingest", "--json", str(page)).stdout)
    second = json.loads(sirwan(tmp_path, "ingest", "--json", str(page)).stdout)
    assert [each["story_id"] for each in first] == [each["story_id"] for each in second]
    assert len(json.loads(sirwan(tmp_path, "search", "--json", "canal").stdout)) == 1


def filtered(verb: list[str], lines: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", "from services.cli import main; main()", *verb],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_filters_make_a_pipe() -> None:
    html = base64.b64encode(ARTICLE.encode()).decode()
    pages = [
        {"id": "a", "url": "http://tigris.example/a", "html": html},
        {"id": "b", "url": "http://tigris.example/b", "html": "%%"},
    ]
    articles = filtered(["extract"], "\n".join(map(json.dumps, pages)))
    assert [each["id"] for each in articles] == ["a", "b"]
    assert (articles[1]["error"]["fate"], articles[1]["error"]["reason"]) == ("dead", "bad-request")
    classified = filtered(["classify"], json.dumps(articles[0]))
    assert classified[0]["relevant"] is True
    for verb in (["link"], ["link", "--final"]):
        linked = filtered(verb, "\n".join(json.dumps({**classified[0], "id": name}) for name in "xy"))
        assert [each["copy"]["verdict"] for each in linked] == ["original", "reprint"]
        assert linked[1]["copy"]["of"] == "x"
    assert (
        filtered(["link"], json.dumps({"id": "raw", "title": "Iraq", "text": "Iraq said."}))[0]["id"] == "raw"
    )


def test_feed_canonical_and_robots_look_at_one_thing() -> None:
    rss = "<rss><channel><item><title>A</title><link>/a</link></item></channel></rss>"
    assert filtered(["feed", "--base", "http://tigris.example/"], rss)[0]["url"] == "http://tigris.example/a"
    said = filtered(["robots", "--agent", "Sirwan", "http://t.example/x"], "User-agent: *\nDisallow: /x\n")
    assert said[0]["allowed"] is False
    done = subprocess.run(
        [sys.executable, "-c", "from services.cli import main; main()", "canonical"],
        input="HTTP://Tigris.Example:80/a#b\nftp://x\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout == "http://tigris.example/a\n!bad-url\n"


def test_final_lines_keep_their_places_whatever_the_input_calls_its_fields() -> None:
    text = "Iraq said on Tuesday that the canal from Basra to the sea would be cleaned by June."
    asked = [
        {"id": "1", "title": "A", "text": text, "error": None},
        {"id": "2"},
        {"id": "3", "title": "C", "text": "Iran."},
    ]
    lines = "\n".join([json.dumps(asked[0]), "noise", *map(json.dumps, asked[1:])])
    answered = filtered(["link", "--final"], lines)
    assert [(each["id"], "story" in each) for each in answered] == [
        ("1", True),
        (None, False),
        ("2", False),
        ("3", True),
    ]


def test_two_processes_do_not_share_a_home(tmp_path: Path) -> None:
    from services.runtime.home import held

    (tmp_path / "page.html").write_text(ARTICLE)
    with held(tmp_path):
        done = sirwan(tmp_path, "ingest", str(tmp_path / "page.html"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "another sirwan works in" in done.stderr


def test_a_memory_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(ARTICLE)
    (tmp_path / "memory.db").write_text("not a database, by any means at all" * 100)
    done = sirwan(tmp_path, "ingest", str(tmp_path / "page.html"))
    assert done.returncode == 3
    assert [line for line in done.stderr.splitlines() if "Traceback" in line] == []
    assert "memory.db" in done.stderr


def test_sources_that_are_not_there_are_one_line(tmp_path: Path) -> None:
    done = sirwan(tmp_path, "run", "--once", SIRWAN_SOURCES=str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dated_page_goes_through_the_whole_pipe_and_a_refusal_keeps_its_first_reason() -> None:
    dated = ARTICLE.replace("<article>", '<article><time datetime="2026-11-17">17 November 2026</time>')
    pages = [{"id": 1, "url": "http://t.example/a", "html": base64.b64encode(dated.encode()).decode()}]
    pages.append({"id": 2, "url": "http://t.example/b", "html": "%%"})
    lines = "\n".join(map(json.dumps, pages))
    answers: list[dict[str, Any]] = []
    for verb in (["extract"], ["classify"], ["link", "--final"]):
        answers = filtered(verb, lines)
        lines = "\n".join(map(json.dumps, answers))
    assert [each["id"] for each in answers] == [1, 2]
    assert answers[0]["published"]["value"] == "2026-11-17"
    assert answers[0]["copy"]["verdict"] == "original"
    assert "base64" in answers[1]["error"]["detail"]


def test_an_unwanted_word_is_a_word_and_not_an_option(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(ARTICLE)
    sirwan(tmp_path, "ingest", str(tmp_path / "page.html"))
    assert sirwan(tmp_path, "search", "canal", "-Basra", "--json").stdout.strip() == "[]"
    assert sirwan(tmp_path, "search", "canal", "-nowhere", "--country", "iq").returncode == 0


def test_what_is_found_is_exported_whole(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(ARTICLE)
    sirwan(tmp_path, "ingest", str(tmp_path / "page.html"))
    done = sirwan(tmp_path, "search", "canal", "--export", "jsonl")
    (record,) = map(json.loads, done.stdout.splitlines())
    assert (record["title"], done.stderr) == ("Iraq and the river", "1 article\n")
    out = tmp_path / "found.csv"
    done = sirwan(tmp_path, "search", "--country", "iq", "--grade", "1", "--export", "csv", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, f"1 article in {out}\n")
    (row,) = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    assert row["page_id"] == record["page_id"]
    assert len(json.loads(sirwan(tmp_path, "search", "--country", "iq", "--json").stdout)) == 1
    whole = sirwan(tmp_path, "search", "--export", "jsonl")  # without words
    assert [json.loads(line) for line in whole.stdout.splitlines()] == [record]
    for wrong, says in (
        (["-oil"], "nothing to search for"),
        (["--contry", "iq"], "--contry: no such option"),
        (["canal", "--export", "xml"], "--export xml: there are jsonl, csv, ninjs, jsonld, parquet"),
        (["--since", "May"], "since: 'May' is no day"),
    ):
        done = sirwan(tmp_path, "search", *wrong)
        assert (done.returncode, says in done.stderr, done.stderr.count("\n")) == (2, True, 1), done.stderr
    done = sirwan(tmp_path, "search", "canal", "--export", "csv", "--out", str(tmp_path / "none" / "x.csv"))
    assert (done.returncode, "No such file" in done.stderr) == (1, True)


def test_an_export_speaks_the_language_of_others(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(ARTICLE)
    sirwan(tmp_path, "ingest", str(tmp_path / "page.html"))
    for form, name, value in (("ninjs", "type", "text"), ("jsonld", "headline", "Iraq and the river")):
        (made,) = map(json.loads, sirwan(tmp_path, "search", "canal", "--export", form).stdout.splitlines())
        assert made[name] == value
    out = tmp_path / "days"
    for _ in range(2):
        done = sirwan(tmp_path, "search", "--export", "parquet", "--out", str(out))
        assert (done.returncode, done.stderr) == (0, f"1 article in {out}\n")
    (file,) = out.glob("day=*/articles.parquet")
    assert parquet.ParquetFile(file).read().column("title").to_pylist() == ["Iraq and the river"]
    done = sirwan(tmp_path, "search", "canal", "--export", "parquet", "--out", str(out))
    assert (done.returncode, "holds another export" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
    one = tmp_path / "one.parquet"
    assert sirwan(tmp_path, "search", "canal", "--export", "parquet", "--out", str(one)).returncode == 0
    assert parquet.ParquetFile(one).read().equals(parquet.ParquetFile(file).read())


def closed(home: Path, *words: str) -> "tuple[int, str]":
    """Exit code and errors of a command whose output nobody reads."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    process = subprocess.Popen(
        [sys.executable, "-c", "from services.cli import main; main()", *words],
        env={**kept, "SIRWAN_HOME": str(home)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors


def test_nobody_reading_the_output_is_no_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(ARTICLE)
    (stored,) = json.loads(sirwan(tmp_path, "ingest", "--json", str(tmp_path / "page.html")).stdout)
    for words in (["trace", stored["page_id"]], ["status"], ["status", "--json"], ["search", "canal"]):
        assert closed(tmp_path, *words) == (141, "")


def test_the_version_is_told(tmp_path: Path) -> None:
    assert sirwan(tmp_path, "--version").stdout == f"sirwan {version('sirwan')}\n"


def test_a_trace_finds_the_page_under_the_other_scheme(tmp_path: Path) -> None:
    fill(
        tmp_path / "sirwan.db",
        row(an_article("a", canonical_url="https://t.example/a", page_id=page_id("https://t.example/a"))),
    )
    done = sirwan(tmp_path, "trace", "http://t.example/a")
    assert (done.returncode, done.stdout) == (1, "")
    assert "but https://t.example/a was: try `sirwan trace https://t.example/a`" in done.stderr
    assert "never met; no source" in sirwan(tmp_path, "trace", "http://t.example/b").stderr


FIVE = Span(start=0, end=19, text="Five [people] died.", in_="text")


def test_a_story_is_told_by_its_id_or_by_one_of_its_pages(tmp_path: Path) -> None:
    reworked = Copy(verdict="edited", score=0.1, of=page("river"), of_publisher="River Post")
    fill(
        tmp_path / "sirwan.db",
        row(an_article("river", source_id="river-post")),
        row(an_article("lake", title="Talks on [water]", copy_=reworked)),
        row(
            a_story(
                families=("River Press",),
                split_from="story-0",
                disagreements=(
                    Disagreement(
                        what="dead",
                        values=(
                            StatedValue(value="3", page_ids=(page("river"),)),
                            StatedValue(
                                value="5",
                                page_ids=(page("lake"),),
                                families=("Lake Post",),
                                said=(Saying(page_id=page("lake"), family="Lake Post", sentence=FIVE),),
                            ),
                        ),
                    ),
                ),
                updates=(
                    Disagreement(
                        what="wounded",
                        values=(
                            StatedValue(value="6", page_ids=(page("river"),)),
                            StatedValue(value="9", page_ids=(page("lake"),)),
                        ),
                    ),
                ),
            )
        ),
    )
    told = sirwan(tmp_path, "story", "story-1")
    assert told.returncode == 0
    for words in ("Water talks", "2 pages, 2 independent sources: River Press", "Talks on [water]",
                  "edited of river-post", "split from story-0", "differ dead: 3 (1), 5 (1)",
                  "5  Lake Post: Five [people] died.", "rose   wounded: 6 (1), 9 (1)"):  # fmt: skip
        assert words in told.stdout
    assert sirwan(tmp_path, "story", page("lake")).stdout == told.stdout
    assert len(json.loads(sirwan(tmp_path, "story", "story-1", "--json").stdout)["pages"]) == 2
    assert "no story; `sirwan search`" in sirwan(tmp_path, "story", "story-9").stderr
    assert sirwan(tmp_path, "story", "nonsense").returncode == 2


def test_a_run_that_could_read_no_feed_does_not_end_well(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    address = f"http://127.0.0.1:{free_port()}"
    (tmp_path / "sources" / "one.toml").write_text(
        f'[[source]]\nid = "adder"\nname = "Adder"\nhomepage = "{address}/"\n'
        f'[[source.feeds]]\nurl = "{address}/rss"\nkind = "feed"\n'
    )
    done = sirwan(
        tmp_path,
        "run",
        "--once",
        SIRWAN_SOURCES=str(tmp_path / "sources"),
        SIRWAN_ALLOW_PRIVATE_HOSTS="true",
        SIRWAN_RETRY_ATTEMPTS="1",
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "sirwan: no-feed-read: not one of 1 could be read; the log says why of each (feed-failed)"
    )


SUBSCRIBED = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body><outline text="Iraq">
  <outline text="Post" type="rss" xmlUrl="https://post.example/rss" htmlUrl="https://post.example/"/>
  <outline text="Known" type="rss" xmlUrl="https://known.example/rss"/>
  <outline text="Files" type="rss" xmlUrl="ftp://files.example/rss"/>
</outline></body></opml>"""
KNOWN = """[[source]]
id = "known"
name = "Known"
homepage = "https://known.example/"
country = "IQ"
[[source.feeds]]
url = "https://known.example/rss"
kind = "feed"
"""
IMPORTED = """[[source]]
id = "post"
name = "Post"
homepage = "https://post.example/"
notes = "Imported from OPML: Iraq."
[[source.feeds]]
url = "https://post.example/rss"
kind = "feed"
"""


@pytest.fixture
def subscribed(tmp_path: Path) -> tuple[Path, Path]:
    """An OPML file, and a folder of source files that knows one of its feeds."""
    opml, folder = tmp_path / "mine.opml", tmp_path / "sources"
    opml.write_text(SUBSCRIBED)
    folder.mkdir()
    (folder / "known.toml").write_text(KNOWN)
    return opml, folder


def test_subscriptions_become_blocks_and_remarks(subscribed: tuple[Path, Path], tmp_path: Path) -> None:
    opml, folder = subscribed
    done = sirwan(tmp_path, "sources", "import", str(opml), SIRWAN_SOURCES=str(folder))
    assert (done.returncode, done.stdout) == (0, IMPORTED)
    assert [line.partition(", which")[0] for line in done.stderr.splitlines()] == [
        "left out: https://known.example/rss is read already as known",
        "left out: Files: no address that we fetch",
        "new sources: 1; fill in country, languages, kind and family (who owns it)",
    ]
    told = json.loads(
        sirwan(tmp_path, "sources", "import", str(opml), "--json", SIRWAN_SOURCES=str(folder)).stdout
    )
    assert [source["id"] for source in told["sources"]] == ["post"]
    assert told["remarks"] == done.stderr.splitlines()


def test_an_import_writes_a_new_file_and_never_over_one(
    subscribed: tuple[Path, Path], tmp_path: Path
) -> None:
    opml, folder = subscribed
    words = ("sources", "import", str(opml), "--into", str(folder / "mine.toml"))
    done = sirwan(tmp_path, *words, SIRWAN_SOURCES=str(folder))
    assert (done.returncode, done.stdout) == (0, f"{folder / 'mine.toml'}: written; new sources: 1\n")
    assert (folder / "mine.toml").read_text() == IMPORTED
    assert sirwan(tmp_path, "sources", "check", str(folder)).returncode == 0
    nothing = sirwan(tmp_path, *words, SIRWAN_SOURCES=str(folder))
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert nothing.stderr.splitlines()[-1] == "new sources: 0"
    (folder / "mine.toml").write_text("# mine\n")
    refused = sirwan(tmp_path, *words, SIRWAN_SOURCES=str(folder))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"sirwan: {folder / 'mine.toml'}: is there already; ")
    assert (folder / "mine.toml").read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"noise", "sirwan: not-opml: no <opml> in it\n"),
        (b"<opml>" + b" " * (5 * 2**20), "sirwan: listing-too-large: over 4194304 bytes of OPML: split it\n"),
        (None, "No such file or directory\n"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_opml_is_one_line(body: bytes | None, said: str, tmp_path: Path) -> None:
    if body is not None:
        (tmp_path / "x.opml").write_bytes(body)
    done = sirwan(tmp_path, "sources", "import", str(tmp_path / "x.opml"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(said)
    assert done.stderr.count("\n") == 1


def test_what_is_exported_is_imported_again(subscribed: tuple[Path, Path], tmp_path: Path) -> None:
    _, folder = subscribed
    assert sirwan(tmp_path, "sources", "export", SIRWAN_SOURCES=str(folder)).stdout == KNOWN
    (folder / "known.opml").write_text(
        sirwan(tmp_path, "sources", "export", "--opml", SIRWAN_SOURCES=str(folder)).stdout
    )
    (folder / "known.toml").write_text("")
    done = sirwan(tmp_path, "sources", "import", str(folder / "known.opml"), SIRWAN_SOURCES=str(folder))
    assert done.stdout == KNOWN.replace('country = "IQ"', 'notes = "Imported from OPML: IQ."')
