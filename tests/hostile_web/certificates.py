"""Certificates made when a test begins, by the openssl command: a good one, and each kind that is not."""

import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
KINDS: Mapping[str, tuple[str, int]] = {  # subject alternative name, and days from now that it is good for
    "good": ("IP:127.0.0.1", 2),
    "expired": ("IP:127.0.0.1", -1),
    "wrong-name": ("DNS:other.example", 2),
}


@dataclass(frozen=True)
class Certificates:
    """An authority to trust, and the server side of each kind of certificate."""

    authority: Path
    servers: Mapping[str, ssl.SSLContext]


def make_certificates(folder: Path) -> Certificates:
    """Those of KINDS by an authority of our own, and `self-signed` by nobody."""
    _self_signed(folder, "authority")
    _self_signed(folder, "self-signed")
    for kind, (name, days) in KINDS.items():
        (folder / f"{kind}.txt").write_text(f"subjectAltName={name}\n")
        _openssl(folder, "req", *NEW_KEY, "-keyout", f"{kind}.key", "-out", f"{kind}.csr", "-subj", "/CN=x")
        _openssl(
            folder, "x509", "-req", "-in", f"{kind}.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
            "-days", str(days), "-extfile", f"{kind}.txt", "-out", f"{kind}.pem",
        )  # fmt: skip
    return Certificates(
        folder / "authority.pem", {kind: _server(folder, kind) for kind in (*KINDS, "self-signed")}
    )


def _self_signed(folder: Path, name: str) -> None:
    _openssl(
        folder, "req", "-x509", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2",
        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
    )  # fmt: skip


def _server(folder: Path, kind: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{kind}.pem", folder / f"{kind}.key")
    return context


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
