"""What becomes of the subscriptions of a feed reader."""

import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import structs

from schemas.records import Feed, Source
from services.fetcher.opml import MAX_FEEDS, Outline, read_opml, write_opml
from services.fetcher.subscriptions import Imported, new_sources
from services.runtime.sources import load_sources

PACK = load_sources(Path(__file__).parents[3] / "deploy" / "sources")


def outline(name: str, url: str, homepage: str = "", *folders: str, kind: str | None = "feed") -> Outline:
    return Outline(name, url, kind, homepage, folders)


def known(*sources: Source) -> dict[str, Source]:
    return {source.id: source for source in sources}


def feeds_of(sources: Iterable[Source]) -> set[Feed]:
    return {feed for source in sources for feed in source.feeds}


def test_lists_with_one_home_page_are_one_source_with_the_folders_in_its_notes() -> None:
    found = new_sources(
        (
            outline("Post: Iraq", "https://post.example/iq", "https://post.example/", "News", "Iraq"),
            outline("Bell", "https://bell.example/rss", "https://www.bell.example/"),
            outline("Post: Iran", "https://post.example/ir", "https://POST.example", "News", "Iran"),
        ),
        {},
    )
    assert found.sources == (
        Source(
            id="post-iraq",
            name="Post: Iraq",
            homepage="https://post.example/",
            feeds=(
                Feed(url="https://post.example/iq", kind="feed"),
                Feed(url="https://post.example/ir", kind="feed"),
            ),
            notes="Imported from OPML: News / Iraq; News / Iran.",
        ),
        Source(
            id="bell",
            name="Bell",
            homepage="https://www.bell.example/",
            feeds=(Feed(url="https://bell.example/rss", kind="feed"),),
            notes="Imported from OPML.",
        ),
    )
    assert found.remarks == (
        "new sources: 2; fill in country, languages, kind and family (who owns it), which OPML does not say",
    )


@pytest.mark.parametrize(
    ("name", "homepage", "ident"),
    [
        ("The Post", "https://www.post.example/", "the-post"),
        ("Post’s Été 24", "https://www.post.example/", "posts-ete-24"),
        ("صباح", "https://www.sabah.example/", "sabah-example"),
        ("", "https://www.post.example/", "post-example"),
        ("24", "https://post24.example/", "post24-example"),
        ("Post", "https://10.0.0.1/", "post"),
        ("۲۴", "https://10.0.0.1/", "source"),
        ("a" * 70 + " b", "https://post.example/", "a" * 60),
        ("Taken", "https://post.example/", "taken-2"),
        ("x--y__z", "https://post.example/", "x-y-z"),
    ],
)
def test_an_id_is_kebab_case_and_not_taken(name: str, homepage: str, ident: str) -> None:
    taken = known(Source(id="taken", name="T", homepage="https://taken.example/"))
    found = new_sources((outline(name, f"{homepage}rss", homepage),), taken)
    assert [source.id for source in found.sources] == [ident]


def test_equal_names_get_numbers_that_are_free() -> None:
    taken = known(Source(id="post-2", name="P", homepage="https://p.example/"))
    lists = [outline("Post", f"https://a{number}.example/rss") for number in range(3)]
    assert [source.id for source in new_sources(lists, taken).sources] == ["post", "post-3", "post-4"]


def test_without_a_home_page_each_feed_is_a_source_at_the_root_of_its_host() -> None:
    lists = [outline(name, f"https://feeds.example/{name}") for name in ("one", "two")]
    found = new_sources(lists, {})
    assert [(source.id, source.homepage) for source in found.sources] == [
        ("one", "https://feeds.example/"),
        ("two", "https://feeds.example/"),
    ]
    assert {source.family for source in found.sources} == {"feeds.example"}


def test_sources_at_one_site_are_one_voice() -> None:
    lists = [
        outline(f"Post {part}", f"https://{part}.post.example/rss", f"https://{part}.post.example/")
        for part in ("iq", "ir")
    ]
    found = new_sources([*lists, outline("Bell", "https://bell.example/rss")], {})
    assert [source.family for source in found.sources] == ["post.example", "post.example", None]
    assert found.remarks[0] == "post.example: 2 sources, taken for one family: part them if owners differ"


