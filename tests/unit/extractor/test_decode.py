from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.extractor.decode import MAX_BODY, clean_text, decode_body
from services.stage import Poison, Refusal, Skip
from tests.unit.extractor.pages import ARABIC, BODY, RUSSIAN

ENGLISH = " ".join(BODY)
FRENCH = "Le ministre a déclaré mercredi que le barrage était fermé depuis l'été, malgré les pluies répétées."
PERSIAN = "وزیر نیرو گفت که سطح آب دریاچه پایین آمده است و تصمیم‌گیری درباره آن ادامه دارد."
TURKISH = (
    "Bakan salı günü barajın ağır hasar gördüğünü ve kapakların yazdan önce açılmayacağını söyledi. " * 3
)
ICELANDIC = (
    "Ráðherra sagði á þriðjudag að stíflan væri lokuð síðan í sumar þrátt fyrir miklar rigningar. " * 3
)
NEW_ICELANDIC = (
    "Ný lýsing á nýrri stíflu við vatnið, sögðu ýmsir við veðrið og sýndu nýja mynd með ljósi. " * 3
)
GERMAN = "Die Brücke über den Fluss wurde früher geschlossen, die Schulen öffnen morgen. " * 3
CZECH = "Ministr řekl, že starý a nový systém, který je důležitý, zůstává uzavřený a celý prázdný. " * 3
AR, RU = " ".join(ARABIC), " ".join(RUSSIAN)


@pytest.mark.parametrize(
    ("body", "charset", "text", "source"),
    [
        (ENGLISH.encode(), None, ENGLISH, "utf-8"),
        (PERSIAN.encode(), "windows-1256", PERSIAN, "utf-8"),  # a lying label, valid UTF-8, ZWNJ kept
        (AR.encode(), "iso-8859-1", AR, "utf-8"),
        (AR.encode()[:-1], "utf-8", AR[:-1], "utf-8"),  # cut inside the last character
        (b"\xef\xbb\xbf" + RU.encode(), None, RU, "utf-8"),
        (AR.encode("cp1256"), "windows-1256", AR, "header"),
        (RU.encode("cp1251"), "windows-1251", RU, "header"),
        (FRENCH.encode("latin-1"), "iso-8859-1", FRENCH, "header"),
        (RU.encode("cp1251"), "utf-8", RU, "detector"),  # the header lies
        (AR.encode("cp1256"), "iso-8859-1", AR, "detector"),  # a Western label on Arabic
        (AR.encode("cp1256"), "no-such-charset", AR, "detector"),
        (AR.encode("cp1256"), None, AR, "detector"),
        (RU.encode("cp1251"), None, RU, "detector"),
        (RU.encode("koi8-r"), None, RU, "detector"),
        (TURKISH.encode("cp1254"), None, TURKISH, "detector"),
        (TURKISH.encode("cp1254"), "iso-8859-9", TURKISH, "header"),
        (TURKISH.encode("cp1254"), "iso-8859-1", TURKISH, "detector"),  # a Western label on Turkish
        (ICELANDIC.encode("cp1252"), "iso-8859-1", ICELANDIC, "header"),
        (NEW_ICELANDIC.encode("cp1252"), "iso-8859-1", NEW_ICELANDIC, "header"),
        (GERMAN.encode("cp1252"), "iso-8859-1", GERMAN, "header"),
        (CZECH.encode("cp1250"), None, CZECH, "detector"),
        (ICELANDIC.encode("cp1252"), None, ICELANDIC, "detector"),
        (b"\xff\xfe" + AR.encode("utf-16-le"), "windows-1252", AR, "bom"),
        (ENGLISH.encode("utf-16-le"), None, ENGLISH, "detector"),
        (ENGLISH.encode("utf-16-be"), None, ENGLISH, "detector"),
    ],
)
def test_a_page_is_read_in_the_character_set_it_is_written_in(
    body: bytes, charset: str | None, text: str, source: str
) -> None:
    decoded = decode_body(body, "text/html", charset)
    assert (decoded.text.rstrip("\ufffd"), decoded.source) == (text, source)


def test_the_pages_own_declaration_counts_where_the_header_is_silent() -> None:
    page = f"<html><head><meta charset='windows-1251'></head><body>{RU}</body></html>"
    decoded = decode_body(page.encode("cp1251"), "text/html", None)
    assert decoded.source == "meta"
    assert RU in decoded.text


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "reason"),
    [
        (b"", "text/html", Skip, "empty-page"),
        (b" \r\n\t ", "text/html", Skip, "empty-page"),
        (b"\xef\xbb\xbf\n", None, Skip, "empty-page"),
        (b"%PDF-1.7 ...", "text/html", Poison, "not-text"),
        (b"\x89PNG\r\n\x1a\n", None, Poison, "not-text"),
        (b"PK\x03\x04rest", "application/octet-stream", Poison, "not-text"),
        (b"plain words", "image/png", Poison, "not-text"),
        (b"plain words", "application/pdf", Poison, "not-text"),
        (b"{}", "application/json", Skip, "not-an-article"),
        (b"<rss/>", "application/rss+xml", Skip, "not-an-article"),
        (b"a{}", "text/css; charset=utf-8", Skip, "not-an-article"),
        (b"\x00" * 4000, "text/html", Poison, "not-text"),
        (b"text " + b"\x00" * 4000, "text/html", Poison, "not-text"),
        (bytes(range(256)) * 20, "text/html", Poison, "not-text"),
        (b"a" * (MAX_BODY + 1), "text/html", Poison, "page-too-large"),
    ],
)
def test_what_is_no_text_is_refused(
    body: bytes, content_type: str | None, kind: type[Refusal], reason: str
) -> None:
    with pytest.raises(kind) as refused:
        decode_body(body, content_type, None)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("می\u200cشود", "می\u200cشود"),
        ("a\x00b\x07c", "abc"),
        ("x\ud800y", "xy"),
        ("\ufeffTitle", "Title"),
    ],
)
def test_text_is_clean_and_composed(before: str, after: str) -> None:
    assert clean_text(before) == after


@given(
    st.binary(max_size=3000), st.none() | st.sampled_from(["utf-8", "windows-1256", "utf-16", "gb18030", "x"])
)
def test_any_bytes_are_text_or_refused(body: bytes, charset: str | None) -> None:
    try:
        text = decode_body(body, None, charset).text
    except Refusal as refused:
        text = refused.reason
    text.encode()
    assert "\x00" not in text


@given(
    st.text(st.sampled_from("aß\u0000\u0008\u000b\u007f\u0085\u009f\u00a0\u200c\ufffd\uffff\ud800\U0001f600"))
)
def test_no_control_is_left_whatever_it_stands_beside(text: str) -> None:
    assert not set(clean_text(text)) & set("\u0000\u0008\u000b\u007f\u0085\u009f\ufffd\uffff\ud800")


@given(st.text(st.characters(min_codepoint=0x41, exclude_categories=["Cs", "Cc"])))
def test_any_text_is_composed(text: str) -> None:
    assert is_normalized("NFC", clean_text(text))


def test_what_is_not_asked_about_composition_needs_none() -> None:
    for character in map(chr, (*range(0x80, 0xD800), *range(0xE000, 0x20000))):
        if clean_text(f"e{character}") == f"e{character}":
            assert normalize("NFC", f"e{character}") == f"e{character}"
