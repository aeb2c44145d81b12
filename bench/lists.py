"""Memory and time of reading the longest lists, beside the usual parsers: `python -m bench.lists [share]`.

Each reading has a process of its own. Its peak is what Linux saw (VmHWM: resident memory at its highest),
the interpreter, its imports and the document as it came included; `idle` is the first two alone. Seconds are
those of the processor. Documents are invented (bench/listings.py): the longest that sitemaps.org allows,
50,000 entries, in both kinds; a feed of 100,000 items; and feeds of Arabic text that are as long as we read
(MAX_LISTING), plain, zipped, and with a character in each item that Python needs four bytes for. Peers keep
of each entry what we keep of it: lxml's iterparse, which clears what it has read, and feedparser. `share`
makes all documents shorter.
"""

import gzip
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from bench.listings import HOME, SITEMAP, large
from services.fetcher.listing_text import MAX_LISTING

ARABIC = "نهران وسد وماء وكهرباء وحدود وطريق وجسر وحصاد "
HIGHEST = re.compile(r"VmHWM:\s+(\d+) kB")
DATES = "<lastmod>2026-{:02}-{:02}T10:{:02}:00+03:00</lastmod>"


def index(count: int) -> bytes:
    """A sitemap index."""
    return _sitemap("sitemapindex", "sitemap", f"{HOME}/sitemaps/pages-of-the-news-", count)


def sitemap(count: int) -> bytes:
    """A sitemap with dates."""
    return _sitemap("urlset", "url", f"{HOME}/news/two-rivers-and-one-agreement-", count)


def _sitemap(root: str, name: str, base: str, count: int) -> bytes:
    entries = "\n".join(
        f"<{name}><loc>{base}{n}.html</loc>{DATES.format(1 + n % 12, 1 + n % 28, n % 60)}</{name}>"
        for n in range(count)
    )
    return f'<{root} xmlns="{SITEMAP}">\n{entries}\n</{root}>'.encode()


def arabic(size: int, more: str = "") -> bytes:
    """A feed in Arabic of so many bytes."""

    def item(number: int) -> str:
        return (
            f"<item><title>{ARABIC} {number}</title><link>{HOME}/news/{number}</link>"
            f"<pubDate>Fri, 20 Nov 2026 10:00:00 +0300</pubDate><description>{ARABIC * 20}{more}"
            "</description></item>\n"
        )

    count = (size - 100) // len(item(100_000).encode())
    items = "".join(item(100_000 + number) for number in range(count))
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


DOCUMENTS: Mapping[str, tuple[str, Callable[[float], bytes]]] = {
    "index": ("an index of 50,000 sitemaps", lambda share: index(int(50_000 * share))),
    "sitemap": ("a sitemap of 50,000 pages", lambda share: sitemap(int(50_000 * share))),
    "feed": ("a feed of 100,000 items", lambda share: large(int(100_000 * share))),
    "arabic": ("a feed of 50 MiB in Arabic", lambda share: arabic(int(MAX_LISTING * share))),
    "wide": (
        "the same, with an emoji in each item",
        lambda share: arabic(int(MAX_LISTING * share), "\U0001f30a"),
    ),
    "zipped": (
        "a feed of 50 MiB in Arabic, zipped",
        lambda share: gzip.compress(arabic(int(MAX_LISTING * share))),
    ),
}


def ours(body: bytes) -> int:
    """As the fetcher reads it."""
    from services.fetcher.feeds import read_listing

    return len(read_listing(body, HOME).entries)


def iterparse(body: bytes) -> int:
    """lxml, element by element."""
    from lxml import etree

    body = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    kept = []
    for _, element in etree.iterparse(BytesIO(body), tag=("{*}url", "{*}sitemap", "{*}item"), huge_tree=True):
        kept.append({etree.QName(field).localname: field.text for field in element})
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return len(kept)


def feedparser(body: bytes) -> int:
    """feedparser, as its documentation shows it."""
    from feedparser import parse  # type: ignore[import-untyped]  # it ships no annotations

    return len(parse(body, sanitize_html=False, resolve_relative_uris=False).entries)


def idle(body: bytes) -> int:
    """Nothing is read."""
    from services.fetcher.feeds import read_listing

    return len(body) * callable(read_listing)


READERS: Mapping[str, Callable[[bytes], int]] = {
    "idle": idle, "ours": ours, "iterparse": iterparse, "feedparser": feedparser,
}  # fmt: skip


def readings() -> Iterator[tuple[str, str]]:
    """Document and reader; feedparser reads no sitemaps, and takes minutes for the others."""
    for document in DOCUMENTS:
        for reader in READERS:
            if reader != "feedparser" or document == "feed":
                yield document, reader


def measure(path: str, reader: str) -> None:
    """Read one document in this process, and print what it took."""
    body = Path(path).read_bytes() if reader != "idle" else b""
    begun = time.process_time()
    count = READERS[reader](body)
    seconds = time.process_time() - begun
    (peak,) = (int(found) / 1024 for found in HIGHEST.findall(Path("/proc/self/status").read_text("ascii")))
    print(f"  {reader:<11}{seconds:7.2f} s {peak:7.0f} MiB  {count} entries")


def main(share: float) -> None:
    """Print all readings."""
    with tempfile.TemporaryDirectory() as folder:
        for document, reader in readings():
            path = Path(folder) / document
            if not path.exists():
                name, make = DOCUMENTS[document]
                path.write_bytes(make(share))
                print(f"{name}, {path.stat().st_size / 2**20:.1f} MiB", flush=True)
            subprocess.run([sys.executable, "-m", "bench.lists", str(path), reader], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(*sys.argv[1:])
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
