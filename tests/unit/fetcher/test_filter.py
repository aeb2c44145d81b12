from services.fetcher.filter import canonical_lines, feed_lines, robots_lines

FEED = b"<rss><channel><item><title>T</title><link>/1</link></item></channel></rss>"


def test_a_feed_gives_one_object_per_entry() -> None:
    assert list(feed_lines(FEED, "https://n.example/")) == [
        {
            "url": "https://n.example/1",
            "title": "T",
            "published": None,
            "modified": None,
            "summary": None,
            "guid": None,
            "language": None,
        }
    ]


def test_a_document_that_is_no_listing_gives_one_error() -> None:
    (line,) = feed_lines(b"hello")
    assert (line["error"]["fate"], line["error"]["reason"]) == ("dead", "not-a-feed")


def test_urls_go_in_and_come_out_line_by_line() -> None:
    lines = ["http://A.example:80/?utm_source=x\n", "mailto:a@b.example", ""]
    assert list(canonical_lines(lines)) == ["http://a.example/", "!bad-url", "!bad-url"]


def test_robots_says_what_it_says_of_each_url() -> None:
    text = b"User-agent: *\nDisallow: /a\nCrawl-delay: 4"
    urls = ["https://n.example/a", "https://n.example/b", "/a?b"]
    assert list(robots_lines(text, "sirwan", urls)) == [
        {"url": urls[0], "allowed": False, "rule": "Disallow: /a", "crawl_delay": 4.0},
        {"url": urls[1], "allowed": True, "rule": None, "crawl_delay": 4.0},
        {"url": "/a?b", "allowed": False, "rule": "Disallow: /a", "crawl_delay": 4.0},
    ]
