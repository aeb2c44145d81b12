"""Why a message is refused: reasons are fixed words, each with a row in the table of reasons."""

import ast
import re
from collections.abc import Iterator

import pytest

from services.runtime.reasons import REASONS
from tests.rules.reading import Rule, broken, broken_in, calls, python_files

REFUSALS = {"Skip", "Poison", "Transient"}
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


def reasons(tree: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    """Line and expression of the reason of every refusal that is made."""
    for line, name, call in calls(tree):
        if name.split(".")[-1] in REFUSALS:
            given = call.args[:1] + [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
            yield from ((line, reason) for reason in given)


def literals(node: ast.expr) -> Iterator[str]:
    """The strings an expression may be: a constant, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def reasons_are_kebab_case(_path: str, tree: ast.Module) -> Iterator[str]:
    for line, reason in reasons(tree):
        yield from (
            f"{line}: {said!r} is not kebab-case" for said in literals(reason) if not KEBAB.match(said)
        )


def reasons_are_fixed(_path: str, tree: ast.Module) -> Iterator[str]:
    """A reason becomes a metric label: one built from data would make labels without end."""
    for line, reason in reasons(tree):
        if isinstance(reason, ast.JoinedStr | ast.BinOp | ast.Call):
            yield f"{line}: the reason {ast.unparse(reason)} is built; say it in the detail"


def reasons_are_in_the_table(_path: str, tree: ast.Module) -> Iterator[str]:
    for line, reason in reasons(tree):
        yield from (
            f"{line}: {said!r} is not in services/runtime/reasons.py"
            for said in literals(reason)
            if said not in REASONS
        )


RULES: list[Rule] = [reasons_are_kebab_case, reasons_are_fixed, reasons_are_in_the_table]


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds(rule: Rule) -> None:
    assert broken(rule, "services/") == []


@pytest.mark.parametrize(
    ("rule", "snippet"),
    [
        (reasons_are_kebab_case, "raise Skip('Not_Relevant')"),
        (reasons_are_kebab_case, "raise Poison(reason='too short')"),
        (reasons_are_kebab_case, "raise stage.Transient('x' if y else 'Y')"),
        (reasons_are_fixed, "raise Skip(f'too-short-{n}')"),
        (reasons_are_fixed, "raise Skip('too-' + kind, 'x')"),
        (reasons_are_fixed, "raise Skip(str(exc))"),
        (reasons_are_in_the_table, "raise Skip('no-such-reason-anywhere')"),
        (reasons_are_in_the_table, "def f():\n    return Poison('no-such-reason-anywhere', detail)"),
    ],
)
def test_the_rule_can_fail(rule: Rule, snippet: str) -> None:
    assert broken_in(rule, "services/x.py", snippet)


def strings(path: str) -> set[str]:
    found = ast.walk(python_files()[path])
    return {node.value for node in found if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_reason_in_the_table_is_kebab_case_and_is_given_somewhere() -> None:
    assert [reason for reason in REASONS if not KEBAB.match(reason)] == []
    said: set[str] = set()
    for path in python_files():
        if path.startswith("services/") and path != "services/runtime/reasons.py":
            said |= strings(path)
    assert [reason for reason in REASONS if reason not in said] == []
