"""What a page says of itself: site, section, picture, address, language. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from services.extractor.markup import Markup, types_of

MAX_VALUE = 300  # characters
MAX_URL = 2_000
MAX_CRUMBS = 12

SITE_META = ("og:site_name", "application-name")
SECTION_META = ("article:section", "parsely-section", "section")
IMAGE_META = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
LANGUAGE_META = ("content-language", "og:locale")

STATED, DERIVED = 0.9, 0.6
"""Confidence: of what the head states for this very purpose, and of what follows from something else."""


@dataclass(frozen=True, slots=True)
class Said:
    """One statement of a page about itself."""

    value: str
    source: str
    confidence: float = STATED


def site_names(page: Markup) -> Iterator[Said]:
    """What the site calls itself, the most trusted first."""
    yield from _metas(page, SITE_META)
    publisher = page.story.get("publisher")
    yield from _text(publisher.get("name") if isinstance(publisher, dict) else publisher, "json-ld")
    for node in page.linked:
        if "WebSite" in types_of(node):
            yield from _text(node.get("name"), "json-ld:WebSite")


def sections(page: Markup) -> Iterator[Said]:
    """The rubric the page states for itself, and the last crumb but the page's own title."""
    yield from _metas(page, SECTION_META)
    stated = page.story.get("articleSection")
    yield from _text(stated[0] if isinstance(stated, list) and stated else stated, "json-ld")
    for node in page.linked:
        if "BreadcrumbList" in types_of(node):
            crumbs = _crumbs(node.get("itemListElement"))
            # the first is the front page, the last is often the article itself
            yield from (Said(name, "json-ld:BreadcrumbList", DERIVED) for name in crumbs[1:2])


def images(page: Markup) -> Iterator[Said]:
    """Absolute addresses of the picture that stands for the article."""
    image = page.story.get("image")
    first = image[0] if isinstance(image, list) and image else image
    linked = _text(first.get("url") if isinstance(first, dict) else first, "json-ld")
    for said in (*_metas(page, IMAGE_META), *linked):
        if address := absolute(page.url, said.value):
            yield Said(address, said.source)


def addresses(page: Markup) -> Iterator[Said]:
    """What the page calls its own address, absolute: link rel=canonical, og:url.

    A front page's address stated by every page of a site is none, so that an address without a path counts
    only where the page was read there.
    """
    links = [
        href
        for link in page.tree.iterfind("head/link[@rel]")
        if "canonical" in (link.get("rel") or "").lower().split() and (href := link.get("href"))
    ]
    stated = (*(Said(href, "link") for href in links[:1]), *_metas(page, ("og:url",)))
    for said in stated:
        address = absolute(page.url, said.value)
        if address and (_path(address) or not _path(page.url)):
            yield Said(address, said.source)


def languages(page: Markup) -> Iterator[Said]:
    """What the page labels itself as: BCP 47 primary tags, lower case."""
    listed = [Said(tag, "html-lang") for tag in [page.tree.get("lang")] if tag]
    for said in (*listed, *_metas(page, LANGUAGE_META)):
        primary = said.value.strip().replace("_", "-").split("-")[0].lower()
        if primary.isalpha() and len(primary) in (2, 3):
            yield Said(primary, said.source)


def absolute(base: str, said: str | None) -> str | None:
    """An http address, resolved against the page's own, or None."""
    if not said or len(said) > MAX_URL:
        return None
    try:
        told = said.strip()
        found = told if told.startswith(("http://", "https://")) else urljoin(base, told)
        return found if urlsplit(found).scheme in ("http", "https") and urlsplit(found).hostname else None
    except ValueError:
        return None


def _crumbs(listed: Any) -> list[str]:
    """Names of a breadcrumb trail, the front page first."""
    names: list[str] = []
    for crumb in listed[:MAX_CRUMBS] if isinstance(listed, list) else []:
        if isinstance(crumb, dict):
            item = crumb.get("item")
            name = crumb.get("name") or (item.get("name") if isinstance(item, dict) else None)
            names += [said.value for said in _text(name, "")]
    return names[:-1]


def _metas(page: Markup, names: Sequence[str]) -> Iterator[Said]:
    for name in names:
        if value := page.meta(name):
            yield Said(value[: MAX_URL if "image" in name or "url" in name else MAX_VALUE], name)


def _text(value: Any, source: str) -> Iterator[Said]:
    if isinstance(value, str) and (folded := " ".join(unescape(value).split())):
        yield Said(folded[:MAX_URL], source)


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path.strip("/") + parts.query
