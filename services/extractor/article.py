"""A page made into an article: the two paths, HTML and flattened text, meet here. Pure."""

import re
from hashlib import sha256
from typing import Any

from schemas.records import Article, Quality, RawPage, Revision
from services.extractor.datechoice import date_article
from services.extractor.decode import decode_body
from services.extractor.from_flat import parts_of_flat
from services.extractor.from_html import parts_of_html
from services.extractor.language import detect_language, language_evidence
from services.extractor.paragraphs import is_prose
from services.extractor.parts import Parts
from services.extractor.shape import refuse_scrap
from services.stage import Poison

MAX_TEXT = 800_000  # UTF-8 bytes: an article's record has to fit into one message of 1 MiB
ENOUGH_WORDS = 150  # from here on length says nothing about quality

_TAG = re.compile(
    r"<(?:!doctype|html|head|body|p|div|a|br|span|script|meta|table|h[1-6])\b[^<>]*>", re.IGNORECASE
)
_MARKUP = re.compile(r"<[^<>]{1,2000}>")


def extract_article(page: RawPage) -> Article:
    """The readable part of a page; the same page always gives the same article.

    Raises Skip("empty-page"), Skip("too-short"), Skip by kind (kinds.py), Poison("body-missing"),
    Poison("page-too-large"), Poison("not-text"), Poison("page-too-complex"), Poison("unreadable-markup"),
    Poison("text-too-large").
    """
    if page.body is None:
        raise Poison("body-missing", "the blob of this page was not loaded before extraction")
    decoded = decode_body(page.body, page.content_type, page.charset)
    flat = is_flat(decoded.text, page.content_type)
    parts = parts_of_flat(decoded.text, page) if flat else parts_of_html(decoded.text, page)
    return _assemble(page, parts)


def is_flat(text: str, content_type: str | None) -> bool:
    """Whether a page is flattened text: declared so, or without a tag in its first 4,000 characters."""
    declared = (content_type or "").split(";")[0].strip().lower() == "text/plain"
    head = text[:4000]
    if declared:
        return not head.lstrip().lower().startswith(("<!doctype html", "<html"))
    return _TAG.search(head) is None and _MARKUP.search(head) is None


def _assemble(page: RawPage, parts: Parts) -> Article:
    text = "\n\n".join(parts.paragraphs)
    refuse_scrap(text, parts.access.verdict == "paywalled")
    if (size := len(text.encode())) > MAX_TEXT:
        raise Poison("text-too-large", f"{size} of at most {MAX_TEXT} bytes")
    digest = sha256(f"{parts.title or ''}\n\n{text}".encode()).hexdigest()[:16]
    fields: dict[str, Any] = {"canonical_url": page.canonical_url} | (parts.fields or {})
    language = detect_language(text)
    dating = date_article(parts.dates, page.fetched_at)
    return Article(
        page_id=page.page_id,
        revision=Revision(digest=digest),
        url=page.url,
        source_id=page.discovered.source_id,
        title=parts.title,
        text=text,
        language=language,
        published=dating.published,
        byline=parts.byline,
        credits=tuple(dict.fromkeys(parts.credits)),
        access=parts.access,
        quality=measure_quality(parts),
        rights=page.rights,
        discovered=page.discovered,
        lane=page.lane,
        fetched_at=page.fetched_at,
        first_fetched_at=page.first_fetched_at,
        stamps=(parts.stamp,),
        evidence=(*parts.evidence, *language_evidence(language, parts.label)),
        dates_refused=dating.refused,
        **fields,
    )


def measure_quality(parts: Parts) -> Quality:
    """Length, what the text is from and how sure the model is, and a score: the share of the text that is
    prose, less for texts under 150 words."""
    lengths = [len(paragraph) for paragraph in parts.paragraphs]
    chars = sum(lengths) + 2 * max(0, len(lengths) - 1)
    words = sum(len(paragraph.split()) for paragraph in parts.paragraphs)
    prose = sum(len(paragraph) for paragraph in parts.paragraphs if is_prose(paragraph))
    score = prose / max(1, chars) * min(1.0, words / ENOUGH_WORDS)
    return Quality(
        chars=chars,
        words=words,
        score=round(score, 3),
        confidence=parts.confidence,
        text_from=parts.text_from,
    )
