"""The pages and their JSON, on both engines, in this process: what is shown, to whom, and what is refused."""

import base64
import html
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema_rs import validator_for
from msgspec.structs import replace

from schemas.records import (
    Change,
    Copy,
    CopyEvidence,
    Credit,
    DateCandidate,
    Disagreement,
    Published,
    Repair,
    Revision,
    Saying,
    Span,
    StatedValue,
)
from services.embedded.runs import ident_of
from services.runtime.clock import SystemClock
from services.runtime.config import Settings, load_settings
from services.runtime.metrics import Metrics
from services.runtime.place import Place
from services.store.web.app import build_app
from services.store.web.endpoints import ENDPOINTS, Lookups
from services.store.web.guard import HEADERS, Guard
from services.store.web.service import guard_for, web_of
from tests.postgres import own_database
from tests.serving import served
from tests.unit.store.records import (
    a_dead_letter,
    a_fate,
    a_source,
    a_story,
    an_article,
    fill,
    page,
    row,
)

ATTACK = "<script>alert(1)</script>\"'&"
LONG = "Engineers from Halabja met again on Monday.\n\n" + "The dam was not on the agenda. " * 40
SECRET = "The last sentence is only for whoever runs this."

SPAN = Span(start=0, end=9, text="Engineers", in_="text", rule=ATTACK)
QUOTED = replace(SPAN, text=ATTACK)
ROWS = [
    row(an_article("river", text=LONG + SECRET)),
    row(
        an_article(
            "lake",
            title=ATTACK,
            text=f"Engineers {ATTACK} said.",
            byline=(ATTACK,),
            canonical_url="javascript:alert(1)",
            source_id="lake-news",
            credits=(Credit(kind="author", name=ATTACK, text=ATTACK),),
            copy_=Copy(
                verdict="spun", score=0.9, of=page("river"), of_publisher=ATTACK,
                evidence=(CopyEvidence(kind="odd-pair", text=ATTACK),),
            ),
            repairs=(Repair(mention=SPAN, from_=ATTACK, to=ATTACK, confidence=0.5, because=ATTACK),),
            revision=Revision(digest="0" * 16, number=2, changes=(Change(what=ATTACK, before=ATTACK),)),
            published=Published(
                value="2026-03-01T10:00+03:00", precision="minute", source="meta", confidence=0.9,
                alternatives=(DateCandidate(value=ATTACK, precision="day", source=ATTACK, confidence=0.1),),
            ),
        )
    ),
    row(an_article("persian", title="گشایش سد", text="آب سد کافی نیست.", language="fa")),
    row(an_article("gone", status="canceled", text="", title=None)),
    row(
        a_story(
            title=ATTACK,
            members=(page("river"), page("lake"), page("unknown")),
            disagreements=(
                Disagreement(
                    what="killed",
                    values=(
                        StatedValue(value="3", page_ids=(page("river"),), families=(ATTACK,)),
                        StatedValue(
                            value="5", page_ids=(page("lake"),),
                            said=(Saying(page_id=page("lake"), family=ATTACK, sentence=QUOTED),),
                        ),
                    ),
                ),
            ),
        )
    ),
    row(a_source()),
    row(a_source(id="lake-news", name=ATTACK, homepage="javascript:alert(1)", family=ATTACK)),
    row(a_fate(detail=ATTACK), subject=f"https://river.example/{ATTACK}"),
    row(a_fate("dead", fate="dead", reason="undecodable", detail=ATTACK)),
    row(a_dead_letter("dead", error=ATTACK)),
]  # fmt: skip

ARTICLE, SPUN = f"/article/{page('river')}", f"/article/{page('lake')}"
COMPARED = f"/compare?a={page('river')}&b={page('lake')}"
PAGES = [
    "/", "/?q=dam", "/?q=Engineers&country=IQ&sort=newest", ARTICLE, SPUN, f"/article/{page('gone')}",
    "/story/story-1", COMPARED, "/sources", "/sources?state=unread", "/pipeline", "/trace",
    f"/trace?page={page('river')}", f"/trace?page={page('dead')}", "/trace?page=https://nobody.example/",
    "/?q=nothingofthekind",
]  # fmt: skip

Made = Callable[..., httpx.Client]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if request.param == "sqlite":
        yield fill(tmp_path_factory.mktemp("store") / "sirwan.db", *ROWS)
        return
    with own_database(request.getfixturevalue("postgres_server")) as database:
        yield fill(database, *ROWS)


class Placed(Settings):
    """Settings whose store is where the test made it."""

    made: Any = None

    @property
    def place(self) -> Place:
        return self.made  # type: ignore[no-any-return]  # the fixture's


def app_of(settings: Settings, metrics: Metrics | None = None) -> Guard:
    lookups = Lookups(ident_of, lambda name: (f"place:{name.lower()}",), {"IQ": "Iraq", "IR": "Iran"})
    clock = SystemClock()
    return build_app(web_of(settings, lookups, clock, metrics or Metrics()), guard_for(settings, clock))


