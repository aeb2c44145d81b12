import gzip

import pytest

from bench.listings import documents
from services.fetcher import listing_text as module
from services.fetcher.feeds import read_listing
from services.fetcher.listing_text import listing_text
from services.stage import Poison

ARABIC = "نهران وسد"


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_a_list_reads_the_same_whatever_piece_of_it_is_at_hand(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kind with every damage, cut anywhere: inside a tag, a quotation, a character."""
    made = documents() if size > 1 else documents()[::7]
    whole = [read_listing(document.body, "https://n.example/") for document in made]
    monkeypatch.setattr(module, "PIECE", size)
    for document, listing in zip(made, whole, strict=True):
        assert read_listing(document.body, "https://n.example/") == listing, (document.kind, document.damage)


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (ARABIC.encode(), ARABIC),
        (b"\xef\xbb\xbf" + ARABIC.encode(), ARABIC),
        (ARABIC.encode("utf-16"), ARABIC),
        (f"<a>{ARABIC}".encode("utf-16-le"), f"<a>{ARABIC}"),
        (f"<a>{ARABIC}".encode("utf-32-be"), f"<a>{ARABIC}"),
        (gzip.compress(gzip.compress(ARABIC.encode())), ARABIC),
        (ARABIC.encode() + b"\xff", ARABIC + "\ufffd"),
        (b"caf\xe9 " * 30, "café " * 30),
        (
            b'<?xml encoding="windows-1256"?>' + ARABIC.encode("cp1256"),
            f'<?xml encoding="windows-1256"?>{ARABIC}',
        ),
        (b'<?xml encoding="GBK"?>' + "河".encode("gbk"), '<?xml encoding="GBK"?>河'),
        (b'<?xml encoding="base64"?> caf\xe9' + b" " * 30, '<?xml encoding="base64"?> café' + " " * 30),
        (b"", ""),
    ],
)
def test_the_characters_are_those_that_were_meant(
    raw: bytes, text: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", size)
    assert listing_text(raw).whole() == text


def test_a_list_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LISTING", 100)
    assert listing_text(b"x" * 100).whole() == "x" * 100
    with pytest.raises(Poison, match="listing-too-large"):
        listing_text(b"x" * 101)
