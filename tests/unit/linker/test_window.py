"""The window's indexes."""

import pytest

from services.linker.postings import READ, Postings
from services.linker.window import HELD, Window, key_of
from tests.unit.linker.articles import START


def test_postings_come_and_go() -> None:
    postings = Postings()
    postings.add([1, 2], 10)
    postings.add([1, 3], 11)
    postings.add([1], 12)
    assert [list(postings.newest(key)) for key in (1, 2, 3, 4)] == [[10, 11, 12], [10], [11], []]
    postings.drop([1], 11)
    postings.drop([1, 2], 10)
    assert [list(postings.newest(key)) for key in (1, 2, 3)] == [[12], [], [11]]
    postings.drop([1], 12)
    postings.drop([3], 11)
    assert len(postings) == 0


def test_only_the_newest_of_a_crowd_are_read() -> None:
    postings = Postings()
    for number in range(READ * 3):
        postings.add([7], number)
    assert list(postings.newest(7)) == list(range(READ * 2, READ * 3))


@pytest.mark.parametrize(("number", "key"), [(1, "000000000001"), (HELD, "000000060000")])
def test_keys_sort_as_their_numbers(number: int, key: str) -> None:
    assert key_of(number) == key


def test_an_empty_window_knows_nothing() -> None:
    window, stale = Window.replayed([])
    assert (len(window), stale, window.next_number, window.leaving(START)) == (0, [], 1, ())
    assert window.page("a") is None
    assert window.story("a") is None
