"""What a host may do to us: one function each, and the table of them.

Each answers one request. Where it stands (a list, a page, a robots.txt) is decided by `standing`.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import brotli  # type: ignore[import-untyped]  # it ships no stubs
import zstandard

from tests.generated_web import page as article
from tests.hostile_web.web import Talk, Trick

MIB = 2**20
HUGE = 200 * MIB  # bytes of what is far too large
LINK = "/2026/11/20/{}"  # looks like an article, for section pages
HTML = {"content_type": "text/html; charset=utf-8"}


def feed(*links: str) -> bytes:
    items = "".join(
        f"<item><title>Iraq and {n}</title><link>{link}</link></item>" for n, link in enumerate(links)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()
    )


def urlset(links: Iterator[str] | list[str]) -> bytes:
    inner = "".join(f"<url><loc>{link}</loc></url>" for link in links)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</urlset>'.encode()


def honest_page(number: int) -> bytes:
    """An article that will be stored."""
    body = article(20 * number)
    assert body is not None
    return body


def says(body: bytes, status: str = "200 OK", **headers: str) -> Trick:
    """The same answer to everything."""

    def trick(talk: Talk) -> None:
        talk.answer(body, status, **headers)

    return trick


def raw(data: bytes) -> Trick:
    """Bytes that are no HTTP, or not all of it."""

    def trick(talk: Talk) -> None:
        talk.send(data)

    return trick


def leads_to(target: str) -> Trick:
    """A redirect; `{origin}` is this host."""

    def trick(talk: Talk) -> None:
        talk.answer(b"", "302 Found", location=target.replace("{origin}", talk.origin))

    return trick


def without_end(piece: bytes, pause: float = 0.0, head: Callable[[Talk], None] | None = None) -> Trick:
    """A beginning, and then the same again and again for as long as anybody listens."""

    def trick(talk: Talk) -> None:
        if head:
            head(talk)
        while True:
            talk.send(piece)
            if pause:
                talk.wait(pause)

    return trick


def chunked(talk: Talk) -> None:
    talk.head(transfer_encoding="chunked", **HTML)


def until_closed(talk: Talk) -> None:
    talk.head(**HTML)


def silent(talk: Talk) -> None:
    talk.wait(3600)


def huge(talk: Talk) -> None:
    """200 MB that say so."""
    talk.head(content_length=str(HUGE), **HTML)
    for _ in range(HUGE // 2**16):
        talk.send(b"x" * 2**16)


def huge_unstated(talk: Talk) -> None:
    """The same, and only its end says so."""
    until_closed(talk)
    for _ in range(HUGE // 2**16):
        talk.send(b"x" * 2**16)


def reset_half_way(talk: Talk) -> None:
    body = honest_page(1)
    talk.head(content_length=str(len(body)), **HTML)
    talk.send(body[: len(body) // 2])
    talk.wait(0.2)  # so that it has been read: a RST takes what was not
    talk.reset()


def next_hop(talk: Talk) -> None:
    """A chain of redirects that never comes to an end nor to the same address again."""
    number = int(talk.path.rpartition("-hop-")[2] or 0) if "-hop-" in talk.path else 0
    talk.answer(b"", "302 Found", location=f"{talk.origin}/x-hop-{number + 1}")


@cache
def zeros(coding: str) -> bytes:
    """200 MB of nothing, compressed."""
    if coding == "gzip":  # in members of 10 MB: made in a fifth of the time
        return gzip.compress(bytes(10 * MIB)) * (HUGE // (10 * MIB))
    if coding == "br":
        return bytes(brotli.compress(bytes(HUGE), quality=1))
    return zstandard.compress(bytes(HUGE))


def bomb(coding: str) -> Trick:
    def trick(talk: Talk) -> None:
        talk.answer(zeros(coding), content_encoding=coding, **HTML)

    return trick


def gzip_in_gzip(talk: Talk) -> None:
    talk.answer(gzip.compress(zeros("gzip")), content_encoding="gzip, gzip", **HTML)


@cache
def _wrapped(layers: int) -> bytes:
    """Half a megabyte that is hardly smaller in any of its layers: each costs as much as the first."""
    body = zlib.compress(bytes(range(256)) * 2048, 0)
    for _ in range(layers):
        body = gzip.compress(body, 0)
    return body


def layers(talk: Talk) -> None:
    """Gzip a thousand times over, which 8 kB of header state."""
    talk.answer(_wrapped(5), content_encoding=",".join(["gzip"] * 1000), **HTML)


ENTITY_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]><rss><channel><item><title>&l9;</title><link>/a</link></item></channel></rss>"
).encode()
QUADRATIC_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "' + "x" * 200 + '">]><rss><channel><item><title>'
    + "&a;" * 200_000
    + "</title><link>/a</link></item></channel></rss>"
).encode()  # fmt: skip
CHALLENGE = (
    b"<!doctype html><html><head><title>Just a moment...</title><script>window._cf_chl_opt={cvId:'3'};"
    b"</script></head><body><noscript>Enable JavaScript and cookies to continue</noscript></body></html>"
)
LONG_WORDS = b"<!doctype html><html><head>" + (b"<meta " + b"a" * 1990 + b">") * 64
CALENDAR_LINKS = 40


def calendar(talk: Talk) -> None:
    """Every page of it links to days and months that are pages of it as well."""
    seen = sum(map(ord, talk.path)) * 1000
    days = "".join(
        f'<a href="{LINK.format(seen + n)}-a-day-in-the-calendar">A day in the endless calendar {n}</a>'
        for n in range(CALENDAR_LINKS)
    )
    talk.answer(f"<html><body><h1>Calendar</h1>{days}</body></html>".encode(), **HTML)


def index_of_50_000(talk: Talk) -> None:
    """An index of 50,000 sitemaps, each with pages of its own."""
    if talk.path == "/feed":
        inner = "".join(f"<sitemap><loc>{talk.origin}/s{n}.xml</loc></sitemap>" for n in range(50_000))
        talk.answer(f"<sitemapindex>{inner}</sitemapindex>".encode())
    else:
        talk.answer(urlset([f"{talk.origin}{LINK.format(talk.path[2:-4])}/{n}" for n in range(2)]))


def feed_of(items: int) -> Trick:
    def trick(talk: Talk) -> None:
        talk.answer(feed(*(f"/a/{n}" for n in range(items))))

    return trick


def sitemap_of_50_000(talk: Talk) -> None:
    talk.answer(urlset([f"{talk.origin}/a/{n}" for n in range(50_000)]))


def sitemap_of_others(talk: Talk) -> None:
    talk.answer(urlset(["http://192.0.2.1:9/a", "http://192.0.2.1:9/b"]))  # TEST-NET-1: nobody is there


def refuses_early_hints(talk: Talk) -> None:
    while True:
        talk.send(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
        talk.wait(0.001)


TRICKS: Mapping[str, Trick] = {
    # how bytes come
    "silence": silent,
    "slowloris-head": without_end(b"x-a: b\r\n", 0.1, lambda talk: talk.send(b"HTTP/1.1 200 OK\r\n")),
    "slowloris-body": without_end(b"x", 0.1, lambda talk: talk.head(content_length="1000", **HTML)),
    "endless-body": without_end(b"y" * 2**16, 0, until_closed),
    "endless-chunks": without_end(b"8000\r\n" + b"y" * 0x8000 + b"\r\n", 0, chunked),
    "endless-small-chunks": without_end(b"1\r\ny\r\n" * 8192, 0, chunked),
    "endless-chunk-head": without_end(b"1;" + b"y" * 2**16, 0, chunked),
    "endless-head": without_end(b"x-a: b\r\n" * 4096, 0, lambda talk: talk.send(b"HTTP/1.1 200 OK\r\n")),
    "endless-early-hints": refuses_early_hints,
    "long-header": says(feed("/a"), x_long="y" * MIB),
    "many-headers": raw(
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(20_000)) + b"\r\n"
    ),
    "reset-half-way": reset_half_way,
    "stated-too-long": says(honest_page(2), content_length=str(10 * len(honest_page(2))), **HTML),
    "stated-too-short": says(honest_page(2), content_length="10", **HTML),
    "stated-twice": raw(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 9\r\n\r\nbody body"),
    "stated-below-zero": raw(b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nbody body"),
    "http-0.9": raw(b"<html><body>Welcome to 1991</body></html>\n"),
    "noise": raw(bytes(range(256)) * 256),
    "nothing": raw(b""),
    "switching-protocols": raw(
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"
    ),
    # how large they are
    "huge": huge,
    "huge-unstated": huge_unstated,
    "gzip-bomb": bomb("gzip"),
    "brotli-bomb": bomb("br"),
    "zstd-bomb": bomb("zstd"),
    "gzip-in-gzip": gzip_in_gzip,
    "thousand-layers": layers,
    "broken-gzip": says(b"\x1f\x8b\x08\x00 this is no gzip", content_encoding="gzip", **HTML),
    # where they lead
    "redirect-loop": leads_to("{origin}/x"),
    "redirect-chain": next_hop,
    "redirect-nowhere": says(b"", "302 Found"),
    "redirect-to-file": leads_to("file:///etc/passwd"),
    "redirect-to-ftp": leads_to("ftp://127.0.0.1/a"),
    "redirect-to-script": leads_to("javascript:alert(1)"),
    "redirect-with-password": leads_to("http://user:secret@127.0.0.1/a"),
    "redirect-to-metadata": leads_to("http://169.254.169.254/latest/meta-data/"),
    "redirect-to-long-address": leads_to("{origin}/" + "a" * 60_000),
    # what they say
    "empty": says(b"", **HTML),
    "video": says(b"\0" * 1000, content_length=str(HUGE), content_type="video/mp4"),
    "html": says(b"<!doctype html><html><body><h1>Not found</h1></body></html>", **HTML),
    "long-words-in-head": says(LONG_WORDS, **HTML),
    "challenge": says(CHALLENGE, **HTML),
    "challenge-403": says(CHALLENGE, "403 Forbidden", **HTML),
    "wrong-charset": says(honest_page(3), content_type="text/html; charset=utf-16"),
    "unknown-charset": says(honest_page(4), content_type="text/html; charset=klingon"),
    "304-unasked": says(b"", "304 Not Modified"),
    "429": says(b"", "429 Too Many Requests"),
    "429-for-a-century": says(b"", "429 Too Many Requests", retry_after="3153600000"),
    "429-for-no-time": says(b"", "429 Too Many Requests", retry_after="0"),
    "503-for-an-hour": says(b"", "503 Busy", retry_after="3600"),
    "server-error": says(b"oops", "500 Oops"),
    "no-such-status": raw(b"HTTP/1.1 999 Go Away\r\ncontent-length: 0\r\n\r\n"),
    # what they list
    "entity-bomb": says(ENTITY_BOMB),
    "quadratic-entities": says(QUADRATIC_BOMB),
    "calendar": calendar,
    "index-of-50,000": index_of_50_000,
    "sitemap-of-50,000": sitemap_of_50_000,
    "feed-of-100,000": feed_of(100_000),
    "feed-of-10,000": feed_of(10_000),
    "sitemap-of-others": sitemap_of_others,
    "empty-feed": says(feed()),
}
"""By name. A host does one of these until it is switched."""


WARM_UP = "/warm-up"
"""An honest list everywhere."""

PLACES = {"list": "/feed", "reading": "/feed", "page": "/page", "robots": "/robots.txt"}


def standing(trick: Trick, where: str, number: int) -> Trick:
    """The trick where it belongs (PLACES), and on every other path it made up; honesty elsewhere.

    The list of an honest host names /page, where the trick may stand, and /honest, where it never does.
    `number` is that of the host: no two have the same articles.
    """
    honest: Mapping[str, Trick] = {
        "/robots.txt": says(b"none", "404 Not Found"),
        "/.well-known/tdmrep.json": says(b"none", "404 Not Found"),
        "/feed": says(feed("/page", "/honest"), content_type="application/rss+xml"),
        "/page": says(honest_page(2 * number), **HTML),
        "/honest": says(honest_page(2 * number + 1), **HTML),
        WARM_UP: says(feed("/warm")),
    }

    def host(talk: Talk) -> None:
        (trick if talk.path == PLACES[where] else honest.get(talk.path, trick))(talk)

    return host
