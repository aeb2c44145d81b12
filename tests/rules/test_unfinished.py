"""Nothing is left undone, silenced without a reason, or caught in bulk."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.rules.reading import ROOT, Rule, broken, broken_in, python_files

# Split, so that this file keeps its own rule.
MARKS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
UNDONE = "NotImplemented" + "Error"
SILENCERS = re.compile(r"#\s*(noqa|type:\s*ignore|pragma)\b(?P<rest>.*)")
# `noqa: S608 - only our own column names` or `type: ignore[arg-type]  # the stub is wrong`
CODE_AND_REASON = re.compile(r"(:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|\[[a-z, -]+\])[\s#(:—-]+\w+\W+\w+")

BROAD = {"Exception", "BaseException", "ExceptionGroup", "BaseExceptionGroup"}
LIMIT = 4  # settle and filters (law 3); steps and the extractor's workers, which hand it to whoever waits


def comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def marks(text: str) -> list[str]:
    """Lines that say that something is still to be done."""
    return [
        f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if MARKS.search(line)
    ]


def silenced_without_reason(text: str) -> list[str]:
    """Comments that silence a checker and do not say which rule, or why."""
    found = ((line, SILENCERS.search(comment)) for line, comment in comments(text))
    return [f"{line}: {hit[0]}" for line, hit in found if hit and not CODE_AND_REASON.match(hit["rest"])]


def nothing_is_left_undone(_path: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == UNDONE:
            yield f"{node.lineno}: {UNDONE}"


def swallows_everything(_path: str, tree: ast.Module) -> Iterator[str]:
    """Broad handlers that do not end in a bare `raise`, and `suppress` of everything.

    A handler that cleans up and raises again hides nothing.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _broad(node.type):
            last = node.body[-1]
            if not (isinstance(last, ast.Raise) and last.exc is None):
                yield f"{node.lineno}: catches everything"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            hidden = [given for given in node.args if _broad(given)]
            if hidden:
                yield f"{node.lineno}: suppresses everything"


def _broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    each = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(ast.unparse(name).split(".")[-1] in BROAD for name in each)


@pytest.mark.parametrize("reading", [marks, silenced_without_reason])
def test_no_python_file_says_it_is_unfinished_or_silences_without_a_reason(reading: object) -> None:
    assert callable(reading)
    found = {path: reading((ROOT / path).read_text(encoding="utf-8")) for path in python_files()}
    assert {path: hits for path, hits in found.items() if hits} == {}


def test_nothing_is_left_undone() -> None:
    assert broken(nothing_is_left_undone, "schemas/", "services/", "tests/", "bench/", "deploy/") == []


def test_one_place_catches_everything_else() -> None:
    found = broken(swallows_everything, "schemas/", "services/")
    assert len(found) <= LIMIT, found


@pytest.mark.parametrize(
    ("rule", "snippet"),
    [
        (nothing_is_left_undone, f"def f():\n    raise {UNDONE}"),
        (nothing_is_left_undone, f"def f():\n    raise {UNDONE}('later')"),
        (swallows_everything, "try:\n    f()\nexcept Exception:\n    pass"),
        (swallows_everything, "try:\n    f()\nexcept:\n    log()"),
        (
            swallows_everything,
            "try:\n    f()\nexcept (OSError, BaseException) as exc:\n    raise Skip('x') from exc",
        ),
        (swallows_everything, "with contextlib.suppress(Exception):\n    f()"),
    ],
)
def test_the_rule_can_fail(rule: Rule, snippet: str) -> None:
    assert broken_in(rule, "services/x.py", snippet)


def test_cleaning_up_and_raising_again_is_not_swallowing() -> None:
    good = "try:\n    f()\nexcept BaseException:\n    undo()\n    raise\nwith suppress(OSError):\n    f()"
    assert broken_in(swallows_everything, "services/x.py", good) == []


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME", "X" + "XX"])
def test_a_mark_is_seen(mark: str) -> None:
    assert marks(f"x = 1  # {mark}: later")
    assert marks(f"x = 1  # {mark.lower()}able") == []


@pytest.mark.parametrize(
    ("comment", "wrong"),
    [
        ("# no" + "qa", True),
        ("# no" + "qa: S608", True),
        ("# no" + "qa: S608 - only our own column names", False),
        ("# type: " + "ignore", True),
        ("# type: " + "ignore[arg-type]", True),
        ("# type: " + "ignore[arg-type]  # the stub is wrong", False),
        ("# type: " + "ignore[arg-type] - the stub is wrong", False),
        ("# a plain comment", False),
    ],
)
def test_a_silencer_names_its_rule_and_its_reason(comment: str, wrong: bool) -> None:
    assert bool(silenced_without_reason(f"x = 1  {comment}\n")) is wrong
