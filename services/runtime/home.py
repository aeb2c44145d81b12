"""SIRWAN_HOME belongs to one process at a time: two linkers over one memory would overwrite each other."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from services.stage import Poison


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Hold the folder, made if missing, for the length of the context.

    Raises Poison("home-in-use"), and OSError where it cannot be made or written.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            why = f"another sirwan works in {home}: wait for it, stop it, or set SIRWAN_HOME"
            raise Poison("home-in-use", why) from exc
        os.utime(lock.fileno())  # since when: see running_since
        yield


def running_since(home: Path) -> datetime | None:
    """When the process that holds the folder took it; None if none does.

    A process that starts in the very microseconds of this look is refused as if the folder were held.
    """
    try:
        with (home / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return datetime.fromtimestamp((home / "lock").stat().st_mtime, UTC)
    except OSError:
        return None
    return None
