"""Who the head of a page says signed it: JSON-LD and meta elements. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from services.extractor.markup import Markup, types_of
from services.extractor.people import is_signed

MAX_PEOPLE = 20
MAX_VALUE = 300  # characters

AUTHOR_META = (
    "author",
    "article:author",
    "byl",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "cxenseparse:author",
    "citation_author",
    "article:author_name",
    "article.author",
    "creator",
)
CARDS = (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2"))


@dataclass(frozen=True, slots=True)
class Signature:
    """Names as one place prints them."""

    printed: str
    source: str  # a key of CONFIDENCE in signatures.py
    kind: str = ""  # what the page calls them: Person, Organization or nothing
    near: bool = True  # the headline, or in the head of the page


def stated_signatures(page: Markup) -> Iterator[Signature]:
    """What the head says: JSON-LD and meta elements."""
    authors = list(_authors(_linked_author(page), page.linked))
    for kind in ("Person", "", "Organization"):
        if listed := [name for name, called in authors if called == kind]:
            yield Signature("\n".join(listed), "json-ld", kind)
    for name in AUTHOR_META:
        listed = [value for value in page.metas.get(name, ()) if not value.startswith("http")]
        if listed:
            yield Signature("\n".join(listed), "meta")
    # a card for messengers: a label in the page's language, and what it labels
    for label, name in CARDS:
        if is_signed(f"{page.meta(label) or '-'} X") and (said := page.meta(name)):
            yield Signature(said, "meta")


def _linked_author(page: Markup) -> Any:
    """Who the JSON-LD says wrote the article, else whatever else on the page has an author and a headline."""
    nodes = [page.story, *(node for node in page.linked if node.get("headline") or node.get("datePublished"))]
    said = (node.get(key) for node in nodes for key in ("author", "creator"))
    return next((author for author in said if author), None)


def _authors(value: Any, linked: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for author in (value if isinstance(value, list) else [value])[:MAX_PEOPLE]:
        if isinstance(author, str) and not author.startswith("http"):
            yield unescape(author)[:MAX_VALUE], ""
        elif isinstance(author, dict):
            known = next((n for n in linked if author.get("@id") and n.get("@id") == author["@id"]), {})
            called = types_of(author) | types_of(known)
            kind = next((kind for kind in ("Person", "Organization") if kind in called), "")
            for name in _names_of(author) or _names_of(known):
                yield name, kind


def _names_of(author: Mapping[str, Any]) -> list[str]:
    said = author.get("name")
    listed = said if isinstance(said, list) else [said]
    return [
        " ".join(unescape(name).split())[:MAX_VALUE]
        for name in listed[:MAX_PEOPLE]
        if isinstance(name, str) and name.strip() and not name.startswith("http")
    ]
