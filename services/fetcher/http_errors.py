"""What the errors of the HTTP client, the resolver and the clock are called here."""

import socket
import ssl

import httpx
from httpx_secure import SSRFProtectionError

from services.stage import Poison, Refusal, Skip, Transient


class PrivateAddress(Poison):
    """The host of an address is one we do not ask, whether it is written out or what its name leads to."""

    def __init__(self, url: str, detail: str) -> None:
        super().__init__("private-address", detail)
        self.url = url


def never_connected(refusal: Refusal) -> bool:
    """Whether a request was refused because no connection to its host came about."""
    return isinstance(refusal.__cause__, httpx.ConnectError | httpx.ConnectTimeout)


def refusal_of(error: Exception, url: str) -> Refusal:
    """Our word for an error of httpx, the resolver or the clock."""
    detail = f"{url}: {str(error) or type(error).__name__}"
    if isinstance(error, SSRFProtectionError):
        return PrivateAddress(url, detail)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return Transient("timeout", detail)
    # Our own URL is sound: this is a Location, which httpx parses even where it does not follow.
    if isinstance(error, httpx.InvalidURL) or "location header" in str(error):
        return Poison("bad-redirect", detail)
    if isinstance(error, httpx.UnsupportedProtocol | UnicodeError):
        return Skip("bad-url", detail)
    if _is_because_of(error, ssl.SSLError):
        return Poison("tls-failed", detail)
    if _is_because_of(error, socket.gaierror):
        return Transient("dns-failed", detail)
    return Transient("connect-failed", detail)


def _is_because_of(error: BaseException | None, kind: type[Exception]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False
