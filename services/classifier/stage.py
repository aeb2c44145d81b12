"""The classifier as a stage: extracted articles in, classified ones out, irrelevant ones too."""

from collections.abc import Iterable, Mapping
from dataclasses import fields

from schemas.records import Article, ClassifiedArticle, Source, grown
from schemas.topics import ARTICLES_CLASSIFIED, ARTICLES_EXTRACTED
from services.classifier.classify import Classification, classify, day_of, stamps
from services.stage import Emit, Outgoing, Stage

_PARTS = tuple(field.name for field in fields(Classification))


def classify_article(article: Article, sources: Mapping[str, Source]) -> ClassifiedArticle:
    """The article with its verdict. Raises Skip("no-text")."""
    source = sources.get(article.source_id) if article.source_id else None
    day = day_of(article.published.value if article.published else None)
    verdict = classify(article.title, article.text, url=article.url, source=source, day=day)
    parts = {name: getattr(verdict, name) for name in _PARTS}
    return grown(ClassifiedArticle, article, **parts, stamps=article.stamps + stamps())


def build(sources: Mapping[str, Source]) -> Stage[Article]:
    """The stage, with the source list it weighs credibility by; read once an article, so it may change."""

    def step(article: Article) -> Iterable[Outgoing]:
        classified = classify_article(article, sources)
        return [Emit(ARTICLES_CLASSIFIED, article.page_id, classified, subject=article.canonical_url)]

    return Stage("classifier", ARTICLES_EXTRACTED, step, stamps())
