"""`sirwan serve`: the pages over HTTP until it is told to stop."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog
import uvicorn
from anyio import CapacityLimiter

from services.runtime.clock import Clock, SystemClock
from services.runtime.config import ConfigError, Settings, read_secret
from services.runtime.gauges import process_measured
from services.runtime.health import Health
from services.runtime.health_server import serve_health
from services.runtime.metrics import Metrics
from services.stage import Transient
from services.store.reading import reading
from services.store.web.app import READERS, Web, build_app
from services.store.web.endpoints import Desk, Lookups
from services.store.web.guard import Guard, Pace
from services.store.web.recent import Recent
from services.store.web.showing import Pages, load_assets

log = structlog.get_logger("sirwan.web")

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CONNECTIONS = 200  # at once; the next is told to come back
BURST = 5.0  # seconds' worth of requests that may come at once: a page and its parts
LOOKING = 5.0  # seconds between two looks whether the store is there


def serve_web(settings: Settings, lookups: Lookups, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the address once it answers. Raises ConfigError."""
    guard = guard_for(settings, SystemClock())
    with _listening(settings) as listener:
        asyncio.run(_serve(settings, lookups, guard, listener, ready))


def guard_for(settings: Settings, clock: Clock) -> Callable[..., Guard]:
    """The rules of these settings, to be put before an application. Raises ConfigError."""
    file = settings.web_token_file
    token = read_secret(file, "the token", "web_token_file") if file else None
    if settings.web_shows == "nothing" and token is None:
        raise ConfigError("SIRWAN_WEB_SHOWS=nothing: nobody may see anything; set SIRWAN_WEB_TOKEN_FILE")
    if settings.web_shows == "full" and settings.web_host not in LOOPBACK:
        raise ConfigError(
            f"SIRWAN_WEB_HOST={settings.web_host} would show whole texts, which are their publishers', to all"
            " who reach it: set SIRWAN_WEB_SHOWS=excerpts, or nothing, and SIRWAN_WEB_TOKEN_FILE for yourself"
        )
    names = {*LOOPBACK, settings.web_host, *filter(None, (settings.web_names or "").lower().split(","))}
    pace = Pace(settings.web_rate, settings.web_rate * BURST, clock.steady)
    return partial(
        Guard, names=frozenset(names), pace=pace, token=token, closed=settings.web_shows == "nothing"
    )


def web_of(settings: Settings, lookups: Lookups, clock: Clock, metrics: Metrics) -> Web:
    """What the handlers share."""
    return Web(
        desk=Desk(settings, clock, lookups, Recent(clock.steady)),
        pages=Pages(load_assets(), lookups.countries),
        metrics=metrics,
        open=settings.web_shows == "full",
        guarded=settings.web_token_file is not None,
        limiter=CapacityLimiter(READERS),
    )


class _Server(uvicorn.Server):
    """Leaves the signals to us: it would end the process by the one it got, and not with exit code 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(
    settings: Settings,
    lookups: Lookups,
    guard: Callable[..., Guard],
    listener: socket.socket,
    ready: Callable[[str], None],
) -> None:
    clock, metrics = SystemClock(), Metrics()
    health = Health("web", metrics)
    app = build_app(web_of(settings, lookups, clock, metrics), guard)
    server = _Server(
        uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, proxy_headers=False,
            lifespan="off", ws="none", http="h11", loop="asyncio", limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=10,
        )
    )  # fmt: skip
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, partial(setattr, server, "should_exit", True))
    with process_measured(settings, metrics):
        async with serve_health(settings, health, metrics):
            looking = asyncio.create_task(_look(settings, health, clock))
            host, port, *_ = listener.getsockname()
            ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
            try:
                await server.serve(sockets=[listener])
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)


async def _look(settings: Settings, health: Health, clock: Clock) -> None:
    """Ready is who can read the store."""
    while True:
        try:
            await asyncio.to_thread(_read, settings)
        except Transient as exc:
            if health.blocked("store", exc.detail):
                log.warning("the store cannot be read", why=exc.detail)
        else:
            if health.cleared("store"):
                log.warning("the store is back")
        health.cleared("starting")
        await clock.sleep(LOOKING)


def _read(settings: Settings) -> None:
    with reading(settings.place) as store:
        list(store.rows("SELECT number FROM migrations"))


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket, bound before anything starts. Raises ConfigError."""
    host, port = settings.web_host, settings.web_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as exc:
            why = os.strerror(exc.errno) if exc.errno and exc.errno > 0 else exc.strerror
            raise ConfigError(
                f"cannot listen on {host}:{port}: {why}; stop what holds it, or set SIRWAN_WEB_PORT (0: any"
                " that is free) and SIRWAN_WEB_HOST"
            ) from exc
        yield listener
