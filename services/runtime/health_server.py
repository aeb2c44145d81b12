"""/live, /ready and /metrics of one process, on aiohttp (which Faust brings along)."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from services.runtime.config import ConfigError, Settings
from services.runtime.health import Health
from services.runtime.metrics import Metrics


@asynccontextmanager
async def serve_health(settings: Settings, health: Health, metrics: Metrics) -> AsyncIterator[None]:
    """Answer while the context is open; nothing where `health_port` is 0. Raises ConfigError."""
    if not settings.health_port:
        yield
        return
    runner = web.AppRunner(_application(health, metrics), access_log=None)
    await runner.setup()
    try:
        await _listen(runner, settings.health_host, settings.health_port)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as exc:
        why = os.strerror(exc.errno or 0) if (exc.errno or 0) > 0 else exc.strerror  # shorter than asyncio is
        raise ConfigError(
            f"cannot listen on {host}:{port}: {why}; stop what holds it, or set SIRWAN_HEALTH_PORT (0: none)"
            " and SIRWAN_HEALTH_HOST"
        ) from exc


def _application(health: Health, metrics: Metrics) -> web.Application:
    async def live(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_: web.Request) -> web.Response:
        return web.json_response(
            {"ready": health.ready, "stage": health.stage, "causes": health.causes},
            status=200 if health.ready else 503,
        )

    async def exposition(_: web.Request) -> web.Response:
        return web.Response(
            body=metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    application = web.Application()
    application.router.add_get("/live", live)
    application.router.add_get("/ready", ready)
    application.router.add_get("/metrics", exposition)
    return application
