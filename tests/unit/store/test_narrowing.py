import re
from typing import Any

import pytest

from services.store.narrowing import FILTERS, ORDERS, Narrowed, conditions, order_of
from services.store.query import BadSearch


def test_every_field_has_its_filter() -> None:
    assert list(FILTERS) == list(Narrowed.__struct_fields__)


def test_each_value_has_its_slot_in_order() -> None:
    every: dict[str, Any] = {name: 2 if name == "grade" else "2026-03-01" for name in FILTERS} | {
        "entities": ("a", "b")
    }
    sql, values = conditions(Narrowed(**every), 7)
    slots = list(dict.fromkeys(re.findall(r"\$\d+", sql)))
    assert slots == [f"${7 + number}" for number in range(len(values))]
    assert len(values) == len(FILTERS), "two entities, and the grade is part of the country"
    assert "r.grade >= 2" in sql


@pytest.mark.parametrize(
    ("narrowed", "says"),
    [
        ({"grade": 0}, "the grade is 0; it must be 1"),
        ({"grade": 3, "country": "IQ"}, "the grade is 3"),
        ({"since": "yesterday"}, "since: 'yesterday' is no day"),
        ({"until": "2026-02-30"}, "until: '2026-02-30' is no day; write it as 2026-03-01"),
    ],
)
def test_what_cannot_be_is_refused_by_name(narrowed: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSearch, match=re.escape(says)):
        conditions(Narrowed(**narrowed), 1)


def test_without_words_the_newest_are_first_and_none_is_best() -> None:
    assert order_of(None, words=True) is ORDERS["best"]
    assert order_of(None, words=False) is ORDERS["newest"]
    assert order_of("oldest", words=True) is ORDERS["oldest"]
    with pytest.raises(BadSearch, match="sort by newest or oldest"):
        order_of("best", words=False)
    with pytest.raises(BadSearch, match="sort by best, newest, oldest, not by size"):
        order_of("size", words=True)
