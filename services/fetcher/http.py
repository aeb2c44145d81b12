"""The only place that speaks HTTP. Foreign errors end here, as refusals."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urldefrag, urljoin, urlsplit
from zlib import crc32

import httpx
from httpx_secure import httpx_ssrf_protection

from services.addresses import Address, address_in, may_be_asked
from services.fetcher.canonical import DEFAULT_PORTS, canonical_url
from services.fetcher.challenges import SIGN_BYTES, STATUSES
from services.fetcher.encodings import ACCEPTED, decode_content
from services.fetcher.http_errors import PrivateAddress, refusal_of
from services.fetcher.schedule import retry_after_seconds
from services.runtime.clock import Clock
from services.runtime.config import Settings
from services.runtime.metrics import Metrics
from services.stage import Poison, Refusal, Skip, Transient

REDIRECTS = frozenset((301, 302, 303, 307, 308))
WEB_PORTS = frozenset((80, 443, 8080, 8443))
POOLS, IDLE = 128, 4
"""Connection pools, each with its own hosts, and the idle connections each keeps for 15 s: 512 at most.

httpcore looks at every connection of a pool, and for each idle one at all the others, twice a request. One
pool for all took a third of what a page costs; 32 still took a tenth, as the hosts of the fuller ones drove
each other's connections out.
"""

QUICK = 8 * 1024 * 1024  # bytes that may be decoded on the spot; of more, as a list has, others must not wait
PATIENCE = 5.0  # seconds for the beginning of a page that says no
# Each piece of a body costs 60 µs, be it one byte: 8 MB of such pieces would take minutes.
BREATH = 200  # pieces read before others may work
MANY, TINY = 20_000, 64  # so many pieces of so few bytes on average are refused


@dataclass(slots=True)
class Exchange:
    """One request, for who let it through: what came of it."""

    status: int | None = None  # None where there was no answer


Gate = Callable[[str], AbstractAsyncContextManager[Exchange | None]]
"""Entered before each request with its URL, left after it: politeness, robots."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How we appear and what we put up with. Sizes in bytes, times in seconds."""

    user_agent: str = "sirwan/0.1 (+https://sirwan.example/bot)"
    allow_private_hosts: bool = False  # loopback and private ranges, on any port: demo and tests
    ports: frozenset[int] = WEB_PORTS
    max_body: int = 8 * 1024 * 1024  # decoded
    deadline: float = 30.0  # for all hops together, waiting for our turn not counted
    connect: float = 10.0
    max_redirects: int = 5

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As an operator set it."""
        return cls(
            user_agent=settings.user_agent,
            allow_private_hosts=settings.allow_private_hosts,
            max_body=settings.fetch_bytes,
            deadline=settings.fetch_seconds,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back after all redirects."""

    status: int
    url: str
    redirects: tuple[str, ...] = ()  # addresses passed through, the first one asked included
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names
    body: bytes = b""  # decoded; of a status of services/fetcher/challenges.py its beginning, of others none
    truncated: bool = False  # the connection or the coding ended before the body did


