from datetime import UTC, datetime, timedelta

import pytest

from services.extractor import poisoned
from services.extractor.poisoned import Fingerprints
from services.runtime.state import SqliteState
from services.stage import Poison
from tests.unit.extractor.pages import html, raw

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
PAGE = raw(html())
TIMEOUT = Poison("extraction-timeout", "over 2 s of processor time")


async def a_memory() -> SqliteState:
    state = SqliteState(":memory:", "extractor")
    await state.open()
    return state


async def test_the_same_bytes_are_refused_again_with_the_same_reason_wherever_they_lie() -> None:
    memory = await a_memory()
    fingerprints = Fingerprints(memory, "rules, 2 s")
    told = fingerprints.note(PAGE, TIMEOUT, AT)
    assert (told.reason, told.detail) == (
        "extraction-timeout",
        f"over 2 s of processor time (body {PAGE.body_sha256})",
    )
    await memory.remember(told.remember)
    with pytest.raises(Poison) as refused:
        Fingerprints(memory, "rules, 2 s").refuse(raw(html(), url="https://other.example/"))
    assert refused.value.reason == "extraction-timeout"
    assert "not tried again, as on 2026-11-20 08:30 UTC" in refused.value.detail
    assert PAGE.body_sha256 in refused.value.detail
    await memory.close()


async def test_other_bytes_other_rules_and_what_an_operator_sends_again_are_tried() -> None:
    memory = await a_memory()
    fingerprints = Fingerprints(memory, "rules, 2 s")
    await memory.remember(fingerprints.note(PAGE, TIMEOUT, AT).remember)
    fingerprints.refuse(raw(html(h1="Another")))
    fingerprints.refuse(raw(html(), lane="redrive"))
    Fingerprints(memory, "rules, 5 s").refuse(PAGE)
    await memory.close()


async def test_the_oldest_are_forgotten_past_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poisoned, "MOST", 3)
    memory = await a_memory()
    fingerprints = Fingerprints(memory, "rules")
    pages = [raw(html(h1=f"Page {each}")) for each in range(5)]
    for each, page in enumerate(pages):
        await memory.remember(fingerprints.note(page, TIMEOUT, AT + timedelta(minutes=each)).remember)
    kept = {key.removeprefix(poisoned.PREFIX) for key, _ in memory.items(poisoned.PREFIX)}
    assert kept == {page.body_sha256 for page in pages[2:]}
    await memory.close()
