import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.toml_lines import Keys, line_of, read_lines, syntax_error

ROOT = Path(__file__).parents[3]
OURS = [
    ROOT / "pyproject.toml",
    *(path for folder in ("deploy", "services", "tests") for path in sorted((ROOT / folder).rglob("*.toml"))),
]


def places(value: object, around: Keys = ()) -> Iterator[Keys]:
    """Of everything inside a document that `tomllib` has read."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*around, key)
        yield from places(each, (*around, key))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", {}),
        ("# a = 1\n\n", {}),
        ("\na = 1 # b = 2\nc = 2", {("a",): 2, ("c",): 3}),
        ("[a]\nb = 1\n[c.d]\n", {("a",): 1, ("a", "b"): 2, ("c",): 3, ("c", "d"): 3}),
        ("[[a]]\n[[a]]\nb = 1", {("a",): 1, ("a", 0): 1, ("a", 1): 2, ("a", 1, "b"): 3}),
        (
            "[[a]]\n[[a.f]]\n[a.f.x]\n[[a]]\n[[a.f]]",
            {("a",): 1, ("a", 0): 1, ("a", 0, "f"): 2, ("a", 0, "f", 0): 2, ("a", 0, "f", 0, "x"): 3,
             ("a", 1): 4, ("a", 1, "f"): 5, ("a", 1, "f", 0): 5},
        ),
        ("[ a . 'b.c' ]\n\"d\\u0065\" = 1", {("a",): 1, ("a", "b.c"): 1, ("a", "b.c", "de"): 2}),
        ("a.b = 1\na . c = 2", {("a",): 1, ("a", "b"): 1, ("a", "c"): 2}),
        ("a = [\n1, # ]\n [2]\n,\n]\nb = 1",
         {("a",): 1, ("a", 0): 2, ("a", 1): 3, ("a", 1, 0): 3, ("b",): 6}),
        ("a = {b = 1, c.d = {}}\ne = 1",
         {("a",): 1, ("a", "b"): 1, ("a", "c"): 1, ("a", "c", "d"): 1, ("e",): 2}),
        ("a = [{b = 1},\n{b = 2}]",
         {("a",): 1, ("a", 0): 1, ("a", 0, "b"): 1, ("a", 1): 2, ("a", 1, "b"): 2}),
        ('a = """\n[[b]]\nc = 1"""\nd = 1', {("a",): 1, ("d",): 4}),
        ("a = '''\n# '' \\'''\nd = 1", {("a",): 1, ("d",): 3}),
        ('a = """x""""\n"b" = """y"""""\n"c" = 1', {("a",): 1, ("b",): 2, ("c",): 3}),
        ("a = '''x''''\n'b' = '''y'''''\n'c' = 1", {("a",): 1, ("b",): 2, ("c",): 3}),
        ('a = """"""\nb = 1', {("a",): 1, ("b",): 2}),
        ('a = """\\"""\n"""\nb = 1', {("a",): 1, ("b",): 3}),
        ("a = \"\\\"#\"\nb = '\\'\nc = 1", {("a",): 1, ("b",): 2, ("c",): 3}),
        ("a = 1979-05-27 07:32:00.5\n1.2 = +1e6\n", {("a",): 1, ("1",): 2, ("1", "2"): 2}),
    ],
)  # fmt: skip
def test_each_key_has_the_line_it_stands_on(text: str, lines: dict[Keys, int]) -> None:
    assert read_lines(text) == lines
    assert set(lines) == set(places(tomllib.loads(text)))


