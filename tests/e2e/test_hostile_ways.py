"""Where a hostile web may lead us, and whom it may pretend to be: nothing inside is asked, nobody false read.

A host that counts as public is 192.31.196.1 (AS112, a sink): connections to it are made to a server on
loopback instead, and those to every other address to another one, which stands for all that is inside.
"""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import certifi
import pytest
from anyio.abc import SocketAttribute

from services.fetcher.http import HttpReader, HttpSettings
from services.fetcher.manners import Manners, MannersSettings
from services.fetcher.pages import PageFetcher
from services.stage import Poison, Refusal, Transient
from tests.clock import FakeClock
from tests.hostile_web.certificates import Certificates, make_certificates
from tests.hostile_web.tricks import feed, leads_to, says
from tests.hostile_web.web import HostileWeb
from tests.unit.fetcher.test_pages import a_request

PUBLIC = "192.31.196.1"


@dataclass
class Net:
    """Which server an address leads to, and what names resolve to: answers in turn, the last one for ever."""

    web: HostileWeb
    names: dict[str, list[str]] = field(default_factory=dict)
    dialled: list[str] = field(default_factory=list)  # addresses connected to

    def port(self, address: str) -> int:
        host = "outside" if address == PUBLIC else "inside"
        return int(self.web.addresses[host].rpartition(":")[2])

    def resolve(self, name: str) -> str:
        answers = self.names.get(name, [name])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def asked_inside(self) -> list[str]:
        return [visit.path for visit in self.web.visits("inside")]


@dataclass
class Probe:
    """What httpx-secure learns a name's address from: a connection, which is only ours by a detour."""

    stream: anyio.abc.SocketStream
    address: tuple[str, int]

    def extra(self, attribute: object) -> tuple[str, int]:
        assert attribute is SocketAttribute.remote_address
        return self.address

    async def aclose(self) -> None:
        await self.stream.aclose()


@asynccontextmanager
async def rerouted(web: HostileWeb, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Net]:
    """The loop's connections and resolver, turned to our servers."""
    net, loop, connect = Net(web), asyncio.get_running_loop(), anyio.connect_tcp
    sock_connect = loop.sock_connect

    async def detour(sock: socket.socket, address: Sequence[Any]) -> None:
        net.dialled.append(address[0])
        host = "::ffff:127.0.0.1" if sock.family == socket.AF_INET6 else "127.0.0.1"
        await sock_connect(sock, (host, net.port(address[0])))

    async def probe(host: str, port: int, **options: Any) -> Probe:
        address = net.resolve(host)
        return Probe(await connect(address, port, **options), (address, port))

    monkeypatch.setattr(loop, "sock_connect", detour)
    monkeypatch.setattr("httpx_secure.connect_tcp", probe)
    yield net


@pytest.fixture
async def net(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Net]:
    with HostileWeb({"outside": says(feed("/a")), "inside": says(b"secrets")}, newsrooms=()) as web:
        async with rerouted(web, monkeypatch) as found:
            yield found


async def reason(url: str, *, private: bool) -> str:
    """Why it is refused, else what came."""
    async with HttpReader(HttpSettings(allow_private_hosts=private, deadline=3.0), FakeClock()) as reader:
        try:
            return (await reader.get(url)).body.decode()
        except Refusal as exc:
            return exc.reason


METADATA = (
    "169.254.169.254", "[fe80::a9fe:a9fe]", "2852039166", "0xa9fea9fe",
    "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[fd00:ec2::254]",
    "100.100.100.200", "168.63.129.16", "metadata.example",
)  # fmt: skip
INSIDE = (
    "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "127.1", "10.0.0.1", "192.168.1.1", "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]", "[fd12::1]", "localhost", "intranet.example",
)  # fmt: skip
NAMES = {
    "localhost": ["127.0.0.1"],
    "intranet.example": ["10.0.0.1"],
    "metadata.example": ["169.254.169.254"],
}


@pytest.mark.parametrize("hops", [0, 1])
@pytest.mark.parametrize("host", [*METADATA, *INSIDE])
async def test_nothing_inside_is_asked_whoever_leads_there(net: Net, host: str, hops: int) -> None:
    net.names |= NAMES
    net.web.switch("outside", leads_to(f"http://{host}/latest/meta-data/"))
    url = f"http://{PUBLIC}/feed" if hops else f"http://{host}/latest/meta-data/"
    assert await reason(url, private=False) == "private-address"
    assert net.asked_inside() == []
    assert len(net.web.visits("outside")) == hops


