"""From the bytes of a feed or sitemap to text that can be parsed, whatever the server did to it. Pure."""

import re
import zlib

from charset_normalizer import from_bytes

from services.stage import Poison

MAX_LISTING = 50 * 1024 * 1024  # bytes, decoded: the limit of sitemaps.org for one sitemap
LAYERS = 2  # some servers compress what is compressed
MEMBERS = 64  # gzip members read: each costs a copy of the rest
GZIP = b"\x1f\x8b"
BOMS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
BARE = re.compile(  # UTF-16 and UTF-32 without a mark, by the zeros around the first characters
    rb"(?P<utf_32_le>[<{\s]\0\0\0)|(?P<utf_32_be>\0\0\0[<{\s])|(?P<utf_16_le>[<{\s]\0)|(?P<utf_16_be>\0[<{\s])"
)
AS_BROWSERS = {  # what these names mean on the web: encoding.spec.whatwg.org, section 4.2
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "sjis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
}  # fmt: skip
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{2,40})""")
STEP = 65536  # compressed bytes at a time
FEW = 25  # fewer bytes than one in so many fit no UTF-8
SNIFFED = 65536  # bytes shown to the detector; its cost grows with length


def listing_text(body: bytes) -> str:
    """The characters of a listing: gzip undone, valid UTF-8 believed before any declaration.

    A byte that does not fit costs one character. Raises Poison("listing-too-large").
    """
    raw = body
    for _ in range(LAYERS):
        if raw.startswith(GZIP):
            raw = inflate(raw)
    if len(raw) > MAX_LISTING:
        raise Poison("listing-too-large", f"{len(raw)} bytes, at most {MAX_LISTING}")
    for mark, codec in BOMS:
        if raw.startswith(mark):
            return raw.decode(codec, "replace")
    if bare := BARE.match(raw):
        return raw.decode(str(bare.lastgroup), "replace")
    try:
        return raw.decode("utf-8-sig")
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
        member, at = zlib.decompressobj(wbits=31), 0
        while at < len(body) and not member.eof:
            before, step = member.copy(), body[at : at + STEP]
            try:
                out += member.decompress(step, limit + 1 - len(out))
            except zlib.error:
                out += _before_damage(before, step, limit + 1 - len(out))
                at = len(body)
            if len(out) > limit:
                raise Poison("listing-too-large", f"over {limit} bytes once decompressed")
            at += STEP
        body = member.unused_data + body[at:]
    return bytes(out)


def _before_damage(member: "zlib._Decompress", step: bytes, most: int) -> bytes:
    """What can be read of a step that ends in damage; a wrong checksum at the very end costs nothing."""
    out = bytearray()
    try:
        for at in range(len(step)):
            out += member.decompress(step[at : at + 1], most)
    except zlib.error:
        pass
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
            return raw.decode(AS_BROWSERS.get(codec, codec), "replace")
        except (LookupError, ValueError):  # not a text encoding Python knows
            pass
    if bad * FEW < len(raw):  # accents of a Western language, or damage; too little for a detector
        return raw.decode("cp1252", "replace")
    guess = from_bytes(raw[:SNIFFED]).best()
    return raw.decode(guess.encoding, "replace") if guess else as_utf8
