"""The path of HTML pages: one parse to parts. Pure."""

import re
from collections.abc import Sequence

from schemas.records import Access, RawPage
from services.extractor import shape
from services.extractor.access import judge_access
from services.extractor.credits import find_credits
from services.extractor.fields import read_fields
from services.extractor.flat import AFTER
from services.extractor.markup import Markup, parse_markup
from services.extractor.paragraphs import clean_paragraphs
from services.extractor.parts import Parts, stamp_of
from services.extractor.readable import READER, read_paragraphs

MIN_LINKED = 600  # characters of a JSON-LD articleBody that may stand in for a page without text
HTML_STAMP = stamp_of("extractor.html", READER)

_MARKUP = re.compile(r"<[^<>]{1,2000}>")


def parts_of_html(text: str, page: RawPage) -> Parts:
    """Title, paragraphs and fields of an HTML page.

    Raises Skip by kind (kinds.py), Poison("page-too-complex"), Poison("unreadable-markup").
    """
    markup = parse_markup(text, page.url)
    fields = read_fields(markup, page)
    paragraphs = clean_paragraphs(read_paragraphs(markup) or _linked_body(markup), fields.title)
    shape.refuse_other_kinds(markup, fields.title, paragraphs)
    after = _lines_after(markup.lines, paragraphs)
    found = [c for c in find_credits((*paragraphs, *after)) if c.kind not in ("author", "role")]
    return Parts(
        title=fields.title,
        paragraphs=paragraphs,
        dates=fields.dates,
        credits=[*fields.credits, *found],
        access=_access_of(markup, "\n\n".join(paragraphs), page.truncated),
        stamp=HTML_STAMP,
        byline=fields.byline,
        fields=fields.others,
        evidence=fields.evidence,
        label=fields.label,
    )


def _lines_after(lines: Sequence[str], paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Visible lines below the text."""
    tail = paragraphs[-1][-60:] if paragraphs else ""
    end = next((i for i in range(len(lines) - 1, -1, -1) if tail and lines[i].endswith(tail)), len(lines))
    return tuple(lines[end + 1 : end + 1 + AFTER])


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
        if isinstance(count, int | str) and re.fullmatch(r"[0-9]{1,9}", str(count))
        else None,
        cut_in_transit=truncated,
    )
