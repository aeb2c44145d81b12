from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.store.query import LONGEST, MOST, BadSearch, fts5, parse_query, tsquery


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("dam", '"dam"'),
        ("Water DAM", '"water" AND "dam"'),
        ('"water dam"', '"water dam"'),
        ("«سد دربندیخان»", '"سد دربنديخان"'),
        ("“water dam”", '"water dam"'),
        ("sanction*", '"sanction"*'),
        ('"water da"*', '"water da"*'),
        ("dam -oil", '("dam") NOT ("oil")'),
        ('dam lake -oil -"gas field"', '("dam" AND "lake") NOT ("oil" OR "gas field")'),
        ("-oil dam", '("dam") NOT ("oil")'),
        ("al-Kadhimi", '"al kadhimi"'),
        ("AND OR NOT NEAR", '"and" AND "or" AND "not" AND "near"'),
        ("NEAR(dam oil, 5)", '"near dam" AND "oil" AND "5"'),
        ("title:dam ^oil {x} +y", '"title dam" AND "oil" AND "x" AND "y"'),
        ("dam -- - * ()", '"dam"'),
        ("can't", '"can t"'),
        ('dam"oil field"gas', '"dam" AND "oil field" AND "gas"'),
    ],
)
def test_what_is_typed_means(typed: str, expression: str) -> None:
    assert fts5(parse_query(typed)) == expression


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("Water DAM", "'water' & 'dam'"),
        ('"water dam"', "'water' <-> 'dam'"),
        ('"water da"*', "'water' <-> 'da':*"),
        ('dam lake -oil -"gas field"', "'dam' & 'lake' & !('oil' | 'gas' <-> 'field')"),
        ("can't", "'can' <-> 't'"),
        ("x" * 900, f"'{'x' * 500}'"),
    ],
)
def test_what_is_typed_means_the_same_to_postgresql(typed: str, expression: str) -> None:
    assert tsquery(parse_query(typed)) == expression


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "nothing to search for"),
        ("  \n", "nothing to search for"),
        ("-oil", "nothing to search for"),
        ('"" -- **', "nothing to search for"),
        ('"dam', "a quotation mark is not closed"),
        ('dam" oil " gas"', "a quotation mark is not closed"),
        ("x" * (LONGEST + 1), f"{LONGEST} are allowed"),
        ("a " * (MOST + 1), f"{MOST} are allowed"),
    ],
)
def test_a_search_that_means_nothing_says_what_to_change(typed: str, why: str) -> None:
    with pytest.raises(BadSearch, match=why):
        parse_query(typed)


@given(st.text(st.characters()))
def test_nothing_else_goes_wrong(typed: str) -> None:
    with suppress(BadSearch):
        assert parse_query(typed).wanted
