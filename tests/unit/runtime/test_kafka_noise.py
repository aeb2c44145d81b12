"""An outage writes a line of each kind a minute, not thousands."""

import logging

from services.runtime.kafka_noise import OnceAMinute, quieten


def a_record(message: str, created: float, name: str = "aiokafka.client") -> logging.LogRecord:
    record = logging.LogRecord(name, logging.ERROR, "", 0, message, None, None)
    record.created = created
    return record


def test_the_same_words_come_once_a_minute_and_other_words_at_once() -> None:
    once = OnceAMinute()
    heard = [once.filter(a_record(words, at)) for words, at in (("a", 0), ("a", 59), ("b", 59), ("a", 61))]
    assert heard == [True, False, True, True]


def test_a_rebalance_is_not_worth_a_warning() -> None:
    words = "Heartbeat failed for group %s because it is rebalancing"
    assert not OnceAMinute().filter(a_record(words, 0))


def test_two_loggers_do_not_silence_each_other() -> None:
    once = OnceAMinute()
    assert once.filter(a_record("a", 0))
    assert once.filter(a_record("a", 0, name="aiokafka.producer"))


def test_the_libraries_are_heard_from_warnings_upwards_and_filtered_once() -> None:
    logger = logging.getLogger("aiokafka.cluster")
    quieten()
    quieten()
    assert sum(isinstance(each, OnceAMinute) for each in logger.filters) == 1
    assert not logger.isEnabledFor(logging.INFO)