def test_blogs_of_one_platform_are_several_voices() -> None:
    lists = [outline(name, f"https://{name}.blogspot.com/feed") for name in ("one", "two")]
    assert [source.family for source in new_sources(lists, {}).sources] == [None, None]


@pytest.mark.parametrize(("family", "taken_over"), [("Rivers", "Rivers"), (None, "post")])
def test_a_new_list_at_the_site_of_a_known_source_is_of_its_family(
    family: str | None, taken_over: str
) -> None:
    post = Source(id="post", name="Post", homepage="https://www.post.example/", family=family)
    found = new_sources((outline("Post Iran", "https://post.example/ir"),), known(post))
    assert [source.family for source in found.sources] == [taken_over]
    assert found.remarks[0] == "post.example: post is there already: 1 more of its family"


POST = Source(
    id="post", name="Post", homepage="https://post.example/",
    feeds=(Feed(url="https://post.example/rss", kind="feed"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("lists", "remark"),
    [
        ([outline("P", "https://post.example/rss")], "https://post.example/rss is read already as post"),
        ([outline("P", "HTTPS://POST.example:443/rss")], "https://post.example/rss is read already as post"),
        ([outline("P", "ftp://post.example/rss")], "P: no address that we fetch"),
        ([outline("P", "post.example/rss")], "P: no address that we fetch"),
        ([outline("P", "https://me:secret@post.example/rss")], "P: no address that we fetch"),
        ([outline("P", "https:///rss")], "P: no address that we fetch"),
        ([outline("P", "https://[::1/rss")], "P: no address that we fetch"),
        ([outline("P", "javascript:alert(1)")], "P: no address that we fetch"),
        ([outline("", "mailto:a@post.example")], "an outline without a name: no address that we fetch"),
        ([outline("P", "https://post.example/x", kind=None)], "P: a link, no feed"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said(lists: list[Outline], remark: str) -> None:
    assert new_sources(lists, known(POST)) == Imported((), (f"left out: {remark}", "new sources: 0"))


def test_a_list_that_is_named_twice_is_read_once() -> None:
    found = new_sources([outline("A", "https://a.example/rss"), outline("B", "https://a.example/rss")], {})
    assert [source.id for source in found.sources] == ["a-example"]
    assert found.remarks[0] == "left out: https://a.example/rss is named before"


@pytest.mark.parametrize("homepage", ["", "about:blank", "ftp://a.example/", "https://me:secret@a.example/"])
def test_a_home_page_that_we_do_not_fetch_is_none(homepage: str) -> None:
    (source,) = new_sources((outline("Bell", "https://bell.example/rss", homepage),), {}).sources
    assert source.homepage == "https://bell.example/"


def test_what_was_imported_is_known_the_next_time() -> None:
    lists = [outline("Post", f"https://post.example/{part}", f"https://{part}.example/") for part in "abc"]
    first = new_sources(lists, {})
    again = new_sources(lists, known(*first.sources))
    assert (again.sources, len(again.remarks)) == ((), len(lists) + 1)


def test_the_pack_comes_back_from_opml_with_the_same_lists_of_the_same_sources() -> None:
    found = new_sources(read_opml(write_opml(PACK.values())), {})
    assert feeds_of(found.sources) == feeds_of(PACK.values())

    def bare(source: Source) -> Source:
        return structs.replace(Source(id="", name=source.name, homepage=source.homepage), feeds=source.feeds)

    assert {bare(source) for source in found.sources} == {bare(source) for source in PACK.values()}


def test_the_pack_has_nothing_to_add_to_itself() -> None:
    assert new_sources(read_opml(write_opml(PACK.values())), PACK).sources == ()


def test_very_many_feeds_of_one_name_take_no_longer_than_their_number() -> None:
    lists = [outline("Post", f"https://post.example/{number}") for number in range(MAX_FEEDS)]
    began = time.perf_counter()
    assert len(new_sources(lists, {}).sources) == MAX_FEEDS
    assert time.perf_counter() - began < 20
