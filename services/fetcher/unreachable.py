"""Hosts to which no connection came about: left alone for a growing while, then tried by one. Pure.

What is kept is an origin (scheme, host and port), which is what one connects to. Instants are on the steady
clock, in seconds.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from services.fetcher.schedule import HOUR, Backoff
from services.stage import Refusal, Transient

MOST_WHILE = 900.0  # seconds; when our own network or resolver was away, all hosts are back within these
WHILES: Mapping[str, Backoff] = {  # by why there was no connection; the rest of the reasons have OTHERWISE
    "dns-failed": Backoff(60, MOST_WHILE),
    "connect-failed": Backoff(60, MOST_WHILE),
    "timeout": Backoff(120, MOST_WHILE),  # to find out costs ten seconds
    "tls-failed": Backoff(600, 6 * HOUR),  # certificates are renewed by people, once they hear of it
}
OTHERWISE = Backoff(60, MOST_WHILE)
PROBE = 60.0  # seconds that who tries it has to itself: standing in line, the site's delay, connecting
MOST = 10_000  # origins kept in memory, about 3 MB


class HostUnreachable(Transient):
    """No connection to the host of an address, just now or a while ago; the reason is the one of then."""

    def __init__(self, url: str, reason: str, detail: str, wait: float) -> None:
        super().__init__(reason, f"{detail}; left alone for {wait:.0f} s", wait)
        self.url = url


@dataclass(slots=True)
class _Host:
    reason: str
    detail: str
    failures: int = 0  # in a row
    until: float = 0.0  # left alone


class UnreachableHosts:
    """Those that are known to be; any other is taken to be well."""

    def __init__(self) -> None:
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def refusal(self, origin: str, url: str, now: float) -> HostUnreachable | None:
        """What to refuse a request with while its host is left alone, or somebody else tries it."""
        host = self._hosts.get(origin)
        if host is None or now >= host.until:
            return None
        return HostUnreachable(url, host.reason, host.detail, host.until - now)

    def try_again(self, origin: str, now: float) -> bool:
        """Have the host to oneself for PROBE seconds; False where it is not known to be unreachable."""
        host = self._hosts.get(origin)
        if host is None:
            return False
        if now > host.until + _rule(host.reason).most:  # so long ago that it says nothing of today
            del self._hosts[origin]
            return False
        host.until = now + PROBE
        return True

    def failed(self, origin: str, url: str, refusal: Refusal, now: float) -> HostUnreachable:
        """There was no connection once more: what to refuse the request with."""
        host = self._hosts.pop(origin, None) or _Host(refusal.reason, refusal.detail)
        host.reason, host.detail, host.failures = refusal.reason, refusal.detail, host.failures + 1
        wait = _rule(host.reason).after(host.failures)
        host.until = now + wait
        self._hosts[origin] = host
        if len(self._hosts) > MOST:
            self._hosts.popitem(last=False)
        return HostUnreachable(url, host.reason, host.detail, wait)

    def reached(self, origin: str) -> None:
        """It answered, whatever it said."""
        self._hosts.pop(origin, None)

    def failures(self, origin: str) -> int:
        """How often in a row there was no connection."""
        host = self._hosts.get(origin)
        return host.failures if host else 0

    def by_reason(self, now: float) -> Mapping[tuple[str, ...], float]:
        """How many are left alone now, by reason."""
        return Counter((host.reason,) for host in self._hosts.values() if now < host.until)


def _rule(reason: str) -> Backoff:
    return WHILES.get(reason, OTHERWISE)
