"""Patterns of paths, as robots.txt and tdmrep.json print them (RFC 9309 sections 2.2.2 and 2.2.3). Pure."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
ESCAPE = re.compile("[0-9a-fA-F]{2}")
UNRESERVED = "-._~"
KEPT = UNRESERVED + "/?:@!&'()+,;=[]"  # `*` and `$` of a path are encoded: section 2.2.3


@dataclass(frozen=True, slots=True)
class PathPattern:
    """`*` stands for anything, `$` at the end for the end, elsewhere for itself; the rest is a prefix."""

    text: str  # percent-encoding normalised

    @classmethod
    def of(cls, printed: str) -> Self:
        """The pattern as somebody wrote it."""
        return cls(_normal(printed.removesuffix("$"), "*") + ("$" if printed.endswith("$") else ""))

    def __len__(self) -> int:
        return len(self.text)

    def covers(self, path: str) -> bool:
        """Whether it covers a path as `path_of` gives it; linear in the length of both."""
        anchored = self.text.endswith("$")
        first, *parts = self.text.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        if not parts:
            return not anchored or at == len(path)
        *inner, last = parts
        for part in inner:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if anchored:
            return path.endswith(last) and len(path) - len(last) >= at
        return path.find(last, at) >= 0


def path_of(url: str) -> str:
    """Path and query, normalised: what patterns are held against. The host may be unsound."""
    rest = ORIGIN.sub("", url).partition("#")[0]
    return _normal(rest if rest.startswith("/") else "/" + rest, "")


def _normal(path: str, special: str) -> str:
    """Percent-encoding normalised: unreserved characters bare, others in upper-case hex (section 2.2.2)."""

    def encoded(text: str) -> str:
        return quote(text, safe=KEPT + special, errors="surrogateescape")

    first, *others = path.split("%")
    out = [encoded(first)]
    for piece in others:
        code = piece[:2]
        if ESCAPE.fullmatch(code):
            char = chr(int(code, 16))
            bare = char.isascii() and (char.isalnum() or char in UNRESERVED)
            out.append((char if bare else "%" + code.upper()) + encoded(piece[2:]))
        else:
            out.append("%" + encoded(piece))
    return "".join(out)
