"""What voices differ on, given what they claim."""

from typing import Any

import pytest

from schemas.records import Disagreement, Span
from services.linker.disagreements import SAYINGS, VALUES, Differences, Voice, differences
from services.linker.sayings import Claim
from services.tolls import ENDLESS

HOUR = 3600.0


def claim(low: int, high: int | None = None, kind: str = "killed", **fields: Any) -> Claim:
    said = Span(start=0, end=4, text="Said", in_="text")
    value = fields.pop("value", str(low))
    return Claim(kind=kind, low=low, high=low if high is None else high, said=said, value=value, **fields)


def voice(page: str, *claims: Claim, hour: float | None = 0.0, **fields: Any) -> Voice:
    since = None if hour is None else hour * HOUR
    family = fields.pop("family", page.upper())
    until = None if since is None else since + HOUR
    return Voice(page_id=page, family=family, claims=claims, since=since, until=until, **fields)


def listed(found: tuple[Disagreement, ...]) -> list[str]:
    return [f"{each.what}: {', '.join(value.value for value in each.values)}" for each in found]


def shown(found: Differences) -> tuple[list[str], list[str]]:
    return listed(found.disagreements), listed(found.updates)


IRAN, IRGC, TURKEY = (
    claim(0, kind="blamed", of=camp, value=value)
    for camp, value in (("iran", "Iran"), ("iran", "IRGC"), ("turkey", "Turkey"))
)
THREE, FIVE, SEVEN = claim(3), claim(5), claim(7)
AT_LEAST_THREE = claim(3, ENDLESS, value="at least 3")


LATE = {"hour": 2.0}


@pytest.mark.parametrize(
    ("voices", "differ", "rose"),
    [
        ([voice("a", THREE), voice("b", FIVE)], ["killed: 3, 5"], []),
        ([voice("a", THREE), voice("b", THREE)], [], []),
        ([voice("a", THREE), voice("b", FIVE, family="A")], [], []),
        ([voice("a", AT_LEAST_THREE), voice("b", FIVE)], [], []),
        ([voice("a", claim(8, ENDLESS)), voice("b", FIVE)], ["killed: 5, 8"], []),
        ([voice("a", claim(4, of="guards")), voice("b", FIVE)], [], []),
        ([voice("a", claim(6, of="guards")), voice("b", FIVE)], ["killed: 5, 6"], []),
        ([voice("a", claim(4, of="guards")), voice("b", claim(6, of="men"))], [], []),
        ([voice("a", claim(4, of="guards")), voice("b", claim(6, of="guards"))], ["killed: 4, 6"], []),
        ([voice("a", THREE), voice("b", claim(5, whole=True))], [], []),
        ([voice("a", claim(7)), voice("b", claim(5, whole=True))], ["killed: 5, 7"], []),
        ([voice("a", claim(0, value="nobody")), voice("b", claim(5, whole=True))],
         ["killed: nobody, 5"], []),
        ([voice("a", THREE), voice("b", FIVE, hour=2)], [], ["killed: 3, 5"]),
        ([voice("a", FIVE), voice("b", THREE, hour=2)], ["killed: 3, 5"], []),
        ([voice("a", THREE), voice("b", FIVE, hour=0.5)], ["killed: 3, 5"], []),
        ([voice("a", THREE, hour=None), voice("b", FIVE, hour=2)], ["killed: 3, 5"], []),
        ([voice("a", THREE), voice("b", FIVE, hour=2), voice("c", THREE, hour=4)], ["killed: 3, 5"], []),
        ([voice("a", THREE), voice("b", claim(5, revises=True))], [], ["killed: 3, 5"]),
        ([voice("a", claim(3, revises=True)), voice("b", FIVE, hour=2)], [], ["killed: 3, 5"]),
        ([voice("a", claim(3, revises=True), hour=2), voice("b", FIVE)], [], ["killed: 3, 5"]),
        ([voice("a", THREE), voice("b", FIVE, hour=100)], [], []),
        ([voice("a", THREE), voice("b", FIVE, hour=2), voice("a2", FIVE, hour=3, family="A")], [], []),
        ([voice("a", THREE, claim(9, kind="wounded")), voice("b", FIVE, claim(4, kind="wounded"), hour=2)],
         [], ["killed: 3, 5"]),
    ],
    ids=["two", "same", "one-owner", "at-least", "at-least-more", "some-of-them", "more-of-some-than-all",
         "groups", "one-group", "one-place", "all-places-fewer", "nobody", "later-and-higher",
         "later-and-lower",
         "at-once", "time-unknown", "both-still-said", "says-it-rose", "revised-but-earlier", "revised-down",
         "days-apart", "came-round", "the-wounded-who-died"],
)  # fmt: skip
def test_who_contradicts_whom(voices: list[Voice], differ: list[str], rose: list[str]) -> None:
    assert shown(differences(voices)) == (differ, rose)
    assert shown(differences(voices[::-1])) == (differ, rose)


def test_a_copy_that_says_the_same_is_listed_and_another_is_not_heard() -> None:
    same = voice("b", THREE, family="A", of="a")
    other = voice("c", SEVEN, family="A", of="a")
    (found,) = differences([voice("a", THREE), same, other, voice("d", FIVE)]).disagreements
    assert [(value.value, value.page_ids, value.families) for value in found.values] == [
        ("3", ("a", "b"), ("A",)),
        ("5", ("d",), ("D",)),
    ]
    assert [(said.page_id, said.family, said.sentence.text) for said in found.values[0].said] == [
        ("a", "A", "Said"),
        ("b", "A", "Said"),
    ]


def test_a_copy_whose_original_is_not_here_speaks() -> None:
    assert shown(differences([voice("a", THREE, of="gone"), voice("b", FIVE)])) == (["killed: 3, 5"], [])


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (claim(10, kind="day", of="attack"), claim(11, kind="day", of="attack"), ["day: 10, 11"]),
        (claim(10, 11, kind="day", of="attack"), claim(11, kind="day", of="attack"), []),
        (claim(10, kind="day", of="attack"), claim(11, kind="day", of="arrest"), []),
        (claim(10, kind="day", of="attack"), claim(13, kind="day", of="attack"), []),
        (IRAN, TURKEY,
         ["blamed: Iran, Turkey"]),
        (IRAN, IRGC, []),
    ],
    ids=["days", "one-night", "two-happenings", "too-far-for-one-event", "camps", "one-camp"],
)  # fmt: skip
def test_days_and_blame(one: Claim, other: Claim, differ: list[str]) -> None:
    assert shown(differences([voice("a", one), voice("b", other, hour=5)])) == (differ, [])


def test_texts_that_name_days_far_from_each_other_are_not_of_one_event() -> None:
    days = [claim(10, kind="day", of="attack"), claim(14, kind="day", of="attack")]
    assert differences([voice("a", THREE, days[0]), voice("b", FIVE, days[1])]) == Differences()


def test_what_is_listed_is_bounded() -> None:
    many = [voice(f"p{n}", claim(n % 9), family=f"F{n}") for n in range(40)]
    (found,) = differences(many).disagreements
    assert len(found.values) == VALUES
    assert all(len(value.said) <= SAYINGS for value in found.values)
