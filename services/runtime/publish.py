"""Records onto the bus, with their envelope: the one way anything is published."""

from collections.abc import Awaitable, Mapping
from datetime import datetime

from schemas.codec import encode
from services.runtime.bus import Bus
from services.runtime.envelope import headers
from services.stage import Emit, Erase


async def publish(
    bus: Bus,
    emit: Emit | Erase,
    *,
    stage: str,
    at: datetime,
    parent: Mapping[str, str] | None = None,
    event: str | None = None,
    value: bytes | None = None,
    traceparent: str | None = None,
) -> Awaitable[None]:
    """Hand one record, or a tombstone, over. `parent` are the headers of the message it came from; `event`
    overrides `ce_id`; `value` is the record's wire form where it was made already; `traceparent` that of the
    span it came of.

    The awaitable is done once the broker has confirmed. Raises BrokerDown, Poison("record-too-large").
    """
    if value is None and isinstance(emit, Emit):
        value = encode(emit.topic, emit.record)
    envelope = headers(
        emit.topic,
        emit.key,
        value,
        stage=stage,
        subject=emit.subject,
        at=at,
        parent=parent,
        event=event,
        traceparent=traceparent,
    )
    return await bus.publish(emit.topic.name, emit.key, value, envelope)
