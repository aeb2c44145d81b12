"""Pages that are no article: section fronts, galleries, error pages, scraps. Pure."""

from collections.abc import Sequence

from services.extractor.markup import ARTICLE_TYPES, Markup, text_of, types_of
from services.extractor.paragraphs import is_prose
from services.extractor.rules import compile_any, load_rules
from services.stage import Skip

MIN_CHARS = 250  # of a text that is no teaser: trafilatura's own minimum, two sentences and a half
MIN_TEASER = 60
MANY_HEADLINES = 12  # links of four words and more: a section front has dozens, an article's rail a few
MANY_TEASERS = 6  # `article` elements that link on
MANY_SCRAPS = 8  # paragraphs
SCRAPS_PROSE = 0.1  # share of the text: less is a list of links, not an article
MIN_FLAT_PROSE = 0.2  # of a flattened page's characters; the five seeds have over .8
MIN_FLAT_LINES = 12  # under which a flattened page is too small to be a front

_ERROR = compile_any(load_rules("phrases.toml")["page"]["error"])
NO_ARTICLE_TYPES = frozenset(
    [
        "ImageGallery",
        "MediaGallery",
        "CollectionPage",
        "ItemList",
        "SearchResultsPage",
        "ProfilePage",
        "VideoObject",
    ]
)


def refuse_error_page(title: str | None, paragraphs: Sequence[str]) -> None:
    """Raises Skip("not-an-article") where a short page says that something went wrong."""
    if title and len(title.split()) <= 10 and _ERROR.search(title) and sum(map(is_prose, paragraphs)) < 3:
        raise Skip("not-an-article", f"error page: {title[:80]}")


def refuse_listing(page: Markup, paragraphs: Sequence[str]) -> None:
    """Raises Skip("not-an-article") for section fronts, galleries and players.

    A page that calls itself an article is believed. Of the others, a front is one of many headlines
    without prose, or where the text found is largely headlines that link elsewhere, or where a row of
    teasers stands under no headline of its own.
    """
    types = frozenset(t for node in page.linked for t in types_of(node))
    other = types & NO_ARTICLE_TYPES
    if types & ARTICLE_TYPES or (not other and (page.meta("og:type") or "").lower() == "article"):
        return
    prose = sum(map(is_prose, paragraphs))
    if other and prose < 3:
        raise Skip("not-an-article", f"page is a {', '.join(sorted(other))}")
    share = sum(len(p) for p in paragraphs if is_prose(p)) / max(1, sum(map(len, paragraphs)))
    if len(paragraphs) >= MANY_SCRAPS and share < SCRAPS_PROSE:
        raise Skip("not-an-article", f"{len(paragraphs)} scraps, {share:.0%} of them prose")
    headlines = frozenset(text for a in page.tree.iter("a") if len((text := text_of(a)).split()) >= 4)
    linked = sum(1 for paragraph in paragraphs if paragraph in headlines)
    teasers = sum(1 for teaser in page.tree.iter("article") if teaser.find(".//a[@href]") is not None)
    titled = any(len(text_of(h1).split()) >= 4 for h1 in page.tree.iter("h1"))
    many = len(headlines) >= MANY_HEADLINES
    if (many and (prose == 0 or linked >= max(4, len(paragraphs) / 4))) or (
        teasers >= MANY_TEASERS and not titled
    ):
        raise Skip("not-an-article", f"listing: {len(headlines)} headlines, {prose} paragraphs of prose")


def refuse_flat_listing(text: str, prose: float) -> None:
    """Raises Skip("not-an-article") for a flattened page that is mostly headlines."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) >= MIN_FLAT_LINES and prose < MIN_FLAT_PROSE:
        raise Skip("not-an-article", f"listing: {len(lines)} lines, {prose:.0%} of them prose")


def refuse_scrap(text: str, teaser: bool) -> None:
    """Raises Skip("too-short"); a teaser before a paywall may be shorter."""
    least = MIN_TEASER if teaser else MIN_CHARS
    if len(text) < least:
        raise Skip("too-short", f"{len(text)} of {least} characters")
