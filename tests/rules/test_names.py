"""What files are called."""

import re
from pathlib import PurePosixPath

import pytest

from tests.rules.reading import project_files, python_files

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "managers"}


def says_nothing(path: str) -> bool:
    """Whether a file or one of its folders has a name that says nothing."""
    parts = PurePosixPath(path).parts
    return bool(SAYS_NOTHING & {part.split(".")[0].lower() for part in parts})


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    assert [path for path in project_files() if says_nothing(path)] == []


@pytest.mark.parametrize(
    "path", ["services/utils.py", "tests/helpers/x.py", "docs/misc.md", "services/runtime/Base.py"]
)
def test_a_name_that_says_nothing_is_seen(path: str) -> None:
    assert says_nothing(path)


def test_python_files_have_snake_case_names() -> None:
    stems = {path: PurePosixPath(path).stem for path in python_files()}
    assert [path for path, stem in stems.items() if not re.fullmatch(r"_{0,2}[a-z][a-z0-9_]*", stem)] == []
