"""On which line each key of a TOML document stands, which `tomllib` does not say. Pure.

Only for a document that `tomllib` has read: what is no TOML is not found out here.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping

Keys = tuple[str | int, ...]
"""Where a value stands from the root: `("source", 0, "feeds", 1, "kind")`."""

Token = tuple[str, int]
"""As written, and its line."""

TOKEN = re.compile(
    r'''
    [ \t]+ | \#[^\n]*                               # says nothing
    | (?P<said> """ (?:\\.|[^\\])*? "{3,5}          # up to two quotes may stand before the closing three
    | \'\'\' .*? '{3,5}
    | " (?:\\.|[^"\\])* " | ' [^']* '
    | [\[\]{}=,.\n]
    | [^\s\[\]{}=,.\#]+ )
    ''',
    re.VERBOSE | re.DOTALL,
)
END: Token = ("", 0)
ENDS = ("\n", ",", "]", "}", END[0])
SYNTAX = re.compile(r" \(at line (\d+), column (\d+)\)$")


def read_lines(text: str) -> Mapping[Keys, int]:
    """The line, from 1, where each table, key and element of a valid document begins."""
    reader = _Reader(text)
    reader.document()
    return reader.lines


def line_of(lines: Mapping[Keys, int], keys: Keys) -> int:
    """Where a value stands; of one that is missing, the nearest table around it, else the first line."""
    return next((lines[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in lines), 1)


def syntax_error(text: str, error: tomllib.TOMLDecodeError) -> tuple[str, str]:
    """`line:column`, and what is wrong there; at the end of a document, its last line."""
    told = str(error)
    if found := SYNTAX.search(told):
        return f"{found[1]}:{found[2]}", told[: found.start()]
    return str(text.rstrip("\n").count("\n") + 1), told


class _Reader:
    """Walks the tokens once; `lines` grows."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Keys, int] = {}
        self._lengths: dict[Keys, int] = {}  # of the arrays of tables so far
        self._tokens = _tokens(text)
        self._now = next(self._tokens, END)

    def document(self) -> None:
        table: Keys = ()
        while self._now != END:
            if self._is("\n"):
                self._next()
            elif self._is("["):
                table = self._header()
            else:
                self._pair(table)

    def _next(self) -> Token:
        token, self._now = self._now, next(self._tokens, END)
        return token

    def _is(self, *wanted: str) -> bool:
        return self._now[0] in wanted

    def _header(self) -> Keys:
        """The table that `[table]` or `[[array of tables]]` begins."""
        line = self._next()[1]
        is_array = self._is("[") and bool(self._next())
        *around, last = self._key()
        while self._is("]"):
            self._next()
        table: Keys = ()
        for part in around:
            table = self._note((*table, part), line)
            table = (*table, self._lengths[table] - 1) if table in self._lengths else table
        table = self._note((*table, last), line)
        if not is_array:
            return table
        index = self._lengths.get(table, 0)
        self._lengths[table] = index + 1
        return self._note((*table, index), line)

    def _pair(self, table: Keys) -> None:
        line = self._now[1]
        for part in self._key():
            table = self._note((*table, part), line)
        self._next()  # =
        self._value(table)

    def _key(self) -> list[str]:
        """The parts of a dotted key."""
        parts = [_unquoted(self._next()[0])]
        while self._is("."):
            self._next()
            parts.append(_unquoted(self._next()[0]))
        return parts

    def _value(self, keys: Keys) -> None:
        if self._is("["):
            for index, line in enumerate(self._members("]")):
                self._value(self._note((*keys, index), line))
        elif self._is("{"):
            for _ in self._members("}"):
                self._pair(keys)
        else:
            while not self._is(*ENDS):
                self._next()

    def _members(self, end: str) -> Iterator[int]:
        """The line of each member of an array or inline table, which must be read before the next."""
        self._next()
        while not self._is(end, END[0]):
            if self._is("\n", ","):
                self._next()
            else:
                yield self._now[1]
        self._next()

    def _note(self, keys: Keys, line: int) -> Keys:
        self.lines.setdefault(keys, line)
        return keys


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    for found in TOKEN.finditer(text):
        if said := found["said"]:
            yield said, line
            line += said.count("\n")


def _unquoted(part: str) -> str:
    """A bare or quoted part of a key."""
    return str(tomllib.loads(f"key = {part}")["key"]) if part[0] in "\"'" else part
