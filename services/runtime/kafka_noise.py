"""Keeps the Kafka libraries' loggers bearable: warnings only, and each kind once a minute.

Measured: one outage of 30 s wrote more than 3000 ERROR lines (aiokafka 0.14 under faust 0.15.3).
"""

import logging

LIBRARIES = ("aiokafka", "faust", "mode")
EVERY = 60.0  # seconds

HARMLESS = (
    "because it is rebalancing",  # aiokafka: a member joined or left
    "is overlapping",  # mode: a commit took longer than the time between two
    "Unable connect to",  # aiokafka, of a broker that is away: kafka_connect says that better, once
)
"""Warnings of what is normal or said elsewhere, by a part of their template."""


class OnceAMinute(logging.Filter):
    """Lets a template through once a minute per logger, a harmless one never; the records tell the time."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is worth a line."""
        if any(part in str(record.msg) for part in HARMLESS):
            return False
        kind = (record.name, str(record.msg)[:80])
        if record.created - self._last.get(kind, float("-inf")) < EVERY:
            return False
        self._last[kind] = record.created
        return True


_ONCE = OnceAMinute()


def quieten(libraries: tuple[str, ...] = LIBRARIES) -> None:
    """Apply to every logger the libraries have made so far; calling again is harmless."""
    for library in libraries:
        logging.getLogger(library).setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in libraries:
            logging.getLogger(name).addFilter(_ONCE)  # a logger's filter does not cover its children
