"""Is this process alive, and does it take messages? Liveness and readiness are different questions."""

import asyncio

from services.runtime.metrics import Metrics


class Health:
    """What keeps a stage from working, by cause; nothing means ready."""

    def __init__(self, stage: str, metrics: Metrics) -> None:
        self.stage = stage
        self._metrics = metrics
        self._causes: dict[str, str] = {"starting": "not started yet"}
        self._at_work = asyncio.Event()
        self._show()

    @property
    def ready(self) -> bool:
        """Whether messages are taken."""
        return not self._causes

    @property
    def causes(self) -> dict[str, str]:
        """Why not, by cause."""
        return dict(self._causes)

    def blocked(self, cause: str, detail: str) -> bool:
        """Something keeps the stage from working. True when that is news."""
        news = cause not in self._causes
        self._causes[cause] = detail
        if news:
            self._metrics.count("sirwan_pauses_total", stage=self.stage, why=cause)
        self._show()
        return news

    def cleared(self, cause: str) -> bool:
        """It no longer does. True when that is news."""
        news = self._causes.pop(cause, None) is not None
        self._show()
        return news

    async def until_ready(self) -> None:
        """Return as soon as messages are taken."""
        await self._at_work.wait()

    def _show(self) -> None:
        (self._at_work.set if self.ready else self._at_work.clear)()
        self._metrics.set("sirwan_ready", float(self.ready), stage=self.stage)
