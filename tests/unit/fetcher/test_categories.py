import json

import pytest

from services.fetcher.categories import LONGEST, LOOKED_THROUGH, MOST
from services.fetcher.feeds import read_listing
from services.fetcher.filter import feed_lines
from tests.unit.fetcher.test_feeds import BASE, RDF, atom, read, rss


def item(inside: str) -> str:
    return rss(f"<item><link>/1</link>{inside}</item>")


def entry(inside: str) -> str:
    return atom(
        f'<entry><link href="/1"/>{inside}</entry>', attributes='xmlns:dc="http://purl.org/dc/terms/"'
    )


def json_feed(tags: object) -> str:
    return json.dumps({"items": [{"url": "/1", "tags": tags}]})


def news(inside: str) -> str:
    space = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
    return f"<urlset {space}><url><loc>https://n.example/1</loc><n:news>{inside}</n:news></url></urlset>"


@pytest.mark.parametrize(
    ("document", "categories"),
    [
        (item(""), ()),
        (item("<category>World</category><category>Iraq</category>"), ("World", "Iraq")),
        (item('<category domain="https://n.example/t">World/Iraq</category>'), ("World/Iraq",)),
        (item("<category><![CDATA[Oil &amp; <b>gas</b>]]></category>"), ("Oil & gas",)),
        (item("<category>\n  Middle\n East </category><category/><category> </category>"), ("Middle East",)),
        (item("<category>Iraq</category><category>Iraq</category>"), ("Iraq",)),
        (item("<media:category label='Iraq'>world/iq</media:category>"), ("world/iq", "Iraq")),
        (item("<dc:subject>العراق</dc:subject><category>World</category>"), ("العراق", "World")),
        (item("<description>&lt;category>Iraq&lt;/category></description>"), ()),
        (item("<source><category>Iraq</category></source>"), ()),
        (RDF.replace("<link>", "<dc:subject>Iran</dc:subject><link>"), ("Iran",)),
        (entry('<category term="iq" scheme="https://n.example/" label="Iraq"/>'), ("Iraq", "iq")),
        (item('<atom:category term="iq"/>'), ("iq",)),
        (item("<category>Oil &amp;amp; gas</category>"), ("Oil & gas",)),
        (entry('<category term="iq"/><dc:subject>Iran</dc:subject>'), ("iq", "Iran")),
        (entry("<source><category term='iq'></category></source>"), ()),
        (json_feed(["Iraq", "<i>Iran</i>", 7, None, "", "\ud800x"]), ("Iraq", "Iran", "x")),
        (json_feed("Iraq"), ()),
        (json_feed(None), ()),
        (news("<n:keywords>Iraq, oil,,Kirkuk</n:keywords>"), ("Iraq", "oil", "Kirkuk")),
        (news("<n:keywords>العراق، نفط</n:keywords>"), ("العراق", "نفط")),
        (news("<n:title>T</n:title>"), ()),
    ],
)
def test_categories_are_read_as_plain_text_whatever_they_are_called(
    document: str, categories: tuple[str, ...]
) -> None:
    (found,) = read(document)
    assert found.categories == categories


@pytest.mark.parametrize(
    "document",
    [
        item("".join(f"<category>{n}{'x' * 100_000}</category>" for n in range(40))),
        entry("".join(f'<category label="{n}{"x" * 700}"/>' for n in range(40))),
        json_feed([f"{n}{'x' * 1000}" for n in range(40)]),
        news("<n:keywords>" + ",".join(f"{n}" + "x" * 700 for n in range(40)) + "</n:keywords>"),
    ],
    ids=["rss", "atom", "json", "news"],
)
def test_an_entry_has_so_many_of_such_a_length_at_most(document: str) -> None:
    (found,) = read(document)
    assert [len(each) for each in found.categories] == [LONGEST] * MOST


@pytest.mark.parametrize(
    "document",
    [
        item("<category>a</category>" * (LOOKED_THROUGH + 1) + "<category>b</category>"),
        json_feed(["a"] * (LOOKED_THROUGH + 1) + ["b"]),
        news("<n:keywords>" + "a," * (LOOKED_THROUGH + 1) + "b</n:keywords>"),
    ],
    ids=["rss", "json", "news"],
)
def test_a_list_that_says_one_thing_without_end_is_not_read_to_its_end(document: str) -> None:
    (found,) = read(document)
    assert found.categories == ("a",)


def test_what_the_verb_prints_has_no_categories() -> None:
    (line,) = feed_lines(item("<category>Iraq</category>").encode(), BASE)
    assert list(line) == ["url", "title", "published", "modified", "summary", "guid", "language"]


def test_entries_of_one_shape_have_their_own() -> None:
    document = rss("".join(f"<item><link>/{n}</link><category>c{n}</category></item>" for n in range(9)))
    entries = read_listing(document.encode(), BASE).entries
    assert [each.categories for each in entries] == [(f"c{n}",) for n in range(9)]
