"""Requests as Standard Webhooks 1.0.0 wants them signed, and CloudEvents 1.0.2 wants them labelled. Pure."""

import binascii
import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence

PREFIX = "whsec_"
LEAST, MOST = 24, 64  # bytes of a secret, as the specification has it
LABELS = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_dataschema")
IDENT = re.compile("[A-Za-z0-9_-]{1,200}")  # a full stop would let one message be read as another
ENCODED = re.compile(r"[^!-~]|[\"%]")  # CloudEvents, HTTP binding 1.0.2, section 3.1.3.2


class BadSecret(ValueError):
    """What should be a secret is none; the text says why, and repeats nothing of it."""


def read_secrets(text: str) -> tuple[bytes, ...]:
    """The secrets of a file, one a line. Each signs, so that a receiver can change to a new one.

    Raises BadSecret.
    """
    secrets = tuple(_secret(line.strip()) for line in text.splitlines() if line.strip())
    if not secrets:
        raise BadSecret("is empty")
    return secrets


def _secret(line: str) -> bytes:
    if not line.startswith(PREFIX):
        raise BadSecret(f"must begin with {PREFIX}")
    try:
        secret = b64decode(line.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise BadSecret(f"must be base64 after {PREFIX}") from exc
    if not LEAST <= len(secret) <= MOST:
        raise BadSecret(f"holds {len(secret)} bytes; {LEAST} to {MOST} are wanted")
    return secret


def signed(secrets: Sequence[bytes], ident: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The three headers of a request; `timestamp` is that of the attempt, in seconds of Unix time."""
    content = b".".join((ident.encode(), str(timestamp).encode(), body))
    return {
        "webhook-id": ident,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signatures(secrets, content)),
    }


def _signatures(secrets: Sequence[bytes], content: bytes) -> Iterator[str]:
    for secret in secrets:
        yield f"v1,{b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()}"


def labels(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The envelope of a record as headers of HTTP (binary content mode): `ce-id` for `ce_id`."""
    found = {name.replace("_", "-"): _encoded(headers[name]) for name in LABELS if name in headers}
    return {"content-type": "application/json", **found}


def _encoded(value: str) -> str:
    def percent(found: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "replace"))

    return ENCODED.sub(percent, value)
