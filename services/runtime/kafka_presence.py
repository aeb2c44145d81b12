"""Looks whether the broker is there, so that an idle service says so before it has anything to publish."""

import structlog

from services.runtime.bus import BrokerDown
from services.runtime.clock import Clock
from services.runtime.health import Health
from services.runtime.kafka import KafkaBus

log = structlog.get_logger("sirwan.kafka")

PERIOD = 10.0
"""Seconds between two looks."""

CAUSE = "broker"


async def watch_broker(bus: KafkaBus, health: Health, clock: Clock, period: float = PERIOD) -> None:
    """Look every `period` seconds, for ever; a broker that does not answer shows in the health.

    What somebody else has found wrong with the broker is left to them to clear.
    """
    ours = False
    while True:
        await clock.sleep(period)
        try:
            answered = await bus.answered()
        except BrokerDown as exc:
            if health.blocked(CAUSE, str(exc)):
                ours = True
                log.warning("the broker does not answer", why=str(exc))
        else:
            if not answered:
                continue  # nobody was asked: what was known stays known
            if ours and health.cleared(CAUSE):
                log.warning("the broker answers again")
            ours = False
