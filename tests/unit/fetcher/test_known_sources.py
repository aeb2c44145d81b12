from msgspec import structs

from schemas.records import Feed, Source
from services.fetcher.feed_state import feed_key
from services.fetcher.known_sources import KNOWN, changes, compare, read_known, told, told_no_more
from tests.clock import START


def a_source(ident: str, *paths: str, family: str | None = None) -> Source:
    feeds = tuple(Feed(url=f"https://{ident}.example{path}", kind="feed") for path in paths)
    return Source(id=ident, name=ident, homepage=f"https://{ident}.example/", feeds=feeds, family=family)


OLD = {each.id: each for each in (a_source("adder", "/a"), a_source("bee", "/b"), a_source("cat", "/c"))}
NEW = {
    each.id: each
    for each in (a_source("adder", "/a"), a_source("bee", "/b", family="hive"), a_source("dog", "/d"))
}


def remembered() -> dict[str, bytes]:
    memory = {change.key: change.value for change in changes(compare({}, OLD), START)}
    return {key: value for key, value in memory.items() if value is not None}


def test_a_list_starts_changes_stops_and_leaves() -> None:
    found = compare(read_known(remembered().items()), NEW)
    assert [each.id for each in found.started] == ["dog"]
    assert found.changed == (NEW["bee"],)
    assert found.stopped == (OLD["cat"],)
    assert [(each.source, each.at) for each in found.same] == [(OLD["adder"], START)]


def test_the_first_list_is_all_new_and_the_same_list_is_no_news() -> None:
    assert compare({}, OLD).started == tuple(OLD.values())
    again = compare(read_known(remembered().items()), OLD)
    assert (again.started, again.changed, again.stopped) == ((), (), ())
    assert changes(again, START) == []


def test_the_feeds_of_a_changed_source_are_read_as_new() -> None:
    news = changes(compare(read_known(remembered().items()), NEW), START)
    forgotten = {change.key for change in news if change.value is None}
    assert forgotten == {feed_key("https://bee.example/b"), KNOWN + "cat"}


def test_a_source_that_is_gone_is_told_of_without_feeds() -> None:
    assert told_no_more(OLD["cat"]).record == structs.replace(OLD["cat"], feeds=())
    assert told(OLD["cat"]).record == OLD["cat"]


def test_what_does_not_read_was_never_told() -> None:
    assert read_known([(KNOWN + "adder", b"noise")]) == {}
