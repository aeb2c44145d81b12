"""How well feeds, robots.txt and URLs are read beside the usual libraries: `python -m bench.reading [items]`.

All documents are invented and made here (bench/listings.py, bench/addresses.py), so their truth is known.
Peers: feedparser for feeds, protego for robots.txt, w3lib and courlan for URLs. Sitemaps have no peer
here. Marks in per cent, seconds as medians of REPEATS on a feed of 100,000 items.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from html import unescape
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no annotations
from courlan import clean_url
from protego import Protego
from w3lib.url import canonicalize_url

from bench.addresses import CORE, ROBOTS, SOFT, TWO
from bench.listings import HOME, Document, Page, documents, large
from services.fetcher.canonical import canonical_url
from services.fetcher.feeds import read_listing
from services.fetcher.robots import parse_robots, verdict
from services.stage import Refusal

ITEMS, REPEATS = 100_000, 3
BASE = f"{HOME}/feed.xml"

Reader = Callable[[bytes], Sequence[Page]]


def our_feeds(body: bytes) -> Sequence[Page]:
    """What `sirwan feed` prints."""
    try:
        found = read_listing(body, BASE).entries
    except Refusal:
        return ()
    return [Page(e.url, e.title or "", (e.published or e.modified or "")[:10]) for e in found]


def feedparser_feeds(body: bytes) -> Sequence[Page]:
    """The entries with their links, with the address of the document as its documentation asks."""
    found = feedparser.parse(body, response_headers={"content-location": BASE}).entries
    return [Page(each.get("link", ""), unescape(each.get("title", "")), _day(each)) for each in found]


def _day(entry: Any) -> str:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    return time.strftime("%Y-%m-%d", parsed) if parsed else ""


def mark_feeds(read: Reader, made: Iterable[Document]) -> dict[str, float]:
    """Recall and precision of pages by URL; of those found, titles that are the same, days that are."""
    wanted = found_in_all = right = titles = days = 0
    for document in made:
        found = read(document.body)
        truth = {page.url: page for page in document.pages}
        hits = [(page, truth[page.url]) for page in found if page.url in truth]
        wanted, found_in_all, right = wanted + len(truth), found_in_all + len(found), right + len(hits)
        titles += sum(page.title == true.title for page, true in hits)
        days += sum(page.day == true.day for page, true in hits)
    return {
        "recall": 100 * right / wanted,
        "precision": 100 * right / max(found_in_all, 1),
        "title": 100 * titles / max(right, 1),
        "day": 100 * days / max(right, 1),
    }


def feed_table() -> None:
    """Marks by kind of listing."""
    made = documents()
    print(f"{len(made)} listings, {sum(len(each.pages) for each in made)} pages")
    for kind in dict.fromkeys(each.kind for each in made):
        for name, read in (("ours", our_feeds), ("feedparser", feedparser_feeds)):
            if name == "ours" or kind not in ("JSON Feed", "sitemap"):  # feedparser 6 reads neither
                marks = mark_feeds(read, [each for each in made if each.kind == kind])
                print(f"  {kind:<10} {name:<11}" + "".join(f"{w:>11} {m:6.2f}" for w, m in marks.items()))


def robots_table() -> None:
    """Verdicts and delays, each the mean over the suites."""
    for name, ask in (("ours", _our_verdict), ("protego", _protego_verdict)):
        suites: dict[str, list[tuple[bool, bool]]] = {}
        for said in ROBOTS:
            allowed, delay = ask(said.text, said.agent, HOME + said.path)
            suites.setdefault(said.suite, []).append((allowed == said.allowed, delay == said.delay))
        means = [
            100
            * statistics.fmean(statistics.fmean(each[part] for each in suite) for suite in suites.values())
            for part in (0, 1)
        ]
        print(f"  {name:<11} verdicts {means[0]:6.2f}   crawl-delay {means[1]:6.2f}")


def _our_verdict(text: str, agent: str, url: str) -> tuple[bool, float | None]:
    said = verdict(parse_robots(text.encode()), agent, url)
    return said.verdict == "allowed", said.crawl_delay


def _protego_verdict(text: str, agent: str, url: str) -> tuple[bool, float | None]:
    rules = Protego.parse(text)
    return rules.can_fetch(url, agent), rules.crawl_delay(agent)


def url_table() -> None:
    """Pairs that must be one and pairs that must stay two; and whether a form is its own form."""
    ways: dict[str, Callable[[str], str | None]] = {
        "ours": canonical_url,
        "w3lib": canonicalize_url,
        "courlan": clean_url,
    }
    for name, form in ways.items():
        same = [100 * statistics.fmean(form(a) == form(b) for a, b in pairs) for pairs in (CORE, SOFT)]
        merged = sum(form(a) == form(b) for a, b in TWO)
        forms = [once for pair in (*CORE, *SOFT, *TWO) for url in pair if (once := form(url))]
        stable = 100 * statistics.fmean(form(once) == once for once in forms)
        print(f"  {name:<11} core {same[0]:6.2f}   soft {same[1]:6.2f}", end="")
        print(f"   false merges {merged}   idempotent {stable:6.2f}")


def time_table(count: int) -> None:
    """Seconds for one large feed."""
    body = large(count)
    print(f"a feed of {count} items, {len(body) / 1e6:.0f} MB, median of {REPEATS}")
    ways: dict[str, Callable[[], int]] = {
        "ours": lambda: len(read_listing(body, BASE).entries),
        "feedparser": lambda: _peer(body),
    }
    for name, read in ways.items():
        taken = []
        for _ in range(REPEATS if name == "ours" else 1):  # the peer takes a minute
            begun = time.perf_counter()
            if read() != count:
                raise SystemExit(f"{name} lost items")
            taken.append(time.perf_counter() - begun)
        runs = " ".join(f"{each:.2f}" for each in taken)
        print(f"  {name:<11}{statistics.median(taken):8.2f} s   runs {runs}")


def _peer(body: bytes) -> int:
    return len(feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries)


def main(count: int) -> None:
    """Print all tables."""
    feed_table()
    print(f"{len(ROBOTS)} questions to robots.txt")
    robots_table()
    print(f"{len(CORE)} core pairs, {len(SOFT)} soft pairs, {len(TWO)} pairs of two pages")
    url_table()
    time_table(count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS)
