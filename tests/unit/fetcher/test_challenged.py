"""Challenge pages in place of an article, and articles that only look like one. All of it written by us."""

import time

import pytest

from services.fetcher.challenged import LEAVE_ALONE, MOST_BYTES, Challenged, apart, challenge_in

HTML = {"content-type": "text/html"}
GUARD = b"""<!DOCTYPE html><html><head><title>One moment</title><style>body{margin:8em}</style></head><body>
<h1>tigris.example</h1><p>We look whether your connection is safe.</p><noscript>Switch scripts on.</noscript>
<script>window._cf_chl_opt={cvId:'3',cType:'managed'};</script></body></html>"""
TALKATIVE = (
    b"<html><body><h1>Making sure you are not a bot</h1><script id='anubis_challenge'>{}</script><p>"
    + b"The people who run this server ask your browser for some work before it goes on. " * 15
    + b"</p></body></html>"
)
COOKIE = b'<html><body><script>var a=toNumbers("f655ba9d09");document.cookie="x"</script></body></html>'
PROSE = b"<p>" + b"The dam holds back less water than last year, engineers said on Friday. " * 40 + b"</p>"
ARTICLE = b"<html><head><title>Dam</title></head><body><h1>Dam</h1>" + PROSE + b"</body></html>"


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {"cf-mitigated": "challenge"}, ARTICLE),
        (202, {"x-amzn-waf-action": "challenge"}, b""),
        (403, {"cf-mitigated": "challenge"}, b""),
        (403, HTML, GUARD),
        (429, HTML, GUARD),
        (503, HTML, GUARD),
        (200, HTML, GUARD),
        (200, HTML, GUARD.upper()),
        (202, HTML, COOKIE),
        (200, HTML, TALKATIVE),
        (200, HTML, GUARD[: GUARD.index(b"</script>")]),
    ],
)
def test_a_challenge_is_known_under_any_status(status: int, headers: dict[str, str], body: bytes) -> None:
    assert challenge_in(status, headers, body)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ARTICLE),
        (200, ARTICLE.replace(b"</h1>", b"</h1><script>window._cf_chl_opt={}</script>")),
        (200, ARTICLE.replace(b"Friday", b"Friday, and _cf_chl_opt and px-captcha are words")),
        (200, b"<html><body><p>How _cf_chl_opt works, in short.</p></body></html>"),
        (200, GUARD.replace(b"<title>", b'<meta property="og:title" content="Dam"><title>')),
        (200, GUARD.replace(b"<h1>", b"<article><h1>")),
        (200, GUARD + b" " * MOST_BYTES),
        (200, b"<html><body><p>Short, and without any sign.</p></body></html>"),
        (200, b""),
        (404, GUARD),
        (301, GUARD),
        (403, b"<html><body>Forbidden</body></html>"),
        (304, b""),
    ],
    ids=[
        "an article", "that loads such a script", "that writes of them", "a short one that writes of them",
        "a short one with a newsroom's marks", "an article element", "far too large", "no sign", "nothing",
        "not there", "a redirect", "a plain refusal", "unchanged",
    ],
)  # fmt: skip
def test_what_is_none_is_left_alone(status: int, body: bytes) -> None:
    assert challenge_in(status, HTML, body) is None


@pytest.mark.parametrize(
    ("page", "markup", "shown"),
    [
        (b"<p>a b</p>c", b"<p></p>", b"abc"),
        (b"a<script>if (a<b) x()</script>b", b"<script>if (a<b) x()</script>", b"ab"),
        (b"a<!-- <p>b</p> -->c", b"<!-- <p>b</p> -->", b"ac"),
        (b"a<script>never closed", b"<script>never closed", b"a"),
        (b"a<b", b"<b", b"a"),
        (b"", b"", b""),
    ],
)
def test_markup_and_what_is_shown_are_told_apart(page: bytes, markup: bytes, shown: bytes) -> None:
    assert apart(page) == (markup, shown)


@pytest.mark.parametrize("piece", [b"<", b"<!--", b"<script", b"<script>", b"a<b ", b"</script"])
def test_it_takes_no_longer_on_a_page_made_to_hurt(piece: bytes) -> None:
    """Twice the bytes take about twice the time; a quadratic rule would need minutes here."""
    page = b"_cf_chl_opt" + piece * (MOST_BYTES // len(piece) - 20)
    began = time.perf_counter()
    challenge_in(200, HTML, page)
    assert time.perf_counter() - began < 2.0


def test_a_site_that_served_one_is_left_alone_for_a_while() -> None:
    sites = Challenged()
    assert sites.left("tigris.example", 100.0) == 0.0
    sites.note("tigris.example", 100.0, 0.0)
    sites.note("zagros.example", 100.0, 3 * LEAVE_ALONE)
    assert sites.left("tigris.example", 160.0) == LEAVE_ALONE - 60.0
    assert sites.left("tigris.example", 100.0 + LEAVE_ALONE) == 0.0
    assert sites.left("zagros.example", 100.0 + LEAVE_ALONE) == 2 * LEAVE_ALONE
