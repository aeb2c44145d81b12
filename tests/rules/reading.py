"""How the rules read the project: its files as git sees them, and Python files as syntax trees."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {".git", ".venv", ".cache", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache",
            ".hypothesis"}  # fmt: skip

Rule = Callable[[str, ast.Module], Iterator[str]]
"""Path from the root of the project and syntax tree, to what is wrong there: `12: imports os`."""


@lru_cache(maxsize=1)
def project_files() -> tuple[str, ...]:
    """Every file that is tracked, or would be if added; paths from the root, with slashes."""
    listing = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"], capture_output=True, check=False
    )
    if listing.returncode == 0:
        names = listing.stdout.decode().splitlines()
    else:  # a tree without git: a release, a container
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")]
    kept = (name for name in names if not NOT_OURS & set(name.split("/")))
    return tuple(sorted(name for name in kept if (ROOT / name).is_file()))


@lru_cache(maxsize=1)
def python_files() -> dict[str, ast.Module]:
    """Syntax trees by path, of all Python files of the project."""
    names = [name for name in project_files() if name.endswith(".py")]
    return {name: ast.parse((ROOT / name).read_text(encoding="utf-8"), name) for name in names}


def broken(rule: Rule, *folders: str) -> list[str]:
    """Everything that breaks the rule in files under `folders`: `services/x.py:12: imports os`."""
    return [
        f"{path}:{problem}"
        for path, tree in python_files().items()
        if path.startswith(folders)
        for problem in rule(path, tree)
    ]


def broken_in(rule: Rule, path: str, snippet: str) -> list[str]:
    """What breaks the rule in a snippet that stands at `path`: how a rule is shown to be able to fail."""
    return list(rule(path, ast.parse(snippet)))


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, wherever the import stands: `from a import b` is `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


def calls(tree: ast.Module) -> Iterator[tuple[int, str, ast.Call]]:
    """Line, dotted name as written and node of every call: `datetime.now`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node
