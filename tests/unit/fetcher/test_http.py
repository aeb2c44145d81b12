import asyncio
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import brotli  # type: ignore[import-untyped]  # it ships no stubs
import httpx
import pytest
import respx
import zstandard

from services.fetcher.challenges import SIGN_BYTES
from services.fetcher.encodings import LAYERS
from services.fetcher.http import BREATH, MANY, TINY, Answer, HttpReader, HttpSettings
from services.runtime.metrics import Metrics
from services.stage import Poison, Refusal, Skip, Transient
from tests.clock import FakeClock
from tests.unit.fetcher.worlds import Asked, Page, response, serving

LOCAL = HttpSettings(allow_private_hosts=True, max_body=100_000, deadline=2.0)


async def got(pages: dict[str, Page], path: str = "/a", settings: HttpSettings = LOCAL) -> Answer:
    async with serving(pages) as web, HttpReader(settings, FakeClock()) as reader:
        return reader.require_ok(await reader.get(web.url + path))


async def refused(pages: dict[str, Page], path: str = "/a", settings: HttpSettings = LOCAL) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await got(pages, path, settings)
    return caught.value


BODY = b"<p>" + b"words " * 200

CODINGS = {
    "gzip": gzip.compress(BODY),
    "x-gzip": gzip.compress(BODY[:50]) + gzip.compress(BODY[50:]),
    "deflate": zlib.compress(BODY),
    "br": brotli.compress(BODY),
    "zstd": zstandard.compress(BODY),
    "unheard-of": BODY,
}


@pytest.mark.parametrize("coding", CODINGS)
async def test_every_content_coding_is_undone(coding: str) -> None:
    answer = await got({"/a": response(CODINGS[coding], content_encoding=coding)})
    assert (answer.body, answer.truncated) == (BODY, False)


async def test_a_headless_deflate_is_read_too() -> None:
    squeezer = zlib.compressobj(wbits=-15)
    raw = squeezer.compress(BODY) + squeezer.flush()
    assert (await got({"/a": response(raw, content_encoding="deflate")})).body == BODY


ZEROS = bytes(200_000_000)
BOMBS = {
    "gzip": gzip.compress(ZEROS[:50_000_000]),
    "br": brotli.compress(ZEROS, quality=1),
    "zstd": zstandard.compress(ZEROS),
}


@pytest.mark.parametrize("coding", BOMBS)
async def test_a_bomb_is_refused_without_being_unpacked(coding: str) -> None:
    exc = await refused({"/a": response(BOMBS[coding], content_encoding=coding)})
    assert isinstance(exc, Poison)
    assert exc.reason == "body-too-large"


@pytest.mark.parametrize(
    "page", [response(b"x" * 100_001), response(b"x", length=200_000_000)], ids=["sent", "stated"]
)
async def test_a_large_body_is_refused(page: bytes) -> None:
    assert (await refused({"/a": page})).reason == "body-too-large"


async def test_a_body_in_tiny_pieces_is_refused_before_it_costs_much_and_lets_others_work() -> None:
    async def pieces(writer: asyncio.StreamWriter, _asked: Asked) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 2 * MANY)
        await writer.drain()
        await asyncio.sleep(10)

    breaths = 0

    async def breathe() -> None:
        nonlocal breaths
        while True:
            await asyncio.sleep(0)
            breaths += 1

    breathing = asyncio.ensure_future(breathe())
    exc = await refused({"/a": pieces}, settings=HttpSettings(allow_private_hosts=True))
    breathing.cancel()
    assert (type(exc), exc.reason) == (Poison, "body-too-costly")
    assert breaths > MANY // BREATH


async def test_many_pieces_of_some_size_are_a_body_like_any_other() -> None:
    async def pieces(writer: asyncio.StreamWriter, _asked: Asked) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        writer.write((b"%x\r\n" % size + b"x" * size + b"\r\n") * MANY + b"0\r\n\r\n")

    size = 2 * TINY  # some come in two, on the edge of what was read at once
    answer = await got({"/a": pieces}, settings=HttpSettings(allow_private_hosts=True))
    assert (len(answer.body), answer.truncated) == (MANY * size, False)


