"""SIRWAN_HOME belongs to one process at a time: two linkers over one memory would overwrite each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.stage import Poison


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Hold the folder, made if missing, for the length of the context.

    Raises Poison("home-in-use"), and OSError where it cannot be made or written.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            why = f"another sirwan works in {home}: wait for it, stop it, or set SIRWAN_HOME"
            raise Poison("home-in-use", why) from exc
        yield
