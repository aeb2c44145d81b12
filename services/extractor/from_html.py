"""The path of HTML pages: one parse to parts. Pure."""

import re

from schemas.records import Access, RawPage
from services.extractor import shape
from services.extractor.access import judge_access
from services.extractor.blockmodel import load_model
from services.extractor.cascade import choose_text
from services.extractor.credits import find_credits
from services.extractor.fields import read_fields
from services.extractor.flat import AFTER
from services.extractor.markup import Markup, parse_markup
from services.extractor.paragraphs import clean_paragraphs, lines_after
from services.extractor.parts import Parts, stamp_of
from services.extractor.readable import READER

HTML_STAMP = stamp_of("extractor.html", READER, load_model().digest)


def parts_of_html(text: str, page: RawPage) -> Parts:
    """Title, paragraphs and fields of an HTML page.

    Raises Skip by kind (kinds.py), Poison("page-too-complex"), Poison("unreadable-markup").
    """
    markup = parse_markup(text, page.url)
    fields = read_fields(markup, page)
    found_text = choose_text(markup)
    paragraphs = clean_paragraphs(found_text.paragraphs, fields.title)
    shape.refuse_other_kinds(markup, fields.title, paragraphs)
    after = lines_after(markup.lines, paragraphs[-1] if paragraphs else "", AFTER)
    found = [c for c in find_credits((*paragraphs, *after)) if c.kind not in ("author", "role")]
    return Parts(
        title=fields.title,
        paragraphs=paragraphs,
        dates=fields.dates,
        credits=[*fields.credits, *found],
        access=_access_of(markup, "\n\n".join(paragraphs), page.truncated),
        stamp=HTML_STAMP,
        text_from=found_text.source,
        confidence=found_text.confidence,
        byline=fields.byline,
        fields=fields.others,
        evidence=fields.evidence,
        label=fields.label,
    )


def _access_of(markup: Markup, text: str, truncated: bool) -> Access:
    free = markup.story.get("isAccessibleForFree")
    count = markup.story.get("wordCount")
    return judge_access(
        text,
        markup.lines,
        free=None if free is None else str(free).strip().lower() not in ("false", "no", "0"),
        declared_words=int(count)
        if isinstance(count, int | str) and re.fullmatch(r"[0-9]{1,9}", str(count))
        else None,
        cut_in_transit=truncated,
    )
