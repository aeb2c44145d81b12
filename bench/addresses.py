"""URLs that name one page or two, and robots.txt files with what they say."""

from typing import NamedTuple

A = "https://n.example"
CORE = (  # one page: RFC 3986 section 6.2.2 and 6.2.3, and parameters that only say where a reader came from
    ("HTTPS://N.Example/a", f"{A}/a"), (f"{A}:443/a", f"{A}/a"), (f"{A}:/a", f"{A}/a"), (f"{A}", f"{A}/"),
    (f"{A}./a", f"{A}/a"), (f"{A}/x/../a", f"{A}/a"), (f"{A}/./a", f"{A}/a"), (f"{A}/x/%2e%2E/a", f"{A}/a"),
    (f"{A}/%7Ea", f"{A}/~a"), (f"{A}/%7ea%2d", f"{A}/~a-"), (f"{A}/%41", f"{A}/A"),
    (f"{A}/a%2fb", f"{A}/a%2Fb"),
    (f"{A}/é", f"{A}/%c3%a9"), (f"{A}/a b", f"{A}/a%20b"),
    ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ("https://[2001:DB8::0:1]/", "https://[2001:db8::1]/"), (f"{A}/a?id=1&amp;b=2", f"{A}/a?id=1&b=2"),
    (f"{A}/a?id=1&#038;b=2", f"{A}/a?id=1&b=2"), (f"{A}/a?utm_source=x&utm_medium=y", f"{A}/a"),
    (f"{A}/a?id=7&fbclid=x", f"{A}/a?id=7"), (f"{A}/a?gclid=x&id=7&mc_cid=1", f"{A}/a?id=7"),
    (f"{A}:443/x/../%7Ea?utm_source=x&id=7", f"{A}/~a?id=7"), (f"{A}/a?UTM_SOURCE=x", f"{A}/a"),
    (f"{A}/a?_ga=1&msclkid=2&igshid=3", f"{A}/a"), (f"{A}/a#top", f"{A}/a"),
)  # fmt: skip
SOFT = (  # one page on nearly every site
    (f"{A}/a?b=2&a=1", f"{A}/a?a=1&b=2"), (f"{A}/a?", f"{A}/a"), (f"{A}/a?b", f"{A}/a?b="),
    (f"{A}/a?b=&&", f"{A}/a?b="),
    (f"{A}/a?q=x+y", f"{A}/a?q=x%20y"), (f"{A}/a?q=%e9", f"{A}/a?q=%E9"), (f"{A}/a?q=é", f"{A}/a?q=%C3%A9"),
    (f" {A}/a\n", f"{A}/a"), (f"{A}/a#", f"{A}/a"), (f"{A}/a?u=https://x/", f"{A}/a?u=https%3A%2F%2Fx%2F"),
    (f"{A}/%28a%29", f"{A}/(a)"), (f"{A}//a", f"{A}/a"),
)  # fmt: skip
TWO = (  # two pages
    (f"{A}/a?id=1", f"{A}/a?id=2"), (f"{A}/a?1", f"{A}/a?2"), (f"{A}/a%2Fb", f"{A}/a/b"),
    (f"{A}/a%26b", f"{A}/a&b"),
    (f"{A}/a?q=x%26y", f"{A}/a?q=x&y"), (f"{A}/a?q=x%3Dy&z", f"{A}/a?q=x&y=z"), (f"{A}/a%3Fb", f"{A}/a?b"),
    (f"{A}/a%23b", f"{A}/a#b"), (f"{A}/a?q=1%2B1", f"{A}/a?q=1+1"), (f"{A}/a?a=1&a=2", f"{A}/a?a=2&a=1"),
    (f"{A}/a?a=1&a=2", f"{A}/a?a=2"), (f"{A}/#!/1", f"{A}/#!/2"), (f"{A}/#/1", f"{A}/#/2"),
    (f"{A}/A", f"{A}/a"),
    (f"{A}/a?ref=1", f"{A}/a?ref=2"), (f"{A}/a?source=1", f"{A}/a?source=2"),
    (f"{A}/a?page=1", f"{A}/a?page=2"),
    (f"{A}/a?p=1", f"{A}/a"), (f"{A}/a/1", f"{A}/a/2"), (f"{A}:8443/a", f"{A}/a"),
    (f"{A}/100%25", f"{A}/100"),
    (f"{A}/a;v=1", f"{A}/a;v=2"), (f"{A}/a%3Bv", f"{A}/a;v"), (f"{A}/a?x[]=1", f"{A}/a?x[]=2"),
    ("https://straße.example/", "https://strasse.example/"),
    (f"{A}/a?my_utm_source=1", f"{A}/a?my_utm_source=2"),
)  # fmt: skip


