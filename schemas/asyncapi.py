"""The topic table as an AsyncAPI 3.1.0 document: what flows where, who sends it, who reads it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.block_yaml import Value
from schemas.codec import content_type
from schemas.records import Record
from schemas.topics import (
    ALL_TOPICS,
    ARTICLES_CLASSIFIED,
    ARTICLES_ENRICHED,
    ARTICLES_EXTRACTED,
    DEAD_LETTERS,
    FETCH_REQUESTS,
    JOURNAL,
    PAGES_FETCHED,
    SOURCES,
    STORIES,
    Topic,
    full_name,
)

VERSION = "1.0.0"  # of the contract: the middle number rises when a field or a topic is added
PREFIX = "sirwan"
BINDING = "0.5.0"  # newest Kafka binding in AsyncAPI 3.1.0

Object = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Flow:
    """What one service reads and writes, the journal and dead letters apart: every service has those."""

    doc: str
    reads: tuple[Topic[Record], ...] = ()
    writes: tuple[Topic[Record], ...] = ()
    optional: bool = False  # a deployment need not run it


FLOWS: Mapping[str, Flow] = {
    "fetcher": Flow(
        "Finds pages and fetches them politely.", (FETCH_REQUESTS,), (SOURCES, FETCH_REQUESTS, PAGES_FETCHED)
    ),
    "extractor": Flow(
        "Takes the article out of the page furniture.", (PAGES_FETCHED,), (ARTICLES_EXTRACTED,)
    ),
    "classifier": Flow("Says what an article is about.", (ARTICLES_EXTRACTED,), (ARTICLES_CLASSIFIED,)),
    "linker": Flow("Recognises copies and stories.", (ARTICLES_CLASSIFIED,), (ARTICLES_ENRICHED, STORIES)),
    "store": Flow(
        "Keeps what is known: articles, stories, fates, sources, dead letters.",
        (ARTICLES_ENRICHED, STORIES, JOURNAL, SOURCES, *DEAD_LETTERS.values()),
    ),
    "webhooks": Flow(
        "Posts records to those who asked for them.", (ARTICLES_ENRICHED, STORIES), optional=True
    ),
}

# CloudEvents 1.0.2, Kafka protocol binding 3.2 (binary content mode): UTF-8 strings.
HEADERS: Mapping[str, str] = {
    "ce_specversion": "Always 1.0.",
    "ce_id": "Deterministic: the same record published twice has the same id, so a reader can drop one.",
    "ce_type": "Kind of record and its major version.",
    "ce_source": "The service that published it.",
    "ce_time": "When it was published; RFC 3339, UTC.",
    "ce_subject": "The canonical URL, or the story id.",
    "ce_dataschema": "The $id of the JSON Schema of the value.",
    "content-type": "Media type of the value.",
    "traceparent": "W3C Trace Context.",
}
ALWAYS = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type")


def schema_file(record: type[Record]) -> str:
    """Name of a record's published schema: `enriched-article.v1.json`."""
    kebab = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in record.__name__)
    return f"{kebab[1:]}.v1.json"


def asyncapi(topics: Mapping[str, Topic[Record]] = ALL_TOPICS, prefix: str = PREFIX) -> Object:
    """The whole document; payloads refer to the schema files beside it."""
    messages: Object = {}
    for topic in topics.values():
        messages.setdefault(topic.record.__name__, _message(topic))
    return {
        "asyncapi": "3.1.0",
        "id": f"urn:{PREFIX}:stream",
        "info": _info(),
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic, prefix) for topic in topics.values()},
        "operations": _operations(topics),
        "components": {
            "messages": messages,
            "messageTraits": {"CloudEvent": {"headers": _headers()}},
        },
    }


def _info() -> Object:
    return {
        "title": "Sirwan",
        "version": VERSION,
        "description": (
            "News about Iraq and Iran as a stream. Channels tagged `public` are for consumers; the others"
            " are the pipeline's own. Only optional fields are ever added (FORWARD_TRANSITIVE), label and"
            " status values may grow, and a breaking change is a new topic with the next major version."
        ),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _tag(topic: Topic[Record]) -> list[Value]:
    return [{"name": "public" if topic.public else "internal"}]


def _channel(topic: Topic[Record], prefix: str) -> Object:
    name = topic.record.__name__
    configuration: Object = {"cleanup.policy": ["compact" if topic.compacted else "delete"]}
    if topic.retention is not None:
        configuration["retention.ms"] = topic.retention * 1000
    configuration["max.message.bytes"] = topic.max_bytes
    return {
        "address": full_name(prefix, topic.name),
        "description": f"{topic.doc} Key: {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "tags": _tag(topic),
        "bindings": {"kafka": {"topicConfiguration": configuration, "bindingVersion": BINDING}},
    }


def _message(topic: Topic[Record]) -> Object:
    name = topic.record.__name__
    summary = (topic.record.__doc__ or "").strip().splitlines()[0]
    message: Object = {
        "name": name,
        "summary": summary,
        "contentType": content_type(topic),
        "traits": [{"$ref": "#/components/messageTraits/CloudEvent"}],
        "payload": {"$ref": f"./{schema_file(topic.record)}"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": BINDING}
        },
    }
    if topic.wire == "msgpack":
        message["description"] = MSGPACK_NOTE
    return message


MSGPACK_NOTE = (
    "On the wire this record is MessagePack, because the body is bytes: `body` is a bin value and every"
    " date-time is the timestamp extension (type -1). The schema describes its JSON form, in which bytes"
    " are base64 and date-times are RFC 3339 strings."
)


def _headers() -> Object:
    known: Object = {name: {"type": "string", "description": doc} for name, doc in HEADERS.items()}
    return {"type": "object", "required": list(ALWAYS), "properties": known}


def _operations(topics: Mapping[str, Topic[Record]]) -> Object:
    found: Object = {}
    for service, flow in FLOWS.items():
        dead = tuple(topics[topic.dead] for topic in flow.reads if topic.dead in topics)
        for action, moved in (("receive", flow.reads), ("send", (*flow.writes, JOURNAL, *dead))):
            for topic in moved:
                found[f"{service}.{action}.{topic.name}"] = _operation(service, action, topic)
    for topic in topics.values():
        if topic.public:
            found[f"consumer.receive.{topic.name}"] = _operation("consumer", "receive", topic)
    return found


def _operation(service: str, action: str, topic: Topic[Record]) -> Object:
    doc = FLOWS[service].doc if service in FLOWS else "Anybody: this topic is public."
    channel = f"#/channels/{topic.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "summary": doc,
        "messages": [{"$ref": f"{channel}/messages/{topic.record.__name__}"}],
        "tags": [{"name": service}, *_tag(topic)],
    }
