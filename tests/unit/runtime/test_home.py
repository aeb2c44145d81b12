"""One process at a time in one SIRWAN_HOME."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.runtime.home import held, running_since
from services.stage import Poison


def test_a_second_process_is_told_whose_turn_it_is(tmp_path: Path) -> None:
    with (
        held(tmp_path / "var"),
        pytest.raises(Poison, match=r"home-in-use.*another sirwan works in"),
        held(tmp_path / "var"),
    ):
        pass
    with held(tmp_path / "var"):
        assert (tmp_path / "var").is_dir()


def test_who_is_refused_does_not_change_since_when_it_is_held(tmp_path: Path) -> None:
    with held(tmp_path):
        os.utime(tmp_path / "lock", (1e9, 1e9))
        with pytest.raises(Poison), held(tmp_path):
            pass
        assert running_since(tmp_path) == datetime.fromtimestamp(1e9, UTC)
    with held(tmp_path):
        since = running_since(tmp_path)
    assert since is not None
    assert since > datetime.fromtimestamp(1e9, UTC)
    assert running_since(tmp_path) is None
