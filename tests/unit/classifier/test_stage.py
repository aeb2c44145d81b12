"""The classifier as a stage."""

import pytest

from schemas.codec import decode, encode
from schemas.records import Article, ClassifiedArticle, Source, Stamp
from schemas.topics import ARTICLES_CLASSIFIED, ARTICLES_EXTRACTED
from services.classifier.classify import stamps
from services.classifier.stage import build
from services.stage import Emit, Skip
from tests.unit.classifier.articles import an_article

SOURCES = {
    "example-wire": Source(id="example-wire", name="Example Wire", homepage="https://w.example/", kind="wire")
}


def classified(article: Article) -> ClassifiedArticle:
    """What the stage makes of an article."""
    (emit,) = build(SOURCES).step(article)
    assert isinstance(emit, Emit)
    assert isinstance(emit.record, ClassifiedArticle)
    assert (emit.topic, emit.key, emit.subject) == (
        ARTICLES_CLASSIFIED,
        article.page_id,
        article.canonical_url,
    )
    return emit.record


def test_the_article_comes_out_whole_with_its_verdict() -> None:
    article = an_article(stamps=(Stamp(component="extractor.html", version="1", digest="0" * 16),))
    record = classified(article)
    kept = {name: getattr(record, name) for name in Article.__struct_fields__ if name != "stamps"}
    assert kept == {name: getattr(article, name) for name in kept}
    assert record.stamps == article.stamps + stamps()
    assert record.relevant
    assert record.credibility.because.startswith("Example Wire")


def test_an_irrelevant_article_is_passed_on_with_the_reason() -> None:
    record = classified(an_article(title="Bread", text="Bread is dear."))
    assert not record.relevant
    assert record.because.startswith("Not relevant")


def test_the_same_article_gives_the_same_bytes() -> None:
    first, second = (encode(ARTICLES_CLASSIFIED, classified(an_article())) for _ in range(2))
    assert first == second
    assert decode(ARTICLES_CLASSIFIED, first) == classified(an_article())


def test_an_article_without_text_is_skipped() -> None:
    with pytest.raises(Skip, match="no-text"):
        build(SOURCES).step(an_article(text=" \n "))


def test_the_stage_says_what_it_reads_and_who_it_is() -> None:
    stage = build({})
    assert (stage.name, stage.source, stage.stamps) == ("classifier", ARTICLES_EXTRACTED, stamps())
