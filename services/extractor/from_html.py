"""The path of HTML pages: one parse to parts. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.records import Access, RawPage
from services.extractor import shape
from services.extractor.access import judge_access
from services.extractor.credits import find_credits
from services.extractor.dates import (
    DatedLine,
    dates_of_lines,
    dates_of_markup,
    dates_of_origin,
    is_theme_date,
    modified_of,
)
from services.extractor.flat import AFTER, NEAR
from services.extractor.markup import Markup, parse_markup
from services.extractor.metadata import (
    find_byline,
    find_image,
    find_section,
    find_site_name,
    find_title,
)
from services.extractor.paragraphs import clean_paragraphs, lines_after
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
    title = find_title(markup) or page.discovered.title
    paragraphs = clean_paragraphs(read_paragraphs(markup) or _linked_body(markup), title)
    shape.refuse_other_kinds(markup, title, paragraphs)
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
            "site_name": find_site_name(markup),
            "section": find_section(markup),
            "image": find_image(markup),
            "modified": modified_of(markup, page.fetched_at),
        },
    )


@dataclass(frozen=True, slots=True)
class Around:
    """Visible lines beside the text."""

    dated: list[DatedLine]  # about the headline
    after: Sequence[str]  # below the text


def _lines_around(markup: Markup, title: str | None, paragraphs: Sequence[str]) -> Around:
    lines = markup.lines
    at = next((i for i, line in enumerate(lines) if title and line == title), None)
    dated = [] if at is None else list(_lines_about(lines, at))
    return Around(dated, lines_after(lines, paragraphs[-1] if paragraphs else "", AFTER))


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


def _lines_about(lines: Sequence[str], title: int) -> Iterator[DatedLine]:
    """Lines under the headline and, believed less, over it."""
    yield from (DatedLine(line, "dateline") for line in lines[title + 1 : title + 1 + 2 * NEAR])
    for line in lines[max(0, title - NEAR) : title]:
        yield DatedLine(line, "top" if is_theme_date(line) else "near")
