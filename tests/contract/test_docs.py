"""The reference pages say what the code says."""

from pathlib import Path

import pytest

from services.classifier.gazetteer import load_tables
from services.classifier.labels_page import labels_page
from services.runtime.pages import env_example, reference_pages
from tests.hostile_web.page import PAGE, page

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"


@pytest.mark.parametrize(("name", "text"), reference_pages().items(), ids=lambda value: value[:12])
def test_each_reference_page_is_fresh(name: str, text: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == text, f"docs/reference/{name} is stale: run `make docs`"


def test_no_page_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(reference_pages())


def test_the_example_of_a_file_env_is_fresh() -> None:
    assert (ROOT / ".env.example").read_text("utf-8") == env_example(), (
        ".env.example is stale: run `make docs`"
    )


def test_what_hostile_input_costs_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == page(), "docs/hostile-input.md is stale: run `make docs`"


def test_the_page_of_labels_is_fresh() -> None:
    page = (ROOT / "docs" / "labels.md").read_text("utf-8")
    assert page == labels_page(load_tables()), "docs/labels.md is stale: run `make docs`"
