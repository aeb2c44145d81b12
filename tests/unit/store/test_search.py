from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Copy, CountryRelevance
from services.runtime.place import Place
from services.stage import Transient
from services.store.narrowing import ORDERS, Narrowed
from services.store.query import BadSearch
from services.store.reading import reading
from services.store.search import Hit, search
from services.store.shapes import ALL, BY_DAY, WHEN_COMMON
from tests.postgres import own_database
from tests.unit.store.records import an_article, fill, page, row

IRAN = {"IR": CountryRelevance(grade=2, score=0.9), "IQ": CountryRelevance(grade=1, score=0.5)}
TEXTS: dict[str, dict[str, Any]] = {
    "dam": {"title": "The dam is full", "text": "Engineers opened two gates. Sanctions were not discussed."},
    "gates": {
        "title": "Two gates opened",
        "text": "At the dam above the town, by night.",
        "source_id": "lake-news",
    },
    "spun": {
        "title": "The barrage is full",
        "text": "Engineers unlocked the dam doors.",
        "copy_": Copy(verdict="spun", score=0.8, of=page("dam")),
    },
    "arabic": {
        "title": "افتتاح السدّ في السليمانيّة",
        "text": "أعلنت وزارة الموارد المائية افتتاح بوابتين، وقال الوزير إن العراق بحاجة إلى المياه.",
        "language": "ar",
    },
    "persian": {
        "title": "گشایش دریچه‌های سد",
        "text": "وزیر نیروی ایران گفت که آب سد کرکوک کافی نیست و می‌گوید ۱۲ روز مانده است.",
        "language": "fa",
        "relevance": IRAN,
    },
    "withdrawn": {"title": "The dam has burst", "text": "It had not.", "status": "canceled"},
}
NAMES = {page(name): name for name in TEXTS}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    rows = [row(an_article(name, **fields)) for name, fields in TEXTS.items()]
    if request.param == "sqlite":
        yield fill(tmp_path_factory.mktemp("store") / "a store?.db", *rows)
        return
    with own_database(request.getfixturevalue("postgres_server")) as database:
        yield fill(database, *rows)


def names(hits: list[Hit]) -> list[str]:
    return [NAMES[hit.page_id] for hit in hits]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dam", {"dam", "gates", "spun"}),
        ("DAM full", {"dam", "spun"}),
        ("gates opened", {"dam", "gates"}),
        ('"two gates"', {"dam", "gates"}),
        ('"gates opened"', {"gates"}),
        ("dam -night", {"dam", "spun"}),
        ('dam -"two gates"', {"spun"}),
        ("sanction", set()),
        ("sanction*", {"dam"}),
        ("السد", {"arabic"}),
        ("السليمانية", {"arabic"}),
        ("السليمانيه", {"arabic"}),
        ("اعلنت", {"arabic"}),
        ("الميا*", {"arabic"}),
        ("«وزارة الموارد»", {"arabic"}),
        ("إيران", {"persian"}),
        ("ایران", {"persian"}),
        ("كركوك", {"persian"}),
        ("دريچه‌های", {"persian"}),
        ("می گوید", {"persian"}),
        ("12 روز", {"persian"}),
        ("سد", {"persian"}),
        ("burst", set()),
        ("dam AND night", set()),
        ("title:dam", set()),
        ("☃", None),
    ],
)
def test_articles_are_found_by_their_words(store: Place, typed: str, found: set[str] | None) -> None:
    if found is None:
        with pytest.raises(BadSearch):
            search(store, typed)
    else:
        assert set(names(search(store, typed))) == found


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({}, {"dam", "gates", "spun"}),
        ({"source": "lake-news"}, {"gates"}),
        ({"copy": "spun"}, {"spun"}),
        ({"country": "IQ"}, {"dam", "gates", "spun"}),
        ({"country": "IR"}, set()),
        ({"language": "ar"}, set()),
        ({"country": "IQ", "copy": "original", "source": "river-post"}, {"dam"}),
        ({"source": "' OR 1=1 --"}, set()),
        ({"source": "\udcff\x00"}, set()),
    ],
)
def test_a_search_can_be_narrowed(store: Place, narrowed: dict[str, Any], found: set[str]) -> None:
    assert set(names(search(store, "dam", Narrowed(**narrowed)))) == found


