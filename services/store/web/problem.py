"""What went wrong, for people and for programs: one line saying what, and one what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec
from starlette.responses import Response
from starlette.types import Scope

API = "/api/"
MEDIA_TYPE = "application/problem+json"  # RFC 9457


@dataclass(frozen=True)
class Problem(Exception):
    """An answer that is none."""

    status: int
    what: str
    do: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its status in words."""
        return HTTPStatus(self.status).phrase


class ProblemTold(msgspec.Struct, frozen=True, kw_only=True):
    """The same as JSON (RFC 9457)."""

    status: int
    title: str
    detail: str


def told(problem: Problem) -> ProblemTold:
    """For programs."""
    detail = f"{problem.what}; {problem.do}" if problem.do else problem.what
    return ProblemTold(status=problem.status, title=problem.title, detail=detail)


def answer(problem: Problem, scope: Scope, page: str | None = None) -> Response:
    """JSON where the API was asked, else `page`, or plain words."""
    if scope["path"].startswith(API):
        body = msgspec.json.encode(told(problem))
        return Response(body, problem.status, problem.headers, MEDIA_TYPE)
    if page is not None:
        return Response(page, problem.status, problem.headers, "text/html")
    return Response(f"{told(problem).detail}\n", problem.status, problem.headers, "text/plain")