@pytest.mark.parametrize("host", METADATA)
async def test_metadata_is_not_asked_even_where_private_hosts_are(net: Net, host: str) -> None:
    net.names |= NAMES
    net.web.switch("outside", leads_to(f"http://{host}/"))
    assert await reason(f"http://{PUBLIC}/feed", private=True) == "private-address"
    assert net.asked_inside() == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "intranet.example"])
async def test_private_hosts_are_asked_where_they_are_allowed(net: Net, host: str) -> None:
    """Which shows that what is refused above would have got there."""
    net.names |= NAMES
    net.web.switch("outside", leads_to(f"http://{host}/"))
    assert await reason(f"http://{PUBLIC}/feed", private=True) == "secrets"
    assert net.asked_inside() == ["/"]


async def test_a_name_that_changes_its_mind_leads_to_where_it_was_checked(net: Net) -> None:
    """DNS rebinding: the address that was looked at is the one that is asked."""
    net.names["rebind.example"] = [PUBLIC, "127.0.0.1"]
    async with HttpReader(HttpSettings(deadline=3.0), FakeClock()) as reader:
        for _ in range(3):
            answer = await reader.get("http://rebind.example/feed")
            assert b"<rss" in answer.body
    assert set(net.dialled) == {PUBLIC}


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("file:///etc/passwd", "bad-redirect"),
        ("ftp://192.31.196.1/a", "bad-redirect"),
        ("gopher://192.31.196.1:70/a", "bad-redirect"),
        ("http://user:secret@192.31.196.1/a", "bad-redirect"),
        ("http://192.31.196.1:25/", "bad-redirect"),
        ("http://192.31.196.1:6379/", "bad-redirect"),
        ("//127.0.0.1/a", "private-address"),
        ("http://127.0.0.1\\@192.31.196.1/", "bad-redirect"),
        ("http://192.31.196.1@127.0.0.1/", "bad-redirect"),
        ("http://[::1", "bad-redirect"),
        ("http://0251.0376.0251.0376/", "bad-redirect"),
        ("javascript:alert(1)", "bad-redirect"),
    ],
)
async def test_a_redirect_to_what_is_no_page_is_refused(net: Net, target: str, why: str) -> None:
    net.web.switch("outside", leads_to(target))
    assert await reason(f"http://{PUBLIC}/feed", private=False) == why
    assert net.asked_inside() == []
    assert len(net.web.visits("outside")) == 1


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make certificates with")
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("good", "<rss"),
        ("expired", r"tls-failed: .*certificate has expired"),
        ("wrong-name", r"tls-failed: .*IP address mismatch"),
        ("self-signed", r"tls-failed: .*self-signed certificate"),
    ],
)
async def test_only_a_host_that_proves_who_it_is_is_read(
    certificates: Certificates, kind: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(certificates.authority))
    secure = {"host": certificates.servers[kind]}
    with HostileWeb({"host": says(feed("/a"))}, newsrooms=(), secure=secure) as web:
        async with HttpReader(HttpSettings(allow_private_hosts=True), FakeClock()) as reader:
            try:
                found = (await reader.get(web.addresses["host"] + "/feed")).body.decode()
            except Poison as exc:
                found = str(exc)
        assert re.search(said, found)
        assert len(web.visits("host")) == (kind == "good")


async def test_a_handshake_that_never_comes_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/"
        async with HttpReader(HttpSettings(allow_private_hosts=True, deadline=0.5), FakeClock()) as reader:
            began = asyncio.get_running_loop().time()
            with pytest.raises(Transient, match="timeout"):
                await reader.get(url)
            assert asyncio.get_running_loop().time() - began < 2.0


async def test_a_page_whose_name_leads_inside_is_refused_and_not_put_off(net: Net, tmp_path: Path) -> None:
    """Its robots.txt has the same address: that says why the page cannot be had, not what robots may do."""
    net.names |= NAMES
    clock = FakeClock()
    async with HttpReader(HttpSettings(deadline=3.0), clock) as reader:
        pages = PageFetcher(reader, Manners(reader, clock, MannersSettings(delay=0.0)), clock, tmp_path)
        with pytest.raises(Poison, match="private-address"):
            await pages.handle(a_request("http://intranet.example/a"))
