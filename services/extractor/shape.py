"""Pages that are refused for what they are: the kinds of kinds.py, flattened lists, scraps. Pure."""

from collections.abc import Sequence

from services.extractor.kinds import Look, kind_of
from services.extractor.markup import ARTICLE_TYPES, Markup, text_of, types_of
from services.stage import Skip

MIN_CHARS = 250  # of a text that is no teaser: trafilatura's own minimum, two sentences and a half
MIN_TEASER = 60
MIN_FLAT_PROSE = 0.2  # of a flattened page's characters; the five seeds have over .8
MIN_FLAT_LINES = 12  # under which a flattened page is too small to be a front
HEADLINE_WORDS = 4


def refuse_other_kinds(page: Markup, title: str | None, paragraphs: Sequence[str]) -> None:
    """Raises Skip with the kind as its reason where an HTML page is no article."""
    types = frozenset(name for node in page.linked for name in types_of(node))
    og_type = (page.meta("og:type") or "").lower()
    _refuse(
        Look(
            title=title or "",
            paragraphs=paragraphs,
            lines=page.lines,
            url=page.url,
            types=types,
            og_type=og_type,
            article=bool(types & ARTICLE_TYPES),
            updates=sum(
                len(listed) for node in page.linked if isinstance(listed := node.get("liveBlogUpdate"), list)
            ),
            images=sum(1 for _ in page.tree.iter("img")),
            headlines=frozenset(text for a in page.tree.iter("a") if _is_headline(text := text_of(a))),
            teasers=sum(1 for each in page.tree.iter("article") if each.find(".//a[@href]") is not None),
            titled=any(_is_headline(text_of(h1)) for h1 in page.tree.iter("h1")),
        )
    )


def refuse_flat_kinds(
    text: str, title: str | None, paragraphs: Sequence[str], url: str, prose: float
) -> None:
    """Raises Skip with the kind as its reason where a flattened page is no article.

    `prose`: share of the page's characters that the article has; a page that is mostly headlines is a front.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    _refuse(Look(title=title or (lines[0] if lines else ""), paragraphs=paragraphs, lines=lines, url=url))
    if len(lines) >= MIN_FLAT_LINES and prose < MIN_FLAT_PROSE:
        raise Skip("section-front", f"{len(lines)} lines, {prose:.0%} of them prose")


def refuse_scrap(text: str, teaser: bool) -> None:
    """Raises Skip("too-short"); a teaser before a paywall may be shorter."""
    least = MIN_TEASER if teaser else MIN_CHARS
    if len(text) < least:
        raise Skip("too-short", f"{len(text)} of {least} characters")


def _refuse(look: Look) -> None:
    if found := kind_of(look):
        reason, detail = found
        raise Skip(reason, detail)


def _is_headline(text: str) -> bool:
    return len(text.split()) >= HEADLINE_WORDS
