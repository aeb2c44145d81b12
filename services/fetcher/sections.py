"""The links of an HTML section page that look like articles of the same site. Pure.

Either the lists of the site have named pages with addresses of that shape, or it fits one of a few patterns.
Both are enough, however well the shapes of a site are known: to refuse bare slugs there would spare a few
imprints, a request each, and lose the articles that no list names (`python -m bench.sections`: precision 0.99
for 0.97, recall 0.97 for 1.00).
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from lxml import etree

from services.fetcher.canonical import canonical_url, site_key
from services.fetcher.entries import MAX_TITLE, Entry, Listing, absolute_url, plain
from services.fetcher.url_shapes import Shapes, fits, shape_of
from services.stage import Poison, Skip

NOTHING_LEARNED = Shapes()
MAX_LINKS = 50_000  # links read of one page: an endless calendar ends here
MIN_TITLE = 15  # characters: shorter link texts are menus

ARTICLE_PATHS = (  # what article addresses look like on news sites; one match is enough
    re.compile(r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2]|[a-z]{3})(?:/|-)", re.IGNORECASE),  # /2026/11/20/…
    re.compile(r"/(?:19|20)\d\d-?[01]\d-?[0-3]\d[/-]"),  # /2026-11-20/…
    re.compile(r"/[^/]*(?:[^/-]+-){3}[^/-]+(?:\.\w{3,5})?/?$"),  # a slug of four words or more
    re.compile(r"/(?:article|story|news|a)s?/(?:[^/]+/)*[a-z]?\d{5,}", re.IGNORECASE),  # /news/123456
    re.compile(r"/[^/]*\d{6,}(?:\.\w{3,5})?/?$"),  # …123456.html
)
OTHER_PATHS = re.compile(
    r"/(?:tag|tags|topic|topics|category|categories|author|authors|page|search|login|account|privacy|terms)"
    r"(?:/|$)|\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml|rss)$",
    re.IGNORECASE,
)


def read_section(body: bytes, base: str, learned: Shapes = NOTHING_LEARNED) -> Listing:
    """Article links in order of first appearance, each with its longest link text.

    `learned` is what the lists of the site have named. Raises Poison("not-a-feed") where the body holds no
    HTML.
    """
    root = html_root(body)
    home = next((absolute_url(tag.get("href"), base) for tag in root.iter("base")), None) or base
    titles: dict[str, str] = {}
    is_article = article_rule(base, learned)
    for count, link in enumerate(root.iter("a")):
        if count >= MAX_LINKS:
            break
        url = absolute_url(link.get("href"), home)
        if url is None or not is_article(url):
            continue
        url = url.partition("#")[0]
        title = plain(" ".join(map(str, link.itertext())), MAX_TITLE) or ""
        titles[url] = max(titles.get(url, ""), title, key=len)
    return Listing(
        via="section",
        entries=tuple(
            Entry(url=url, title=title if len(title) >= MIN_TITLE else None) for url, title in titles.items()
        ),
    )


def html_root(body: bytes) -> etree._Element:
    """The root element of an HTML page. Raises Poison("not-a-feed") where the body holds none."""
    parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root: etree._Element | None = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise Poison("not-a-feed", f"no HTML: {exc}") from exc
    if root is None:
        raise Poison("not-a-feed", "a page without HTML")
    return root


def article_rule(base: str, learned: Shapes) -> Callable[[str], bool]:
    """Tells whether the address of a link on the page `base` looks like an article of the same site."""
    home, known = site_key(base), learned.known()

    def is_article(url: str) -> bool:
        path = urlsplit(url).path
        if site_key(url) != home or OTHER_PATHS.search(path):
            return False
        if known and fits(_shape(url), known):
            return True
        return any(pattern.search(path) for pattern in ARTICLE_PATHS)

    return is_article


def _shape(url: str) -> str | None:
    try:
        return shape_of(canonical_url(url))
    except Skip:
        return None
