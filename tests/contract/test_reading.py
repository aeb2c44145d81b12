"""What people read is the same, whichever database keeps it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.codec import decode
from schemas.records import Copy, CopyEvidence, CountryRelevance, Entity, Position, Published, StoryLink
from schemas.topics import ARTICLES_ENRICHED
from services.runtime.place import Place, Server
from services.store.export import export
from services.store.identifiers import day_of
from services.store.narrowing import Narrowed
from services.store.outcomes import outcomes, without_end
from services.store.query import BadSearch
from services.store.reading import reading
from services.store.search import search
from services.store.status import status
from services.store.story import tell_story
from services.store.tables import Row
from services.store.trace import trace
from tests.unit.store.records import (
    NOON,
    a_dead_letter,
    a_fate,
    a_source,
    a_story,
    an_article,
    fill,
    page,
    row,
)

pytestmark = pytest.mark.postgres

Stores = tuple[Path, Server]

DAM = "Engineers opened the gates of the dam after the rain, and the town below was told in time."
ARTICLES: dict[str, dict[str, Any]] = {
    "headline": {"title": "The dam, the dam", "text": DAM},
    "once": {"title": "Rain at last", "text": f"{DAM} Nobody was hurt, said the governor, who came by car."},
    "never": {"title": "A market reopens", "text": "The bazaar sells pomegranates again."},
    "copy": {
        "title": "The barrage is open",
        "text": "The barrage gates were unlocked by technicians, 12.5 metres of water behind them.",
        "copy_": Copy(
            verdict="spun", score=0.8, of=page("headline"), of_publisher="River Post",
            evidence=(CopyEvidence(kind="phrase", text="“barrage” \u0000 for dam"),),
        ),
        "version": 3,
    },
    "persian": {
        "title": "سد دربندیخان", "text": "آب سد کافی نیست و می‌گوید ۱۲ روز مانده است.", "language": "fa",
        "source_id": "lake-news", "relevance": {"IR": CountryRelevance(grade=2, score=0.9)},
    },
    "withheld": {"title": "The dam has burst", "text": "It had not.", "status": "withheld"},
    "accident": {
        "title": "A bus in a ditch", "text": "The driver slept.", "published": None,
        "fetched_at": NOON + timedelta(days=40), "story": StoryLink(id="story-9", score=1.0), "topics": (),
        "entities": (
            Entity(id="person:a_driver", name="A. Driver", type="person", mentions=()),
            Entity(id="org:bus_company", name="Bus; Company", type="organisation", mentions=()),
        ),
    },
    "monthly": {
        "title": "=1+1", "text": "What the month brought.", "source_id": "silent",
        "published": Published(value="2026-02", precision="month", source="meta", confidence=0.5),
    },
}  # fmt: skip
STEPS = [
    ("fetcher", "done", 0), ("extractor", "done", 1), ("classifier", "skipped", 2), ("linker", "dead", 3),
    ("store", "done", 4),
]  # fmt: skip


def every_row() -> Iterator[Row]:
    yield from (row(an_article(name, **fields)) for name, fields in ARTICLES.items())
    yield row(a_story(title="Water talks", members=(page("headline"), page("copy")), independent_sources=2))
    for number, name in enumerate(ARTICLES):
        for stage, fate, second in STEPS[: max(0, 5 - number)]:
            at = NOON + timedelta(seconds=second, microseconds=number)
            place = Position(topic=f"{stage}.v1", partition=number, offset=second)
            reason = "ok" if fate == "done" else f"no-{stage}"
            made = a_fate(name, stage=stage, fate=fate, reason=reason, at=at, from_=place, seconds=0.25)
            yield row(made, subject=f"https://{name}.example/")
    yield row(a_dead_letter("copy"))
    yield row(a_dead_letter("strange", last_at=NOON + timedelta(days=1)))
    yield row(a_source())
    yield row(a_source(id="silent", name="Silent Herald", family=None))


@pytest.fixture
def stores(tmp_path: Path, postgres: Server) -> Stores:
    return fill(tmp_path / "sirwan.db", *every_row()), fill(postgres, *every_row())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dam", ["headline", "once"]),
        ('"gates of the dam"', ["headline", "once"]),
        ("rain -bazaar", ["once", "headline"]),
        ("pomegran*", ["never"]),
        ('"the dam engineers opened"', []),  # from the title into the text
        ("metres 12", ["copy"]),
        ("سد", ["persian"]),
        ("می گوید", ["persian"]),
        ('"12 روز"', ["persian"]),
        ("burst", []),
    ],
)
def test_a_search_finds_the_same_in_the_same_order(stores: Stores, typed: str, found: list[str]) -> None:
    of_file, of_server = (
        [msgspec.structs.replace(hit, score=0.0) for hit in search(place, typed)] for place in stores
    )
    assert [hit.page_id for hit in of_file] == [page(name) for name in found]
    assert of_server == of_file


EVERY = ["monthly", "headline", "once", "never", "copy", "persian", "accident"]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"country": "IR"}, ["persian"]),
        ({"country": "IR", "grade": 2}, ["persian"]),
        ({"country": "IQ", "grade": 2}, [each for each in EVERY if each != "persian"]),
        ({"grade": 1}, EVERY),
        ({"topic": "water"}, [each for each in EVERY if each != "accident"]),
        ({"topic": "Water", "source": "lake-news"}, ["persian"]),
        ({"entities": ("person:a_driver",)}, ["accident"]),
        ({"entities": ("person:nobody", "org:bus_company")}, ["accident"]),
        ({"source": "lake-news"}, ["persian"]),
        ({"family": "river", "copy": "spun"}, ["copy"]),
        ({"language": "fa"}, ["persian"]),
        ({"story": "story-9"}, ["accident"]),
        ({"since": "2026-03-02"}, ["accident"]),  # by the day it came, for no other is known
        ({"since": "2026-04-10", "until": "2026-04-10"}, ["accident"]),
        ({"since": "2026-02-20", "until": "2026-02-25"}, ["monthly"]),  # that month
        ({"until": "2026-01-31"}, []),
        ({"source": "\0\udcff"}, []),
        ({"entities": ("' OR 1=1 --", "\0\udcff")}, []),
    ],
    ids=str,
)
def test_a_search_is_narrowed_to_the_same(stores: Stores, narrowed: dict[str, Any], found: list[str]) -> None:
    of_file, of_server = (search(place, "", Narrowed(**narrowed)) for place in stores)
    assert {hit.page_id for hit in of_file} == {page(name) for name in found}
    assert of_server == of_file
    words = [[hit.page_id for hit in search(place, "dam", Narrowed(**narrowed))] for place in stores]
    assert words == [[page(name) for name in ("headline", "once") if name in found]] * 2


def test_hits_are_sorted_by_their_days(stores: Stores) -> None:
    for place in stores:
        newest = [hit.page_id for hit in search(place, "", Narrowed(grade=1))]
        assert newest == [hit.page_id for hit in search(place, "", Narrowed(grade=1), order="newest")]
        assert newest[0] == page("accident")
        assert newest[-1] == page("monthly")
        oldest = [hit.page_id for hit in search(place, "", Narrowed(grade=1), order="oldest")]
        assert (oldest[0], oldest[-1], set(oldest)) == (newest[-1], newest[0], set(newest))
        assert [hit.page_id for hit in search(place, "", Narrowed(grade=1), limit=2)] == newest[:2]


@pytest.mark.parametrize("common", [0, 2000])
def test_however_common_the_words_are_the_hits_are_the_same(
    stores: Stores, common: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.store.shapes.COMMON", {"sqlite": common, "postgres": common})
    monkeypatch.setattr("services.store.search.FEW_ENTITIES", common)
    both = Narrowed(entities=("place:halabja",))
    for place in stores:
        best = [hit.page_id for hit in search(place, "dam -burst", both)]
        assert best == [page("headline"), page("once")]
        for order, found in (("newest", ["once", "headline"]), ("oldest", ["headline", "once"])):
            hits = search(place, "dam -burst", both, order=order)
            by_day = sorted(found, key=page, reverse=order == "oldest")  # of one day, and one moment
            assert [hit.page_id for hit in hits] == [page(name) for name in by_day]
            assert {hit.score for hit in hits} == {0.0}


def test_of_common_words_the_newest_are_ranked_and_nothing_older_is_lost(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.store.shapes.COMMON", {"sqlite": 0, "postgres": 0})
    monkeypatch.setattr("services.store.shapes.LAST", 2)  # SQLite: of those that came; the second is withheld
    monkeypatch.setattr("services.store.shapes.NEWEST", 1)  # PostgreSQL: of those that are wanted
    assert [hit.page_id for hit in search(stores[0], "dam", limit=1)] == [page("once")]
    (newest,) = search(stores[1], "dam", order="newest", limit=1)
    assert [hit.page_id for hit in search(stores[1], "dam", limit=1)] == [newest.page_id]
    for place in stores:
        assert [hit.page_id for hit in search(place, "dam", limit=3)] == [page("headline"), page("once")]
        earlier = Narrowed(entities=("place:halabja",), until="2026-02-28")
        assert [hit.page_id for hit in search(place, "what", earlier, limit=1)] == [page("monthly")]
        assert len(list(export(place, "dam", order="best"))) == 2


def test_an_export_is_all_of_it_and_the_same(stores: Stores) -> None:
    of_file, of_server = (list(export(place, "")) for place in stores)
    assert of_server == of_file
    assert [decode(ARTICLES_ENRICHED, each.record).page_id for each in of_file][-1] == page("accident")
    assert len(of_file) == len(EVERY)
    assert {each.independent_sources for each in of_file} == {1, 2}  # as the stories are now
    for place in stores:
        dams = [decode(ARTICLES_ENRICHED, each.record).page_id for each in export(place, "dam", order="best")]
        assert dams == [page("headline"), page("once")]
        with pytest.raises(BadSearch, match="sort by newest or oldest"):
            list(export(place, "", order="best"))


def test_an_export_is_read_in_batches(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(export(stores[0], ""))
    monkeypatch.setattr("services.store.export.TOGETHER", 2)
    assert [list(export(place, "")) for place in stores] == [whole, whole]


def test_the_day_of_a_record_is_the_day_it_is_found_by(stores: Stores) -> None:
    for place in stores:
        with reading(place) as store:
            rows = list(store.rows("SELECT a.record, {day} AS day FROM articles a"))
        assert [day_of(decode(ARTICLES_ENRICHED, bytes(row["record"]))) for row in rows] == [
            row["day"] for row in rows
        ]
        assert {row["day"] for row in rows} == {"2026-02", "2026-03-01", "2026-04-10"}


@pytest.mark.parametrize("name", [*ARTICLES, "strange", "unheard-of"])
def test_a_trace_is_the_same(stores: Stores, name: str) -> None:
    of_file, of_server = (trace(place, page(name)) for place in stores)
    assert of_server == of_file
    assert of_file.known is (name != "unheard-of")


@pytest.mark.parametrize(
    ("story_id", "page_id"),
    [("story-1", ""), ("", page("copy")), ("story-2", page("never")), ("\0", "\udcff")],
)
def test_a_story_is_the_same(stores: Stores, story_id: str, page_id: str) -> None:
    of_file, of_server = (tell_story(place, story_id, page_id) for place in stores)
    assert of_server == of_file
    if story_id == "story-1" or page_id == page("copy"):
        assert of_file is not None
        assert (of_file.title, of_file.independent_sources) == ("Water talks", 2)
        told = {each.page_id: (each.copy_verdict, each.copy_of, each.of_publisher) for each in of_file.pages}
        assert told[page("copy")] == ("spun", page("headline"), "River Post")
        assert told[page("headline")] == ("original", None, None)
    else:
        assert of_file is None


def test_a_page_of_a_story_that_is_not_stored_yet_is_named_all_the_same(stores: Stores) -> None:
    for place in stores:
        fill(place, row(a_story(story_id="story-3", members=(page("late"), page("once")))))
    of_file, of_server = (tell_story(place, "story-3", "") for place in stores)
    assert of_server == of_file
    assert of_file is not None
    assert [(each.page_id, each.title) for each in of_file.pages] == [
        (page("once"), "Rain at last"), (page("late"), None),
    ]  # fmt: skip


def test_a_status_is_the_same(stores: Stores) -> None:
    of_file, of_server = (status(place) for place in stores)
    assert of_server == of_file
    assert len(of_file.stages) == len(STEPS)


def test_outcomes_are_the_same(stores: Stores) -> None:
    of_file, of_server = (outcomes(place) for place in stores)
    assert of_server == of_file
    few = [page("copy"), page("never"), page("unheard-of")]
    wanted = tuple(each for each in of_file if each.page_id in few)
    assert [outcomes(place, few) for place in stores] == [wanted, wanted]
    assert len(wanted) == 2
    assert {each.of_publisher for each in of_file} == {"River Post", None}
    asked = [page(name) for name in (*ARTICLES, "unheard-of")] * 200  # more than go into one query
    ended, still_open = (without_end(place, asked) for place in stores)
    assert ended == still_open
    assert set(ended) == {page(name) for name in (*list(ARTICLES)[3:], "unheard-of")}


def test_an_empty_store_is_all_zeroes_everywhere(tmp_path: Path, postgres: Server) -> None:
    places: tuple[Place, ...] = (fill(tmp_path / "sirwan.db"), fill(postgres))
    for place in places:
        assert status(place).stages == ()
        assert outcomes(place) == ()
        assert search(place, "dam") == []
