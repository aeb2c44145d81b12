"""Structured logs: JSON lines on standard error; on a terminal, words, and only when something is wrong."""

import logging
import sys
from typing import Any, TextIO

import structlog


def configure(level: str | None = None, stream: TextIO | None = None) -> None:
    """Set up structlog and the standard library's loggers. `level` None: warning on a terminal, else info."""
    target = stream or sys.stderr
    terminal = target.isatty()
    threshold = getattr(logging, (level or ("warning" if terminal else "info")).upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    final: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=True, repr_native_str=True)]
        if terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_loggers(shared, final, target, max(threshold, logging.WARNING))


def _adopt_standard_loggers(shared: list[Any], final: list[Any], target: TextIO, threshold: int) -> None:
    """Libraries speak the same format, from warning upwards: faust alone writes thousands of info lines."""
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