@pytest.fixture
def client(store: Place, tmp_path: Path) -> Iterator[Made]:
    """Makes a client of pages with these settings."""
    with ExitStack() as stack:

        def made(**changes: Any) -> httpx.Client:
            own = {"made": store, "home": tmp_path, "sources": tmp_path / "none", "web_rate": 0}
            address = stack.enter_context(served(app_of(Placed(**(own | changes)))))
            return stack.enter_context(httpx.Client(base_url=address))

        yield made


@pytest.mark.parametrize("path", PAGES)
def test_nothing_from_outside_is_markup(client: Made, path: str) -> None:
    answer = client().get(path)
    assert answer.status_code == 200, answer.text
    assert "<script>alert" not in answer.text
    assert not re.search(r'(?:href|src)="\s*javascript:', answer.text)
    assert len(re.findall(r"<script\b", answer.text)) == 1  # our own
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style", answer.text)


def test_what_was_attacked_with_is_shown_as_text(client: Made) -> None:
    for path in (f"/article/{page('lake')}", "/story/story-1", "/sources", f"/trace?page={page('dead')}"):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;" in client().get(path).text


@pytest.mark.parametrize("path", [*PAGES, "/nothing", "/static/style.css", "/api/search", "/api/nothing"])
def test_every_answer_forbids_a_browser_the_same(client: Made, path: str) -> None:
    headers = client().get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "set-cookie" not in headers


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_json_is_what_the_document_says(client: Made, endpoint: Any) -> None:
    asks = {
        "search": "?q=dam", "story": "", "article": "", "compare": f"?a={page('river')}&b={page('lake')}",
        "trace": f"?page={page('river')}",
    }  # fmt: skip
    path = endpoint.api.format(story_id="story-1", page_id=page("lake")) + asks.get(endpoint.name, "")
    answer, document = client().get(path), client().get("/api/openapi.json").json()
    assert answer.status_code == 200
    operation = document["paths"][endpoint.api]["get"]
    media_type = endpoint.media_type or "application/json"
    assert answer.headers["content-type"] == media_type
    schema = operation["responses"]["200"]["content"][media_type]["schema"]
    validator_for({**schema, "components": document["components"]}).validate(answer.json())


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/?q=%22open", 400, "not closed"),
        ("/?q=-only", 400, "nothing to search for"),
        ("/?page=51", 400, "page"),
        ("/?page=9999999999999999999999", 400, "page"),
        ("/?grade=x", 400, "grade"),
        ("/?nonsense=1", 400, "nonsense"),
        ("/?sort=best", 400, "sort by newest or oldest"),
        ("/sources?state=odd", 400, "state"),
        ("/trace?page=ftp://x/", 400, "page"),
        ("/story/unknown", 404, "there is no story unknown"),
        ("/article/unknown", 404, "no article"),
        ("/compare?a=x&b=y", 404, "no article"),
        ("/compare", 400, "missing"),
        ("/story/%00", 404, "no story"),
        ("/nothing", 404, "nothing here"),
        ("/static/../app.py", 404, ""),
        ("/static/%2e%2e%2fapp.py", 404, ""),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(client: Made, path: str, status: int, says: str) -> None:
    answer = client().get(path)
    assert (answer.status_code, says in html.unescape(answer.text)) == (status, True), answer.text
    if not path.startswith(("/static", "/nothing")):
        told = client().get("/api" + ("/search" + path[1:] if path[1] == "?" else path))
        assert told.headers["content-type"] == "application/problem+json"
        assert (told.status_code, told.json()["status"], says in told.json()["detail"]) == (
            status,
            status,
            True,
        )


def test_only_reading_is_served(client: Made) -> None:
    web = client()
    for method in ("post", "put", "delete", "patch", "options"):
        assert getattr(web, method)("/").status_code == 405
    assert client().head("/").status_code == 200


def test_what_is_found_is_linked_to_its_story_and_its_original(client: Made) -> None:
    found = client().get("/?q=Engineers").text
    assert f'/article/{page("river")}"' in found
    shown = client().get(SPUN).text
    assert f"/compare?a={page('river')}&amp;b={page('lake')}" in shown
    assert 'href="/story/story-1"' in shown
    told = client().get("/story/story-1").text
    assert f"/trace?page={page('unknown')}" in told  # a member that is not stored
    assert 'class="arc spun"' in told


