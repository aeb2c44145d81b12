"""Bytes to text: which character set a page really uses. Pure."""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

from services.stage import Poison, Skip

MAX_BODY = 8 * 1024 * 1024  # bytes; the fetcher's own limit (DESIGN §4)
DETECTOR_SAMPLE = 64 * 1024  # bytes the detector sees: enough for every page of the dev corpora
MAX_CONTROLS = 0.02  # share of control and replacement characters a text may have; random bytes have .11
MAX_BROKEN = 0.01  # undecodable characters per character beyond ASCII; a wrong label gives over .3
MAX_ACCENTED = 0.3  # share of accented letters in a Western text; Arabic read as Latin-1 has over .9

ARTICLES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "application/octet-stream"})
"""Media types that may hold an article. `application/octet-stream` says nothing, so the bytes decide."""

MAGIC = (
    b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"RIFF",
    b"\x00\x00\x00\x18ftyp",
    b"ID3", b"OggS", b"wOFF", b"wOF2", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0", b"BZh",
    b"\x28\xb5\x2f\xfd",
)  # fmt: skip
"""First bytes of formats that are never text."""

PLAUSIBLE = (
    "utf_8", "cp1256", "cp1251", "iso8859_6", "koi8_r", "cp1254", "cp1252", "cp1250", "cp1253", "cp1255",
    "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
)  # fmt: skip
"""What the detector may answer: character sets that pages on the web are written in."""

TURKISH = frozenset(bytes((code,)) for code in "ÇĞİÖŞÜçğıöşüâîû".encode("cp1254"))
_HIGH = re.compile(rb"[\xc0-\xff]")

WESTERN = frozenset({"cp1252", "iso8859-1", "latin_1", "iso8859-15"})

