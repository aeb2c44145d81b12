"""Follows a public topic: `python reader.py BROKER TOPIC SCHEMA`. Needs aiokafka[zstd] and jsonschema-rs.

Prints a line of JSON for every change. The rules are those of docs/consumers.md.
"""

import asyncio
import json
import sys
from pathlib import Path

import jsonschema_rs
from aiokafka import AIOKafkaConsumer, ConsumerRecord


class Reader:
    """What is held of each key. A real reader keeps it in the database that it writes to."""

    def __init__(self, schema: str) -> None:
        self._schema = jsonschema_rs.validator_for(json.loads(Path(schema).read_text(encoding="utf-8")))
        self._versions: dict[str, int] = {}
        self._seen: set[bytes] = set()

    def change(self, message: ConsumerRecord) -> dict[str, object] | None:
        """What a message changes; None for one that changes nothing."""
        key = message.key.decode()
        ident = dict(message.headers).get("ce_id", b"")
        if message.value is None:  # a tombstone: forget the key
            return {"key": key, "state": "gone"} if self._versions.pop(key, None) else None
        if ident and ident in self._seen:  # delivered twice
            return None
        self._seen.add(ident)
        record = json.loads(message.value)
        if not self._schema.is_valid(record):
            return {"key": key, "state": "invalid"}
        if record["version"] <= self._versions.get(key, 0):  # older than what is held
            return None
        self._versions[key] = record["version"]
        state = record.get("status", "usable")  # usable | withheld | canceled, and what the future brings
        return {"key": key, "state": state, "version": record["version"], "title": record.get("title")}


async def main(broker: str, topic: str, schema: str) -> None:
    """Follow the topic until somebody ends it."""
    reader = Reader(schema)
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker, group_id="example-python",
        auto_offset_reset="earliest", enable_auto_commit=False,
    )  # fmt: skip
    async with consumer:
        async for message in consumer:
            if change := reader.change(message):
                print(json.dumps(change, ensure_ascii=False), flush=True)
            await consumer.commit()  # after the work, never before


asyncio.run(main(*sys.argv[1:]))
