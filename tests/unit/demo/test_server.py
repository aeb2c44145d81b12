"""The tiny news web keeps to HTTP, except where a newsroom is broken on purpose."""

import socket
import tomllib
from pathlib import Path

import httpx
import pytest

from deploy.demo.server import HERE, NEWSROOMS, NewsWeb

SITES = HERE / "sites"
FILES = sorted(path.relative_to(SITES).as_posix() for path in SITES.rglob("*") if path.is_file())
FAULTS = tomllib.loads((HERE / "faults.toml").read_text("utf-8"))
SOUND = [key for key in FILES if key not in FAULTS]
UTF8 = "; charset=utf-8"
TYPES = {
    "html": f"text/html{UTF8}",
    "txt": f"text/plain{UTF8}",
    "xml": f"application/xml{UTF8}",
    "rss": f"application/rss+xml{UTF8}",
    "atom": f"application/atom+xml{UTF8}",
    "json": f"application/feed+json{UTF8}",
    "pdf": f"application/pdf{UTF8}",  # ours is plain ASCII
    "arvand/ar/news/5120.html": "text/html",  # windows-1256: the page says so, not the header
    "caspian/2026/11/19/greenback-price-tehran.html": "text/html",  # noise
}
GAS = "zagros/en/energy/iraq-iran-gas-agreement-20261117-4471.html"
CUT = "caspian/2026/11/19/customs-takings-mandali-crossing.html"


@pytest.mark.parametrize("key", SOUND)
def test_every_file_has_its_type_and_validators(key: str, web: NewsWeb, client: httpx.Client) -> None:
    answer = client.get(web.url(key))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES.get(key, TYPES[key.rpartition(".")[2]])
    assert answer.content == web.fill((SITES / key).read_bytes())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["last-modified"] == "Thu, 19 Nov 2026 21:00:00 GMT"
    again = client.get(web.url(key), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("key", [key for key in SOUND if not key.endswith("5120.html")])
def test_no_placeholder_is_left_in_what_is_served(key: str, web: NewsWeb) -> None:
    assert b"{{" not in web.fill((SITES / key).read_bytes()) or key.endswith("greenback-price-tehran.html")


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Thu, 19 Nov 2026 21:00:00 GMT", 304),
        ("Thu, 19 Nov 2026 20:59:59 GMT", 200),
        ("yesterday", 200),
        ("", 200),
    ],
)
def test_a_date_is_a_validator_too(since: str, status: int, web: NewsWeb, client: httpx.Client) -> None:
    assert client.get(web.url(GAS), headers={"If-Modified-Since": since}).status_code == status


def test_a_client_that_takes_no_gzip_gets_none(web: NewsWeb, client: httpx.Client) -> None:
    answer = client.get(web.url(GAS), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    "path",
    [
        "no-such-page",
        "%2e%2e/zagros/latest.atom",
        "../../sources.toml",
        "%00",
        "a" * 2000,
        "tigris/%2e%2e/%2e%2e",
    ],
)
def test_what_is_not_there_is_a_404_without_validators(path: str, web: NewsWeb, client: httpx.Client) -> None:
    answer = client.get(httpx.URL(web.addresses["tigris"], raw_path=f"/{path}".encode()))
    assert answer.status_code == 404
    assert "etag" not in answer.headers


def test_a_query_changes_nothing(web: NewsWeb, client: httpx.Client) -> None:
    assert client.get(web.url(GAS) + "?utm_source=rss").content == client.get(web.url(GAS)).content


def test_head_has_the_headers_and_no_body(web: NewsWeb, client: httpx.Client) -> None:
    head, whole = client.head(web.url(GAS)), client.get(web.url(GAS))
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_the_broken_page_ends_before_its_length(web: NewsWeb, client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(web.url(CUT))


def test_every_request_is_written_down(client: httpx.Client) -> None:
    with NewsWeb({"gulf": 0}) as web:
        client.get(web.url("gulf/robots.txt"))
        client.get(web.url("gulf/nothing?x=1"))
        assert web.asked == [("gulf", "/robots.txt", 200), ("gulf", "/nothing", 404)]


def test_a_port_that_is_taken_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with NewsWeb({"basra": port}) as web:
            assert not web.addresses["basra"].endswith(f":{port}")


def test_the_ports_are_free_again_afterwards() -> None:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web:
        ports = {name: int(address.rpartition(":")[2]) for name, address in web.addresses.items()}
    with NewsWeb(ports) as web:
        assert {int(address.rpartition(":")[2]) for address in web.addresses.values()} == set(ports.values())


def test_the_sources_are_written_with_real_addresses(web: NewsWeb, tmp_path: Path) -> None:
    written = web.write_sources(tmp_path / "sources")
    text = written.read_text("utf-8")
    assert written.parent == tmp_path / "sources"
    assert "{{" not in text.partition("[[source]]")[2]
    assert all(address in text for address in web.addresses.values())
