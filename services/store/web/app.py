"""The ASGI application: the table of pages behind the guard."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import msgspec
import structlog
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.runtime.metrics import Metrics
from services.stage import Transient
from services.store.query import BadSearch
from services.store.web.asked import Asked, read_asked
from services.store.web.endpoints import ENDPOINTS, Desk, Endpoint
from services.store.web.guard import ASKING, Guard
from services.store.web.openapi import document
from services.store.web.problem import API, Problem, answer
from services.store.web.showing import Pages, load_assets

log = structlog.get_logger("sirwan.web")

READERS = 8
"""Answers made at once: each has a connection of its own, and two cores are busy long before."""
AGAIN = "5"  # seconds after which to ask a store again that is away
BUG = 500
FOREVER = "public, max-age=31536000, immutable"  # an asset's address names its digest
FRESH = "private, no-cache"


@dataclass(frozen=True, slots=True)
class Web:
    """What the handlers share."""

    desk: Desk
    pages: Pages
    metrics: Metrics
    open: bool  # everybody sees whole texts
    guarded: bool  # there is a token to give
    limiter: CapacityLimiter

    def handler(self, endpoint: Endpoint[Any], *, as_json: bool) -> Callable[[Request], Any]:
        """Answers one page, or its JSON."""
        show = self._json if as_json else self._page

        async def handle(request: Request) -> Response:
            begun, status = self.desk.clock.steady(), BUG
            try:
                response = await self._answer(show, endpoint, request)
                status = response.status_code
                return response
            finally:
                self._measure(endpoint.name, status, self.desk.clock.steady() - begun)

        return handle

    async def _answer(
        self, show: Callable[..., Response], endpoint: Endpoint[Any], request: Request
    ) -> Response:
        try:
            asked = read_asked(endpoint.asks, request.path_params, request.query_params.multi_items())
            whole = self.open or request.state.knows
            return await to_thread.run_sync(
                show, endpoint, asked, whole, limiter=self.limiter, abandon_on_cancel=True
            )
        except (Problem, BadSearch, Transient) as exc:
            return self.refuse(as_problem(exc), request)

    def _measure(self, page: str, status: int, seconds: float) -> None:
        self.metrics.observe("sirwan_web_seconds", seconds, page=page)
        self.metrics.count("sirwan_web_requests_total", page=page, status=str(status))

    def _json(self, endpoint: Endpoint[Any], asked: Asked, whole: bool) -> Response:
        body = msgspec.json.encode(endpoint.read(self.desk, asked, whole))
        return Response(body, 200, {"cache-control": FRESH}, endpoint.media_type or "application/json")

    def _page(self, endpoint: Endpoint[Any], asked: Asked, whole: bool) -> Response:
        found = endpoint.read(self.desk, asked, whole)
        return self._html(endpoint.template, found=found, asked=asked, path=endpoint.path, whole=whole)

    def _html(self, template: str, status: int = 200, **told: Any) -> Response:
        now = self.desk.clock.now()
        page = self.pages.show(template, now=now, version=version("sirwan"), guarded=self.guarded, **told)
        return Response(page, status, {"cache-control": FRESH}, "text/html")

    def refuse(self, problem: Problem, request: Request) -> Response:
        """The answer to what cannot be answered."""
        if request.url.path.startswith(API):
            return answer(problem, request.scope)
        said = self._html("problem.html", problem.status, problem=problem, whole=False)
        said.headers.update(problem.headers)
        return said


def as_problem(exc: Problem | BadSearch | Transient) -> Problem:
    """What a reader is told of a refusal."""
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, BadSearch):
        return Problem(400, str(exc))
    log.warning("the store cannot be read", why=exc.detail)
    return Problem(503, "the store cannot be read now", "ask again soon", {"retry-after": AGAIN})


def build_app(web: Web, guard: Callable[[Any], Guard]) -> Guard:
    """All routes, behind the guard."""
    assets = load_assets()
    described = msgspec.json.encode(document(ENDPOINTS, version("sirwan")))

    async def openapi(_: Request) -> Response:
        return Response(described, media_type="application/json")

    async def asset(request: Request) -> Response:
        found = assets.get(request.path_params["name"])
        if found is None:
            return web.refuse(Problem(404, "there is no such file"), request)
        return Response(found.body, headers={"cache-control": FOREVER}, media_type=found.media_type)

    async def token(_: Request) -> Response:
        return RedirectResponse("/", 303)  # the guard has asked for it

    async def nothing(request: Request, _: Exception) -> Response:
        return web.refuse(Problem(404, "there is nothing here", "begin at /"), request)

    async def unheard(request: Request, exc: Exception) -> Response:
        headers = getattr(exc, "headers", None) or {}
        return web.refuse(Problem(405, "this is for reading only", "ask with GET", headers), request)

    async def broken(request: Request, _: Exception) -> Response:  # the server logs the traceback
        return web.refuse(Problem(BUG, "this is a bug of ours", "the log of the service says more"), request)

    routes = [Route(each.api, web.handler(each, as_json=True), name=each.api) for each in ENDPOINTS]
    pages = [each for each in ENDPOINTS if each.media_type is None]
    routes += [Route(each.path, web.handler(each, as_json=False), name=each.name) for each in pages]
    routes += [Route("/api/openapi.json", openapi), Route("/static/{name}", asset)]
    routes += [Route(ASKING, token)] if web.guarded else []
    handlers = {404: nothing, 405: unheard, 500: broken}
    return guard(Starlette(routes=routes, exception_handlers=handlers))
