"""The contract as others have it: the published folder at the last git tag, else at HEAD. Asks git."""

import subprocess
from collections.abc import Mapping
from pathlib import Path


def released_files(folder: Path) -> tuple[str, Mapping[str, bytes]] | None:
    """The revision and its files by name; None outside a git checkout, or where nothing was committed yet."""
    try:
        tag = _git(folder, "describe", "--tags", "--abbrev=0")
        revision = tag.decode().strip() if tag else "HEAD"
        names = _git(folder, "ls-tree", "--name-only", revision, "./")
        if not names:
            return None
        return revision, {
            name: _git(folder, "show", f"{revision}:./{name}") or b"" for name in names.decode().split()
        }
    except OSError:  # no git, or no such folder
        return None


def _git(folder: Path, *words: str) -> bytes | None:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607 - our words
    return done.stdout if done.returncode == 0 else None
