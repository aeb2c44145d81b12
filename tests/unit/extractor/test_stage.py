from schemas.codec import encode
from schemas.topics import ARTICLES_EXTRACTED, PAGES_FETCHED
from services.extractor.stage import build
from services.stage import Emit
from tests.unit.extractor.pages import html, raw


def test_a_page_gives_one_article_under_its_own_key() -> None:
    page = raw(html(head="<link rel=canonical href='/lake'>"))
    (out,) = build().step(page)
    assert isinstance(out, Emit)
    assert (out.topic, out.key, out.subject) == (
        ARTICLES_EXTRACTED,
        page.page_id,
        page.canonical_url,  # page_id is its digest, whatever the page says of itself
    )


def test_a_redelivered_page_gives_byte_equal_output() -> None:
    def once() -> bytes:
        (out,) = build().step(raw(html()))
        assert isinstance(out, Emit)
        return encode(out.topic, out.record)

    assert once() == once()


def test_the_stage_says_what_it_reads_and_who_it_is() -> None:
    stage = build()
    assert (stage.name, stage.source) == ("extractor", PAGES_FETCHED)
    assert [stamp.component for stamp in stage.stamps] == ["extractor.html", "extractor.flat"]
