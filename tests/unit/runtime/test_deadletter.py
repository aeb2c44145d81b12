"""Dead letters keep the message whole, and too many of them are noticed."""

from services.runtime.bus import Message
from services.runtime.deadletter import DeadLetterLimit, dead_letter
from tests.records import AT


def test_a_dead_letter_keeps_the_message_byte_for_byte() -> None:
    message = Message("pages.fetched.v1", 3, 42, "key", b"\x00\xff{", {"ce_subject": "u"})
    letter = dead_letter(message, "extractor", "undecodable", "not a RawPage", AT, attempts=2)
    original = letter.original
    assert (original.topic, original.partition, original.offset) == ("pages.fetched.v1", 3, 42)
    assert (original.key, original.value, original.headers) == (b"key", b"\x00\xff{", {"ce_subject": "u"})
    assert (letter.stage, letter.reason, letter.attempts, letter.first_at) == (
        "extractor",
        "undecodable",
        2,
        AT,
    )


def test_the_limit_names_the_commonest_reason_and_forgets_old_letters() -> None:
    limit = DeadLetterLimit(limit=3, window=60.0)
    for now in (0.0, 1.0, 2.0):
        limit.count("undecodable", now)
    assert limit.exceeded(2.0) is None
    limit.count("bug", 3.0)
    assert limit.exceeded(3.0) == "4 dead letters in 60 s, 3 of them undecodable"
    assert limit.exceeded(61.5) is None


def test_a_cleared_limit_counts_from_nothing() -> None:
    limit = DeadLetterLimit(limit=1, window=60.0)
    limit.count("bug", 0.0)
    limit.clear()
    limit.count("bug", 1.0)
    assert limit.exceeded(1.0) is None
