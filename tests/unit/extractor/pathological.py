"""Pages made to hurt a parser, as bytes (reference: extraction.md §5, with what they do to others)."""

from collections.abc import Mapping
from hashlib import sha256

from tests.unit.extractor.pages import html

OPEN = b"<html><body>"
MEGABYTE = 1_000_000


def noise(size: int) -> bytes:
    """Bytes without any order, the same every time."""
    return b"".join(sha256(b"%d" % each).digest() for each in range(size // 32))


def attributes(count: int, form: str) -> bytes:
    """One tag with so many attributes."""
    return OPEN + b"<p " + " ".join(form.format(each) for each in range(count)).encode() + b">x</p>"


def linked_data(text: str) -> bytes:
    """An article that says this of itself in JSON-LD."""
    return html(head=f'<script type="application/ld+json">{text}</script>').encode()


PAGES: Mapping[str, bytes] = {
    "200,000 links": OPEN + b"<a href='/x'>four words of link</a> " * 200_000,
    "1 M line breaks": OPEN + b"<br>" * MEGABYTE,
    "1 M line breaks with words": OPEN + b"a<br>" * MEGABYTE,
    "1,000 nested divs": b"<div>" * 1_000 + b"x",
    "100,000 nested divs": b"<div>" * 100_000 + b"x",
    "100,000 nested tags nobody knows": b"<x>" * 100_000 + b"x",
    "300,000 short paragraphs": OPEN + b"<p>ab</p>" * 300_000,
    "300,000 spans": OPEN + b"<span>ab</span>" * 300_000,
    "100,000 dated paragraphs": OPEN + b"<p>On 12 May 2020, ten words stood in a line here.</p>" * 100_000,
    "a text node of 10 MB": OPEN + b"<p>" + b"word " * 2_000_000 + b"</p>",
    "a text node of 7 MB": OPEN + b"<p>" + b"word " * 1_400_000 + b"</p>",
    "a text node of 4 MB": OPEN + b"<p>" + b"word " * 830_000 + b"</p>",
    "the same in Persian": OPEN + b"<p>" + "کلمه ".encode() * 830_000,
    "the same with emoji": OPEN + "<p>😀 ".encode() + "word 😀 ".encode() * 500_000,
    "one word of 7 MB": OPEN + b"<p>" + b"a" * 7 * MEGABYTE + b"</p>",
    "a table of 1 M cells": OPEN + b"<table><tr>" + b"<td>1</td>" * MEGABYTE,
    "a table of 700,000 cells": OPEN + b"<table><tr>" + b"<td>1</td>" * 700_000,
    "spans over 1,000 columns": html(
        below="<table>" + "<tr><td colspan=1000>a</td></tr>" * 2_000 + "</table>"
    ).encode(),
    "200,000 attributes": attributes(200_000, "a{}=1"),
    "200,000 attributes without values": attributes(200_000, "a{}"),
    "200,000 attributes of marks": attributes(200_000, "a{}='<'"),
    "700,000 attributes over 350 tags": OPEN + attributes(1_900, "a{}=1") * 350,
    "JSON-LD of 10 MB": linked_data('{"a": "' + "b" * 10 * MEGABYTE + '"}'),
    "JSON-LD with 500,000 escaped quotes": linked_data('{"headline": "' + '\\"' * 500_000),
    "JSON-LD nested 900,000 deep": linked_data("[" * 900_000),
    "JSON-LD of 100,000 objects": linked_data('{"@graph": [' + '{"a":1},' * 100_000 + "{}]}"),
    "100,000 comments begun": html(head="<!--" * 100_000).encode(),
    "5 M opening brackets": b"<" * 5 * MEGABYTE,
    "100,000 tags never ended": OPEN + b"<p " * 100_000,
    "UTF-16 without a mark": ("<html>" + "<p>A long sentence, to be read.</p>" * 60_000).encode("utf-16-le"),
    "NULs": OPEN + b"<p>" + b"a\x00" * 100_000,
    "noise of 8 MB": noise(8 * MEGABYTE),
    "a PDF": b"%PDF-1.7\n" + noise(MEGABYTE),
    "a line of 7 MB": b"word " * 1_400_000,
    "900,000 lines": b"one two\n" * 900_000,
    "a number of 7 MB": b"1 2.3,4 " * 50 + b"x\n" + b"1" * 7 * MEGABYTE,
    # just within what the guard lets pass
    "19,900 paragraphs": OPEN + b"<p>ab</p>" * 19_900,
    "19,900 spans": OPEN + b"<span>ab</span>" * 19_900,
    "19,900 dated paragraphs": OPEN + b"<p>On 12 May 2020, ten words stood in a line here.</p>" * 19_900,
    "19,900 dated paragraphs of an article": html(
        below="<p>On 12 May 2020, the ministry said that ten words stood in a line.</p>" * 19_900
    ).encode(),
    "7,900 links": OPEN + b"<a href='/x'>four words of link</a> " * 7_900,
    "9,900 line breaks": OPEN + b"word<br>" * 9_900,
    "11,900 cells": OPEN + b"<table><tr>" + b"<td>1</td>" * 11_900,
    "240 nested divs": b"<div>" * 240 + b"x" * 300,
    "1,900 attributes of 70 tags": OPEN + attributes(1_900, "a{}=1") * 70,
}  # fmt: skip
