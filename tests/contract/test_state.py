"""What a stage remembers, the same on SQLite and on Kafka."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_remembered import remembered
from services.runtime.kafka_state import KafkaState
from services.runtime.kafka_topics import Layout, apply, plan
from services.runtime.state import SqliteState, State
from services.stage import Remember, Transient
from tests.broker import free_port

NewState = Callable[[], State]
STAGE = "linker"


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
async def new_state(request: pytest.FixtureRequest, tmp_path: Path) -> NewState:
    """Makes a state on the same storage each time, as a restarted process would."""
    if request.param == "sqlite":
        return lambda: SqliteState(tmp_path / "memory.db", STAGE)
    settings: KafkaSettings = request.getfixturevalue("kafka")
    await apply(settings, Layout(), [f"{STAGE}.memory.v1"])
    return lambda: KafkaState(settings, STAGE)


async def _opened(new_state: NewState, *changes: Remember) -> State:
    state = new_state()
    await state.open()
    await state.remember(changes)
    return state


async def test_what_is_remembered_is_read_back_at_once_and_after_a_restart(new_state: NewState) -> None:
    state = await _opened(new_state, Remember("story/1", b"one"), Remember("page/é", b"\x00\xff"))
    assert (state.get("story/1"), state.get("page/é"), state.get("no")) == (b"one", b"\x00\xff", None)
    await state.close()
    again = await _opened(new_state)
    assert dict(again.items("")) == {"story/1": b"one", "page/é": b"\x00\xff"}
    await again.close()


async def test_the_last_of_several_changes_counts(new_state: NewState) -> None:
    state = await _opened(new_state, *(Remember("k", str(n).encode()) for n in range(50)))
    assert state.get("k") == b"49"
    await state.close()
    again = await _opened(new_state)
    assert again.get("k") == b"49"
    await again.close()


async def test_what_is_forgotten_stays_forgotten(new_state: NewState) -> None:
    state = await _opened(new_state, Remember("a", b"1"), Remember("b", b"2"), Remember("a", None))
    await state.remember([Remember("never there", None)])
    assert list(state.items("")) == [("b", b"2")]
    await state.close()
    again = await _opened(new_state)
    assert list(again.items("")) == [("b", b"2")]
    await again.close()


async def test_items_come_by_key_and_only_with_the_prefix(new_state: NewState) -> None:
    names = ["b/2", "a/9", "b/10", "b", "c/1", "b/é", "ب/1"]
    state = await _opened(new_state, *(Remember(name, name.encode()) for name in names))
    assert [key for key, _ in state.items("b/")] == ["b/10", "b/2", "b/é"]
    assert [key for key, _ in state.items("")] == sorted(names)
    await state.close()


async def test_what_another_process_remembers_is_seen_after_a_refresh(new_state: NewState) -> None:
    ours, theirs = await _opened(new_state, Remember("a", b"1")), await _opened(new_state)
    await theirs.remember([Remember("b", b"2"), Remember("a", None), Remember("c", b"3")])
    await ours.remember([Remember("c", b"4"), Remember("d", b"5")])
    await ours.refresh()
    assert dict(ours.items("")) == {"b": b"2", "c": b"4", "d": b"5"}
    await theirs.refresh()
    assert dict(theirs.items("")) == dict(ours.items(""))
    await ours.close()
    await theirs.close()


async def test_what_was_remembered_survives_a_state_that_is_never_closed(new_state: NewState) -> None:
    killed = await _opened(new_state, Remember("a", b"1"))
    again = await _opened(new_state)
    assert dict(again.items("")) == {"a": b"1"}
    await again.remember([Remember("a", b"2")])
    await again.close()
    last = await _opened(new_state)
    assert last.get("a") == b"2"
    await last.close()
    await killed.close()


@pytest.mark.kafka
async def test_a_topic_that_is_not_there_is_a_clear_refusal(kafka: KafkaSettings) -> None:
    state = KafkaState(replace(kafka, request_timeout=1.0), STAGE)
    with pytest.raises(Transient, match=r"state-unavailable: linker\.memory\.v1: .*"):
        await state.open()
    await state.close()


@pytest.mark.kafka
async def test_a_memory_on_kafka_is_read_from_outside_and_nothing_is_written(kafka: KafkaSettings) -> None:
    topic = f"{STAGE}.memory.v1"
    assert await remembered(kafka, STAGE, "a/") == {}
    assert [each.topic for each in await plan(kafka, Layout(), [topic])] == [kafka.full(topic)]
    await apply(kafka, Layout(), [topic])
    assert await remembered(kafka, STAGE, "a/") == {}
    state = KafkaState(kafka, STAGE)
    await state.open()
    changes = [("a/2", b"1"), ("b/1", b"1"), ("a/1", b"1"), ("a/2", b"2"), ("a/3", b"1"), ("a/3", None)]
    await state.remember([Remember(key, value) for key, value in changes])
    for _ in range(2):
        assert list((await remembered(kafka, STAGE, "a/")).items()) == [("a/1", b"1"), ("a/2", b"2")]
    await state.remember([Remember("a/2", None)])
    assert await remembered(kafka, STAGE, "a/") == {"a/1": b"1"}
    await state.close()


async def test_a_broker_that_does_not_answer_is_named_within_seconds() -> None:
    nobody = KafkaSettings(f"127.0.0.1:{free_port()}")
    with pytest.raises(Transient, match=f"state-unavailable: no answer from the broker {nobody.bootstrap}"):
        await remembered(nobody, STAGE, "a/")
