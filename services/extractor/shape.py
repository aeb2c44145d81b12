"""Pages that are refused for what they are: the kinds of kinds.py, flattened lists, scraps. Pure."""

from collections.abc import Iterable, Sequence

from lxml.etree import _Element as Element

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
    article = bool(types & ARTICLE_TYPES)
    tree = page.tree
    _refuse(
        Look(
            title=title or "",
            paragraphs=paragraphs,
            lines=page.lines,
            url=page.url,
            types=types,
            og_type=og_type,
            article=article,
            updates=sum(
                len(listed) for node in page.linked if isinstance(listed := node.get("liveBlogUpdate"), list)
            ),
            images=sum(1 for _ in tree.iter("img")),
            headlines=frozenset() if article else _headlines(tree.iter("a")),
            teasers=0 if article else _teasers(tree.iter("article")),
            titled=not article and bool(_headlines(tree.iter("h1"))),
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


def _teasers(articles: Iterable[Element]) -> int:
    """How many of them link on."""
    return sum(each.find(".//a[@href]") is not None for each in articles)


def _headlines(elements: Iterable[Element]) -> frozenset[str]:
    """Their texts, where those are as long as a headline."""
    texts = map(text_of, elements)
    return frozenset(text for text in texts if len(text.split()) >= HEADLINE_WORDS)
