"""Codings undone with a bound on what comes out: a small bomb never becomes a large body. Pure."""

import re
import zlib
from collections.abc import Callable, Mapping

import brotli  # type: ignore[import-untyped]  # it ships no stubs
import zstandard

from services.stage import Poison

ACCEPTED = "gzip, deflate, br, zstd"
STEP = 64 * 1024
LAYERS = 5  # codings undone of one body: each may cost as much as the whole of it
MEMBERS = 64  # gzip members read of one body: each costs a copy of the rest
CHUNK_HEAD = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r\n")  # RFC 9112 section 7.1


def decode_content(raw: bytes, codings: str | None, limit: int) -> tuple[bytes, bool]:
    """The body behind a Content-Encoding header, and whether it is whole.

    A damaged or cut body gives what could be read and False; an unknown coding is left as it is.
    Raises Poison("body-too-large") over `limit` bytes, having made little more than that, and
    Poison("body-too-costly") for more than LAYERS codings.
    """
    whole, named = True, (codings or "").lower().split(",")
    if len(named) > LAYERS:
        raise Poison("body-too-costly", f"{len(named)} content codings, at most {LAYERS}")
    for coding in reversed(named):
        decoder = DECODERS.get(coding.strip())
        if decoder is not None and raw:
            raw, complete = decoder(raw, limit + 1)
            whole = whole and complete
    if len(raw) > limit:
        raise Poison("body-too-large", f"over {limit} bytes")
    return raw, whole


def dechunk(raw: bytes) -> tuple[bytes, bool]:
    """The body behind `Transfer-Encoding: chunked` (RFC 9112 section 7.1), and whether it is whole.

    Bytes that do not begin with a chunk are left as they are: the coding was undone before.
    """
    out, at = bytearray(), 0
    while head := CHUNK_HEAD.match(raw, at):
        size, start = int(head[1], 16), head.end()
        if size == 0:
            return bytes(out), True
        out += raw[start : start + size]
        at = start + size + 2
        if raw[at - 2 : at] != b"\r\n":
            return bytes(out), False
    return (bytes(out), False) if at else (raw, True)


def _gzip(raw: bytes, most: int) -> tuple[bytes, bool]:
    """gzip (all members), zlib, and the headless deflate that some servers send as `deflate`."""
    out = bytearray()
    for _ in range(MEMBERS):
        if not raw or len(out) >= most:
            break
        inflater = zlib.decompressobj(wbits=47 if _has_header(raw) else -zlib.MAX_WBITS)
        try:
            out += inflater.decompress(raw, most - len(out))
        except zlib.error:
            return bytes(out), False
        if not inflater.eof:
            return bytes(out), len(out) >= most
        raw = inflater.unused_data.lstrip(b"\0")  # tape padding is allowed after a member
    return bytes(out), True


def _has_header(raw: bytes) -> bool:
    """gzip magic, or a zlib header (RFC 1950: method 8, and a check that divides by 31)."""
    is_zlib = len(raw) > 1 and raw[0] & 0x0F == 8 and (raw[0] << 8 | raw[1]) % 31 == 0
    return raw.startswith(b"\x1f\x8b") or is_zlib


def _brotli(raw: bytes, most: int) -> tuple[bytes, bool]:
    decoder, out = brotli.Decompressor(), bytearray()
    try:
        out += decoder.process(raw, output_buffer_limit=STEP)
        while len(out) < most and not decoder.is_finished() and not decoder.can_accept_more_data():
            out += decoder.process(b"", output_buffer_limit=STEP)
    except brotli.error:
        return bytes(out), False
    return bytes(out), decoder.is_finished()


def _zstd(raw: bytes, most: int) -> tuple[bytes, bool]:
    out = bytearray()
    try:
        with zstandard.ZstdDecompressor(max_window_size=2**23).stream_reader(
            raw, read_across_frames=True
        ) as reader:
            while len(out) < most and (piece := reader.read(STEP)):
                out += piece
    except zstandard.ZstdError:
        return bytes(out), False
    return bytes(out), True


DECODERS: Mapping[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _gzip,
    "br": _brotli,
    "zstd": _zstd,
}
