"""Disagreements on our own cases: half are told differently, half only look so.

A wrong disagreement costs an analyst more than one that is missing, so precision has the higher floor.
Stories are given in most tests, and told by the linker itself in one. The rules were mended on these cases:
docs/decisions/0020-disagreements.md has what they gave before.
"""

import tomllib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from schemas.records import Disagreement, Source, Story
from services.classifier.classify import classify
from services.linker.claims import claims_of
from services.linker.disagreements import Differences, Voice, differences
from services.linker.hearing import LATER
from services.linker.stage import build
from services.stage import Emit
from tests.unit.linker.articles import an_article, on_day
from tests.unit.linker.stream import Kept

GOLD = Path(__file__).parent / "gold" / "disagreements.toml"
PRECISION, RECALL = 0.95, 0.9  # 1.0 of 40 now
LINKED = 0.85  # where the linker has to find the stories too
OWNED = {"Tigris Evening": "Tigris Post"}  # outlet: owner, where that is another


@lru_cache(maxsize=1)
def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(GOLD.read_text(encoding="utf-8"))["case"]
    return found


def voice(number: int, line: dict[str, Any], first: str) -> Voice:
    when = datetime.fromisoformat(line["published"]).replace(tzinfo=UTC).timestamp()
    exact = "T" in line["published"]
    verdict = classify(line.get("title"), line["text"])
    claims = claims_of(
        line.get("title"), line["text"], genre=verdict.genre, named=verdict.entities, published=when
    )
    return Voice(
        page_id=f"{number:064x}",
        family=first if "copy_of" in line else OWNED.get(line["source"], line["source"]),
        claims=() if line.get("spun") else claims,
        since=when,
        until=when + (LATER if exact else 86400.0),
        of=f"{line['copy_of']:064x}" if "copy_of" in line else None,
    )


def told(case: dict[str, Any]) -> Differences:
    lines = case["text"]
    return differences([voice(number, line, lines[0]["source"]) for number, line in enumerate(lines)])


def shown(found: tuple[Disagreement, ...]) -> set[str]:
    return {f"{each.what}: {', '.join(value.value for value in each.values)}" for each in found}


def tally() -> tuple[list[str], int, int]:
    """What was wrongly told, how much was told, how much of what is wanted was told."""
    wrong, given, right = [], 0, 0
    for case in cases():
        found = told(case)
        for name, mine in (("differ", found.disagreements), ("rose", found.updates)):
            wanted = set(case.get(name, ()))
            given += len(mine)
            right += len(shown(mine) & wanted)
            wrong += [f"{case['name']}: {name} {each}" for each in sorted(shown(mine) - wanted)]
    return wrong, given, right


def wanted() -> int:
    return sum(len(case.get(name, ())) for case in cases() for name in ("differ", "rose"))


def test_there_are_as_many_cases_as_asked_and_half_are_traps() -> None:
    traps = [case for case in cases() if not (case.get("differ") or case.get("rose"))]
    assert len(cases()) >= 30
    assert 0.4 <= len(traps) / len(cases()) <= 0.6


def test_what_is_told_is_right() -> None:
    wrong, given, _ = tally()
    assert 1 - len(wrong) / given >= PRECISION, wrong


def test_most_of_what_differs_is_told() -> None:
    _, _, right = tally()
    assert right >= RECALL * wanted()


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["name"]))
def test_the_order_of_arrival_changes_nothing(case: dict[str, Any]) -> None:
    first = case["text"][0]["source"]
    turned = differences([voice(n, line, first) for n, line in reversed([*enumerate(case["text"])])])
    assert shown(turned.disagreements) == shown(told(case).disagreements)
    assert shown(turned.updates) == shown(told(case).updates)


def through_the_linker(case: dict[str, Any]) -> list[Story]:
    """The stories that the linker makes of the texts, as they came."""
    names = {line["source"] for line in case["text"]}
    owners = {
        name: Source(id=name, name=name, family=OWNED.get(name, name), homepage=f"https://{number}.example/")
        for number, name in enumerate(sorted(names))
    }
    linker = build(owners, Kept())
    found: dict[str, Story] = {}
    for number, line in enumerate(case["text"]):
        verdict = classify(line.get("title"), line["text"])
        precision = "second" if "T" in line["published"] else "day"
        article = an_article(
            f"p{number}",
            line["text"],
            title=line.get("title"),
            source_id=line["source"],
            hour=number,
            published=on_day(line["published"], precision),
            entities=verdict.entities,
            genre=verdict.genre,
        )
        emits = (out for out in linker.step(article) if isinstance(out, Emit))
        found |= {out.key: out.record for out in emits if isinstance(out.record, Story)}
    return list(found.values())


def test_the_linker_tells_them_of_the_stories_that_it_makes() -> None:
    """37 of 40 now, and one wrong: a spun copy of three sentences is too short to be known as one."""
    right, wrong = 0, 0
    for case in cases():
        for story in through_the_linker(case):
            for name, mine in (("differ", story.disagreements), ("rose", story.updates)):
                right += len(shown(mine) & set(case.get(name, ())))
                wrong += len(shown(mine) - set(case.get(name, ())))
    assert right >= LINKED * wanted()
    assert right >= PRECISION * (right + wrong)
