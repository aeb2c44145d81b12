"""Copies and stories, measured on the seeds (read from outside the repository) and on our own articles."""

import json
import os
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from services.linker.alignment import align
from services.linker.copies import SWAPPED
from services.linker.filter import Linking
from services.linker.tokens import folded_words
from tests.unit.linker.articles import LOOKALIKE, REPRINT_NOTICE, SECOND, THIRD, UNRELATED, WIRE, edit, spin

SHARED = Path(os.environ.get("SIRWAN_SHARED", Path(__file__).parents[3] / "shared"))
TRUTH = SHARED / "seeds-truth.json"
needs_seeds = pytest.mark.skipif(
    not TRUTH.is_file(), reason=f"no seeds at {SHARED}: set SIRWAN_SHARED to the folder that has seeds/"
)
SPUN = ("000", "001", "002", "004")


@lru_cache(maxsize=1)
def seeds() -> dict[str, dict[str, Any]]:
    """Title and body of each seed, as its truth marks the lines."""
    found = {}
    for name, truth in json.loads(TRUTH.read_text(encoding="utf-8"))["files"].items():
        lines = (SHARED / "seeds" / name).read_text(encoding="utf-8").split("\n")
        body = [line for first, last in truth["body"] for line in lines[first - 1 : last] if line.strip()]
        title, date = truth.get("title") or {}, truth.get("date") or {}
        found[name[:3]] = {
            "id": name[:3],
            "title": title.get("value"),
            "text": "\n\n".join(body),
            "published": date.get("value"),
        }
    return found


def linked(order: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The seeds through the filter, in this order of arrival."""
    linking = Linking()
    for name in order:
        linking.add(seeds()[name])
    return {line["id"]: line for line in linking.final()}


ORDERS = list(permutations(("000", "001", "002", "003", "004")))[::10]


@needs_seeds
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_four_seeds_are_spun_and_the_fifth_is_a_reprint(order: tuple[str, ...]) -> None:
    copies = {name: line["copy"] for name, line in linked(order).items()}
    assert {name for name, copy in copies.items() if copy["verdict"] == "spun"} == set(SPUN)
    assert (copies["003"]["verdict"], copies["003"]["of_publisher"]) == ("reprint", "FP")
    assert copies["003"]["score"] < min(copies[name]["score"] for name in SPUN)
    assert all(copy["evidence"] for copy in copies.values())


@needs_seeds
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_two_seeds_tell_one_story_and_the_others_their_own(order: tuple[str, ...]) -> None:
    story_of = {name: line["story"]["id"] for name, line in linked(order).items()}
    assert story_of["002"] == story_of["004"]
    assert len(set(story_of.values())) == 4


def test_an_editor_and_a_spinner_are_far_apart() -> None:
    def rate(copy: str) -> float:
        return align(folded_words(copy, 4000), folded_words(WIRE, 4000)).rate

    assert rate(edit(WIRE)) < SWAPPED / 2
    assert rate(spin(WIRE)) > SWAPPED * 2


def test_our_own_articles_in_any_order_make_the_same_stories() -> None:
    texts = {"wire": WIRE, "two": SECOND, "three": THIRD, "spun": spin(WIRE), "other": LOOKALIKE,
             "reprint": REPRINT_NOTICE + WIRE, "bull": UNRELATED}  # fmt: skip
    for order in list(permutations(texts))[::101]:
        linking = Linking()
        for name in order:
            linking.add({"id": name, "text": texts[name]})
        story_of = {line["id"]: line["story"]["id"] for line in linking.final()}
        assert len({story_of[name] for name in ("wire", "two", "three", "spun", "reprint")}) == 1, order
        assert len(set(story_of.values())) == 3, order
