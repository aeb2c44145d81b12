"""Retries of what may work later, by stamina: backoff with jitter, or the delay the other side named."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina
from stamina.instrumentation import set_on_retry_hooks

from services.stage import Transient

T = TypeVar("T")

set_on_retry_hooks([])  # retries are counted by our own metric and journaled with the fate


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how patiently. Seconds."""

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 30.0

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """The result of `attempt`; the last Transient where every attempt ends in one."""

        def worth(exc: Exception) -> bool | float:
            if not isinstance(exc, Transient):
                return False
            return True if exc.retry_after is None else min(exc.retry_after, self.longest_wait)

        async for turn in stamina.retry_context(
            on=worth,
            attempts=self.attempts,
            timeout=None,
            wait_initial=self.first_wait,
            wait_max=self.longest_wait,
        ):
            with turn:
                return await attempt()
        raise AssertionError("stamina ends with a result or an exception")
