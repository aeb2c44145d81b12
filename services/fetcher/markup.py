"""From the text of a listing to an element tree, with entities refused and small damage repaired. Pure."""

import html
import re
from collections import deque
from functools import lru_cache

from lxml import etree

from services.stage import Poison

ROOTS = ("rss", "feed", "rdf", "urlset", "sitemapindex", "channel", "opml")
BEFORE_ROOT = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<html>html)[\s>]"
    r"|<!(?P<entity>ENTITY)\s"
    rf"|<(?:[\w.-]+:)?(?P<root>{'|'.join(ROOTS)})(?=[\s>/])",
    re.IGNORECASE | re.DOTALL,
)
ENTRY_OPEN = re.compile(r"<(?:[\w.-]+:)?(?:item|entry|url|sitemap)(?=[\s>])", re.IGNORECASE)
ENTRY_CLOSE = re.compile(r"</(?:[\w.-]+:)?(?:item|entry|url|sitemap)\s*>", re.IGNORECASE)
REPAIRABLE = re.compile(
    r"(?P<keep><!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?:amp|lt|gt|quot|apos);)"
    r"|&(?P<entity>#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|(?P<bare>&)",
    re.DOTALL,
)
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2

FAMILIES = (  # what a namespace URI is called here; a misspelt URI often still holds the tell-tale part
    ("www.w3.org/2005/atom", "atom"),
    ("purl.org/atom", "atom"),
    ("purl.org/rss/1.0/modules/content", "content"),
    ("purl.org/dc/terms", "dcterms"),
    ("purl.org/dc/", "dc"),
    ("sitemap-news", "news"),
    ("sitemap-image", "image"),
    ("sitemap-video", "video"),
    ("1999/xhtml", "xhtml"),
    ("search.yahoo.com/mrss", "media"),
    ("sitemaps.org", ""),
    ("google.com/schemas/sitemap", ""),
    ("purl.org/rss/1.0", ""),
    ("my.netscape.com/rdf", ""),
    ("22-rdf-syntax-ns", "rdf"),
)


def parse_markup(text: str, base: str | None) -> etree._Element | None:
    """The root element of a feed, sitemap or OPML, or None where the text holds none.

    Text before the root (blank lines, a server's warning, the prolog) and after it is ignored. Raises
    Poison("entity-declared") for a document type that declares entities: feeds need none, bombs do.
    """
    start = _root_start(text)
    if start is None:
        return None
    text = text[start:]
    root = _tree(text, base, recover=False)
    return root if root is not None else _tree(repair(text), base, recover=True)


def _tree(text: str, base: str | None, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: etree._Element | None = etree.fromstring(
            text.encode("utf-8", "replace"), parser, base_url=base or ""
        )
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _root_start(text: str) -> int | None:
    for found in BEFORE_ROOT.finditer(text):
        if found["entity"]:
            raise Poison("entity-declared", "the document type declares entities")
        if found["html"]:
            return None
        if found["root"]:
            return found.start()
    return None


def repair(text: str) -> str:
    """Text whose entities are XML's, without forbidden characters and without an entry that was cut off."""
    for last_open in deque(ENTRY_OPEN.finditer(text), maxlen=1):
        if not ENTRY_CLOSE.search(text, last_open.end()):
            text = text[: last_open.start()]
    return FORBIDDEN.sub("", REPAIRABLE.sub(_replacement, text))


def _replacement(found: re.Match[str]) -> str:
    if found["keep"]:
        return found["keep"]
    if found["bare"]:
        return "&amp;"
    meant = html.unescape(found.group())
    return "&amp;" + found["entity"] + ";" if meant == found.group() else html.escape(meant, quote=False)


@lru_cache(maxsize=1024)
def qualified(tag: str, prefix: str | None, core_prefix: str | None) -> str:
    """A tag as its family and local name, lower case: `title`, `dc:date`, `news:title`.

    Known families go by namespace; an unknown namespace, and a prefix never declared, by prefix.
    """
    uri, _, local = tag.rpartition("}")
    if not uri and ":" in local:  # a prefix that was never declared
        prefix, _, local = local.partition(":")
    for part, family in FAMILIES:
        if part in uri.lower():
            return f"{family}:{local}".lower() if family else local.lower()
    if not prefix or prefix == core_prefix:
        return local.lower()
    return f"{prefix}:{local}".lower()
