import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from services.fetcher.robots import MAX_ROBOTS, parse_robots, robots_for, usage_signals, verdict

SITE = "https://n.example"


def says(text: str, path: str, agent: str = "sirwan") -> tuple[bool, str | None]:
    said = verdict(parse_robots(text), agent, SITE + path)
    return said.verdict == "allowed", said.rule


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /a", "/a", False),
        ("Disallow: /a", "/ab/c", False),
        ("Disallow: /a", "/b", True),
        ("Disallow: /A", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /\nAllow: /a", "/a/b", True),
        ("Allow: /a\nDisallow: /a/b", "/a/b/c", False),
        ("Disallow: /a\nAllow: /a", "/a", True),  # allow wins a tie
        ("Disallow: /*.php", "/x/y.php?z", False),
        ("Disallow: /*.php$", "/y.php", False),
        ("Disallow: /*.php$", "/y.php?z", True),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: *", "/a", False),
        ("Disallow: /a*b*c", "/axbxc", False),
        ("Disallow: /a*b*c", "/axcxb", True),
        ("Disallow: /*?", "/a?b", False),
        ("Disallow: /a%2fb", "/a%2Fb", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /%7Ejoe", "/~joe", False),
        ("Disallow: /~joe", "/%7ejoe", False),
        ("Disallow: /é", "/%C3%A9", False),
        ("Disallow: /%c3%a9", "/é", False),
        ("Disallow: /a%25b", "/a%25b", False),
        ("Disallow: /%zz", "/%zz", False),
        ("Disallow: /a # why", "/a", False),
        ("  disallow  :  /a  ", "/a", False),
        ("Disallow /a", "/a", False),
        ("Dissallow: /a", "/a", False),
        ("Nonsense: /a\nDisallow: /a", "/a", False),
        ("Disallow: a", "/a", True),
        ("Disallow: /a-%2A", "/a-*", False),  # section 2.2.3
        ("Disallow: /a-%24", "/a-$", False),
        ("Disallow: /a$b", "/a$b", False),
        ("Disallow: /a%2A", "/ab", True),
        ("Allow: /*?$\nDisallow: /*?", "/a?", True),
        ("Allow: /*?$\nDisallow: /*?", "/a?b", False),
        ("Disallow: /a\u2028b", "/a%E2%80%A8b", False),
        ("Disallow\t/a", "/a", False),
    ],
)
def test_the_longest_matching_rule_decides(rules: str, path: str, allowed: bool) -> None:
    assert says(f"User-agent: *\n{rules}", path)[0] is allowed


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: sirwan\nDisallow: /", False),
        ("User-agent: SIRWAN\nDisallow: /", False),
        ("User-agent: sirwan/2.0 news\nDisallow: /", False),
        ("User-agent: sirwanbot\nDisallow: /", True),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: sirwan\nAllow: /", True),
        ("User-agent: sirwan\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: a\nUser-agent: sirwan\nDisallow: /", False),
        ("User-agent: a\nSitemap: https://n.example/s.xml\nUser-agent: sirwan\nDisallow: /", False),
        (
            "User-agent: sirwan\nAllow: /x\n\nUser-agent: b\nDisallow: /b\n\nUser-agent: sirwan\nDisallow: /",
            False,
        ),
        ("User-agent: a\nDisallow: /\nUser-agent: sirwan\n", True),
        ("User-agent: a\nCrawl-delay: 5\nUser-agent: *\nDisallow: /", False),
        ("Disallow: /", True),
        ("\ufeffUser-agent: *\r\nDisallow: /", False),
        ("User-agent: *\rDisallow: /", False),
        ("User agent: *\nDisallow: /", False),
        ("<html>User-agent: *</html>", True),
    ],
)
def test_the_group_of_our_name_else_that_of_everybody_counts(text: str, allowed: bool) -> None:
    assert says(text, "/page")[0] is allowed


def test_the_line_that_decided_is_given() -> None:
    text = "User-agent: *\nDisallow: /a\n  Allow: /a/b   # open\n"
    assert says(text, "/a/b/c") == (True, "Allow: /a/b")
    assert says(text, "/a") == (False, "Disallow: /a")
    assert says(text, "/c") == (True, None)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 10", 10.0),
        ("User-agent: *\nCrawl-delay: 0.5", 0.5),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: -1", None),
        ("User-agent: *\nCrawl-delay: inf", None),
        ("User-agent: *\nCrawl-delay: 10\n\nUser-agent: sirwan\nDisallow: /x", None),
        ("User-agent: other\nCrawl-delay: 10\n\nUser-agent: *\nCrawl-delay: 3", 3.0),
        ("User-agent: *\nCrawl-delay: 3\nCrawl-delay: 5.", 5.0),
        ("User-agent: sirwan\nCrawl-delay: 3\n\nUser-agent: b\nUser-agent: Sirwan/2\nCrawl-delay: 4", 4.0),
    ],
)
def test_the_crawl_delay_is_that_of_the_right_group(text: str, delay: float | None) -> None:
    assert verdict(parse_robots(text), "sirwan", SITE + "/a").crawl_delay == delay


def test_a_whole_user_agent_is_matched_by_its_token() -> None:
    text = "User-agent: sirwan\nDisallow: /"
    assert says(text, "/a", "Sirwan/0.1 (+https://sirwan.example/bot)")[0] is False
    assert says(text, "/a", "Mozilla/5.0 (compatible; Sirwan/0.1)")[0] is False


