from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from schemas.records import Place, Span
from services.store.facets import Counted
from services.store.story import StoryPage
from services.store.web.atlas import MAP_HEIGHT, MAP_WIDTH, pins
from services.store.web.course import came_out, course
from services.store.web.timeline import bars

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def days(*names: str) -> list[Counted]:
    return [Counted(name, name, 2 - number % 2) for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("found", "drawn"),
    [
        ([], []),
        (["2026-03"], []),
        (["2026-03-01", "2026-03-03"], ["2026-03-01", "2026-03-03"]),
        (["2026-01-01", "2026-03", "2026-12-31"], ["2026-01", "2026-03", "2026-12"]),
        (["1991-01-17", "2026-03-01"], ["1991", "2026"]),
    ],
)
def test_a_timeline_is_as_fine_as_fits(found: list[str], drawn: list[str]) -> None:
    made = bars(days(*found))
    assert [bar.name for bar in made] == drawn
    assert all(0 <= bar.x < 1 and 0 < bar.height <= 1 and bar.since <= bar.until for bar in made)


def test_an_empty_day_has_room() -> None:
    first, last = bars(days("2026-03-01", "2026-03-04"))
    assert (first.x, last.x, first.width) == (0, 0.75, 0.25)
    assert (first.since, first.until, first.height, last.height) == ("2026-03-01", "2026-03-01", 1.0, 0.5)


def test_a_month_ends_with_its_last_day() -> None:
    made = bars(days("2024-02-11", "2024-08-01"))
    assert (made[0].since, made[0].until) == ("2024-02-01", "2024-02-29")


def a_page(name: str, **known: object) -> StoryPage:
    return StoryPage(**{"page_id": name, "publisher": name.upper(), "fetched_at": NOON, **known})  # type: ignore[arg-type]  # its own fields


@pytest.mark.parametrize(
    ("published", "at"),
    [
        (None, NOON),
        ("yesterday", NOON),
        ("2026-03-01T10:00:00+03:00", NOON - timedelta(hours=5)),
        ("2026-03-01T10:00", NOON - timedelta(hours=2)),
        ("2026-02-28", NOON - timedelta(days=1)),
        ("2026-04-01", NOON),  # after it was fetched
    ],
)
def test_when_a_page_came_out(published: str | None, at: datetime) -> None:
    assert came_out(a_page("a", published=published)) == at


def test_a_story_is_drawn_from_originals_to_copies() -> None:
    pages = [
        a_page("wire", published="2026-03-01T06:00"),
        a_page("mirror", copy_of="wire", copy_verdict="reprint"),
        a_page("gone", fetched_at=None),
        a_page("odd", copy_of="unknown"),
    ]
    drawn = course(pages)
    assert drawn.lanes == ("WIRE", "MIRROR", "ODD")
    assert [(dot.page.page_id, dot.x, dot.lane) for dot in drawn.dots] == [
        ("wire", 0, 0), ("mirror", 1, 1), ("odd", 1, 2),
    ]  # fmt: skip
    assert [(arc.start.page.page_id, arc.end.page.page_id) for arc in drawn.arcs] == [("wire", "mirror")]
    assert course([a_page("gone", fetched_at=None)]).dots == ()


@dataclass
class Named:
    name: str
    lat: float
    lon: float
    times: int


def a_place(named: Named) -> Place:
    mention = Span(start=0, end=1, text="x", in_="text")
    return Place(
        id=named.name, name=named.name, lat=named.lat, lon=named.lon, mentions=(mention,) * named.times
    )


def test_names_on_the_map_do_not_cover_one_another() -> None:
    named = [
        Named("Basra", 30.5, 47.8, 1), Named("Qurna", 31.0, 47.4, 3), Named("Tehran", 35.7, 51.4, 1),
        Named("London", 51.5, 0.0, 9),
    ]  # fmt: skip
    drawn = pins(map(a_place, named))
    assert [(pin.name, pin.named) for pin in drawn] == [("Qurna", True), ("Basra", False), ("Tehran", True)]
    assert all(0 < pin.x < MAP_WIDTH and 0 < pin.y < MAP_HEIGHT for pin in drawn)