_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
_ASCII_CONTROLS = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F))
_PLAIN = bytes(code for code in range(0x80) if code not in _ASCII_CONTROLS)
_C1_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")
_REPLACEMENTS = re.compile(rb"\xef\xbf[\xbd-\xbf]")
_INERT = re.compile(
    rb"(?:[\xc2-\xcb\xd0\xd1\xda].|\xd8[\x80-\x8f\x9b-\xbf]|\xd9[\x80-\x8a\xa0-\xaf\xb1-\xbf]|\xdb[\x80-\x95\xae-\xbf]"
    rb"|\xe2(?:\x80[\x82-\xbf]|\x82[\x90-\xbf]|\x84[\x80-\xa5]|[\x86-\x8b\x8d-\xaa].)|[\xe4-\xe9]..|\xef\xb8\x8f|\xf0\x9f..)*+",
    re.DOTALL,
)
"""UTF-8 of characters that NFC neither changes nor joins to what is before them: letters of the Latin,
Cyrillic and Arabic scripts, Han, quotation marks, arrows, emoji. Telling costs a tenth of normalizing."""
_SURROGATES = re.compile("[\ud800-\udfff]")
_ACCENTED = re.compile("[\xc0-\xff]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_OTHER_TEXT = re.compile(r"text/|application/(?:[\w.+-]*\+)?(?:json|xml|javascript|ecmascript|rss|atom)\b")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text in NFC without control characters, and how it was read."""

    text: str
    charset: str  # Python's name of the codec
    source: str  # utf-8 | header | bom | meta | detector | given


NEVER = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7"})
"""Codecs of Python that no page is written in; some are quadratic on noise."""


def decode_body(body: bytes, content_type: str | None, charset: str | None) -> Decoded:
    """The text of a body. Trust, in this order: valid UTF-8, the header, a byte order mark, the page's
    own declaration, the detector; a label counts only if the bytes really are text under it.

    UTF-8 comes before any label, for labels lie and these bytes cannot: words of another character set are
    practically never valid UTF-8. It also settles UTF-8 with a byte order mark, which outranks the header.

    Raises Skip("empty-page"), Poison("page-too-large"), Poison("not-text").
    """
    refuse_body(body, content_type)
    for label, source in _labels(body, charset):
        text = _read(body, label)
        if text is not None:
            return Decoded(text, label, source)
    raise Poison("not-text", "no character set makes text of these bytes")


def refuse_body(body: bytes, content_type: str | None) -> None:
    """Raises for bodies that cannot hold an article, before any work is done on them."""
    if len(body) > MAX_BODY:
        raise Poison("page-too-large", f"{len(body)} of at most {MAX_BODY} bytes")
    if not body.strip(b" \t\r\n\x0b\x0c\xef\xbb\xbf"):
        raise Skip("empty-page", f"{len(body)} bytes of nothing")
    media = (content_type or "text/html").split(";")[0].strip().lower()
    if media not in ARTICLES:
        raise (Skip("not-an-article", media) if _OTHER_TEXT.match(media) else Poison("not-text", media[:80]))
    if body.startswith(MAGIC):
        raise Poison("not-text", f"begins with {body[:4]!r}")


def clean_text(text: str) -> str:
    """NFC, line ends as `\\n`, without control characters and lone surrogates; ZWNJ and marks stay."""
    try:
        return _clean(text, _rest_of(text))
    except UnicodeEncodeError:
        text = _SURROGATES.sub("\ufffd", text)
        return _clean(text, _rest_of(text))


def _clean(text: str, rest: bytes) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\x0c", "\n").lstrip("\ufeff")
    text = _CONTROLS.sub("", text) if _count_controls(rest) else text
    return text if _INERT.fullmatch(rest) else unicodedata.normalize("NFC", text)


def _rest_of(text: str) -> bytes:
    """All but ASCII text, in UTF-8: little of most pages, and quickly looked through.

    Raises UnicodeEncodeError for lone surrogates.
    """
    return text.encode().translate(None, _PLAIN)


def _count_controls(rest: bytes) -> int:
    """How often _CONTROLS matches."""
    ascii_ones = len(rest) - len(rest.translate(None, _ASCII_CONTROLS))
    return ascii_ones + len(_C1_CONTROLS.findall(rest)) + len(_REPLACEMENTS.findall(rest))


def _labels(body: bytes, charset: str | None) -> Iterator[tuple[str, str]]:
    """Character sets to try, in order of trust, each with who says so."""
    if _is_utf8(body):
        yield "utf-8", "utf-8"
    said = (
        (resolve_encoding(charset) if charset else None, "header"),
        (read_bom(body)[0], "bom"),
        (html_body_declared_encoding(body[:4096]), "meta"),
        (_unmarked_utf16(body[:4096]), "detector"),
    )
    yield from ((label, source) for label, source in said if label)
    if _is_turkish(body):
        yield "cp1254", "detector"
    best = from_bytes(body[:DETECTOR_SAMPLE], cp_isolation=list(PLAUSIBLE)).best()
    if best:
        yield best.encoding, "detector"
    yield "cp1252", "detector"  # what browsers assume (WHATWG Encoding, legacy default)


def _is_utf8(body: bytes) -> bool:
    """Valid UTF-8, or valid but for a character cut off at the very end."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as exc:
        return exc.reason == "unexpected end of data"
    return True


def _is_turkish(body: bytes) -> bool:
    """Turkish in one byte a letter, which the detector takes for Western or Central European.

    Its bytes beyond ASCII are those of the Turkish alphabet, and ı is more than a tenth of them. A language
    that has the same byte for its ý as often (Icelandic, Czech) also has letters that Turkish lacks.
    """
    high = _HIGH.findall(body[:DETECTOR_SAMPLE])
    dotless = high.count(b"\xfd")
    own = sum(byte in TURKISH for byte in high)
    return dotless > len(high) / 10 and own > 0.9 * len(high)


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a byte order mark shows itself by NULs in every other place."""
    if head.count(0) < len(head) // 4:
        return None
    return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"


def _read(body: bytes, label: str) -> str | None:
    """The clean text under this label, or None where it is none; a rare broken character is forgiven."""
    try:
        if codecs.lookup(label).name in NEVER:
            return None
        text = body.decode(label, "replace")
        rest = _rest_of(text)
    except (LookupError, UnicodeError):
        return None
    broken = text.count("\ufffd")
    if broken > 1 and broken > MAX_BROKEN * len(_FOREIGN.findall(text)):
        return None
    if _count_controls(rest) > MAX_CONTROLS * len(text):
        return None
    if label in WESTERN and (_is_turkish(body) or _is_mojibake(text[:200_000])):
        return None
    return _clean(text, rest)


def _is_mojibake(sample: str) -> bool:
    """Whether a Western reading has far more accents than any Western language."""
    return len(_ACCENTED.findall(sample)) > MAX_ACCENTED * max(1, len(_LETTERS.findall(sample)))
