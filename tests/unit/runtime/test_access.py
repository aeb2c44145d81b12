"""The access table: least rights, from the published flows."""

import pytest

from schemas.asyncapi import FLOWS
from schemas.topics import ALL_TOPICS
from services.runtime.access import ADMIN, CONSUMER, PRINCIPALS, STATUS, WATCHED_MEMORY, Grant, grants
from services.runtime.kafka_access import ALLOW, LITERAL, PREFIXED, reaches
from services.runtime.kafka_topics import MEMORIES

TOPIC, GROUP, CLUSTER, READ, ALTER = 2, 3, 4, 3, 7  # of the Kafka protocol


def rights(who: str) -> set[tuple[str, str, str]]:
    return {
        (grant.operation, grant.kind, grant.name + "*" * grant.beginning)
        for grant in grants("news")
        if grant.who == who
    }


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (
            "classifier",
            {
                ("read", "topic", "news.articles.extracted.v1"),
                ("write", "topic", "news.articles.classified.v1"),
                ("write", "topic", "news.articles.extracted.v1.dlq"),
                ("write", "topic", "news.journal.v1"),
                ("read", "group", "news.classifier"),
            },
        ),
        (
            "extractor",
            {
                ("read", "topic", "news.pages.fetched.v1"),
                ("read", "topic", "news.extractor.memory.v1"),
                ("write", "topic", "news.extractor.memory.v1"),
                ("write", "topic", "news.articles.extracted.v1"),
                ("write", "topic", "news.pages.fetched.v1.dlq"),
                ("write", "topic", "news.journal.v1"),
                ("read", "group", "news.extractor"),
            },
        ),
        (
            CONSUMER,
            {
                ("read", "topic", "news.articles.enriched.v1"),
                ("read", "topic", "news.stories.v1"),
                ("read", "group", "news.consumer.*"),
            },
        ),
        (
            STATUS,
            {
                ("describe", "topic", "news.*"),
                ("describe", "group", "news.*"),
                ("read", "topic", "news.fetcher.memory.v1"),
            },
        ),
    ],
)
def test_the_rights_of_one(who: str, expected: set[tuple[str, str, str]]) -> None:
    assert rights(who) == expected


def test_a_topic_that_nobody_else_may_see_is_read_by_one_service_only() -> None:
    """Of what flows from stage to stage; the store keeps what comes out, and the dead."""
    readers: dict[str, set[str]] = {}
    for grant in grants("news"):
        if (grant.operation, grant.kind) == ("read", "topic"):
            readers.setdefault(grant.name.removeprefix("news."), set()).add(grant.who)
    shared = {name: who for name, who in readers.items() if len(who) > 1}
    assert shared == {
        "articles.enriched.v1": {"store", "webhooks", CONSUMER},
        "stories.v1": {"store", "webhooks", CONSUMER},
        WATCHED_MEMORY: {"fetcher", "store", STATUS},
    }
    assert readers.keys() <= {*ALL_TOPICS, *MEMORIES}


def test_only_the_journal_and_dead_letters_are_written_by_more_than_one() -> None:
    """Of the public topics two services have dead letters: who keeps their records, and who posts them."""
    writers: dict[str, set[str]] = {}
    for grant in grants("news"):
        if grant.operation == "write":
            writers.setdefault(grant.name, set()).add(grant.who)
    assert {name: who for name, who in writers.items() if len(who) > 1} == {
        "news.journal.v1": set(FLOWS),
        "news.articles.enriched.v1.dlq": {"store", "webhooks"},
        "news.stories.v1.dlq": {"store", "webhooks"},
    }


def test_nobody_in_the_table_is_the_super_user() -> None:
    assert ADMIN not in PRINCIPALS
    assert {grant.who for grant in grants("news")} == set(PRINCIPALS)


def test_nobody_may_write_whatever_begins_so_or_read_it() -> None:
    assert [
        grant
        for grant in grants("news")
        if grant.beginning and grant.kind == "topic" and grant.operation != "describe"
    ] == []
    assert Grant(CONSUMER, "read", "group", "news.consumer.", beginning=True) in grants("news")


@pytest.mark.parametrize(
    ("kind", "name", "pattern", "ours"),
    [
        (TOPIC, "news.stories.v1", LITERAL, True),
        (GROUP, "news.store", LITERAL, True),
        (TOPIC, "news", PREFIXED, True),
        (TOPIC, "news.x", PREFIXED, True),
        (TOPIC, "ne", PREFIXED, True),
        (TOPIC, "*", LITERAL, True),
        (CLUSTER, "kafka-cluster", LITERAL, True),
        (TOPIC, "ne", LITERAL, False),
        (TOPIC, "news2.stories.v1", LITERAL, False),
        (TOPIC, "morning.", PREFIXED, False),
    ],
)
def test_a_right_that_reaches_our_topics_is_seen(kind: int, name: str, pattern: int, ours: bool) -> None:
    operation = ALTER if kind == CLUSTER else READ
    assert reaches((kind, name, pattern, "User:extractor", "*", operation, ALLOW), "news.") is ours
