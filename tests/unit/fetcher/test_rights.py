import pytest

from schemas.records import RightsSignal
from services.fetcher.rights import POLICIES, read_rights, rights_of
from services.stage import Skip


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
        ({"content-usage": "train-ai=y, SEARCH = n"}, b"",
         [("content-usage", "train-ai=y, SEARCH = n", "header")], "reserved"),
        ({"content-usage": "train-ai=now, own-ai=n"}, b"",
         [("content-usage", "train-ai=now, own-ai=n", "header")], "none-stated"),
        ({"content-signal": "search=yes, ai-input=no"}, b"",
         [("content-signal", "search=yes, ai-input=no", "header")], "reserved"),
        ({"content-signal": "search=yes,ai-train=yes,use=reference"}, b"",
         [("content-signal", "search=yes,ai-train=yes,use=reference", "header")], "none-stated"),
        ({"content-signal": "ai-train=none"}, b"", [("content-signal", "ai-train=none", "header")],
         "none-stated"),
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


RESERVES = {
    "file": RightsSignal(name="tdm-reservation", value="1", where="tdmrep.json"),
    "robots": RightsSignal(name="content-signal", value="ai-train=no", where="robots.txt"),
}
WAIVES = RightsSignal(name="tdm-reservation", value="0", where="tdmrep.json")


@pytest.mark.parametrize(
    ("stated", "header", "meta", "verdict"),
    [
        ([RESERVES["file"]], None, None, "reserved"),
        ([RESERVES["file"]], "0", None, "none-stated"),
        ([RESERVES["file"]], "yes", None, "reserved"),  # an error states nothing, and supersedes nothing
        ([WAIVES], "1", None, "reserved"),
        ([WAIVES], "1", "0", "none-stated"),
        ([WAIVES], "0", "1", "reserved"),
        ([RESERVES["robots"]], "0", "0", "reserved"),  # another statement, not superseded
        ([], None, None, "none-stated"),
    ],
)
def test_a_reservation_in_the_page_goes_before_the_header_before_the_file(
    stated: list[RightsSignal], header: str | None, meta: str | None, verdict: str
) -> None:
    headers = {"tdm-reservation": header} if header else {}
    body = head(f'<meta name="tdm-reservation" content="{meta}">') if meta else b""
    rights = read_rights(headers, body, stated)
    assert rights.verdict == verdict
    assert len(rights.signals) == len(stated) + len(headers) + bool(meta), "recorded all the same"


def test_who_honours_reservations_says_what_was_reserved_and_where() -> None:
    rights = rights_of([*RESERVES.values(), RightsSignal(name="noindex", value="noindex", where="meta")])
    POLICIES["record"](rights)
    with pytest.raises(Skip, match="rights-reserved") as caught:
        POLICIES["honour"](rights)
    assert caught.value.detail == "tdm-reservation: 1 (tdmrep.json), content-signal: ai-train=no (robots.txt)"
    POLICIES["honour"](rights_of([WAIVES, RightsSignal(name="noarchive", value="noarchive", where="meta")]))


def test_a_hostile_head_costs_no_time() -> None:
    assert read_rights({}, b"<meta " * 1_000_000).signals == ()
    assert read_rights({}, b'<meta name="' + b"a=" * 1_000_000).signals == ()
