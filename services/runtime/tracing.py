"""Traces: one span per message that has a fate, where an operator asks for them; otherwise nothing at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

from services.runtime.bus import Message
from services.runtime.config import ConfigError, Settings

MISSING = (
    "SIRWAN_TRACES is set, but OpenTelemetry is not installed: "
    "python -m pip install --require-hashes -r requirements/traces.txt, or unset it"
)


class Span(Protocol):
    """One message being handled."""

    @property
    def traceparent(self) -> str:
        """Its place in the trace, as the records that come of the message carry it."""

    def ended(self, page_id: str, fate: str, reason: str, seconds: float) -> None:
        """The message has its fate."""


class Traces(Protocol):
    """Where spans go."""

    def began(self, stage: str, message: Message, at: datetime) -> Span | None:
        """A stage takes up a message; None where nobody wants to know."""


class NoTraces:
    """Nobody wants to know."""

    def began(self, stage: str, message: Message, at: datetime) -> Span | None:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return None


NO_TRACES = NoTraces()


@asynccontextmanager
async def tracing(settings: Settings, service: str) -> AsyncIterator[Traces]:
    """Traces as the settings want them; what was gathered is sent before the context ends.

    OpenTelemetry is imported only if SIRWAN_TRACES is set. Raises ConfigError where it is not installed.
    """
    if settings.traces is None:
        yield NO_TRACES
        return
    try:
        from services.runtime.tracing_otlp import exported
    except ImportError as exc:
        raise ConfigError(MISSING) from exc
    traces = exported(settings.traces, service)
    try:
        yield traces
    finally:
        await asyncio.to_thread(traces.close)
