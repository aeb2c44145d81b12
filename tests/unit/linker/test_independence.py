"""Voices behind a story."""

import pytest

from services.linker.events import Member
from services.linker.independence import families


def member(page: str, family: str, of: str | None = None, credited: str | None = None) -> Member:
    return Member(page_id=page, family=family, of=of, of_family=credited)


@pytest.mark.parametrize(
    ("members", "voices"),
    [
        ([member("a", "A")], ("A",)),
        ([member("a", "A"), member("b", "B")], ("A", "B")),
        ([member("a", "A"), member("b", "A")], ("A",)),
        ([member("a", "A"), *(member(f"s{n}", f"S{n}", of="a") for n in range(10))], ("A",)),
        ([member("a", "A"), member("b", "B", of="a"), member("c", "C", of="b")], ("A",)),
        ([member("b", "B", credited="ap"), member("c", "C", credited="ap"), member("d", "D")], ("ap", "D")),
        ([member("b", "B"), member("c", "C", of="b", credited="ap")], ("ap",)),
        ([member("a", "A"), member("b", "B", of="elsewhere")], ("A", "B")),
        ([member("b", "B", of="gone"), member("c", "C", of="gone"), member("d", "D", of="c")], ("B",)),
        ([member("a", "A", of="b"), member("b", "B", of="a")], ("B", "A")),
        ([], ()),
    ],
    ids=["one", "two", "one-owner", "one-wire-ten-sites", "copy-of-a-copy", "one-agency-never-fetched",
         "the-copy-tells-of-the-wire", "original-in-another-story", "original-gone",
         "two-that-point-at-each-other", "none"],
)  # fmt: skip
def test_voices(members: list[Member], voices: tuple[str, ...]) -> None:
    assert families(members) == voices
