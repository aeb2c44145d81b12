"""One process at a time in one SIRWAN_HOME."""

from pathlib import Path

import pytest

from services.runtime.home import held
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
