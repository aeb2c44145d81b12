"""From the bytes of a feed or sitemap to text that can be parsed, whatever the server did to it. Pure."""

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

from services.stage import Poison

MAX_LISTING = 50 * 1024 * 1024  # bytes, decoded: the limit of sitemaps.org for one sitemap
LAYERS = 2  # some servers compress what is compressed
MEMBERS = 64  # gzip members read: each costs a copy of the rest
GZIP = b"\x1f\x8b"
UTF_8 = "utf-8-sig"  # a mark at the beginning is no character
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
PIECE = 1024 * 1024  # bytes decoded at a time: as text they may take four times as much


@dataclass(frozen=True, slots=True)
class ListingText:
    """The characters of a listing, decoded when they are wanted. A byte that does not fit costs one."""

    raw: bytes  # in an encoding that spells ASCII as ASCII does
    codec: str

    def pieces(self) -> Iterator[str]:
        """All of them in order, a piece at a time."""
        return _pieces(self.raw, self.codec, "replace")

    def beginning(self) -> str:
        """The first piece."""
        return next(self.pieces(), "")

    def whole(self) -> str:
        """All of them at once."""
        return "".join(self.pieces())


def listing_text(body: bytes) -> ListingText:
    """The characters of a listing: gzip undone, valid UTF-8 believed before any declaration.

    Raises Poison("listing-too-large").
    """
    raw = body
    for _ in range(LAYERS):
        if raw.startswith(GZIP):
            raw = inflate(raw)
    if len(raw) > MAX_LISTING:
        raise Poison("listing-too-large", f"{len(raw)} bytes, at most {MAX_LISTING}")
    wide = next((codec for mark, codec in BOMS if raw.startswith(mark)), None)
    if wide is None and (bare := BARE.match(raw)):
        wide = str(bare.lastgroup)
    if wide is not None:
        return ListingText(raw.decode(wide, "replace").encode(), UTF_8)
    return ListingText(raw, UTF_8 if _is_utf8(raw) else _codec_of_damaged(raw))


def _pieces(raw: bytes, codec: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors)
    for at in range(0, len(raw), PIECE):
        yield decoder.decode(raw[at : at + PIECE], at + PIECE >= len(raw))


def _is_utf8(raw: bytes) -> bool:
    try:
        return all(True for _ in _pieces(raw, UTF_8, "strict"))
    except UnicodeDecodeError:
        return False


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


def _codec_of_damaged(raw: bytes) -> str:
    """Of bytes that are not valid UTF-8: mostly UTF-8 stays UTF-8, else the declaration, else a guess."""
    bad = good = 0
    for piece in _pieces(raw, UTF_8, "replace"):
        bad += piece.count("\ufffd")
        good += len(piece) - len(piece.encode("ascii", "ignore"))
    # Each multi-byte character that did decode is a witness for UTF-8: other encodings rarely make one.
    if good - bad > 3 * bad:
        return UTF_8
    declared = DECLARED.search(raw[:400])
    codec = declared.group(1).decode("ascii").lower() if declared else ""
    if codec and codec not in ("utf-8", "utf8"):
        codec = AS_BROWSERS.get(codec, codec)
        try:
            raw[:400].decode(codec, "replace")
            codecs.getincrementaldecoder(codec)
        except (LookupError, ValueError):  # not a text encoding Python knows
            pass
        else:
            return codec
    if bad * FEW < len(raw):  # accents of a Western language, or damage; too little for a detector
        return "cp1252"
    guess = from_bytes(raw[:SNIFFED]).best()
    return guess.encoding if guess else UTF_8
