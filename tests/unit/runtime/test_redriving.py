"""A message that is sent again carries its count and its first place, and nothing else is changed."""

from datetime import timedelta

import pytest

from schemas.codec import encode
from schemas.records import DeadLetter, Story
from schemas.topics import PAGES_FETCHED
from services.runtime.bus import Message
from services.runtime.deadletter import dead_letter
from services.runtime.redriving import FIRST_DIED, REDRIVES, headers_of, in_lane, noted, redriven
from tests.records import AT, a_page
from tests.unit.store.records import a_story

LATER = AT + timedelta(hours=1)


def died() -> DeadLetter:
    message = Message("pages.fetched.v1", 3, 42, "key", b"\x00\xff{", {"ce_subject": "u", "ce_id": "7"})
    return dead_letter(message, "extractor", "time-limit", "over 60 s", AT)


def died_again(letter: DeadLetter, at_offset: int) -> DeadLetter:
    """The letter after its message was sent again and came to another place."""
    message = Message("pages.fetched.v1", 1, at_offset, "key", letter.original.value, headers_of(letter))
    return dead_letter(message, "extractor", "not-text", "noise", LATER)


def test_a_letter_that_dies_again_is_the_same_letter_with_one_more_redrive() -> None:
    first = died()
    second = died_again(noted(first, AT), 97)
    assert second.original == first.original
    assert (second.redrives, second.first_at, second.last_at) == (1, AT, LATER)
    assert (second.reason, second.redriven_at) == ("not-text", None)
    third = died_again(noted(second, LATER), 98)
    assert (third.original, third.redrives, third.first_at) == (first.original, 2, AT)


def test_the_headers_are_those_it_had_and_two_more() -> None:
    said = headers_of(noted(died(), AT))
    assert said == {
        "ce_subject": "u", "ce_id": "7", REDRIVES: "1", FIRST_DIED: f"3/42/{AT.isoformat()}"
    }  # fmt: skip


def test_a_note_is_newer_than_the_death_and_keeps_its_time() -> None:
    letter = died()
    note = noted(letter, LATER)
    assert (note.redrives, note.redriven_at) == (1, LATER)
    assert timedelta() < note.last_at - letter.last_at < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {REDRIVES: "1"},
        {FIRST_DIED: f"3/42/{AT.isoformat()}"},
        {REDRIVES: "-1", FIRST_DIED: f"3/42/{AT.isoformat()}"},
        {REDRIVES: "9" * 30, FIRST_DIED: f"3/42/{AT.isoformat()}"},
        {REDRIVES: "1", FIRST_DIED: f"3/{'9' * 30}/{AT.isoformat()}"},
        {REDRIVES: "1", FIRST_DIED: "3/42/yesterday-at-noon-or-so"},
        {REDRIVES: "1", FIRST_DIED: "3/42/2026-11-18T09:30:00.000"},
        {REDRIVES: "\u0661", FIRST_DIED: "\ufffd"},
    ],
)
def test_headers_that_cannot_be_read_are_those_of_an_ordinary_message(headers: dict[str, str]) -> None:
    assert redriven(headers) is None
    message = Message("pages.fetched.v1", 0, 5, "key", b"", headers)
    letter = dead_letter(message, "extractor", "not-text", "noise", AT)
    assert (letter.original.offset, letter.redrives, letter.first_at) == (5, 0, AT)


def test_what_comes_of_it_is_in_the_lane_redrive() -> None:
    page = a_page(lane="live")
    assert in_lane(page).lane == "redrive"
    assert encode(PAGES_FETCHED, in_lane(page)) == encode(PAGES_FETCHED, a_page(lane="redrive"))
    story: Story = a_story()
    assert in_lane(story) is story
