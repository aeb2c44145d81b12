"""A page made into an article: the two paths, HTML and flattened text, meet here. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from schemas.records import Access, Article, Credit, DateCandidate, Quality, RawPage, Revision, Stamp
from services.extractor import dates, shape
from services.extractor.access import judge_access
from services.extractor.credits import find_credits
from services.extractor.dates import DatedLine, choose_date, dates_of_lines, dates_of_markup, dates_of_origin
from services.extractor.decode import decode_body
from services.extractor.flat import AFTER, NEAR, take_apart
from services.extractor.language import detect_language
from services.extractor.markup import Markup, parse_markup
from services.extractor.metadata import (
    find_byline,
    find_canonical,
    find_image,
    find_section,
    find_site_name,
    find_title,
)
from services.extractor.paragraphs import clean_paragraphs, is_prose
from services.extractor.readable import READER, read_paragraphs
from services.extractor.rules import digest_rules
from services.stage import Poison

VERSION = "1"
MAX_TEXT = 800_000  # UTF-8 bytes: an article's record has to fit into one message of 1 MiB
MIN_LINKED = 600  # characters of a JSON-LD articleBody that may stand in for a page without text
ENOUGH_WORDS = 150  # from here on length says nothing about quality

_TAG = re.compile(
    r"<(?:!doctype|html|head|body|p|div|a|br|span|script|meta|table|h[1-6])\b[^<>]*>", re.IGNORECASE
)
_MARKUP = re.compile(r"<[^<>]{1,2000}>")


@dataclass(frozen=True, slots=True)
class Parts:
    """What either path finds on a page, before the fields that both share."""

    title: str | None
    paragraphs: Sequence[str]
    dates: Sequence[DateCandidate]
    credits: Sequence[Credit]
    access: Access
    stamp: Stamp
    byline: tuple[str, ...] = ()
    fields: dict[str, Any] | None = None  # further fields of Article


def _stamp(component: str, *rules: object) -> Stamp:
    digest = sha256(repr((VERSION, digest_rules(), *rules)).encode()).hexdigest()[:16]
    return Stamp(component=component, version=VERSION, digest=digest)


HTML_STAMP = _stamp("extractor.html", READER)
FLAT_STAMP = _stamp("extractor.flat")


def extract_article(page: RawPage) -> Article:
    """The readable part of a page; the same page always gives the same article.

    Raises Skip("empty-page"), Skip("not-an-article"), Skip("too-short"), Poison("body-missing"),
    Poison("page-too-large"), Poison("not-text"), Poison("page-too-complex"), Poison("unreadable-markup"),
    Poison("text-too-large").
    """
    if page.body is None:
        raise Poison("body-missing", "the blob of this page was not loaded before extraction")
    decoded = decode_body(page.body, page.content_type, page.charset)
    flat = is_flat(decoded.text, page.content_type)
    parts = _parts_of_flat(decoded.text, page) if flat else _parts_of_html(decoded.text, page)
    return _assemble(page, parts)


def is_flat(text: str, content_type: str | None) -> bool:
    """Whether a page is flattened text: declared so, or without a tag in its first 4,000 characters."""
    declared = (content_type or "").split(";")[0].strip().lower() == "text/plain"
    head = text[:4000]
    if declared:
        return not head.lstrip().lower().startswith(("<!doctype html", "<html"))
    return _TAG.search(head) is None and _MARKUP.search(head) is None


def _parts_of_flat(text: str, page: RawPage) -> Parts:
    apart = take_apart(text)
    body = "\n\n".join(apart.paragraphs)
    access = judge_access(body, apart.credited, cut_in_transit=page.truncated)
    shape.refuse_error_page(apart.title, apart.paragraphs)
    shape.refuse_flat_listing(text, apart.prose)
    found = find_credits((*apart.credited[:NEAR], *apart.paragraphs, *apart.credited[-AFTER:]))
    return Parts(
        title=apart.title,
        paragraphs=apart.paragraphs,
        dates=[*dates_of_lines(apart.dated), *dates_of_origin(page.url, page.discovered)],
        credits=[credit for credit in found if credit.kind != "author"],
        access=access,
        stamp=FLAT_STAMP,
        byline=tuple(credit.name for credit in found if credit.kind == "author"),
        fields={"section": apart.section},
    )


def _parts_of_html(text: str, page: RawPage) -> Parts:
    markup = parse_markup(text, page.url)
    title = find_title(markup) or page.discovered.title
    paragraphs = clean_paragraphs(read_paragraphs(markup) or _linked_body(markup), title)
    shape.refuse_error_page(title, paragraphs)
    shape.refuse_listing(markup, paragraphs)
    byline, signed = find_byline(markup)
    around = _lines_around(markup, title, paragraphs)
    found = [c for c in find_credits((*paragraphs, *around.after)) if c.kind not in ("author", "role")]
    return Parts(
        title=title,
        paragraphs=paragraphs,
        dates=[
            *dates_of_markup(markup),
            *dates_of_origin(page.url, page.discovered),
            *dates_of_lines(around.dated),
        ],
        credits=[*signed, *found],
        access=_access_of(markup, "\n\n".join(paragraphs), page.truncated),
        stamp=HTML_STAMP,
        byline=byline,
        fields={
            "canonical_url": find_canonical(markup) or page.canonical_url,
            "site_name": find_site_name(markup),
            "section": find_section(markup),
            "image": find_image(markup),
            "modified": dates.modified_of(markup, page.fetched_at),
        },
    )


@dataclass(frozen=True, slots=True)
class Around:
    """Visible lines beside the text."""

    dated: list[DatedLine]  # about the headline
    after: tuple[str, ...]  # below the text


def _lines_around(markup: Markup, title: str | None, paragraphs: Sequence[str]) -> Around:
    lines = markup.lines
    at = next((i for i, line in enumerate(lines) if title and line == title), None)
    dated = [] if at is None else [DatedLine(line, "dateline") for line in lines[at + 1 : at + 1 + 2 * NEAR]]
    tail = paragraphs[-1][-60:] if paragraphs else ""
    end = next((i for i in range(len(lines) - 1, -1, -1) if tail and lines[i].endswith(tail)), len(lines))
    return Around(dated, lines[end + 1 : end + 1 + AFTER])


def _linked_body(markup: Markup) -> list[str]:
    """The articleBody of the JSON-LD, for pages that show no text of their own."""
    body = markup.story.get("articleBody")
    if not isinstance(body, str) or len(body) < MIN_LINKED:
        return []
    return [line for part in _MARKUP.sub("\n", body).split("\n") if (line := " ".join(part.split()))]


def _access_of(markup: Markup, text: str, truncated: bool) -> Access:
    free = markup.story.get("isAccessibleForFree")
    count = markup.story.get("wordCount")
    return judge_access(
        text,
        markup.lines,
        free=None if free is None else str(free).strip().lower() not in ("false", "no", "0"),
        declared_words=int(count)
        if isinstance(count, int | str) and str(count).isascii() and str(count).isdigit()
        else None,
        cut_in_transit=truncated,
    )


def _assemble(page: RawPage, parts: Parts) -> Article:
    text = "\n\n".join(parts.paragraphs)
    shape.refuse_scrap(text, parts.access.verdict == "paywalled")
    if (size := len(text.encode())) > MAX_TEXT:
        raise Poison("text-too-large", f"{size} of at most {MAX_TEXT} bytes")
    digest = sha256(f"{parts.title or ''}\n\n{text}".encode()).hexdigest()[:16]
    fields: dict[str, Any] = {"canonical_url": page.canonical_url} | (parts.fields or {})
    return Article(
        page_id=page.page_id,
        revision=Revision(digest=digest),
        url=page.url,
        source_id=page.discovered.source_id,
        title=parts.title,
        text=text,
        language=detect_language(text),
        published=choose_date(parts.dates, page.fetched_at),
        byline=parts.byline,
        credits=tuple(dict.fromkeys(parts.credits)),
        access=parts.access,
        quality=measure_quality(parts.paragraphs),
        rights=page.rights,
        discovered=page.discovered,
        lane=page.lane,
        fetched_at=page.fetched_at,
        stamps=(parts.stamp,),
        **fields,
    )


def measure_quality(paragraphs: Sequence[str]) -> Quality:
    """Length, and a score: the share of the text that is prose, less for texts under 150 words."""
    chars = sum(map(len, paragraphs)) + 2 * max(0, len(paragraphs) - 1)
    words = sum(len(paragraph.split()) for paragraph in paragraphs)
    prose = sum(len(paragraph) for paragraph in paragraphs if is_prose(paragraph))
    score = prose / max(1, chars) * min(1.0, words / ENOUGH_WORDS)
    return Quality(chars=chars, words=words, score=round(score, 3))
