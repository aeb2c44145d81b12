"""A page cannot hurt: whatever the bytes, an article or a refusal with a known reason, and soon."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.extractor.article import extract_article
from services.extractor.kinds import KINDS
from services.stage import Refusal
from tests.unit.extractor.pages import BODY, html, raw

REASONS = {
    "empty-page",
    "not-text",
    "page-too-large",
    "page-too-complex",
    "unreadable-markup",
    "text-too-large",
    "too-short",
} | KINDS.keys()
SECONDS = 4.0  # of CPU on a shared core; most answer in milliseconds

PIECES = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<a href='",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "&#0;",
        "&#xFFFFFFFF;",
        "<table><tr><td colspan=99999>",
        "<svg><style>",
        "<template>",
        "\x00",
        "\ud7ff",
        "<time datetime='",
        "<meta property=og:title content=",
        '<script type="application/ld+json">{"@type":"Article","author":[[[',
        'datePublished":"0000-00-00"}',
        "</script>",
        "© 2024 ",
        "by ",
        "<html",
        "/>",
        "<?xml encoding='x'?>",
        "<base href='http://['>",
        "<link rel=canonical href='//'>",
        BODY[0],
        "\u202e",
        "…",
        "'",
        '"',
    ]
)


def fate_of(body: bytes, content_type: str | None = "text/html") -> str:
    try:
        extract_article(raw(body, content_type=content_type))
    except Refusal as refused:
        return refused.reason
    return "article"


@given(st.binary(max_size=4000), st.sampled_from(["text/html", "text/plain", None]))
@settings(max_examples=150, deadline=None)
def test_random_bytes_only_ever_give_an_article_or_a_known_refusal(
    body: bytes, content_type: str | None
) -> None:
    assert fate_of(body, content_type) in REASONS | {"article"}


@given(st.lists(PIECES, max_size=60), st.sampled_from(["text/html", "text/plain"]))
@settings(max_examples=150, deadline=None)
def test_random_markup_only_ever_gives_an_article_or_a_known_refusal(
    pieces: list[str], content_type: str
) -> None:
    assert fate_of("".join(pieces).encode("utf-8", "replace"), content_type) in REASONS | {"article"}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("nested divs", b"<div>" * 100_000 + b"x"),
        ("nested divs within the limits", b"<div>" * 240 + b"x" * 300),
        ("short paragraphs", b"<html><body>" + b"<p>ab</p>" * 300_000),
        ("paragraphs within the limits", b"<html><body>" + b"<p>ab</p>" * 29_000),
        (
            "dated paragraphs within the limits",
            b"<html><body>" + b"<p>On 12 May 2020, ten words stood in a line here.</p>" * 14_000,
        ),
        ("spans within the limits", b"<html><body>" + b"<span>ab</span>" * 29_000),
        ("line breaks", b"<html><body>" + b"<br>" * 1_000_000),
        ("links", b"<html><body>" + b"<a href='/x'>four words of link</a> " * 200_000),
        ("links within the limits", b"<html><body>" + b"<a href='/x'>four words of link</a> " * 9_900),
        ("cells", b"<html><body><table><tr>" + b"<td>1</td>" * 700_000),
        ("attributes", b"<html><body><p " + b" ".join(b"a%d=1" % i for i in range(200_000)) + b">x</p>"),
        ("a text node of 10 MB", b"<html><body><p>" + b"word " * 2_000_000 + b"</p>"),
        ("a text node of 7 MB", b"<html><body><p>" + b"word " * 1_400_000 + b"</p>"),
        ("one word of 7 MB", b"<html><body><p>" + b"a" * 7_000_000 + b"</p>"),
        ("flat line of 7 MB", b"word " * 1_400_000),
        ("flat lines", b"one two\n" * 900_000),
        ("flat digits", b"1 2.3,4 " * 50 + b"x\n" + b"1" * 7_000_000),
        ("opening brackets", b"<" * 5_000_000),
        (
            "broken JSON-LD",
            html(head='<script type="application/ld+json">' + '\\"' * 500_000 + "</script>").encode(),
        ),
        (
            "deep JSON-LD",
            html(head='<script type="application/ld+json">' + "[" * 900_000 + "</script>").encode(),
        ),
        ("an endless comment", html(head="<!--" * 100_000).encode()),
        ("NULs", b"<html><body><p>" + b"a\x00" * 100_000),
        (
            "wide table",
            html(below="<table>" + "<tr><td colspan=1000>a</td></tr>" * 2_000 + "</table>").encode(),
        ),
    ],
)
def test_a_pathological_page_is_settled_in_seconds(name: str, body: bytes) -> None:
    before = process_time()
    assert fate_of(body) in REASONS | {"article"}
    assert process_time() - before < SECONDS, name
