"""Dead letters are read the same from either database, with what became of their pages later."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.records import DeadLetter, Original, Position
from services.runtime.place import Place, Server
from services.store.letters import Wanted, letters, whole
from tests.unit.store.records import NOON, a_dead_letter, a_fate, fill, page, row

pytestmark = pytest.mark.postgres

SENT = NOON + timedelta(hours=1)


def letter(name: str, offset: int, **changes: Any) -> DeadLetter:
    original = Original(
        topic="pages.fetched.v1", partition=0, offset=offset, key=page(name).encode(), value=b"\x00\xff",
        headers={"ce_subject": f"https://{name}.example/"},
    )  # fmt: skip
    return a_dead_letter(name, original=original, **changes)


def fate(name: str, offset: int, minutes: float, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "from_": Position(topic="pages.fetched.v1", partition=0, offset=offset),
        "at": NOON + timedelta(minutes=minutes),
    }
    return row(a_fate(name, **(fields | changes)), subject=f"https://{name}.example/")


REQUEST = Original(
    topic="fetch.requests.v1", partition=2, offset=8, key=b"asked.example", value=b"{}",
    headers={"ce_subject": "https://asked.example/"},
)  # fmt: skip
OF_REQUEST: dict[str, Any] = {
    "stage": "fetcher", "from_": Position(topic="fetch.requests.v1", partition=2, offset=8)
}  # fmt: skip
NOTED: dict[str, Any] = {"redrives": 1, "redriven_at": SENT}
ROWS = [
    row(letter("waits", 1)),
    fate("waits", 1, 0.001, fate="dead", reason="undecodable"),
    fate("waits", 90, 1, fate="dead", reason="undecodable"),
    row(letter("overtaken", 2)),
    fate("overtaken", 91, 5),
    row(letter("done-before", 3)),
    fate("done-before", 92, -5),
    row(letter("done-elsewhere", 4)),
    fate("done-elsewhere", 93, 5, stage="classifier"),
    row(letter("on-its-way", 5, **NOTED)),
    fate("on-its-way", 94, 61, lane="redrive"),
    row(letter("stored", 6, **NOTED)),
    fate("stored", 95, 61, lane="redrive"),
    fate("stored", 95, 62, lane="redrive", stage="store"),
    row(letter("refused", 7, **NOTED)),
    fate("refused", 96, 59, lane="redrive", fate="dead", reason="not-text"),  # of a redrive before this one
    fate("refused", 97, 61, lane="redrive", fate="skipped", reason="too-short"),
    row(letter("dead-again", 8, redrives=3, last_at=SENT)),
    row(a_dead_letter("asked", original=REQUEST, stage="fetcher", reason="dns-failed", **NOTED)),
    fate("asked", 8, 0.001, fate="dead", reason="dns-failed", **OF_REQUEST),
    fate("asked", 98, 61, lane="redrive", fate="skipped", reason="gone", stage="fetcher"),
]
STATES = {
    "waits": ("waiting", None), "overtaken": ("superseded", None), "done-before": ("waiting", None),
    "done-elsewhere": ("waiting", None), "on-its-way": ("sent", None), "stored": ("ended", "stored"),
    "refused": ("ended", "skipped"), "dead-again": ("parked", None), "asked": ("ended", "skipped"),
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return fill(tmp_path / "sirwan.db", *ROWS)
    server: Server = request.getfixturevalue("postgres")
    return fill(server, *ROWS)


def test_a_letter_says_what_became_of_it(place: Place) -> None:
    found = letters(place, Wanted())
    assert {each.url: (each.state, each.end and each.end.fate) for each in found} == {
        f"https://{name}.example/": state for name, state in STATES.items()
    }
    by_url = {each.url: each for each in found}
    assert by_url["https://asked.example/"].page_id == page("asked")
    assert by_url["https://on-its-way.example/"].passed
    assert by_url["https://waits.example/"].redriven_at is None


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"stage": "fetcher"}, {"asked"}),
        ({"reason": "dns-failed"}, {"asked"}),
        ({"topic": "fetch.requests.v1"}, {"asked"}),
        ({"url": "https://overt"}, {"overtaken"}),
        ({"url": "https://%"}, set()),
        ({"since": SENT}, {"dead-again"}),
        ({"until": SENT, "stage": "extractor"}, set(STATES) - {"asked", "dead-again"}),
        ({"stage": "fetcher", "reason": "undecodable"}, set()),
        ({"reason": "x' OR 'a'='a"}, set()),
    ],
)
def test_letters_are_found_by_what_is_wanted(place: Place, wanted: dict[str, Any], names: set[str]) -> None:
    found = letters(place, Wanted(**wanted))
    assert {each.url for each in found} == {f"https://{name}.example/" for name in names}


def test_a_whole_letter_has_its_message(place: Place) -> None:
    (found,) = letters(place, Wanted(stage="fetcher"))
    (read,) = whole(place, [found])
    assert (read.letter, read.record.original) == (found, REQUEST)
