"""Entities: our own sentences with what a reader finds in them, and the offsets of every mention."""

import json
import os
import tarfile
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.classifier.classify import classify

SHARED = Path(os.environ.get("SIRWAN_SHARED", Path(__file__).parents[3] / "shared"))
DATA = SHARED / "data" / "nlp_dev.tar.gz"
PRECISION, RECALL = 0.95, 0.61  # re3d, development half: overlap; two fifths of its mentions are no names
FOUND = 0.99  # of what our sentences must and must not have
with_data = pytest.mark.skipif(not DATA.is_file(), reason=f"no data at {DATA}: set SIRWAN_SHARED")


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"lacks": "not"}):
    """A sentence of entities.toml."""

    text: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    day: str | None = None
    because: str = ""


def _cases() -> tuple[Case, ...]:
    content = Path(__file__).with_name("entities.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(content)["cases"], tuple[Case, ...])


CASES = _cases()


def faults(case: Case) -> list[str]:
    """What is missed, `-id`, and what is there and must not be, `+id`."""
    day = date.fromisoformat(case.day) if case.day else None
    found = {entity.id for entity in classify(None, case.text, day=day).entities}
    wrong = [
        id_
        for id_ in found
        for barred in case.lacks
        if id_ == barred or (barred.endswith("*") and id_.startswith(barred[:-1]))
    ]
    return [f"-{id_}" for id_ in case.has if id_ not in found] + [f"+{id_}" for id_ in wrong]


def test_there_are_sentences_enough() -> None:
    assert len(CASES) >= 60


def test_our_sentences_have_their_entities_and_no_others_barred() -> None:
    found = [(case.text, faults(case)) for case in CASES]
    asked = sum(len(case.has) + len(case.lacks) for case in CASES)
    wrong = sum(len(missed) for _, missed in found)
    assert 1 - wrong / asked >= FOUND, [pair for pair in found if pair[1]]


def misplaced(title: str | None, text: str) -> list[str]:
    """Mentions whose offsets do not give their text."""
    verdict = classify(title, text)
    source = {"title": title or "", "text": text}
    spans = [mention for entity in verdict.entities for mention in entity.mentions]
    spans += [mention for place in verdict.places for mention in place.mentions]
    return [
        span.text
        for span in spans
        if source[span.in_][span.start : span.end] != span.text or not span.text.strip()
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:40])
def test_every_mention_is_a_slice_of_its_field(case: Case) -> None:
    assert misplaced(case.text, f"\N{BLACK SQUARE} {case.text}\n\n“{case.text}” — {case.text}") == []


def _re3d() -> Iterator[dict[str, Any]]:
    with tarfile.open(DATA) as archive:
        member = next(m for m in archive if m.name.endswith("re3d_entities.jsonl"))
        content = archive.extractfile(member)
        assert content is not None
        yield from (json.loads(line) for line in content.read().decode().splitlines())


def _overlaps(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


@with_data
def test_re3d_is_held() -> None:
    right = given = found = wanted = 0
    for row in _re3d():
        assert misplaced(row["title"], row["text"]) == []
        entities = classify(row["title"], row["text"]).entities
        ours = {(m.start, m.end) for e in entities for m in e.mentions if m.in_ == "text"}
        theirs = [((g["begin"], g["end"]), g["type"]) for g in row["ents"]]
        given += len(ours)
        right += sum(_overlaps(span, [at for at, _ in theirs]) for span in ours)
        named = [at for at, kind in theirs if kind in {"Location", "Organisation", "Person"}]
        wanted += len(named)
        found += sum(_overlaps(span, ours) for span in named)
    assert right / given >= PRECISION
    assert found / wanted >= RECALL
