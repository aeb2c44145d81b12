"""Who signed a page: every place that names them by trust, people told from roles and agencies. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from schemas.records import Credit, FieldEvidence
from services.extractor.headline import Headline
from services.extractor.marked_names import marked_names
from services.extractor.markup import Markup, types_of
from services.extractor.people import is_signed, shorten_names, sort_byline, squash

MAX_PEOPLE = 20
MAX_OTHERS = 10
MAX_TRIED = 12  # places that name somebody
MAX_VALUE = 300  # characters
LONG_NAME = 4  # words from which a name may hold the name of its paper
OWNER_WORDS = 2  # of a person's name that is the name of the site as well
BELOW, ABOVE = 12, 4  # lines about the headline in which "By …" signs the article

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
CONFIDENCE = {
    "json-ld": 0.9,
    "meta": 0.85,
    "itemprop": 0.8,
    "rel": 0.8,
    "link": 0.75,
    "class": 0.65,
    "visible-line": 0.6,
}
"""Place that names who signed → how often it is right."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Names as one place prints them."""

    printed: str
    source: str  # a key of CONFIDENCE
    kind: str = ""  # what the page calls them: Person, Organization or nothing
    near: bool = True  # the headline, or in the head of the page


@dataclass(frozen=True, slots=True)
class Byline:
    """Who signed."""

    people: tuple[str, ...]
    others: tuple[Credit, ...]  # roles, agencies and user names
    evidence: FieldEvidence | None


def find_byline(page: Markup, own: Sequence[str], headline: Headline) -> Byline:
    """People who signed, in order, and credits for the roles, agencies and user names beside them.

    `own`: what the site is called: it signs as a role, unless nobody else does and it is called as people
    are.
    """
    squashed = frozenset(squash(name) for name in own)
    others: dict[tuple[str, str], Credit] = {}
    owner: tuple[Signature, list[str]] | None = None
    for tried, signature in enumerate(_signatures(page, headline)):
        if tried >= MAX_TRIED:
            break
        if others and not signature.near and signature.source == "link":
            continue
        people, beside = _told_apart(signature)
        strangers = [name for name in people if squash(name) not in squashed]
        owner = owner or ((signature, people) if people and not strangers else None)
        for credit in beside:
            others.setdefault((credit.kind, credit.name), credit)
        if strangers:
            names = tuple(shorten_names(strangers, _linked_names(page, headline, strangers)))
            return Byline(names[:MAX_PEOPLE], _credits(others, squashed), _evidence(page, signature, names))
    if owner and all(len(name.split()) == OWNER_WORDS and not name.isupper() for name in owner[1]):
        return Byline(tuple(owner[1]), _credits(others, squashed), _evidence(page, owner[0], owner[1]))
    for name in owner[1] if owner else ():
        others.setdefault(("role", name), Credit(kind="role", name=name, text=name))
    return Byline((), _credits(others, squashed), None)


def own_names(page: Markup, site_name: str | None) -> tuple[str, ...]:
    """What the site may call itself: its name, its publisher's, and its host with and without the suffix."""
    publisher = page.story.get("publisher")
    named = publisher.get("name") if isinstance(publisher, dict) else None
    host = (_host(page.url) or "").removeprefix("www.")
    said = (site_name, named, host, host.rpartition(".")[0], host.split(".")[0])
    return tuple(name for name in said if isinstance(name, str) and name)


def _credits(others: Mapping[tuple[str, str], Credit], own: frozenset[str]) -> tuple[Credit, ...]:
    """The credits; a site that is called an organisation is no agency of its own text."""
    told = (
        Credit(kind="role", name=c.name, text=c.text) if squash(c.name) in own else c for c in others.values()
    )
    return tuple(told)[:MAX_OTHERS]


def _linked_names(page: Markup, headline: Headline, people: Sequence[str]) -> list[str]:
    """What links to authors print, where a name is long enough to hold more than a name."""
    if all(len(name.split()) < LONG_NAME for name in people):
        return []
    marked = (name for name in marked_names(page.tree, headline) if name.near)
    return [line for name in marked for line in name.printed.split("\n")]


def _evidence(page: Markup, by: Signature, people: Sequence[str]) -> FieldEvidence:
    agreeing = tuple(dict.fromkeys(_agreeing(page, by, people)))
    return FieldEvidence(
        field="byline", source=by.source, confidence=CONFIDENCE[by.source], supported_by=agreeing
    )


def _agreeing(page: Markup, by: Signature, people: Sequence[str]) -> Iterator[str]:
    """Other statements of the head that name one of these people, and the visible lines."""
    for signature in _stated(page):
        if signature.source != by.source and any(name in signature.printed for name in people):
            yield signature.source
    if by.source != "visible-line" and any(
        name in line for name in people for line in page.lines if len(line) < MAX_VALUE
    ):
        yield "visible-line"


def _told_apart(signature: Signature) -> tuple[list[str], list[Credit]]:
    sure = signature.kind == "Person" or signature.source in ("itemprop", "rel", "link")
    names, beside = sort_byline(signature.printed, said_person=sure)
    if signature.kind == "Organization":
        # an organisation that signs and is not the site itself is where the text comes from
        text = signature.printed[:MAX_VALUE]
        return [], [
            Credit(kind="agency", name=name, text=text) for name in (*(c.name for c in beside), *names)
        ]
    if signature.source == "class":  # a class may hold more than a name: only short pieces are roles
        beside = [credit for credit in beside if credit.kind == "agency" or len(credit.name.split()) <= 4]
    return names, beside


def _signatures(page: Markup, headline: Headline) -> Iterator[Signature]:
    """Printed names by trust, those far from the headline last."""
    yield from _stated(page)
    lined = headline.line is None
    for marked in marked_names(page.tree, headline):
        if not marked.near and not lined:
            yield from _signed_lines(page, headline)
            lined = True
        yield Signature(marked.printed, marked.how, near=marked.near)
    if not lined:
        yield from _signed_lines(page, headline)


def _signed_lines(page: Markup, headline: Headline) -> Iterator[Signature]:
    """Visible lines about the headline that sign."""
    at = headline.line or 0
    near = page.lines[max(0, at - ABOVE) : at + 1 + BELOW]
    yield from (Signature(printed, "visible-line") for printed in near if is_signed(printed))


def _stated(page: Markup) -> Iterator[Signature]:
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


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
