"""The only place of the room that speaks HTTP: one POST, and what its answer means."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from httpx_secure import SSRFProtectionError, httpx_ssrf_protection

from services.addresses import Address, may_be_asked
from services.stage import Poison, Refusal, Skip, Transient

SECONDS = 15.0  # of one attempt, all of it; Standard Webhooks advises 15 to 30
CONNECT = 5.0
MOST = 64 * 1024  # bytes of an answer that are read, so that its connection can be used again
LATER = frozenset((408, 425, 429))  # besides 5xx: what may be answered otherwise next time
IDLE = 4  # connections kept open


class Sender:
    """One client for all receivers; close it when done. `internal` are hosts that may be private."""

    def __init__(self, user_agent: str, internal: Collection[str], seconds: float = SECONDS) -> None:
        self._internal = frozenset(internal)
        self._seconds = seconds
        client = httpx.AsyncClient(
            verify=httpx.create_ssl_context(trust_env=False),
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": user_agent, "accept": "*/*"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(seconds, connect=CONNECT),
            limits=httpx.Limits(max_keepalive_connections=IDLE, keepalive_expiry=15),
        )
        # Asked of the address that a connection is made to, whatever the name resolved to before.
        self._client = httpx_ssrf_protection(
            client, check_globally_reachable=False, custom_validator=self._may_be_asked
        )

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Return once the receiver has answered 2xx.

        Raises Transient "receiver-failed" (5xx, 429, no answer); Poison "receiver-refused" (any other answer;
        a redirect is not followed), "private-address"; Skip "receiver-gone" (410).
        """
        try:
            status, retry_after = await self._ask(url, body, headers)
        except SSRFProtectionError as exc:
            raise Poison("private-address", "its host leads to an address inside") from exc
        except TimeoutError as exc:
            raise Transient("receiver-failed", f"no answer in {self._seconds:g} s") from exc
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:  # its words may hold the URL
            raise Transient("receiver-failed", f"no answer: {type(exc).__name__}") from exc
        if not 200 <= status < 300:
            raise _refusal(status, retry_after)

    async def _ask(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, float | None]:
        answered: tuple[int, float | None] | None = None
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream("POST", url, content=body, headers=dict(headers)) as response,
            ):
                answered = response.status_code, _seconds(response.headers.get("retry-after", ""))
                await _drain(response)
        except TimeoutError:
            if answered is None:
                raise
        if answered is None:
            raise AssertionError("a stream is entered or raises")
        return answered

    def _may_be_asked(self, host: str, address: Address, _port: int) -> bool:
        return may_be_asked(address, private=host in self._internal)


async def _drain(response: httpx.Response) -> None:
    """What an answer says is of no interest; a little of it is read, for the sake of the connection."""
    read = 0
    with suppress(httpx.HTTPError):
        async for chunk in response.aiter_raw():
            read += len(chunk)
            if read > MOST:
                return


def _refusal(status: int, retry_after: float | None) -> Refusal:
    told = f"status {status}"
    if status == 410:
        return Skip("receiver-gone", told)
    if status >= 500 or status in LATER:
        return Transient("receiver-failed", told, retry_after)
    redirect = 300 <= status < 400
    return Poison("receiver-refused", f"{told}; redirects are not followed" if redirect else told)


def _seconds(stated: str) -> float | None:
    """Retry-After in seconds; a date is not heeded, the usual backoff is."""
    return float(stated) if stated.isascii() and stated.isdigit() and len(stated) < 7 else None
