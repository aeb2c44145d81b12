"""What publishers reserve, through the whole pipeline: recorded with the page, or honoured."""

from pathlib import Path

import msgspec
import pytest

from schemas.records import EnrichedArticle
from services.embedded.pipeline import running
from services.runtime.config import Settings
from services.runtime.sources import load_sources
from services.store.outcomes import outcomes
from services.store.reading import reading
from services.store.trace import trace
from tests.generated_web import page
from tests.unit.fetcher.worlds import Page, Web, response, serving

TDMREP = b'[{"location": "/file/", "tdm-reservation": 1, "tdm-policy": "https://n.example/licence"}]'
ROBOTS = b"User-agent: *\nContent-Signal: search=yes\nContent-Usage: /robots/ train-ai=n\nDisallow: /never/\n"
NOAI = b'<meta charset=utf-8><meta name="robots" content="noai">'
PATHS = ("/open/0", "/robots/1", "/file/2", "/header/3", "/meta/4", "/never/5")
RESERVED = {
    "/robots/1": "content-usage: train-ai=n (robots.txt)",
    "/file/2": "tdm-reservation: 1 (tdmrep.json)",
    "/header/3": "content-signal: ai-input=no (header)",
    "/meta/4": "noai: noai (meta)",
}


def publisher() -> dict[str, Page]:
    """Six articles, four of them reserved in four ways, and one that robots.txt forbids."""
    bodies = {path: page(number) or b"" for number, path in enumerate(PATHS)}
    bodies["/meta/4"] = bodies["/meta/4"].replace(b"<meta charset=utf-8>", NOAI)
    pages: dict[str, Page] = {path: response(body, content_type="text/html") for path, body in bodies.items()}
    pages["/header/3"] = response(
        bodies["/header/3"], content_type="text/html", content_signal="search=yes, ai-input=no"
    )
    return pages | {"/robots.txt": response(ROBOTS), "/.well-known/tdmrep.json": response(TDMREP)}


async def read_all_of(web: Web, home: Path, policy: str) -> Settings:
    """Everything that the publisher's feed names, through all stages, once."""
    items = "".join(f"<item><link>{web.url}{path}</link></item>" for path in PATHS)
    web.pages["/feed"] = response(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode())
    (home / "sources").mkdir(parents=True)
    (home / "sources" / "one.toml").write_text(
        f'[[source]]\nid = "one"\nname = "One"\nhomepage = "{web.url}/"\nkind = "newspaper"\n'
        f'[[source.feeds]]\nurl = "{web.url}/feed"\nkind = "feed"\n',
        "utf-8",
    )
    settings = Settings(
        home=home, sources=home / "sources", allow_private_hosts=True, fetch_delay=0.0, rights_policy=policy
    )
    async with running(settings, load_sources(settings.sources)) as pipeline:
        await pipeline.discover()
        await pipeline.drained()
    return settings


def fates(settings: Settings, web: Web) -> dict[str, tuple[str, str]]:
    found = {each.url: (each.fate, each.reason) for each in outcomes(settings.place)}
    return {path: found[web.url + path] for path in PATHS}


async def test_by_default_every_signal_is_recorded_and_every_page_is_taken(tmp_path: Path) -> None:
    async with serving(publisher()) as web:
        settings = await read_all_of(web, tmp_path, "record")
        assert fates(settings, web) == dict.fromkeys(PATHS[:-1], ("stored", "ok")) | {
            "/never/5": ("skipped", "robots-disallowed")
        }
    with reading(settings.place) as reader:
        records = [bytes(row["record"]) for row in reader.rows("SELECT record FROM articles")]
    stored = [msgspec.json.decode(record, type=EnrichedArticle) for record in records]
    said = {one.url.removeprefix(web.url): one.rights for one in stored}
    assert {path: rights.verdict for path, rights in said.items()} == {
        path: "reserved" if path in RESERVED else "none-stated" for path in PATHS[:-1]
    }
    for path, statement in RESERVED.items():
        stated = [f"{each.name}: {each.value} ({each.where})" for each in said[path].signals]
        assert any(statement.split(" (")[1] in each for each in stated), path
    assert {each.where for each in said["/open/0"].signals} == {"robots.txt"}


async def test_where_reservations_are_honoured_nothing_reserved_comes_in_and_the_trace_says_why(
    tmp_path: Path,
) -> None:
    async with serving(publisher()) as web:
        settings = await read_all_of(web, tmp_path, "honour")
        assert fates(settings, web) == dict.fromkeys(RESERVED, ("skipped", "rights-reserved")) | {
            "/open/0": ("stored", "ok"),
            "/never/5": ("skipped", "robots-disallowed"),
        }
        asked = {path: web.asked(path) for path in ("/robots/1", "/file/2", "/header/3", "/meta/4")}
        assert asked == {"/robots/1": 0, "/file/2": 0, "/header/3": 1, "/meta/4": 1}
        assert web.asked("/.well-known/tdmrep.json") == 1
        for path, statement in RESERVED.items():
            found = [each for each in outcomes(settings.place) if each.url == web.url + path]
            (fate,) = trace(settings.place, found[0].page_id).fates
            assert fate.stage == "fetcher"
            assert statement.replace("ai-input=no", "search=yes, ai-input=no") in fate.detail


def test_a_policy_that_does_not_exist_is_a_mistake_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from services.runtime.config import ConfigError, load_settings

    monkeypatch.setenv("SIRWAN_RIGHTS_POLICY", "honor")
    with pytest.raises(ConfigError, match=r"SIRWAN_RIGHTS_POLICY='honor': .*'record' or 'honour'"):
        load_settings()
