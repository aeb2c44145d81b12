"""The verbs that look at one thing: `sirwan feed`, `canonical`, `robots` (DESIGN section 7). Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from services.fetcher.canonical import canonical_url
from services.fetcher.feeds import read_listing
from services.fetcher.robots import parse_robots, verdict
from services.stage import Refusal


def feed_lines(body: bytes, base: str | None = None) -> Iterator[dict[str, Any]]:
    """One object per entry in document order, or one `{"error": …}` for a document that is no listing."""
    try:
        listing = read_listing(body, base)
    except Refusal as exc:
        yield {"error": {"fate": exc.fate, "reason": exc.reason, "detail": exc.detail}}
        return
    for entry in listing.entries:
        said = msgspec.structs.asdict(entry)
        del said["categories"]  # which the contract does not have
        yield said


def canonical_lines(lines: Iterable[str]) -> Iterator[str]:
    """The canonical form of each line, or `!reason`; one line out per line in."""
    for line in lines:
        try:
            yield canonical_url(line)
        except Refusal as exc:
            yield f"!{exc.reason}"


def robots_lines(text: str | bytes, agent: str, urls: Iterable[str]) -> Iterator[dict[str, Any]]:
    """`{url, allowed, rule, crawl_delay}` for each URL; `crawl_delay` in seconds."""
    rules = parse_robots(text)
    for url in urls:
        said = verdict(rules, agent, url)
        yield {
            "url": url,
            "allowed": said.verdict == "allowed",
            "rule": said.rule,
            "crawl_delay": said.crawl_delay,
        }
