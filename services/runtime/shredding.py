"""What was deleted from an SQLite file, gone from the disk too."""

import sqlite3


def shred(db: sqlite3.Connection) -> bool:
    """Write the file anew from what it holds, and empty the log beside it: freed pages keep their bytes.

    Needs as much room again as the file has. False where a reader keeps the log. Raises sqlite3.Error.
    """
    db.execute("VACUUM")
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
