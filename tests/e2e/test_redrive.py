"""`sirwan dlq` where everything is in one process: a letter whose cause is gone is stored, once."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.records import RawPage
from services.cli import app
from services.embedded.redrive import redrive_letters
from services.runtime.config import Settings
from services.store.layout import migrate
from services.store.letter_states import PARKED_AFTER
from services.store.letters import Wanted, letters
from services.store.reading import reading
from services.store.redrive import Asked, Redriven
from services.store.status import status
from tests.e2e.test_bad_input import ARTICLE, ROOT
from tests.e2e.test_poison_pages import a_pipeline, put, settings_for
from tests.records import a_page
from tests.unit.extractor.pathological import attributes

LEAST, AMPLE = 0.1, 60.0  # seconds of processor time; the page needs 0.7
PATIENCE = 240.0  # seconds for what must happen
GO: dict[str, Any] = {"go": True, "rate": 1000.0}


def costly(name: str) -> RawPage:
    """An article under a menu that costs a parser time."""
    menu = b"<nav>" + attributes(1_900, "a{}=1") * 30 + b"</nav>"
    body = ARTICLE.replace("Iraq and the river", f"Iraq and the river {name}").encode()
    return a_page(f"http://tigris.example/{name}", body.replace(b"<body>", b"<body>" + menu))


def broken(home: Path, *pages: RawPage) -> None:
    """A home where these pages came while the limit of the extractor was too small."""
    settings = settings_for(home, extract_seconds=LEAST)
    (home / "none.toml").touch()  # a folder of sources without any file is a mistake

    async def ingest() -> None:
        async with a_pipeline(settings) as pipeline:
            await put(pipeline, settings, *pages)

    asyncio.run(ingest())
    assert {each.reason for each in letters(settings.place, Wanted())} == {"extraction-timeout"}


def around(home: Path) -> dict[str, str]:
    """The same home for a process of its own, with time enough."""
    return {"SIRWAN_SOURCES": str(home), "SIRWAN_EXTRACT_SECONDS": str(AMPLE)}


def redrive(settings: Settings, **asked: Any) -> Redriven:
    return redrive_letters(settings, Asked(wanted=Wanted(), **asked))


def rows(settings: Settings, query: str) -> list[dict[str, Any]]:
    with reading(settings.place) as store:
        return list(store.rows(query))


def balanced(settings: Settings) -> bool:
    return all(
        each.taken == each.done + each.skipped + each.dead for each in status(settings.database).stages
    )


def test_when_the_cause_is_gone_the_page_is_stored_once_and_the_letter_says_so(tmp_path: Path) -> None:
    broken(tmp_path, costly("canal"))
    settings = settings_for(tmp_path, extract_seconds=AMPLE)
    dry = redrive(settings)
    assert ([each.state for each in dry.letters], dry.went) == (["waiting"], False)
    assert rows(settings, "SELECT * FROM articles") == []
    went = redrive(settings, **GO)
    assert (len(went.letters), went.ended) == (1, {"stored": 1})
    (article,) = rows(settings, "SELECT version, record FROM articles")
    assert (article["version"], json.loads(article["record"])["lane"]) == (1, "redrive")
    lanes = rows(settings, "SELECT stage FROM fates WHERE lane = 'redrive' AND fate = 'done'")
    assert {each["stage"] for each in lanes} == {"extractor", "classifier", "linker", "store"}
    (letter,) = letters(settings.place, Wanted())
    assert letter.end is not None
    assert (letter.state, letter.redrives, letter.end.fate) == ("ended", 1, "stored")
    again = redrive(settings, **GO)
    assert (again.letters, again.left) == ((), {"ended": 1})
    assert balanced(settings)


def test_a_page_that_still_breaks_the_limit_is_tried_and_parked_in_the_end(tmp_path: Path) -> None:
    broken(tmp_path, costly("canal"))
    settings = settings_for(tmp_path, extract_seconds=LEAST)
    (first,) = letters(settings.place, Wanted())
    for times in range(1, PARKED_AFTER + 1):
        assert redrive(settings, **GO).ended == {"dead": 1}
        (letter,) = letters(settings.place, Wanted())
        assert (letter.ident, letter.first_at, letter.redrives) == (first.ident, first.first_at, times)
        assert "not tried again" not in letter.error  # its fingerprint is known, and it was tried
    parked = redrive(settings, **GO)
    assert (parked.letters, parked.left) == ((), {"parked": 1})
    ample = settings_for(tmp_path, extract_seconds=AMPLE)
    assert redrive(ample, parked=True, **GO).ended == {"stored": 1}
    assert balanced(settings)


def test_a_page_that_came_again_by_itself_is_not_sent_after_it(tmp_path: Path) -> None:
    page = costly("canal")
    broken(tmp_path, page)
    settings = settings_for(tmp_path, extract_seconds=AMPLE)

    async def come_again() -> None:
        async with a_pipeline(settings) as pipeline:
            await put(pipeline, settings, page)

    asyncio.run(come_again())
    assert redrive(settings).left == {"superseded": 1}


def test_letters_past_the_limit_are_left_for_the_next_time(tmp_path: Path) -> None:
    broken(tmp_path, *map(costly, "abc"))
    settings = settings_for(tmp_path, extract_seconds=AMPLE)
    first = redrive(settings, limit=2, **GO)
    assert (len(first.letters), first.left) == (2, {"over-limit": 1})
    second = redrive(settings, limit=2, **GO)
    assert (len(second.letters), second.left) == (1, {"ended": 2})


@pytest.mark.timeout(600)
def test_a_redrive_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """kill -9 when the first of five is stored: that one is not sent again, the others are, counted once."""
    broken(tmp_path, *map(costly, "abcde"))
    settings = settings_for(tmp_path, extract_seconds=AMPLE)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    verb = ("dlq", "redrive", "--go", "--rate", "0.2")
    process = subprocess.Popen(
        [sys.executable, "-c", "from services.cli import main; main()", *verb],
        env={**kept, "SIRWAN_HOME": str(tmp_path), **around(tmp_path)},
        cwd=ROOT,
    )
    try:
        end = time.monotonic() + PATIENCE
        while not any(each.state == "ended" for each in letters(settings.place, Wanted())):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    ended = {each.ident for each in letters(settings.place, Wanted()) if each.state == "ended"}
    assert 0 < len(ended) < 5
    went = redrive(settings, **GO)
    assert {each.ident for each in went.letters}.isdisjoint(ended)
    assert (len(went.letters), went.resumed) == (5 - len(ended), 5 - len(ended))
    assert [each.redrives for each in letters(settings.place, Wanted())] == [1] * 5
    stored = [json.loads(each["record"]) for each in rows(settings, "SELECT record FROM articles")]
    assert [each["revision"]["number"] for each in stored] == [1] * 5
    assert balanced(settings)


def test_the_verbs_show_and_send(tmp_path: Path) -> None:
    broken(tmp_path, costly("canal"))
    env = {"SIRWAN_HOME": str(tmp_path), **around(tmp_path)}

    def say(*words: str) -> str:
        done = CliRunner().invoke(app, ["dlq", *words], env=env)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    (kind,) = json.loads(say("show", "--json"))
    assert (kind["reason"], kind["letters"], kind["states"]) == ("extraction-timeout", 1, {"waiting": 1})
    shown = say("show")
    assert "1 × extractor: extraction-timeout" in shown
    assert f"{kind['sample']['ident']}  http://tigris.example/canal: " in shown
    for which in (kind["sample"]["ident"], "http://tigris.example/canal", kind["sample"]["page_id"]):
        (whole,) = json.loads(say("show", which, "--json"))
        assert whole["record"]["original"]["topic"] == "pages.fetched.v1"
    assert "never redriven" in say("show", kind["sample"]["ident"])
    assert "nothing was sent: --go sends them" in say("redrive", "--reason", "extraction-timeout")
    assert "would send 0 letters" in say("redrive", "--reason", "bug")
    went = say("redrive", "--since", "1d", "--go")
    assert ("sent 1 letter\n" in went, "1 stored" in went) == (True, True)
    assert "1 ended (1 stored); redriven once" in say("show")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "nothing"), 1, "nothing: no such letter; `sirwan dlq show` says which there are"),
        (("show", "--since", "soon"), 2, "'soon' is no time: say how long ago, as in '2h'"),
        (("redrive", "--until", "99999999d"), 2, "is no time"),
        (("redrive", "--rate", "0"), 2, "--rate"),
        (("redrive", "--limit", "0"), 2, "--limit"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_line(
    tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    migrate(tmp_path / "sirwan.db")
    refused = CliRunner().invoke(app, ["dlq", *words], env={"SIRWAN_HOME": str(tmp_path)})
    assert refused.exit_code == code
    assert said in refused.stderr
