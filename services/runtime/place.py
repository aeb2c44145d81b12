"""Where a store is: an SQLite file, or a database on a PostgreSQL server. Pure."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

SERVER = re.compile(
    r"postgresql://(?P<user>[^/?#@:]+)@(?P<host>\[[0-9a-fA-F:.]+\]|[^/?#@:\[\]]+)(?::(?P<port>\d{1,5}))?"
    r"/(?P<database>[^/?#]+)"
)
PORT = 5432


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a PostgreSQL server. A host that begins with a slash is a folder of Unix sockets."""

    user: str
    host: str
    port: int
    database: str
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """The address without the password, as SIRWAN_STORE takes it."""
        host = f"[{self.host}]" if ":" in self.host else quote(self.host, "")
        return f"postgresql://{quote(self.user, '')}@{host}:{self.port}/{quote(self.database, '')}"


Place = Path | Server


def parse_place(text: str) -> Place:
    """The place that SIRWAN_STORE names. Raises ValueError, which repeats nothing of the text."""
    if "://" not in text:
        return Path(text)
    if ":" in text.partition("://")[2].rpartition("@")[0]:
        raise ValueError("holds a password: put it into a file that SIRWAN_STORE_PASSWORD_FILE names")
    found = SERVER.fullmatch(text)
    if found is None or not 0 < (port := int(found["port"] or PORT)) < 2**16:
        raise ValueError("must be a path, or postgresql://user@host:port/database")
    host = unquote(found["host"]).strip("[]")
    return Server(unquote(found["user"]), host, port, unquote(found["database"]))
