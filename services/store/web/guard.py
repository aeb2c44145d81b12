"""Who may ask, how often, under which name, and what a browser is told to forbid: before any page is made."""

import base64
import binascii
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.store.web.problem import Problem, answer

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",  # a publisher need not know what was searched for
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer. The pages set no cookie and load nothing from elsewhere."""

ASKING = "/token"
"""Where a reader is asked for the token; a browser then sends it to every page."""

REALM = 'Basic realm="Sirwan", charset="UTF-8"'
KNOWN = 10_000  # addresses that are remembered; the longest quiet one is forgotten first


@dataclass(slots=True)
class Pace:
    """At most `rate` requests a second from one address, and `burst` at once (a token bucket)."""

    rate: float  # 0: no limit
    burst: float
    steady: Callable[[], float]
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, address: str) -> float:
        """Seconds until that address may ask again; 0 takes one of its requests."""
        if not self.rate:
            return 0.0
        now = self.steady()
        left, at = self._left.pop(address, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.rate)
        allowed = left >= 1
        self._left[address] = (left - 1 if allowed else left, now)
        if len(self._left) > KNOWN:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self.rate


@dataclass(frozen=True, slots=True)
class Guard:
    """An ASGI application behind its rules. `scope["state"]["knows"]`: the reader has given the token."""

    app: ASGIApp
    names: frozenset[str]  # host names it answers to
    pace: Pace
    token: str | None
    closed: bool  # nothing is shown without the token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = self._refused(scope, headers)
        await (answer(refused, scope) if refused else self.app)(scope, receive, guarded)

    def _refused(self, scope: Scope, headers: Headers) -> Problem | None:
        if host_of(headers.get("host", "")) not in self.names:
            return Problem(
                421, "this is not served under that name", "add the name to SIRWAN_WEB_NAMES"
            )  # a page elsewhere whose name was made to point here would read what is here
        wait = self.pace.wait(scope["client"][0] if scope.get("client") else "")
        if wait:
            seconds = str(int(wait) + 1)
            return Problem(429, "too many requests", f"ask again in {seconds} s", {"retry-after": seconds})
        knows = self.token is not None and self._fits(headers.get("authorization", ""), self.token)
        scope.setdefault("state", {})["knows"] = knows
        wrong = self.token is not None and "authorization" in headers and not knows
        asked = self.closed or (self.token is not None and scope["path"] == ASKING)
        if wrong or (asked and not knows):
            said = "the token is wrong" if wrong else "this needs the operator's token"
            return Problem(
                401, said, "the name is free, the password is the token", {"www-authenticate": REALM}
            )
        return None

    @staticmethod
    def _fits(given: str, token: str) -> bool:
        kind, _, value = given.partition(" ")
        if kind.lower() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        return hmac.compare_digest(value.encode(), token.encode())


def host_of(header: str) -> str:
    """The name in a Host header, without its port."""
    name = header.rpartition(":")[0] if header.rpartition(":")[2].isdigit() else header
    return name.strip("[]").lower()