@pytest.mark.parametrize("file", OURS, ids=lambda path: path.name)
def test_in_every_toml_file_of_ours_what_tomllib_finds_has_a_line(file: Path) -> None:
    text = file.read_text("utf-8")
    lines = read_lines(text)
    assert set(lines) == set(places(tomllib.loads(text)))
    printed = text.split("\n")
    assert all(
        str(keys[-1]) in printed[line - 1] for keys, line in lines.items() if isinstance(keys[-1], str)
    )


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("source", 0, "feeds", 1, "kind"), 4),
        (("source", 0, "feeds", 1, "url"), 3),
        (("source", 0, "feeds", 2, "url"), 2),
        (("source", 0, "name"), 1),
        (("source",), 1),
        (("sauce",), 1),
    ],
)
def test_what_is_missing_is_said_at_the_table_that_lacks_it(keys: Keys, line: int) -> None:
    text = "[[source]]\n[[source.feeds]]\n[[source.feeds]]\nkind = 1"
    assert line_of(read_lines(text), keys) == line


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("\na = ?", "2:5"),
        ("a = 1\na = 2\n", "2:6"),
        ("a = 1\nb = 'c", "2"),  # at the end, where the parser gives up
        ("a = 1\nb = \n", "2:5"),
        ("a = 1\nb = [\n\n", "2"),
    ],
)
def test_a_syntax_error_has_its_line_and_says_it_once(text: str, where: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    place, what = syntax_error(text, caught.value)
    assert place == where
    assert what
    assert "at line" not in what


# --- files made here: whatever they look like, the lines are those that we wrote ---------------------------

MISLEADING = '[[source]]\nid = \'x\' # """ ]}'
VALUES = (
    "1", "'#'", '"\\"]"', "[1, 2]", "[\n  [1], # ]\n  'x=1',\n]", "{ a = [{}], b.c = 1 }",
    "1979-05-27 07:32:00", f"'''{MISLEADING}''''", "''''''", "[]", "{}",
    '"""\n[[source.feeds]]\\"""\nkind = 1\n"""',
)  # fmt: skip
NAMES = ("id", "name", "with space", "dotted.name", "ناو", "7")
BETWEEN = ("", "# [[source]]", "   ", "\t# feeds = [")
FIELDS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES), st.sampled_from(BETWEEN), st.booleans()),
    unique_by=lambda field: field[0],
    max_size=4,
)
Field = tuple[str, str, str, bool]  # name, value, the line before it, whether the key is dotted
SOURCES = st.lists(st.tuples(FIELDS, st.lists(FIELDS, max_size=3), st.booleans()), max_size=4)


class Written:
    """A file, and the line of all that was put into it."""

    def __init__(self) -> None:
        self.text = ""
        self.lines: dict[Keys, int] = {}

    def put(self, text: str, *keys: Keys) -> None:
        line = self.text.count("\n") + 1
        self.lines.update((each, line) for each in keys)
        self.text += text

    def fields(self, fields: list[Field], around: Keys) -> None:
        for name, value, between, dotted in fields:
            self.put(f"{between}\n")
            bare = name.isascii() and name.isalnum()
            key = name if bare else f'"{name}"'
            deep = ((*around, name, "deep"),) if dotted else ()
            self.put(f" {key} . deep = " if dotted else f"{key}=", (*around, name), *deep)
            self.put(f"{value} # =\n")

    def inline(self, fields: list[Field], around: Keys) -> None:
        """A feed in an array, on one line of its own where its values are."""
        self.put("{", around)
        for index, (name, value, _, _) in enumerate(fields):
            self.put(f"{', ' if index else ''}'{name}' = ", (*around, name))
            self.put(value)
        self.put("}, # }\n")


@given(SOURCES)
def test_the_lines_are_those_where_we_put_the_keys(
    sources: list[tuple[list[Field], list[list[Field]], bool]],
) -> None:
    file = Written()
    for number, (fields, feeds, inline) in enumerate(sources):
        around: Keys = ("source", number)
        file.put("[[source]]\n" if number % 2 else " [[ 'source' ]] # ]]\n", around)
        file.fields(fields, around)
        if inline:
            file.put("feeds = [ # [\n", (*around, "feeds"))
        for index, feed in enumerate(feeds):
            if inline:
                file.inline(feed, (*around, "feeds", index))
            else:
                file.put("[[source.feeds]]\n", (*around, "feeds", index))
                file.fields(feed, (*around, "feeds", index))
        if inline:
            file.put("]\n")
    found = read_lines(file.text)
    assert {keys: found[keys] for keys in file.lines} == file.lines
    assert set(found) == set(places(tomllib.loads(file.text)))