def test_what_stands_behind_the_first_500_kib_is_not_read() -> None:
    text = b"User-agent: *\n" + b"#" * MAX_ROBOTS + b"\nDisallow: /\n"
    assert verdict(parse_robots(text), "sirwan", SITE + "/a").verdict == "allowed"


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (200, "disallowed"),
        (404, "allowed"),
        (403, "allowed"),
        (429, "disallowed"),
        (500, "disallowed"),
        (None, "disallowed"),
    ],
)
def test_the_status_decides_when_there_is_no_file(status: int | None, word: str) -> None:
    rules = robots_for(status, b"User-agent: *\nDisallow: /")
    assert verdict(rules, "sirwan", SITE + "/a").verdict == word


def test_a_line_cut_by_the_limit_is_no_rule() -> None:
    head = b"User-agent: *\nDisallow: /private\n#"
    text = head + b"#" * (MAX_ROBOTS - len(head) - len(b"\nDisallow: /")) + b"\nDisallow: /gallery"
    assert verdict(parse_robots(text), "sirwan", SITE + "/a").verdict == "allowed"
    assert verdict(parse_robots(text), "sirwan", SITE + "/private").verdict == "disallowed"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"User-agent: *\nDisallow: /caf\xe9", "/caf%E9"),
        ("User-agent: *\nDisallow: /é".encode(), "/%c3%a9"),
        (b"\xef\xbbUser-agent: *\nDisallow: /a", "/a"),
        ("User-agent: *\nDisallow: /a".encode("utf-16"), "/a"),
    ],
)
def test_bytes_are_matched_as_they_are(body: bytes, path: str) -> None:
    said = verdict(parse_robots(body), "sirwan", SITE + path)
    assert said.verdict == "disallowed"
    assert said.rule is not None
    assert said.rule.encode()


def test_sitemaps_are_listed() -> None:
    assert parse_robots("Sitemap: https://n.example/s.xml\nUser-agent: *").sitemaps == (
        "https://n.example/s.xml",
    )


def test_a_hostile_pattern_costs_no_time() -> None:
    text = "User-agent: *\n" + f"Disallow: /{'a*' * 2000}b\n" * 20
    assert says(text, "/" + "a" * 8000)[0] is True


LINES = st.lists(
    st.sampled_from(
        [
            "User-agent: *",
            "User-agent: sirwan",
            "Disallow: /",
            "Disallow: /a",
            "Allow: /a/b",
            "Disallow: /*.php",
            "Allow: /a*c",
            "",
        ]
    ),
    max_size=8,
)


@given(LINES, st.sampled_from(["/", "/a", "/a/b", "/a/b/c", "/x.php", "/axc?y"]))
def test_protego_comes_to_the_same_verdict(lines: list[str], path: str) -> None:
    text = "\n".join(lines)
    assert says(text, path)[0] is Protego.parse(text).can_fetch(SITE + path, "sirwan")


@given(st.text(max_size=200), st.text(max_size=30))
def test_no_file_and_no_path_break_the_reader(text: str, path: str) -> None:
    says(text, path)


USES = """
User-agent: *
Content-Signal: search=yes, ai-train=no
Allow: /
Content-Usage: train-ai=n
Content-Usage: /ai-ok/ train-ai=y
CONTENT-USAGE : /ai-ok/not/*.html$\ttrain-ai=n, search=n  # but these
Content-Usage: /twice train-ai=y
Content-Usage: /twice search=n

User-agent: otherbot
Content-Usage: search=n

User-agent: SirwanNews
Disallow:
"""
ALL = ("content-signal", "search=yes, ai-train=no")


@pytest.mark.parametrize(
    ("agent", "path", "signals"),
    [
        ("sirwan", "/test", [ALL, ("content-usage", "train-ai=n")]),
        ("sirwan", "/ai-ok/test", [ALL, ("content-usage", "train-ai=y")]),
        ("sirwan", "/ai-ok/not/x.html", [ALL, ("content-usage", "train-ai=n, search=n")]),
        ("sirwan", "/ai-ok/not/x.html?y", [ALL, ("content-usage", "train-ai=y")]),
        ("sirwan", "/twice", [ALL, ("content-usage", "train-ai=y"), ("content-usage", "search=n")]),
        ("otherbot", "/test", [("content-usage", "search=n")]),
        ("sirwannews", "/test", []),
    ],
)
def test_lines_about_usage_are_read_from_our_group_the_longest_path_of_each_kind(
    agent: str, path: str, signals: list[tuple[str, str]]
) -> None:
    found = usage_signals(parse_robots(USES), agent, "https://n.example" + path)
    assert [(one.name, one.value) for one in found] == signals
    assert {one.where for one in found} <= {"robots.txt"}


def test_lines_about_usage_end_no_group_and_change_no_verdict() -> None:
    text = "User-agent: a\nContent-Signal: ai-train=no\nUser-agent: b\nContent-Usage: x\nDisallow: /no\n"
    rules = parse_robots(text)
    for agent, names in (("a", ["content-signal", "content-usage"]), ("b", ["content-usage"])):
        assert verdict(rules, agent, "https://n.example/no").rule == "Disallow: /no"
        found = usage_signals(rules, agent, "https://n.example/")
        assert [one.name for one in found] == names, "of who is named before the line"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Content-Signal: ai-train=no\nUser-agent: *\nAllow: /", []),  # before any group: of nobody
        ("User-agent: *\nContent-Signal:\nContent-Usage: /a", []),
        ("User-agent: *\nContent-Signal: " + "x" * 999, ["x" * 300]),
        (b"User-agent: *\nContent-Usage: train-ai=\xff", ["train-ai=?"]),
    ],
)
def test_strange_lines_about_usage_do_no_harm(text: str | bytes, values: list[str]) -> None:
    found = usage_signals(parse_robots(text), "sirwan", "https://n.example/a")
    assert [one.value for one in found] == values
