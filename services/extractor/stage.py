"""The extractor as a stage: pages in, articles out. Pure."""

from collections.abc import Iterator

from schemas.records import RawPage
from schemas.topics import ARTICLES_EXTRACTED, PAGES_FETCHED
from services.extractor.article import extract_article
from services.extractor.from_flat import FLAT_STAMP
from services.extractor.from_html import HTML_STAMP
from services.stage import Emit, Stage


def build() -> Stage[RawPage]:
    """The stage. A body kept as a blob must have been loaded by the shell: this file does no IO."""
    return Stage("extractor", PAGES_FETCHED, extract, stamps=(HTML_STAMP, FLAT_STAMP))


def extract(page: RawPage) -> Iterator[Emit]:
    """The article of a page, under the page's own key. Raises Skip and Poison as `extract_article` does."""
    article = extract_article(page)
    yield Emit(ARTICLES_EXTRACTED, page.page_id, article, article.canonical_url)