def test_a_search_goes_on_on_the_next_page(client: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.store.web.endpoints.HITS", 1)
    first, second = (client().get(f"/api/search?page={number}").json() for number in (1, 2))
    assert (first["pages"], first["counts"]["total"]) == (3, 3)
    assert first["hits"][0]["page_id"] != second["hits"][0]["page_id"]
    assert 'rel="next"' in client().get("/").text


def test_what_was_found_is_counted(client: Made) -> None:
    counts = client().get("/api/search").json()["counts"]
    assert counts["total"] == 3
    facets = {
        what: {each["value"]: each["times"] for each in found} for what, found in counts["facets"].items()
    }
    assert facets["language"] == {"en": 2, "fa": 1}
    assert facets["copy"] == {"original": 2, "spun": 1}
    assert facets["country"] == {"IQ": 3}
    assert facets["topic"] == {"water": 3}
    assert facets["entity"] == {"place:halabja": 3}
    assert facets["family"] == {"river": 2, ATTACK: 1}
    assert [(day["value"], day["times"]) for day in counts["days"]] == [("2026-03-01", 3)]


def test_the_public_sees_excerpts_and_the_operator_all(client: Made, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("lock&key\n")
    public = client(web_shows="excerpts", web_token_file=tmp_path / "token", web_host="192.0.2.1")
    for path in (ARTICLE, f"/api{ARTICLE}", f"/api{ARTICLE}/ninjs", f"/api{ARTICLE}/jsonld"):
        assert SECRET not in public.get(path).text
        assert "met again on Monday" in public.get(path).text
    assert "Read the article at river.example" in public.get(ARTICLE).text
    assert (public.get(COMPARED).status_code, SECRET in public.get(f"/api{COMPARED}").text) == (403, False)
    for known in ({"authorization": "Bearer lock&key"}, basic("anybody:lock&key")):
        assert SECRET in public.get(ARTICLE, headers=known).text
        assert public.get(COMPARED, headers=known).status_code == 200
    for known, told in (({}, False), (basic(":lock&key"), True)):
        found = public.get("/api/pipeline", headers=known).json()
        assert ("nothing runs here" in found["verdict"], bool(found["alarms"])) == (told, False)
    asked = public.get("/token")
    assert (asked.status_code, asked.headers["www-authenticate"][:5]) == (401, "Basic")
    assert public.get("/token", headers=basic(":lock&key")).headers["location"] == "/"


def basic(pair: str) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@pytest.mark.parametrize(
    "wrong",
    ["Bearer key", "Basic lock&key", "Basic !!!", "lock&key", "Basic /w==", "Bearer \u00e9"],
)
def test_a_wrong_token_opens_nothing(client: Made, tmp_path: Path, wrong: str) -> None:
    (tmp_path / "token").write_text("lock&key")
    closed = client(web_shows="nothing", web_token_file=tmp_path / "token")
    headers = {b"authorization": wrong.encode()}
    for path in ("/", "/api/search", "/static/style.css"):
        assert closed.get(path, headers=headers).status_code == 401
        assert closed.get(path).status_code == 401
    assert closed.get("/", headers=basic(":lock&key")).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example", "127.0.0.1.evil.example:80"])
def test_a_name_that_is_not_ours_gets_nothing(client: Made, host: str) -> None:
    answer = client().get("/", headers={"host": host})
    assert (answer.status_code, "SIRWAN_WEB_NAMES" in answer.text) == (421, True)
    for ours in ("localhost:8080", "127.0.0.1", "[::1]:80", "News.example"):
        assert client(web_names="news.example,other").get("/", headers={"host": ours}).status_code == 200


def test_too_many_requests_are_told_when_to_come_back(client: Made) -> None:
    hasty = client(web_rate=1.0)
    answers = [hasty.get("/static/icon.svg") for _ in range(7)]
    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    assert (answers[-1].status_code, int(answers[-1].headers["retry-after"]) >= 1) == (429, True)


def test_a_store_that_is_away_is_said_and_comes_back(tmp_path: Path) -> None:
    place = tmp_path / "sirwan.db"
    settings = load_settings(home=tmp_path, sources=tmp_path / "none", web_rate=0)
    with served(app_of(settings)) as address, httpx.Client(base_url=address) as away:
        for path in ("/", "/api/search", "/api/pipeline", "/sources"):
            answer = away.get(path)
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
            assert str(tmp_path) not in answer.text
        fill(place, *ROWS[:1])
        assert away.get("/").status_code == 200


def test_a_bug_says_nothing_of_itself_and_is_counted(
    store: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("services.store.web.endpoints.tell_story", broken)
    metrics = Metrics()
    app = app_of(Placed(made=store, home=tmp_path, sources=tmp_path / "none", web_rate=0), metrics)
    with served(app) as address:
        for path in ("/story/x", "/api/story/x"):
            answer = httpx.get(address + path)
            assert (answer.status_code, "secret" in answer.text) == (500, False)
            assert "bug of ours" in answer.text
    assert metrics.value("sirwan_web_requests_total", page="story", status="500") == 2


def test_assets_are_kept_by_what_is_in_them(client: Made) -> None:
    shown = client().get("/").text
    (style,) = re.findall(r'href="(/static/style\.css\?[0-9a-f]{16})"', shown)
    answer = client().get(style)
    assert (answer.headers["content-type"], "immutable" in answer.headers["cache-control"]) == (
        "text/css; charset=utf-8", True,
    )  # fmt: skip
    assert client().get("/").headers["cache-control"] == "private, no-cache"
    assert "http" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', client().get("/pipeline").text))
