import pytest

from services.fetcher.rights import read_rights


def head(*tags: str) -> bytes:
    return f"<html><head>{''.join(tags)}</head><body>x</body></html>".encode()


@pytest.mark.parametrize(
    ("headers", "body", "signals", "verdict"),
    [
        ({}, b"", [], "none-stated"),
        ({"x-robots-tag": "noindex, NoArchive"}, b"",
         [("noindex", "noindex", "header"), ("noarchive", "noarchive", "header")], "no-archive"),
        ({"x-robots-tag": "otherbot: noarchive, nosnippet"}, b"", [], "none-stated"),
        ({"x-robots-tag": "otherbot: noarchive, sirwan: noindex"}, b"",
         [("noindex", "noindex", "header")], "none-stated"),
        ({"x-robots-tag": "unavailable_after: 25 Jun 2027 15:00:00 GMT"}, b"",
         [("unavailable_after", "unavailable_after: 25 jun 2027 15:00:00 gmt", "header")], "none-stated"),
        ({"x-robots-tag": "max-snippet:50, all"}, b"", [], "none-stated"),
        ({"tdm-reservation": "1", "tdm-policy": "https://n.example/tdm"}, b"",
         [("tdm-reservation", "1", "header"), ("tdm-policy", "https://n.example/tdm", "header")], "reserved"),
        ({"tdm-reservation": "0"}, b"", [("tdm-reservation", "0", "header")], "none-stated"),
        ({"content-usage": "train-ai=n"}, b"", [("content-usage", "train-ai=n", "header")], "reserved"),
        ({"content-usage": "search=y, train-ai=y"}, b"",
         [("content-usage", "search=y, train-ai=y", "header")], "none-stated"),
        ({}, head('<meta name="robots" content="noai, noimageai">'),
         [("noai", "noai", "meta"), ("noai", "noimageai", "meta")], "reserved"),
        ({}, head("<META CONTENT='noarchive' NAME=Robots>"),
         [("noarchive", "noarchive", "meta")], "no-archive"),
        ({}, head('<meta name="tdm-reservation" content="1"/>'),
         [("tdm-reservation", "1", "meta")], "reserved"),
        ({}, head('<meta name="otherbot" content="noarchive">'), [], "none-stated"),
        ({}, head("<title>x</title>") + b'<meta name="robots" content="noai">', [], "none-stated"),
        ({"x-robots-tag": "noai"}, head('<meta name="robots" content="noarchive">'),
         [("noai", "noai", "header"), ("noarchive", "noarchive", "meta")], "reserved"),
        ({}, head("<meta name=robots content=noarchive>", "<meta name=robots content=noarchive>"),
         [("noarchive", "noarchive", "meta")], "no-archive"),
    ],
)  # fmt: skip
def test_every_signal_is_kept_with_where_it_stood(
    headers: dict[str, str], body: bytes, signals: list[tuple[str, str, str]], verdict: str
) -> None:
    rights = read_rights(headers, body)
    assert [(one.name, one.value, one.where) for one in rights.signals] == signals
    assert rights.verdict == verdict


def test_a_hostile_head_costs_no_time() -> None:
    assert read_rights({}, b"<meta " * 1_000_000).signals == ()
    assert read_rights({}, b'<meta name="' + b"a=" * 1_000_000).signals == ()
