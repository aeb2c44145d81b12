"""Time, chance and environment enter as arguments, so that every test is deterministic."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.reading import Rule, broken, broken_in, calls, imports

CLOCK = "services/runtime/clock.py"
CONFIG = "services/runtime/config.py"
SALT = "services/runtime/kafka_users.py"  # the salt of a password is chance, or it is none

NOW = {"now", "utcnow", "today"}  # of datetime and date, under whatever name they were imported
CHANCE = {"random", "secrets"}
CHANCE_CALLS = {"uuid.uuid1", "uuid.uuid4", "uuid1", "uuid4", "os.urandom"}


def only_the_clock_asks_for_the_time(path: str, tree: ast.Module) -> Iterator[str]:
    if path == CLOCK:
        return
    for line, name, _ in calls(tree):
        owner, _, called = name.rpartition(".")
        if called in NOW and owner.split(".")[-1] in {"datetime", "date", "dt"}:
            yield f"{line}: calls {name}"
    for line, name in imports(tree):
        if name == "time" or name.startswith("time."):
            yield f"{line}: imports {name}"


def only_the_clock_waits(path: str, tree: ast.Module) -> Iterator[str]:
    """`asyncio.sleep(0)` gives way and does not wait."""
    if path == CLOCK:
        return
    for line, name, call in calls(tree):
        gives_way = call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
        if name == "asyncio.sleep" and not gives_way:
            yield f"{line}: calls {name}; a Clock waits"


def nothing_is_left_to_chance(path: str, tree: ast.Module) -> Iterator[str]:
    if path == SALT:
        return
    for line, name in imports(tree):
        if name.split(".")[0] in CHANCE:
            yield f"{line}: imports {name}"
    for line, name, _ in calls(tree):
        if name in CHANCE_CALLS:
            yield f"{line}: calls {name}"


def only_the_settings_read_the_environment(path: str, tree: ast.Module) -> Iterator[str]:
    if path == CONFIG:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in {
            "os.environ",
            "os.getenv",
            "environ",
        }:
            yield f"{node.lineno}: reads {ast.unparse(node)}"


RULES: list[Rule] = [
    only_the_clock_asks_for_the_time,
    only_the_clock_waits,
    nothing_is_left_to_chance,
    only_the_settings_read_the_environment,
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("folder", ["schemas/", "services/"])
def test_the_rule_holds(rule: Rule, folder: str) -> None:
    assert broken(rule, folder) == []


@pytest.mark.parametrize(
    ("rule", "snippet"),
    [
        (only_the_clock_asks_for_the_time, "at = datetime.now(UTC)"),
        (only_the_clock_asks_for_the_time, "at = datetime.datetime.utcnow()"),
        (only_the_clock_asks_for_the_time, "day = date.today()"),
        (only_the_clock_asks_for_the_time, "import time"),
        (only_the_clock_asks_for_the_time, "def f():\n    from time import monotonic as tick"),
        (only_the_clock_waits, "async def f():\n    await asyncio.sleep(0.1)"),
        (only_the_clock_waits, "async def f():\n    await asyncio.sleep(delay)"),
        (nothing_is_left_to_chance, "import random"),
        (nothing_is_left_to_chance, "from secrets import token_hex"),
        (nothing_is_left_to_chance, "ident = uuid.uuid4()"),
        (only_the_settings_read_the_environment, "home = os.environ['HOME']"),
        (only_the_settings_read_the_environment, "home = os.getenv('HOME')"),
        (only_the_settings_read_the_environment, "from os import environ\nhome = environ.get('HOME')"),
    ],
)
def test_the_rule_can_fail(rule: Rule, snippet: str) -> None:
    assert broken_in(rule, "services/fetcher/shell.py", snippet)


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_lets_good_code_pass(rule: Rule) -> None:
    good = "async def f(clock):\n    await asyncio.sleep(0)\n    await clock.sleep(3)\n    return clock.now()"
    assert broken_in(rule, "services/fetcher/shell.py", good) == []
