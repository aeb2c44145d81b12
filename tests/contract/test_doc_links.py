"""What the documents name exists: links, files, functions, verbs, targets, modules, settings."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from services.cli import app
from services.runtime.config import FOREIGN, Settings, variable
from tests.rules.reading import ROOT

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        ROOT / "SECURITY.md",
        *ROOT.glob("docs/**/*.md"),
    )
)

FOLDERS = ("schemas", "services", "tests", "deploy", "docs", "bench", "requirements", ".ci")
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
PATH = re.compile(rf"((?:{'|'.join(map(re.escape, FOLDERS))})/[\w.*<>/-]*)(?:: ([\w.]+))?")
VERB = re.compile(r"\bsirwan +([a-z][a-z|-]*)(?: +([a-z][a-z|-]*))?")
TARGET = re.compile(r"\bmake +([a-z][a-z-]*)")
MODULE = re.compile(r"\bpython -m ([\w.]+)(?![\w.<])")
SETTING = re.compile(r"\bSIRWAN_[A-Z_]*[A-Z]\b")

Check = Callable[[str, str], Iterator[str]]
"""Path of a page from the root and its text, to everything it names that does not exist."""


def code_of(text: str) -> Iterator[str]:
    """Fenced blocks and inline code, in any order."""
    yield from FENCE.findall(text)
    yield from SPAN.findall(FENCE.sub("", text))


def anchor(heading: str) -> str:
    """The anchor that GitHub and GitLab give a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def links_lead_somewhere(page: str, text: str) -> Iterator[str]:
    for target in LINK.findall(FENCE.sub("", text)):
        name, _, place = target.partition("#")
        if "://" in name or name.startswith("mailto:"):
            continue
        path = ((ROOT / page).parent / name).resolve()
        if name and (not path.exists() or ROOT not in (path, *path.parents)):
            yield f"link to {target}"
        elif place and place not in map(
            anchor, HEADING.findall(text if not name else path.read_text("utf-8"))
        ):
            yield f"link to {target}: no such heading"


def files_exist(_page: str, text: str) -> Iterator[str]:
    """A path in code: `services/fetcher/polling.py`, `schemas/published/*.json`, `services/<room>/`."""
    for span in SPAN.findall(FENCE.sub("", text)):
        for name, _ in PATH.findall(span):
            if not any(ROOT.glob(re.sub(r"<\w+>", "*", name).rstrip("/."))):
                yield f"file {name}"


def names_exist(_page: str, text: str) -> Iterator[str]:
    """A name after a path: `services/fetcher/polling.py: Poller.poll`."""
    for span in SPAN.findall(FENCE.sub("", text)):
        for name, dotted in PATH.findall(span):
            path = ROOT / name
            if dotted and path.is_file() and dotted not in defined_in(path):
                yield f"{dotted} in {name}"


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Names a Python file defines at its top, and those of its classes as `Class.name`."""
    tree = ast.parse(path.read_text("utf-8"))
    found = {name: node for node in tree.body for name in _names(node)}
    inner = {
        f"{name}.{own}"
        for name, node in found.items()
        if isinstance(node, ast.ClassDef)
        for item in node.body
        for own in _names(item)
    }
    return frozenset(found) | inner


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def verbs_exist(_page: str, text: str) -> Iterator[str]:
    """`sirwan status`, `sirwan topics plan|apply`."""
    verbs = commands()
    for code in code_of(text):
        for first, second in VERB.findall(code):
            for verb in first.split("|"):
                if verb not in verbs:
                    yield f"sirwan {verb}"
                elif verbs[verb]:
                    yield from (f"sirwan {verb} {own}" for own in second.split("|") if own not in verbs[verb])


@cache
def commands() -> Mapping[str, frozenset[str]]:
    """The verbs of the command line, each with its own verbs; none where it is a plain command."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return {name: frozenset(getattr(verb, "commands", ())) for name, verb in root.commands.items()}


def targets_exist(_page: str, text: str) -> Iterator[str]:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for code in code_of(text):
        yield from (f"make {target}" for target in TARGET.findall(code) if target not in known)


def modules_exist(_page: str, text: str) -> Iterator[str]:
    for code in code_of(text):
        for name in MODULE.findall(code):
            path = ROOT / name.replace(".", "/")
            there = path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
            if name.split(".")[0] in FOLDERS and not there:
                yield f"python -m {name}"


def settings_exist(_page: str, text: str) -> Iterator[str]:
    known = {variable(field) for field in Settings.model_fields} | FOREIGN
    yield from (name for name in SETTING.findall(text) if name not in known)


CHECKS: list[Check] = [
    links_lead_somewhere,
    files_exist,
    names_exist,
    verbs_exist,
    targets_exist,
    modules_exist,
    settings_exist,
]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_exists(check: Check, page: str) -> None:
    assert list(check(page, (ROOT / page).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("check", "text", "found"),
    [
        (links_lead_somewhere, "[x](nowhere.md)", ["link to nowhere.md"]),
        (links_lead_somewhere, "[x](../../../outside.md)", ["link to ../../../outside.md"]),
        (links_lead_somewhere, "# Here\n[x](#there)", ["link to #there: no such heading"]),
        (
            files_exist,
            "see `services/fetcher/nothing.py` or `nowhere/x`",
            ["file services/fetcher/nothing.py"],
        ),
        (files_exist, "`services/<room>/nothing.py`", ["file services/<room>/nothing.py"]),
        (files_exist, "`deploy/nothing/`", ["file deploy/nothing/"]),
        (names_exist, "`services/stage.py: Skipped`", ["Skipped in services/stage.py"]),
        (names_exist, "`services/stage.py: Stage.nothing`", ["Stage.nothing in services/stage.py"]),
        (verbs_exist, "`sirwan explode`", ["sirwan explode"]),
        (verbs_exist, "```\n.venv/bin/sirwan topics plan|alter\n```", ["sirwan topics alter"]),
        (verbs_exist, "`sirwan topics`", ["sirwan topics "]),
        (targets_exist, "```\nmake coffee\n```", ["make coffee"]),
        (modules_exist, "`python -m services.nothing`", ["python -m services.nothing"]),
        (settings_exist, "Set SIRWAN_COLOUR.", ["SIRWAN_COLOUR"]),
    ],
)
def test_the_check_can_fail(check: Check, text: str, found: list[str]) -> None:
    assert list(check("docs/x.md", text)) == found


GOOD = """# Where it lies
[here](#where-it-lies) [there](../README.md) [away](https://www.example.org/x.md)
`services/stage.py: Stage.step` `services/runtime/settle.py` `services/fetcher/`
`schemas/published/*.v1.json` `services/<room>/stage.py`
`sirwan topics plan|apply` and sirwan as a word; SIRWAN_HOME=var `make demo`, and make do
`python -m services.linker` `python -m services.<room>` `python -m pytest` `SIRWAN_SHARED`
"""


@pytest.mark.parametrize("check", CHECKS)
def test_the_check_lets_good_text_pass(check: Check) -> None:
    assert list(check("docs/x.md", GOOD)) == []
