"""Answers that cost much, made once for all who ask within some seconds."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")

SECONDS = 10.0  # an answer may be old
KEPT = 200  # answers


class Recent:
    """The newest answers by what was asked. Readers of one answer wait for the first who makes it."""

    def __init__(self, steady: Callable[[], float], seconds: float = SECONDS, kept: int = KEPT) -> None:
        self._steady, self._seconds, self._kept = steady, seconds, kept
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()

    def get(self, asked: Hashable, make: Callable[[], T]) -> T:
        """The answer, from `make` where none is young enough. What `make` raises is remembered by nobody."""
        with self._lock:
            answer = self._answers.get(asked)
            if answer is None or (answer.at is not None and self._steady() - answer.at >= self._seconds):
                answer = self._answers[asked] = _Answer()
                self._answers.move_to_end(asked)
                if len(self._answers) > self._kept:
                    self._answers.popitem(last=False)
        with answer.lock:
            if answer.at is None:
                answer.value = make()
                answer.at = self._steady()
            value: T = answer.value  # type: ignore[assignment]  # what `make` of the same question returned
            return value


class _Answer:
    """One answer, or the place where it will be."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at: float | None = None
        self.value: object = None