async def test_a_body_coded_over_and_over_is_refused() -> None:
    coded = BODY
    for _ in range(LAYERS):
        coded = gzip.compress(coded)
    named = ", ".join(["gzip"] * LAYERS)
    assert (await got({"/a": response(coded, content_encoding=named)})).body == BODY
    exc = await refused({"/a": response(gzip.compress(coded), content_encoding=f"{named}, gzip")})
    assert (type(exc), exc.reason) == (Poison, "body-too-costly")


async def test_a_body_cut_short_is_kept_and_marked() -> None:
    answer = await got({"/a": response(b"half of", length=5000)})
    assert (answer.body, answer.truncated) == (b"half of", True)


async def test_a_coding_cut_short_is_kept_and_marked() -> None:
    answer = await got({"/a": response(gzip.compress(BODY)[:-12], content_encoding="gzip")})
    assert answer.truncated
    assert BODY.startswith(answer.body)


@pytest.mark.parametrize(
    ("page", "kind", "reason", "retry_after"),
    [
        (response(b"", "404 Not Found"), Skip, "http-client-error", None),
        (response(b"", "403 Forbidden"), Skip, "http-client-error", None),
        (response(b"", "304 Not Modified"), Skip, "http-client-error", None),
        (response(b"", "410 Gone"), Skip, "gone", None),
        (response(b"", "408 Request Timeout"), Transient, "server-error", None),
        (response(b"", "429 Too Many Requests", retry_after="120"), Transient, "too-many-requests", 120.0),
        (
            response(b"", "503 Busy", retry_after="Fri, 20 Nov 2026 12:01:00 GMT"),
            Transient, "server-error", 60.0,
        ),
        (response(b"", "500 Oops"), Transient, "server-error", None),
        (b"", Transient, "connect-failed", None),
        (b"no http at all\r\n\r\n", Transient, "connect-failed", None),
        (response(b"", length=10), Transient, "connect-failed", None),
        (response(b"", "302 Found"), Poison, "bad-redirect", None),
        (response(b"", "302 Found", location="/a"), Poison, "bad-redirect", None),
        (response(b"", "302 Found", location="/b"), Poison, "bad-redirect", None),
        (response(b"", "302 Found", location="ftp://a.example/"), Poison, "bad-redirect", None),
        (response(b"", "302 Found", location="file:///etc/passwd"), Poison, "bad-redirect", None),
        (response(b"", "302 Found", location="http://u:p@a.example/"), Poison, "bad-redirect", None),
        (response(b"", "302 Found", location="http://[::1/"), Poison, "bad-redirect", None),
        (response(b"", "302 Found", location="http://169.254.169.254/meta"), Poison, "private-address", None),
        (response(b"", "302 Found", location="http://[fe80::1]/"), Poison, "private-address", None),
        (response(b"", "302 Found", location="http://0.0.0.0/"), Poison, "private-address", None),
        (response(b"", "302 Found", location="http://2852039166/"), Poison, "private-address", None),
        (response(b"", "302 Found", location="http://[::ffff:a9fe:a9fe]/"), Poison, "private-address", None),
    ],
)  # fmt: skip
async def test_a_bad_answer_is_refused_by_its_kind(
    page: bytes, kind: type[Refusal], reason: str, retry_after: float | None
) -> None:
    exc = await refused({"/a": page, "/b": response(b"", "301 Moved", location="/a")})
    assert isinstance(exc, kind)
    assert (exc.reason, getattr(exc, "retry_after", None)) == (reason, retry_after)


