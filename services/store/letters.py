"""Reading dead letters: all that are asked for without their messages, or one with everything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from schemas.codec import decode
from schemas.records import DeadLetter
from schemas.topics import DEAD_LETTERS
from services.runtime.place import Place
from services.runtime.redriving import LANE
from services.store.letter_states import Ending, Letter, ident_of, state_of
from services.store.reading import Reader, reading, storable

# The page of a letter is that of the fate at its place: its key is no page id everywhere.
LETTERS = """
SELECT d.stage, d.topic, d.partition, d."offset", d.key, d.url, d.reason, d.error, d.attempts, d.redrives,
       d.first_at, d.last_at, CASE WHEN d.redrives > 0 THEN d.record END AS record,
       coalesce(
         (SELECT min(f.page_id) FROM fates f
           WHERE f.stage = d.stage AND f.topic = d.topic AND f.partition = d.partition
             AND f."offset" = d."offset" AND coalesce(f.url, '') = coalesce(d.url, '')), d.key) AS page_id
  FROM dead_letters d WHERE true %s
 ORDER BY d.last_at, d.stage, d.topic, d.partition, d."offset", d.key
"""
CONDITIONS: Mapping[str, str] = {
    "stage": "d.stage = CAST({value} AS text)",
    "reason": "d.reason = CAST({value} AS text)",
    "topic": "d.topic = CAST({value} AS text)",
    "url": "substr(d.url, 1, length(CAST({value} AS text))) = CAST({value} AS text)",
    "since": "d.last_at >= {value}",
    "until": "d.last_at < {value}",
}
LATER = """
SELECT f.page_id, f.stage, f.topic, f.fate, f.reason, f.at, f.lane
  FROM fates f WHERE f.at > $1 AND f.page_id IN (%s) ORDER BY f.at
"""
WHOLE = """
SELECT d.record FROM dead_letters d
 WHERE d.stage = $1 AND d.topic = $2 AND d.partition = $3 AND d."offset" = $4 AND d.key = $5
"""
TOGETHER = 500  # pages asked for in one query


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which letters are meant; None means any."""

    stage: str | None = None
    reason: str | None = None
    topic: str | None = None  # without prefix
    url: str | None = None  # it begins with this
    since: datetime | None = None  # died then or later
    until: datetime | None = None  # died before


def letters(place: Place, wanted: Wanted) -> tuple[Letter, ...]:
    """Those that are wanted, the oldest first. Raises Transient("store-unavailable")."""
    given = [(name, value) for name, value in msgspec.structs.asdict(wanted).items() if value is not None]
    asked = "".join(
        f" AND {CONDITIONS[name].format(value=f'${number}')}" for number, (name, _) in enumerate(given, 1)
    )
    values = [storable(value) if isinstance(value, str) else value for _, value in given]
    with reading(place) as store:
        found = [_letter(row) for row in store.rows(LETTERS % asked, *values)]
        later = _later(store, found)
    return tuple(_with_later(letter, later.get(letter.page_id, ())) for letter in found)


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A letter, what came of it, and the record with its message."""

    letter: Letter
    record: DeadLetter


def whole(place: Place, wanted: Iterable[Letter]) -> tuple[Whole, ...]:
    """The letters with their messages; those that are gone by now left out. Raises Transient."""
    found: list[Whole] = []
    with reading(place) as store:
        for each in wanted:
            where = (each.stage, each.topic, each.partition, each.offset, each.key)
            records = [_decoded(each.topic, row["record"]) for row in store.rows(WHOLE, *where)]
            found += [Whole(letter=each, record=record) for record in records]
    return tuple(found)


def _letter(row: dict[str, Any]) -> Letter:
    record = row.pop("record")
    if record is not None:
        row["redriven_at"] = _decoded(row["topic"], record).redriven_at
    place = (row["stage"], row["topic"], row["partition"], row["offset"], row["key"])
    return msgspec.convert({**row, "ident": ident_of(*place)}, Letter)


def _decoded(topic: str, record: bytes) -> DeadLetter:
    letter = decode(DEAD_LETTERS[f"{topic}.dlq"], record)
    if not isinstance(letter, DeadLetter):
        raise TypeError(f"{topic}.dlq holds {type(letter).__name__}")
    return letter


class _Later(msgspec.Struct, frozen=True):
    page_id: str
    stage: str
    topic: str
    fate: str
    reason: str
    at: datetime
    lane: str | None


def _later(store: Reader, found: Sequence[Letter]) -> Mapping[str, Sequence[_Later]]:
    """Fates of the letters' pages after the oldest of them died, in order, by page."""
    later: dict[str, list[_Later]] = {}
    if not found:
        return later
    for row in _rows(store, found[0].last_at, sorted({letter.page_id for letter in found})):
        each = msgspec.convert(row, _Later)
        later.setdefault(each.page_id, []).append(each)
    return later


def _rows(store: Reader, since: datetime, pages: Sequence[str]) -> Iterator[dict[str, Any]]:
    for begin in range(0, len(pages), TOGETHER):
        together = pages[begin : begin + TOGETHER]
        places = ", ".join(f"${number}" for number in range(2, len(together) + 2))
        yield from store.rows(LATER % places, since, *together)


def _with_later(letter: Letter, later: Iterable[_Later]) -> Letter:
    sent = letter.redriven_at
    since = [each for each in later if each.at > letter.last_at]
    own = [each for each in since if (each.stage, each.topic) == (letter.stage, letter.topic)]
    # What a redrive brought may be older than this letter: it never makes another one old.
    passed = [each.at for each in own if each.fate != "dead" and each.lane != LANE]
    redriven = [each for each in since if sent is not None and each.lane == LANE and each.at >= sent]
    ends = [each for each in redriven if each.fate != "done" or each.stage == "store"]
    known = msgspec.structs.replace(
        letter,
        superseded_at=max(passed, default=None) if sent is None else None,
        passed=any(each in own for each in redriven),
        end=_ending(ends[-1]) if ends else None,
    )
    return msgspec.structs.replace(known, state=state_of(known))


def _ending(fate: _Later) -> Ending:
    stored = fate.stage == "store" and fate.fate == "done"
    return Ending(stage=fate.stage, fate="stored" if stored else fate.fate, reason=fate.reason, at=fate.at)