class HttpReader:
    """One client for everything that is fetched: close it, or use it as a context."""

    def __init__(self, settings: HttpSettings, clock: Clock, metrics: Metrics | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics or Metrics()
        trusted = httpx.create_ssl_context(trust_env=False)
        self._clients = tuple(_client(settings, trusted, self._may_be_asked) for _ in range(POOLS))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of all connections."""
        for client in self._clients:
            await client.aclose()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        gate: Gate | None = None,
        admit: Callable[[Mapping[str, str]], None] | None = None,
        most: int | None = None,
    ) -> Answer:
        """The answer to a GET, redirects followed hop by hop; `require_ok` refuses bad statuses.

        `most` bytes of body, decoded, are taken; those of the settings where it is not given. `admit` sees
        the headers of a 2xx answer before its body is read, and may refuse. Raises Transient "timeout",
        "dns-failed", "connect-failed"; Poison "bad-redirect", "private-address", "tls-failed",
        "body-too-large", "body-too-costly"; Skip "bad-url"; and what `gate` and `admit` raise.
        """
        url, left = urldefrag(url).url, self._settings.deadline
        self._check(url)
        passed: list[str] = []
        while True:
            async with _through(gate, url) as exchange:
                started = asyncio.get_running_loop().time()
                answer = await self._exchange(
                    url, headers or {}, admit, left, most or self._settings.max_body
                )
                if exchange:
                    exchange.status = answer.status
                left -= asyncio.get_running_loop().time() - started
            passed.append(url)
            if answer.status not in REDIRECTS:
                redirects = tuple(passed[:-1])
                return Answer(answer.status, url, redirects, answer.headers, answer.body, answer.truncated)
            url = self._next_hop(answer, passed)

    def require_ok(self, answer: Answer) -> Answer:
        """The answer itself if its status is 2xx.

        Raises Transient "too-many-requests", "server-error"; Skip "gone", "http-client-error".
        """
        if 200 <= answer.status < 300:
            return answer
        detail = f"status {answer.status} from {answer.url}"
        wait = retry_after_seconds(answer.headers.get("retry-after"), self._clock.now())
        if answer.status == 429:
            raise Transient("too-many-requests", detail, wait)
        if answer.status >= 500 or answer.status == 408:
            raise Transient("server-error", detail, wait)
        raise Skip("gone" if answer.status == 410 else "http-client-error", detail)

    def _may_be_asked(self, _host: str, address: Address, _port: int) -> bool:
        """Asked of the address a connection is about to be made to, whatever its name resolved to before."""
        return may_be_asked(address, private=self._settings.allow_private_hosts)

    def _check(self, url: str) -> None:
        """Raises Skip("bad-url") for what is no fetchable address or stands on a port we do not use.

        And Poison("private-address") for an address written out: the robots.txt there is not asked either.
        """
        canonical_url(url)
        try:
            httpx.URL(url)
        except httpx.InvalidURL as exc:
            raise Skip("bad-url", f"{exc}: {url[:200]!r}") from exc
        parts, private = urlsplit(url), self._settings.allow_private_hosts
        port = parts.port or DEFAULT_PORTS[parts.scheme.lower()]
        if port not in self._settings.ports and not private:
            raise Skip("bad-url", f"port {port} is not one we fetch from: {url[:200]!r}")
        address = address_in(parts.hostname or "")
        if address is not None and not may_be_asked(address, private=private):
            raise PrivateAddress(url, f"{url[:200]}: {address} is not one we ask")

    def _next_hop(self, answer: Answer, passed: list[str]) -> str:
        target = answer.headers.get("location")
        if not target:
            raise Poison("bad-redirect", f"status {answer.status} without Location from {answer.url}")
        try:
            url = urldefrag(urljoin(answer.url, target)).url
            self._check(url)
        except (Skip, ValueError) as exc:
            raise Poison("bad-redirect", f"{answer.url} leads to {target[:200]}: {exc}") from exc
        if url in passed:
            raise Poison("bad-redirect", f"a loop: {answer.url} leads back to {url}")
        if len(passed) > self._settings.max_redirects:
            raise Poison("bad-redirect", f"more than {self._settings.max_redirects} hops from {passed[0]}")
        return url

    async def _exchange(
        self,
        url: str,
        headers: Mapping[str, str],
        admit: Callable[[Mapping[str, str]], None] | None,
        seconds: float,
        most: int,
    ) -> Answer:
        """One request and its answer, counted."""
        began = self._clock.steady()
        outcome = "cancelled"
        try:
            answer = await self._ask(url, headers, admit, seconds, most)
            outcome = f"{answer.status // 100}xx"
        except Refusal as exc:
            outcome = exc.reason
            raise
        finally:
            self._metrics.count("sirwan_fetches_total", outcome=outcome)
            self._metrics.observe("sirwan_fetch_seconds", self._clock.steady() - began)
        return answer

    async def _ask(
        self,
        url: str,
        headers: Mapping[str, str],
        admit: Callable[[Mapping[str, str]], None] | None,
        seconds: float,
        most: int,
    ) -> Answer:
        try:
            async with (
                asyncio.timeout(max(seconds, 0.001)),
                self._client_of(url).stream("GET", url, headers=dict(headers)) as response,
            ):
                answer = Answer(response.status_code, url, headers=dict(response.headers.items()))
                if response.status_code in STATUSES:
                    return replace(answer, body=await self._begin(response))
                if not 200 <= response.status_code < 300:
                    return answer
                if admit:
                    admit(answer.headers)
                raw, cut = await self._read(response, most)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as exc:
            raise refusal_of(exc, url) from exc
        coding = answer.headers.get("content-encoding")
        if coding and most > QUICK:
            body, whole = await asyncio.to_thread(decode_content, raw, coding, most)
        else:
            body, whole = decode_content(raw, coding, most)
        return Answer(answer.status, url, (), answer.headers, body, cut or not whole)

    def _client_of(self, url: str) -> httpx.AsyncClient:
        return self._clients[crc32(urlsplit(url).netloc.lower().encode()) % POOLS]

    async def _begin(self, response: httpx.Response) -> bytes:
        """What a page that says no begins with, as far as it comes soon."""
        raw = bytearray()
        try:
            async with asyncio.timeout(PATIENCE):
                async for chunk in response.aiter_raw(SIGN_BYTES):
                    self._metrics.count("sirwan_fetch_bytes_total", by=len(chunk))
                    raw += chunk
                    if len(raw) >= SIGN_BYTES:
                        break
            coding = response.headers.get("content-encoding")
            return decode_content(bytes(raw), coding, self._settings.max_body)[0][:SIGN_BYTES]
        except (
            httpx.HTTPError,
            OSError,
            Poison,
        ):  # a TimeoutError is an OSError; the status is answer enough
            return b""

    async def _read(self, response: httpx.Response, most: int) -> tuple[bytes, bool]:
        """Raw bytes, and whether the other side stopped before the end."""
        raw = bytearray()
        stated = response.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > most:
            raise Poison("body-too-large", f"{stated} bytes stated, at most {most}")
        pieces = 0
        try:
            async for chunk in response.aiter_raw():
                raw += chunk
                pieces += 1
                if len(raw) > most:
                    raise Poison("body-too-large", f"over {most} bytes")
                if pieces >= MANY and len(raw) < pieces * TINY:
                    raise Poison("body-too-costly", f"{len(raw)} bytes in {pieces} pieces")
                if pieces % BREATH == 0:
                    await asyncio.sleep(0)
        except (httpx.RemoteProtocolError, httpx.ReadError):
            if not raw:
                raise
            return bytes(raw), True
        finally:
            self._metrics.count("sirwan_fetch_bytes_total", by=len(raw))
        return bytes(raw), False


def _client(
    settings: HttpSettings, trusted: ssl.SSLContext, may_be_asked: Callable[[str, Address, int], bool]
) -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        verify=trusted,
        http2=True,
        trust_env=False,
        headers={"user-agent": settings.user_agent, "accept-encoding": ACCEPTED, "accept": "*/*"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(settings.deadline, connect=settings.connect),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=IDLE, keepalive_expiry=15),
    )
    return httpx_ssrf_protection(
        client, check_globally_reachable=not settings.allow_private_hosts, custom_validator=may_be_asked
    )


def _through(gate: Gate | None, url: str) -> AbstractAsyncContextManager[Exchange | None]:
    return gate(url) if gate else nullcontext()