async def test_redirects_are_followed_and_recorded() -> None:
    async with (
        serving(
            {
                "/a": response(b"", "301 Moved", location="b?x=1#f"),
                "/b?x=1": response(b"", "308 Moved", location="/c"),
                "/c": response(b"here", content_type="text/html"),
            }
        ) as web,
        HttpReader(LOCAL, FakeClock()) as reader,
    ):
        answer = await reader.get(web.url + "/a#top")
    assert (answer.url, answer.body) == (web.url + "/c", b"here")
    assert answer.redirects == (web.url + "/a", web.url + "/b?x=1")


async def test_a_long_chain_of_redirects_ends() -> None:
    pages: dict[str, Page] = {f"/{n}": response(b"", "302 Found", location=f"/{n + 1}") for n in range(10)}
    assert "more than 5 hops" in (await refused(pages, "/0")).detail


async def trickle(writer: asyncio.StreamWriter, _asked: Asked) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silence(_writer: asyncio.StreamWriter, _asked: Asked) -> None:
    await asyncio.sleep(3)


@pytest.mark.parametrize("page", [trickle, silence])
async def test_a_slow_server_runs_into_the_deadline(page: Page) -> None:
    exc = await refused({"/a": page}, settings=HttpSettings(allow_private_hosts=True, deadline=0.3))
    assert (type(exc), exc.reason) == (Transient, "timeout")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "100.64.0.1"],
)
async def test_private_addresses_are_refused_unless_allowed(host: str) -> None:
    async with (
        serving({}) as web,
        HttpReader(HttpSettings(ports=frozenset((80, web.port)), connect=1.0), FakeClock()) as reader,
    ):
        port = web.port if host in ("127.0.0.1", "localhost") else 80
        with pytest.raises(Refusal) as caught:
            await reader.get(f"http://{host}:{port}/")
    assert caught.value.reason == "private-address"
    assert web.log == []


@pytest.mark.parametrize(
    "url", ["http://a.example:25/", "ftp://a.example/", "http://u:p@a.example/", "x", "http://0251.0376.1.1/"]
)
async def test_an_address_we_do_not_fetch_is_refused_before_any_connection(url: str) -> None:
    async with HttpReader(HttpSettings(), FakeClock()) as reader:
        with pytest.raises(Skip, match="bad-url"):
            await reader.get(url)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx.ConnectTimeout("late"), "timeout"),
        (httpx.ConnectError("refused"), "connect-failed"),
        (httpx.ReadError("reset"), "connect-failed"),
        (httpx.RemoteProtocolError("bad"), "connect-failed"),
        (httpx.UnsupportedProtocol("bad"), "bad-url"),
        (httpx.InvalidURL("bad"), "bad-redirect"),
    ],
)
async def test_errors_of_the_library_end_here(error: Exception, reason: str) -> None:
    with respx.mock:
        respx.get("http://a.example/").mock(side_effect=error)
        async with HttpReader(HttpSettings(), FakeClock()) as reader:
            with pytest.raises(Refusal) as caught:
                await reader.get("http://a.example/")
    assert caught.value.reason == reason


async def test_a_server_without_tls_on_an_https_address_is_a_tls_failure() -> None:
    async with serving({}) as web, HttpReader(LOCAL, FakeClock()) as reader:
        with pytest.raises(Poison, match="tls-failed"):
            await reader.get(web.url.replace("http:", "https:"))


@pytest.mark.parametrize("private", [True, False])
async def test_a_name_without_an_address_is_a_failure_of_dns(
    private: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nobody)
    async with HttpReader(HttpSettings(allow_private_hosts=private), FakeClock()) as reader:
        with pytest.raises(Transient, match="dns-failed"):
            await reader.get("http://nowhere.example/")


LONG = b"<html>" + b"wait " * 20_000


