import tomllib
from typing import Any

import pytest
from structlog.testing import capture_logs

from schemas.records import Feed, Source
from services.classifier.gazetteer import load_tables
from services.fetcher.entries import Entry
from services.fetcher.prefilter import may_concern, passed_over
from tests.rules.reading import ROOT
from tests.unit.fetcher.test_polling import Desk, desk
from tests.unit.fetcher.worlds import response

CASES: list[dict[str, Any]] = tomllib.loads((ROOT / "tests/unit/classifier/cases.toml").read_text("utf-8"))[
    "cases"
]


def entry(
    title: str | None = None,
    summary: str | None = None,
    url: str = "https://n.example/1",
    categories: tuple[str, ...] = (),
) -> Entry:
    return Entry(url=url, title=title, summary=summary, categories=categories)


@pytest.mark.parametrize(
    "title",
    [
        "Iraq's parliament meets",
        "IRAQI forces advance",
        "Iran-backed group says no",
        "A word from al-Sadr",
        "Ayatollah speaks in Qom",
        "البرلمان العراقي يجتمع",
        "وللعراقيين رأي آخر",
        "قمة عربية في بغداد",
        "افتتاح معرض بطهران",
        "دیدار وزیران در تهران",
        "ایرانی‌ها رأی دادند",
        "مسافر به قم رفت",
        "زلزال يضرب كرج",
        "پەرلەمانی عێراق کۆبووەوە",
        "هەرێمی کوردستان نەوت دەنێرێت",
        "تهـــران",
    ],
)
def test_a_title_that_names_something_of_either_country_passes(title: str) -> None:
    assert may_concern(entry(title))


@pytest.mark.parametrize(
    "title",
    [
        "Lisbon bakery wins a prize for its buns",
        "Parliament in Ottawa approves the budget",
        "أوتاوا تقر ميزانية جديدة للمدارس",
        "نانوایی در لیسبون جایزه گرفت",
        "Qomplex systems in Oslo",
        "An Irate Irishman in Irvine",
        "قمر صناعي جديد فوق البرازيل",
    ],
)
def test_one_that_names_nothing_of_them_does_not(title: str) -> None:
    assert not may_concern(entry(title))


def test_what_says_nothing_passes_and_any_word_of_it_is_enough() -> None:
    bun = "Lisbon bakery wins a prize"
    assert may_concern(entry())
    assert may_concern(entry("", ""))
    assert may_concern(entry(bun, "The flour comes from Basra."))
    assert may_concern(entry(None, "البصرة"))
    assert may_concern(entry(bun, url="https://n.example/world/iraq/a-bakery"))
    assert may_concern(entry(bun, url="https://n.example/%D8%A7%DB%8C%D8%B1%D8%A7%D9%86/1"))
    assert not may_concern(entry(bun, url="https://iraq.example/1"))  # or all of its pages would
    assert may_concern(entry(bun, categories=("World", "Middle East/Iraq")))
    assert may_concern(entry(bun, categories=("شؤون عراقية",)))
    assert not may_concern(entry(bun, categories=("World",)))
    assert may_concern(entry(categories=("World",)))  # a category alone is too little to leave a page out


@pytest.mark.parametrize("around", ["{}", "A report on {}, again", "تقرير عن {} مرة أخرى"])
def test_every_name_of_the_classifier_s_tables_passes(around: str) -> None:
    """One set of names: what is added there is known here."""
    tables = load_tables()
    names = {
        form
        for each in tables.entries
        if each.country in tables.countries and each.weight
        for form in (*each.forms, *each.short, *each.spun)
    }
    assert len(names) > 500
    assert [name for name in names if not may_concern(entry(around.format(name)))] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.get("title", "")[:40])
def test_nothing_is_passed_over_that_the_classifier_calls_relevant(case: dict[str, Any]) -> None:
    relevant = max(case.get("iq", 0), case.get("ir", 0)) > 0
    assert may_concern(entry(case.get("title"), case["text"])) or not relevant


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ((), (), True),
        (("a", "b"), ("b", "a"), True),
        ((), ("a",), False),
        (("a",), ("b",), False),
    ],
)
def test_a_page_passed_over_is_judged_anew_where_its_categories_change_and_not_where_their_order_does(
    before: tuple[str, ...], after: tuple[str, ...], same: bool
) -> None:
    was, now = (passed_over(entry("Rain", categories=each)) for each in (before, after))
    assert (was == now) is same


def test_what_was_passed_over_before_categories_were_read_stays_so() -> None:
    assert passed_over(entry("Rain in Lisbon", "Wet.")) == b"passed-over:518afa2f91d1447e"


def rss(*items: tuple[str, str], more: str = "") -> bytes:
    inner = "".join(f"<item><title>{title}</title><link>{path}</link>{more}</item>" for path, title in items)
    return response(f"<rss><channel>{inner}</channel></rss>".encode())


async def poll(ours: Desk, *, prefilter: bool = True) -> int:
    feed = Feed(url=ours.web.url + "/feed", kind="feed")
    source = Source(id="demo", name="D", homepage=ours.web.url, feeds=(feed,), prefilter=prefilter)
    return await ours.poller.poll(source, feed)


async def test_pages_that_name_neither_country_are_counted_once_and_not_asked_for() -> None:
    async with desk({"/feed": rss(("/1", "Rain in Lisbon"), ("/2", "Rain in Baghdad"), ("/3", ""))}) as ours:
        with capture_logs() as logs:
            assert [await poll(ours) for _ in range(3)] == [2, 0, 0]
        assert ours.pages() == ["/2", "/3"]
        assert [line["entries"] for line in logs if line["event"] == "prefiltered"] == [1]
        assert ours.metrics.value("sirwan_entries_left_out_total", source="demo", reason="prefiltered") == 1.0


async def test_a_page_that_comes_again_with_other_words_is_judged_anew() -> None:
    async with desk({"/feed": rss(("/1", "Rain in Lisbon"))}) as ours:
        await poll(ours)
        ours.web.pages["/feed"] = rss(("/1", "Rain in Porto"))
        assert await poll(ours) == 0
        ours.web.pages["/feed"] = rss(("/1", "Rain in Baghdad"))
        assert await poll(ours) == 1
        ours.web.pages["/feed"] = rss(("/1", "Rain in Lisbon"))
        assert await poll(ours) == 0


async def test_a_page_whose_category_names_a_country_is_asked_for() -> None:
    async with desk({"/feed": rss(("/1", "Rain"), more="<category>World</category>")}) as ours:
        assert await poll(ours) == 0
        ours.web.pages["/feed"] = rss(("/1", "Rain"), more="<category>Iraq</category>")
        assert await poll(ours) == 1


async def test_a_source_that_is_no_longer_filtered_gets_what_was_left_out() -> None:
    async with desk({"/feed": rss(("/1", "Rain in Lisbon"))}) as ours:
        await poll(ours)
        assert await poll(ours, prefilter=False) == 1


async def test_a_source_is_not_filtered_unless_it_says_so_and_one_that_names_others_is_not_silent() -> None:
    async with desk({"/feed": rss(("/1", "Rain in Lisbon"))}) as ours:
        assert await ours.poll() == 1
    async with desk({"/feed": rss(("/1", "Rain in Lisbon"))}) as ours:
        await poll(ours)
        assert ours.poller.word(Feed(url=ours.web.url + "/feed", kind="feed")) == ("ok", "ok")
