"""From the text of an XML file to its element tree, where a tree is what is wanted: OPML. Pure.

Feeds and sitemaps are read by markup.py, entry by entry.
"""

import html
import re

from lxml import etree

from services.stage import Poison

BEFORE_ROOT = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<html>html)[\s>]|<!(?P<entity>ENTITY)\s|<(?P<root>[A-Za-z][\w:.-]*)(?=[\s>/])",
    re.IGNORECASE | re.DOTALL,
)
REPAIRABLE = re.compile(
    r"(?P<keep><!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?:amp|lt|gt|quot|apos);)"
    r"|&(?P<entity>#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|(?P<bare>&)",
    re.DOTALL,
)
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


def parse_tree(text: str) -> etree._Element | None:
    """The root element, small damage repaired; None where there is none, or it is that of a web page.

    Raises Poison("entity-declared") for a document type that declares entities, as bombs do.
    """
    start = _root_start(text)
    if start is None:
        return None
    root = _parsed(text[start:], recover=False)
    return root if root is not None else _parsed(repair(text[start:]), recover=True)


def _root_start(text: str) -> int | None:
    for found in BEFORE_ROOT.finditer(text):
        if found["entity"]:
            raise Poison("entity-declared", "the document type declares entities")
        if found["html"]:
            return None
        if found["root"]:
            return found.start()
    return None


def _parsed(text: str, *, recover: bool) -> etree._Element | None:
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
        root: etree._Element | None = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def repair(text: str) -> str:
    """Text whose entities are XML's, and without forbidden characters."""
    return FORBIDDEN.sub("", REPAIRABLE.sub(_replacement, text))


def _replacement(found: re.Match[str]) -> str:
    if found["keep"]:
        return found["keep"]
    if found["bare"]:
        return "&amp;"
    meant = html.unescape(found.group())
    return "&amp;" + found["entity"] + ";" if meant == found.group() else html.escape(meant, quote=False)