def test_a_word_in_the_title_weighs_more(store: Place) -> None:
    hits = search(store, "dam")
    assert names(hits)[0] == "dam"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert names(search(store, "dam", limit=1)) == ["dam"]


def test_a_hit_says_what_the_article_is(store: Place) -> None:
    (hit,) = search(store, "کرکوک")
    assert (hit.countries, hit.copy_verdict, hit.story_id, hit.language) == (
        {"IR": 2, "IQ": 1},
        "original",
        "story-1",
        "fa",
    )
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["کرکوک"]
    assert msgspec.json.decode(msgspec.json.encode([hit]), type=list[Hit]) == [hit]


def test_nothing_typed_finds_all_the_newest_first(store: Place) -> None:
    everything = names(search(store, " "))
    assert sorted(everything) == sorted(set(NAMES.values()) - {"withdrawn"})
    assert names(search(store, "", limit=2, skip=1)) == everything[1:3]
    with pytest.raises(BadSearch, match="narrow the search, or export it"):
        search(store, "", skip=990)


@pytest.mark.parametrize(("typed", "limit"), [('"dam', 20), ("-dam", 20), ("dam", 0), ("dam", 10**6)])
def test_a_search_that_means_nothing_is_refused_in_one_line(store: Place, typed: str, limit: int) -> None:
    with pytest.raises(BadSearch) as caught:
        search(store, typed, limit=limit)
    assert "\n" not in str(caught.value)


def test_a_store_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Transient, match=r"none\.db: unable to open database file"):
        search(tmp_path / "none.db", "dam")
    assert not (tmp_path / "none.db").exists()


def test_a_file_of_another_layout_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.db").touch()
    with pytest.raises(Transient, match=r"other\.db: no such table: search; its layout"):
        search(tmp_path / "other.db", "dam")


@pytest.mark.parametrize("shape", [ALL, BY_DAY], ids=["all", "common words"])
def test_the_newest_few_are_found_without_the_others(tmp_path: Path, shape: str) -> None:
    with reading(fill(tmp_path / "sirwan.db", row(an_article()))) as reader:
        asked = f"EXPLAIN QUERY PLAN {shape} ORDER BY {ORDERS['newest'].found} LIMIT 10"
        plan = [row["detail"] for row in reader.rows(asked, "dam")]
    assert plan[0] == "SCAN a USING INDEX articles_by_day", plan
    assert not any("TEMP B-TREE" in step for step in plan)


def test_of_common_words_only_the_last_are_ranked(tmp_path: Path) -> None:
    with reading(fill(tmp_path / "sirwan.db", row(an_article()))) as reader:
        asked = WHEN_COMMON["sqlite", True]("", 10)
        plan = [row["detail"] for row in reader.rows(f"EXPLAIN QUERY PLAN {asked}", "dam")]
    assert plan[0].startswith("SCAN search VIRTUAL TABLE INDEX"), plan
    assert ">" in plan[0], plan  # the index begins at the first of them


SIGNS = "\"'*-+^:(){}[].,;%_\\/\x00 \u200c«»“”\ud800"
HOSTILE = st.lists(st.sampled_from([*SIGNS, "NEAR", "AND", "OR", "NOT", "dam", "سد"])).map("".join)


@settings(deadline=None)
@given(st.one_of(HOSTILE, st.text(st.characters())))
def test_whatever_is_typed_gives_hits_or_the_one_clear_error(store: Place, typed: str) -> None:
    with suppress(BadSearch):
        search(store, typed)


@settings(deadline=None)
@given(st.characters(categories=["L", "N"]))
def test_letters_the_index_does_not_know_do_no_harm(store: Place, letter: str) -> None:
    with suppress(BadSearch):
        search(store, f"{letter} dam -{letter}")
        search(store, f"dam -{letter}")
        search(store, f"{letter}*")
