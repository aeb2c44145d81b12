"""What others have is what git has, not what lies about in the work tree."""

import subprocess
from pathlib import Path

from schemas.released import released_files


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@t.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_the_last_tag_counts_then_the_last_commit_and_never_the_work_tree(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    git(tmp_path, "init", "-q")
    assert released_files(folder) is None
    for state in (b"tagged", b"committed"):
        (folder / "fate.v1.json").write_bytes(state)
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", "state")
        if state == b"tagged":
            assert released_files(folder) == ("HEAD", {"fate.v1.json": b"tagged"})
            git(tmp_path, "tag", "v1")
    (folder / "fate.v1.json").write_bytes(b"edited")
    assert released_files(folder) == ("v1", {"fate.v1.json": b"tagged"})


def test_outside_of_git_there_is_nothing_released(tmp_path: Path) -> None:
    assert released_files(tmp_path / "nowhere") is None
