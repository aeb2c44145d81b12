import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.store.web.guard import Pace
from services.store.web.recent import Recent


class Steps:
    """A steady counter that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_made_once_for_some_seconds() -> None:
    steps, made = Steps(), list[int]()
    recent = Recent(steps, seconds=10)

    def make() -> int:
        made.append(len(made))
        return len(made)

    assert [recent.get("a", make), recent.get("a", make), recent.get("b", make)] == [1, 1, 2]
    steps.now = 10.0
    assert recent.get("a", make) == 3


def test_an_error_is_not_kept() -> None:
    recent = Recent(Steps())

    def fail() -> int:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        recent.get("a", fail)
    assert recent.get("a", lambda: 1) == 1


def test_who_asks_at_once_waits_for_the_first() -> None:
    recent, made, begun = Recent(Steps()), list[int](), threading.Barrier(4)

    def ask(number: int) -> int:
        def make() -> int:
            made.append(number)
            return number

        begun.wait()
        return recent.get("a", make)

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(ask, range(4)))
    assert answers == set(made)
    assert len(made) == 1


def test_only_so_many_answers_are_kept() -> None:
    made = list[str]()
    recent = Recent(Steps(), kept=2)
    for asked in "abca":
        recent.get(asked, lambda asked=asked: made.append(asked))  # type: ignore[misc]  # bound now
    assert made == ["a", "b", "c", "a"]


def test_an_address_has_a_pace_of_its_own() -> None:
    steps = Steps()
    pace = Pace(rate=2.0, burst=3.0, steady=steps)
    assert [pace.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert pace.wait("b") == 0
    steps.now = 0.5
    assert [pace.wait("a"), pace.wait("a")] == [0, 0.5]
    assert Pace(rate=0.0, burst=0.0, steady=steps).wait("a") == 0