class Said(NamedTuple):
    """What a robots.txt says to an agent of a path."""

    suite: str
    text: str
    agent: str
    path: str
    allowed: bool
    delay: float | None = None


def _group(suite: str, rules: str, *said: tuple[str, bool]) -> list[Said]:
    return [Said(suite, f"User-agent: *\n{rules}", "foobot", path, allowed) for path, allowed in said]


MERGED = (
    "User-agent: foobot\nDisallow: /a\nCrawl-delay: 2\n\n"
    "User-agent: b\nDisallow: /\n\nUser-agent: Foobot\nDisallow: /c"
)
ROBOTS: tuple[Said, ...] = (
    *_group("longest match", "Disallow: /a\nAllow: /a/b", ("/a", False), ("/a/b/c", True), ("/b", True)),
    *_group("longest match", "Disallow: /a\nAllow: /a", ("/a", True)),
    *_group(
        "longest match", "Disallow: /\nAllow: /x.html", ("/x.html", True), ("/", False), ("/robots.txt", True)
    ),
    *_group("longest match", "Disallow: /A", ("/a", True), ("/A", False)),
    *_group("wildcards", "Disallow: /*.php$", ("/a.php", False), ("/a.php?b", True), ("/a.php5", True)),
    *_group("wildcards", "Disallow: /a*b*c", ("/axbxc", False), ("/acb", True)),
    *_group("wildcards", "Allow: /*?$\nDisallow: /*?", ("/a?", True), ("/a?b", False)),
    *_group("wildcards", "Disallow: /a$b", ("/a$b", False), ("/a", True)),
    *_group("encoding", "Disallow: /%7Ejoe/", ("/~joe/", False), ("/%7ejoe/x", False)),
    *_group("encoding", "Disallow: /a%2Fb", ("/a/b", True), ("/a%2fb", False)),
    *_group("encoding", "Disallow: /é", ("/%C3%A9", False), ("/é", False), ("/e", True)),
    *_group(
        "encoding", "Disallow: /a-%2A\nDisallow: /b-%24", ("/a-*", False), ("/a-x", True), ("/b-$", False)
    ),
    *_group("encoding", "Disallow: /a%26b", ("/a&b", True), ("/a%26b", False)),
    *_group("lines", "Noindex: /x\nDisallow: /a", ("/a", False)),
    *_group("lines", "Disallow: /a # why", ("/a", False)),
    *_group("lines", "Dissallow : /a", ("/a", False)),
    *_group("lines", "\rDisallow: /a\rDisallow: /b", ("/a", False), ("/b", False)),
    Said("lines", "\ufeffUser-agent: *\nDisallow: /a", "foobot", "/a", False),
    Said("lines", "User-agent: foobot\nNonsense: 1\nUser-agent: b\nDisallow: /a", "foobot", "/a", False),
    Said("lines", "User-agent: foobot\nSitemap: /s\nUser-agent: b\nDisallow: /a", "foobot", "/a", False),
    Said("groups", MERGED, "foobot", "/a", False, 2),
    Said("groups", MERGED, "foobot", "/c", False, 2),
    Said("groups", MERGED, "b", "/x", False),
    Said("groups", MERGED, "other", "/x", True),
    Said("groups", "User-agent: foobot news agent\nDisallow: /a\nCrawl-delay: 3", "foobot", "/a", False, 3),
    Said("groups", "User-agent: FooBot/2.1\nDisallow: /a", "foobot", "/a", False),
    Said("groups", "User-agent: foo\nDisallow: /a", "foobot", "/a", True),
    Said("groups", "User-agent: foobot\n\nUser-agent: *\nDisallow: /a", "foobot", "/a", False),
    Said("groups", "User-agent: *\nDisallow: /\n\nUser-agent: foobot\nDisallow:", "foobot", "/a", True),
    Said(
        "delays", "User-agent: *\nCrawl-delay: 10\n\nUser-agent: foobot\nDisallow: /x", "foobot", "/a", True
    ),
    Said(
        "delays",
        "User-agent: a\nCrawl-delay: 10\n\nUser-agent: *\nCrawl-delay: .5",
        "foobot",
        "/a",
        True,
        0.5,
    ),
    Said("delays", "User-agent: *\nCrawl-delay: soon", "foobot", "/a", True),
    Said("delays", "User-agent: *\nCrawl-delay: 5 # s", "foobot", "/a", True, 5),
    Said("delays", "User-agent: *\ncrawl-delay:7\nDisallow: /b", "foobot", "/a", True, 7),
)
