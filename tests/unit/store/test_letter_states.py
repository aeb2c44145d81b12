"""Which letters a redrive sends, which it leaves and why, and how they are counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.store.letter_states import (
    PARKED_AFTER,
    Ending,
    Letter,
    ident_of,
    kinds,
    plan,
    state_of,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STORED = Ending(stage="store", fate="stored", reason="ok", at=NOON)


def a_letter(number: int = 0, **changes: Any) -> Letter:
    fields: dict[str, Any] = {
        "ident": f"letter-{number}", "stage": "extractor", "topic": "pages.fetched.v1", "partition": 0,
        "offset": number, "key": f"key-{number}", "page_id": f"key-{number}", "url": None,
        "reason": "time-limit", "error": "over 60 s", "attempts": 1, "redrives": 0, "first_at": NOON,
        "last_at": NOON + timedelta(minutes=number),
    }  # fmt: skip
    letter = Letter(**(fields | changes))
    return msgspec.structs.replace(letter, state=state_of(letter))


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "waiting"),
        ({"redrives": PARKED_AFTER - 1}, "waiting"),
        ({"redrives": PARKED_AFTER}, "parked"),
        ({"redrives": PARKED_AFTER, "superseded_at": NOON}, "superseded"),
        ({"superseded_at": NOON}, "superseded"),
        ({"redrives": 1, "redriven_at": NOON}, "sent"),
        ({"redrives": 1, "redriven_at": NOON, "passed": True}, "sent"),
        ({"redrives": 1, "redriven_at": NOON, "end": STORED}, "ended"),
        ({"redrives": PARKED_AFTER, "redriven_at": NOON, "end": STORED}, "ended"),
    ],
)
def test_a_letter_is_in_one_state(changes: dict[str, Any], state: str) -> None:
    assert a_letter(**changes).state == state


EVERY_STATE = [
    a_letter(5),
    a_letter(1),
    a_letter(2, redrives=PARKED_AFTER),
    a_letter(3, superseded_at=NOON),
    a_letter(4, redrives=1, redriven_at=NOON),
    a_letter(6, redrives=1, redriven_at=NOON, end=STORED),
]


@pytest.mark.parametrize(
    ("how", "sent", "left"),
    [
        ({}, [1, 5], {"parked": 1, "superseded": 1, "sent": 1, "ended": 1}),
        ({"parked": True}, [1, 2, 5], {"superseded": 1, "sent": 1, "ended": 1}),
        ({"limit": 1}, [1], {"parked": 1, "superseded": 1, "sent": 1, "ended": 1, "over-limit": 1}),
        ({"lost": {"letter-4"}}, [1, 4, 5], {"parked": 1, "superseded": 1, "ended": 1}),
        (
            {"overtaken": {"letter-1", "letter-6"}},
            [5],
            {"parked": 1, "superseded": 2, "sent": 1, "ended": 1},
        ),
        (
            {"lost": {"letter-4"}, "overtaken": {"letter-4"}},
            [1, 5],
            {"parked": 1, "superseded": 2, "ended": 1},
        ),
    ],
)
def test_a_redrive_sends_what_waits_the_oldest_first(
    how: dict[str, Any], sent: list[int], left: dict[str, int]
) -> None:
    found = plan(EVERY_STATE, **({"parked": False, "limit": 100} | how))
    assert [each.offset for each in found.send] == sent
    assert found.left == left
    assert len(found.send) + sum(found.left.values()) == len(EVERY_STATE)


def test_letters_are_counted_by_stage_reason_and_topic_the_most_frequent_first() -> None:
    rare = a_letter(9, stage="classifier", topic="articles.extracted.v1", reason="bug")
    few, many = kinds([rare, *EVERY_STATE])[::-1]
    assert (few.letters, few.reason, few.sample) == (1, "bug", rare)
    assert (many.letters, many.redrives) == (6, 2 + PARKED_AFTER)
    assert many.states == {"waiting": 2, "parked": 1, "superseded": 1, "sent": 1, "ended": 1}
    assert many.ended == {"stored": 1}
    assert (many.oldest, many.newest) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=6))
    assert many.sample.offset == 5  # the newest that waits


def test_the_id_of_a_letter_depends_on_every_part_of_its_place() -> None:
    parts: tuple[tuple[Any, ...], ...] = (
        ("extractor", "pages.fetched.v1", 0, 7, "key"),
        ("store", "pages.fetched.v1", 0, 7, "key"),
        ("extractor", "pages.fetched.v2", 0, 7, "key"),
        ("extractor", "pages.fetched.v1", 1, 7, "key"),
        ("extractor", "pages.fetched.v1", 0, 8, "key"),
        ("extractor", "pages.fetched.v1", 0, 7, "yek"),
    )
    assert len({ident_of(*each) for each in parts}) == len(parts)
