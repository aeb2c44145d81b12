"""From the bytes of a feed or sitemap to text that can be parsed, whatever the server did to it. Pure."""

import re
import zlib

from charset_normalizer import from_bytes

from services.stage import Poison

MAX_LISTING = 50 * 1024 * 1024  # bytes, decoded: the limit of sitemaps.org for one sitemap
MEMBERS = 64  # gzip members read: each costs a copy of the rest
GZIP = b"\x1f\x8b"
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
BARE_UTF16 = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"), (b"{\x00", "utf-16-le"))
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{2,40})""")
SNIFFED = 65536  # bytes shown to the detector; its cost grows with length


def listing_text(body: bytes) -> str:
    """The characters of a listing: gzip undone, valid UTF-8 believed before any declaration.

    A byte that does not fit costs one character. Raises Poison("listing-too-large").
    """
    raw = inflate(body) if body.startswith(GZIP) else body
    if len(raw) > MAX_LISTING:
        raise Poison("listing-too-large", f"{len(raw)} bytes, at most {MAX_LISTING}")
    for mark, codec in BOMS + BARE_UTF16:
        if raw.startswith(mark):
            return raw.decode(codec, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_damaged(raw)


def inflate(body: bytes, limit: int = MAX_LISTING) -> bytes:
    """A gzip body, all members; what was readable when it is cut or damaged.

    Raises Poison("listing-too-large") over `limit` bytes, having made no more than that.
    """
    out = bytearray()
    for _ in range(MEMBERS):
        if not body.startswith(GZIP):
            break
        member = zlib.decompressobj(wbits=31)
        try:
            out += member.decompress(body, limit + 1 - len(out))
        except zlib.error:
            break
        if len(out) > limit:
            raise Poison("listing-too-large", f"over {limit} bytes once decompressed")
        body = member.unused_data
    return bytes(out)


def _decode_damaged(raw: bytes) -> str:
    """Bytes that are not valid UTF-8: mostly UTF-8 stays UTF-8, else the declaration, else a guess."""
    as_utf8 = raw.decode("utf-8", "replace")
    bad = as_utf8.count("\ufffd")
    # Each multi-byte character that did decode is a witness for UTF-8: other encodings rarely make one.
    good = sum(1 for char in as_utf8 if ord(char) > 127) - bad
    if good > 3 * bad:
        return as_utf8
    declared = DECLARED.search(raw[:400])
    codec = declared.group(1).decode("ascii").lower() if declared else ""
    if codec and codec not in ("utf-8", "utf8"):
        try:
            return raw.decode(codec, "replace")
        except (LookupError, ValueError):  # not a text encoding Python knows
            pass
    guess = from_bytes(raw[:SNIFFED]).best()
    return raw.decode(guess.encoding, "replace") if guess else as_utf8
