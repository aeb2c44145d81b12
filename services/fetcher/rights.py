"""What a publisher says about reuse, in headers and in the head of the page. Pure.

Sources: Google's robots meta tag specification, the TDM Reservation Protocol (W3C community group, 2024),
IETF draft-ietf-aipref-attach (Content-Usage).
"""

import html
import re
from collections.abc import Iterator, Mapping

from schemas.records import Rights, RightsSignal

HEAD_BYTES = 128 * 1024  # a head longer than this is not read to its end
META = re.compile(rb"<meta\s[^>]{0,2000}>", re.IGNORECASE)
HEAD_END = re.compile(rb"</head\s*>|<body[\s>]", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
ROBOT_WORDS = frozenset(
    ("noindex", "noarchive", "nosnippet", "nocache", "none", "noai", "noimageai", "notranslate",
     "unavailable_after")
)  # fmt: skip
META_ROBOTS = frozenset(("robots", "sirwan"))
MAX_VALUE = 300  # characters kept of a value

RESERVED = (  # name, pattern of the value: the publisher keeps text and data mining to itself
    ("noai", r".*"),
    ("tdm-reservation", r"1"),
    ("content-usage", r".*\b(?:train-ai|train-genai|ai|bots)\s*=\s*n\b.*"),
)
NO_ARCHIVE = frozenset(("noarchive", "nocache", "none"))


def read_rights(headers: Mapping[str, str], body: bytes) -> Rights:
    """Every signal with where it stood, and the verdict: reserved, else no-archive, else none-stated.

    `headers` have lower-case names. Nothing is decided here: what to do about it is the deployment's policy.
    """
    signals = tuple(dict.fromkeys((*_header_signals(headers), *_meta_signals(body))))
    if any(_reserves(signal) for signal in signals):
        return Rights(signals=signals, verdict="reserved")
    if any(signal.name in NO_ARCHIVE for signal in signals):
        return Rights(signals=signals, verdict="no-archive")
    return Rights(signals=signals)


def _reserves(signal: RightsSignal) -> bool:
    return any(
        signal.name == name and re.fullmatch(pattern, signal.value, re.IGNORECASE)
        for name, pattern in RESERVED
    )


def _header_signals(headers: Mapping[str, str]) -> Iterator[RightsSignal]:
    yield from _robot_words(headers.get("x-robots-tag", ""), "header")
    for name in ("tdm-reservation", "tdm-policy", "content-usage"):
        if value := headers.get(name, "").strip():
            yield RightsSignal(name=name, value=value[:MAX_VALUE], where="header")


def _meta_signals(body: bytes) -> Iterator[RightsSignal]:
    head = body[:HEAD_BYTES]
    end = HEAD_END.search(head)
    for tag in META.finditer(head, 0, end.start() if end else len(head)):
        fields = _attributes(tag.group())
        name, value = fields.get("name", "").lower(), fields.get("content", "").strip()
        if name in META_ROBOTS:
            yield from _robot_words(value, "meta")
        elif name in ("tdm-reservation", "tdm-policy") and value:
            yield RightsSignal(name=name, value=value[:MAX_VALUE], where="meta")


def _attributes(tag: bytes) -> dict[str, str]:
    text = tag.decode("utf-8", "replace")
    return {
        name.lower(): html.unescape(double or single or bare)
        for name, double, single, bare in ATTRIBUTE.findall(text)
    }


def _robot_words(value: str, where: str) -> Iterator[RightsSignal]:
    """Directives meant for everybody or for us; `otherbot: noindex, nofollow` is meant for neither."""
    ours = True
    for part in value.split(","):
        word = part.strip().lower()
        agent, colon, rest = (piece.strip() for piece in word.partition(":"))
        if colon and agent not in ROBOT_WORDS and not agent.startswith("max-"):
            ours, word = agent in META_ROBOTS, rest
        name = word.partition(":")[0].strip()
        if ours and name in ROBOT_WORDS:
            name = "noai" if name == "noimageai" else name
            yield RightsSignal(name=name, value=word[:MAX_VALUE], where=where)
