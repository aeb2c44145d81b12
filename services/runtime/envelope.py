"""Headers of every record: CloudEvents 1.0 binary mode for Kafka, and W3C trace context. Pure.

`ce_id` is a digest of what is said, so the same record published twice has the same id and a consumer
can drop the second. The trace starts at the first record of a page and is handed on.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from schemas.codec import content_type
from schemas.records import Record
from schemas.topics import Topic

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})")
"""W3C Trace Context; flags are any hex pair (03 occurs)."""

SUBJECT, TRACE = "ce_subject", "traceparent"


def event_id(topic: str, key: str, value: bytes | None) -> str:
    """32 hex digits that depend on topic, key and value alone."""
    digest = hashlib.sha256()
    for part in (topic.encode(), key.encode(), value or b""):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:32]


@cache  # of the nine records
def schema_name(record: type[Record]) -> str:
    """Name of a record's published schema: `enriched-article`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", record.__name__).lower()


def headers(
    topic: Topic[Record],
    key: str,
    value: bytes | None,
    *,
    stage: str,
    subject: str,
    at: datetime,
    parent: Mapping[str, str] | None = None,
    event: str | None = None,
    traceparent: str | None = None,
) -> dict[str, str]:
    """CloudEvents attributes and trace context for one record; `parent` are the headers it came from.

    `traceparent` is that of the span which made the record, where there is one; without it the place in the
    trace of `parent` is derived from the record.
    """
    ident = event or event_id(topic.name, key, value)
    version = topic.name.removesuffix(".dlq").rsplit(".", 1)[-1]
    found = TRACEPARENT.fullmatch((parent or {}).get(TRACE, ""))
    trace, flags = found.groups() if found else (ident, "01")
    return {
        "ce_specversion": "1.0",
        "ce_id": ident,
        "ce_source": f"/sirwan/{stage}",
        "ce_type": f"sirwan.{topic.name}",
        "ce_time": at.isoformat().replace("+00:00", "Z"),
        SUBJECT: subject,
        "ce_dataschema": f"urn:sirwan:schema:{schema_name(topic.record)}:{version}",
        "content-type": content_type(topic),
        TRACE: traceparent or f"00-{trace}-{ident[16:]}-{flags}",
    }
