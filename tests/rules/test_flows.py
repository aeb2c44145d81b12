"""The published operations are what the rooms really do: the topics a room names are those of its flow."""

import ast
from collections.abc import Iterator

import pytest

import schemas.topics
from schemas.asyncapi import FLOWS
from schemas.topics import Topic
from tests.rules.reading import imports, python_files

NAMES: dict[str, str] = {
    name: topic.name for name, topic in vars(schemas.topics).items() if isinstance(topic, Topic)
}


def topics_named(tree: ast.Module) -> Iterator[str]:
    """Names of the topics a file takes from the topic table."""
    for _, name in imports(tree):
        stem, _, constant = name.rpartition(".")
        if stem == "schemas.topics" and constant in NAMES:
            yield NAMES[constant]


def topics_of(room: str) -> set[str]:
    return {
        topic
        for path, tree in python_files().items()
        if path.startswith(f"services/{room}/")
        for topic in topics_named(tree)
    }


@pytest.mark.parametrize("room", FLOWS)
def test_a_room_names_no_topic_that_its_flow_lacks(room: str) -> None:
    flow = FLOWS[room]
    assert topics_of(room) <= {topic.name for topic in (*flow.reads, *flow.writes)}


@pytest.mark.parametrize("room", FLOWS)
def test_what_a_flow_reads_the_room_names(room: str) -> None:
    plain = {topic.name for topic in FLOWS[room].reads if not topic.name.endswith(".dlq")}
    assert plain <= topics_of(room)


def test_a_topic_is_seen_where_it_is_imported() -> None:
    tree = ast.parse(
        "from schemas.topics import STORIES, Topic\ndef f():\n    from schemas.topics import JOURNAL"
    )
    assert set(topics_named(tree)) == {"stories.v1", "journal.v1"}
