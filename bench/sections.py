"""How well the articles on section pages are told from its menus: `python -m bench.sections`.

Invented sites, each with the addresses its feed names and the links of one of its section pages: what
is an article there, and what is not. Recall and precision by site, with the fixed patterns alone and with
what was learned from the feed (services/fetcher/url_shapes.py).
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from services.fetcher.canonical import canonical_url
from services.fetcher.sections import NOTHING_LEARNED, article_rule
from services.fetcher.url_shapes import Shapes

SLUGS = (
    "two-rivers-one-agreement-on-water", "dam-reopens-after-repairs-in-the-north",
    "border-trade-grows-again-this-year", "court-hears-case-of-missing-grain",
    "schools-open-late-after-heavy-rain", "power-plant-waits-for-gas-again",
)  # fmt: skip
SHORT = ("rivers", "dam-reopens", "border-trade", "grain", "late-schools", "gas-again")
FARSI = ("سد-و-آب-و-برق-شمال", "مرز-و-تجارت-و-آب-غرب", "دادگاه-و-گندم-و-شهر")
MENU = (
    "/", "/about", "/about-us", "/contact", "/privacy-policy", "/terms-of-use", "/advertise-with-us",
    "/rss", "/subscribe", "/search?q=dam", "/tag/water", "/tags/dam-and-river", "/author/sara-karim",
    "/authors/12345", "/category/politics", "/topic/energy", "/page/2", "/login",
)  # fmt: skip
HOME = "https://www.example.org"


class Site(NamedTuple):
    """What a site's feed names, and the links of one of its section pages."""

    name: str
    feed: tuple[str, ...]
    articles: tuple[str, ...]
    others: tuple[str, ...]


def _numbered(pattern: str, first: int, count: int, words: Iterable[str] = SLUGS) -> tuple[str, ...]:
    """Addresses of one pattern, with ids that go on and words that take turns."""
    several = tuple(words)
    return tuple(
        pattern.format(n=first + 7 * number, word=several[number % len(several)], day=1 + number % 28)
        for number in range(count)
    )


def site(name: str, pattern: str, first: int, *others: str, words: Iterable[str] = SLUGS) -> Site:
    """A site that writes all addresses in one way: forty in its feed, twenty more on the page."""
    return Site(
        name,
        _numbered(pattern, first, 40, words),
        _numbered(pattern, first + 280, 20, words),
        (*MENU, *others),
    )


def _mixed(*sites: Site) -> Site:
    return Site(
        " and ".join(each.name for each in sites),
        tuple(url for each in sites for url in each.feed),
        tuple(url for each in sites for url in each.articles),
        tuple(dict.fromkeys(url for each in sites for url in each.others)),
    )


SITES = (
    site(
        "dated slugs",
        "/2026/11/{day}/{word}-{n}",
        10,
        "/2026/11",
        "/2026/11/20/",
        "/all-about-water-and-power",
    ),
    site("/node/1234", "/node/{n}", 4100, "/node/add", "/gallery/4100", "/video/52", "/poll/4312"),
    site("/fa/news/123", "/fa/news/{n}", 310, "/fa", "/fa/news", "/fa/pages/12", "/en/news", "/fa/links/410"),
    site("/fa/news/123/slug", "/fa/news/{n}/{word}", 3100, "/fa/services/12/آب-و-برق-و-گاز", words=FARSI),
    site("?p=123", "/?p={n}", 90, "/?cat=12", "/?page_id=2", "/?paged=2", "/?m=202611"),
    site("?id=123", "/index.php?id={n}&view=article", 5210, "/index.php?view=list&id=7", "/index.php?page=3"),
    site("slug-123456.html", "/world/{word}-{n}.html", 482000, "/world/middle-east-and-north-africa"),
    site("article123456", "/article{n}", 71000, "/section12", "/gallery71000", "/menu-of-all-the-sections"),
    site(
        "bare slugs", "/{word}-{n}", 1, "/who-we-are-and-what-we-do", "/how-to-write-for-us", "/middle-east"
    ),
    site(
        "short slugs, dated", "/news/2026/11/{day}/{word}{n}", 1, "/news/2026", "/news/2026/11", words=SHORT
    ),
    site("keys", "/story/6f9{n}c2a7be1", 1000, "/stories/all-stories-of-the-week", "/live/radio"),
    site("a feed of the half", "/node/{n}", 4100, "/node/add")._replace(
        articles=_numbered("/node/{n}", 4380, 10) + tuple(f"/blog/{word}" for word in SLUGS)
    ),
    _mixed(
        site(
            "a section by number",
            "/economy/{n}",
            5100,
            "/economy",
            "/economy/2",
            "/sport/live-scores-of-the-day",
        ),
        site("another", "/politics/{n}", 5102, "/politics", "/weather/5100", "/prices/dollar-and-gold-price"),
    ),
)


def marks(rule: Callable[[str], bool], of: Site) -> tuple[float, float]:
    """Recall and precision on its section page, 0 to 1."""
    right = sum(rule(HOME + path) for path in of.articles)
    wrong = sum(rule(HOME + path) for path in of.others)
    return right / len(of.articles), right / (right + wrong) if right + wrong else 1.0


def learned(of: Site) -> Shapes:
    """What its feed teaches."""
    return NOTHING_LEARNED.learn(canonical_url(HOME + path) for path in of.feed)


def main() -> None:
    """Print all marks, and their means."""
    sums = [0.0] * 4
    print(f"{'site':<36}{'fixed patterns':>20}{'learned':>20}")
    for each in SITES:
        fixed = marks(article_rule(HOME, NOTHING_LEARNED), each)
        taught = marks(article_rule(HOME, learned(each)), each)
        sums = [total + mark for total, mark in zip(sums, (*fixed, *taught), strict=True)]
        print(f"{each.name:<36}" + "".join(f"{mark:>10.2f}" for mark in (*fixed, *taught)))
    print(f"{'mean':<36}" + "".join(f"{total / len(SITES):>10.2f}" for total in sums))


if __name__ == "__main__":
    main()