@pytest.mark.parametrize(
    ("page", "body"),
    [
        (response(b"<html>wait</html>", "403 Forbidden"), b"<html>wait</html>"),
        (response(gzip.compress(b"<html>wait"), "503 Busy", content_encoding="gzip"), b"<html>wait"),
        (response(LONG, "429 Too Many Requests"), LONG[:SIGN_BYTES]),
        (response(gzip.compress(ZEROS[:50_000_000]), "403 Forbidden", content_encoding="gzip"), b""),
        (response(b"<html>wait", "403 Forbidden", length=500), b""),
        (response(b"<html>wait</html>", "404 Not Found"), b""),
    ],
    ids=["403", "gzip", "long", "bomb", "cut", "404"],
)
async def test_of_a_page_that_says_no_the_beginning_is_read(page: bytes, body: bytes) -> None:
    async with serving({"/a": page}) as web, HttpReader(LOCAL, FakeClock()) as reader:
        assert (await reader.get(web.url + "/a")).body == body


async def test_a_page_that_says_no_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slowly(writer: asyncio.StreamWriter, _asked: Asked) -> None:
        writer.write(b"HTTP/1.1 503 Busy\r\ncontent-length: 1000\r\nretry-after: 60\r\n\r\n<html>")
        await writer.drain()
        await asyncio.sleep(1)

    monkeypatch.setattr("services.fetcher.http.PATIENCE", 0.1)
    assert getattr(await refused({"/a": slowly}), "retry_after", None) == 60.0


async def test_we_say_who_we_are_and_keep_no_cookies() -> None:
    async with (
        serving({"/a": response(b"", set_cookie="id=1; path=/")}) as web,
        HttpReader(LOCAL, FakeClock()) as reader,
    ):
        for _ in range(2):
            await reader.get(web.url + "/a", headers={"if-none-match": '"1"'})
    assert "+https://" in web.log[1].headers["user-agent"]
    assert web.log[1].headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert web.log[1].headers["if-none-match"] == '"1"'
    assert "cookie" not in web.log[1].headers


async def test_the_gate_stands_before_every_hop() -> None:
    passed: list[str] = []

    @asynccontextmanager
    async def gate(url: str) -> AsyncIterator[None]:
        passed.append(url)
        yield

    pages: dict[str, Page] = {"/a": response(b"", "302 Found", location="/b"), "/b": response(b"x")}
    async with serving(pages) as web, HttpReader(LOCAL, FakeClock()) as reader:
        await reader.get(web.url + "/a", gate=gate)
    assert passed == [web.url + "/a", web.url + "/b"]


async def test_a_body_nobody_wants_is_not_read() -> None:
    def refuse(headers: Mapping[str, str]) -> None:
        raise Skip("not-html", headers["content-type"])

    page = response(b"x", length=90_000, content_type="video/mp4")
    async with serving({"/a": page}) as web, HttpReader(LOCAL, FakeClock()) as reader:
        with pytest.raises(Skip, match="video/mp4"):
            await reader.get(web.url + "/a", admit=refuse)


@pytest.mark.parametrize(
    ("page", "outcomes", "received"),
    [
        (response(b"abc"), {"2xx": 1}, 3),
        (
            response(gzip.compress(b"abc" * 99), content_encoding="gzip"),
            {"2xx": 1},
            len(gzip.compress(b"abc" * 99)),
        ),
        (response(b"", "302 Found", location="/gone"), {"3xx": 1, "4xx": 1}, 0),
        (response(b"", "500 Oops"), {"5xx": 1}, 0),
        (response(b"x", length=900_000), {"body-too-large": 1}, 0),
        (b"", {"connect-failed": 1}, 0),
    ],
)
async def test_every_request_is_counted_with_its_outcome(
    page: bytes, outcomes: dict[str, int], received: int
) -> None:
    metrics = Metrics()
    async with serving({"/a": page}) as web, HttpReader(LOCAL, FakeClock(), metrics) as reader:
        with suppress(Refusal):
            await reader.get(web.url + "/a")
    counted = {outcome: metrics.value("sirwan_fetches_total", outcome=outcome) for outcome in outcomes}
    assert counted == outcomes
    assert metrics.value("sirwan_fetch_seconds_count") == sum(outcomes.values())
    assert metrics.value("sirwan_fetch_bytes_total") == received
