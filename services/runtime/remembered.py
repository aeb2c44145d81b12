"""What a stage of an embedded run remembers, read from outside: nothing is written, and nobody held up."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from services.stage import Transient

PATIENCE = 5.0  # seconds to wait for a lock; in WAL mode a reader practically never has to

ITEMS = "SELECT key, value FROM memory WHERE stage = ? AND key >= ? AND key < ? ORDER BY key"


def remembered(path: Path, stage: str, prefix: str) -> dict[str, bytes]:
    """All pairs of a stage whose key begins with `prefix`; none where there is no such file yet.

    Raises Transient("state-unavailable").
    """
    if not path.exists():
        return {}
    past = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    try:
        uri = f"file:{quote(str(path))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE)) as db:
            return dict(db.execute(ITEMS, (stage, prefix, past)))
    except sqlite3.Error as exc:
        raise Transient("state-unavailable", f"{path}: {exc}") from exc
