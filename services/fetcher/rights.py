"""What a publisher says about reuse, in headers and in the head of the page, and what it adds up to. Pure.

Sources: Google's robots meta tag specification, the TDM Reservation Protocol (W3C community group, 2024),
IETF draft-ietf-aipref-attach (Content-Usage), Cloudflare's content signals. What robots.txt and tdmrep.json
say is read in services/fetcher/robots.py and tdmrep.py.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from schemas.records import Rights, RightsSignal
from services.stage import Skip

HEAD_BYTES = 128 * 1024  # a head longer than this is not read to its end
META = re.compile(rb"<meta\s[^>]{0,2000}>", re.IGNORECASE)
HEAD_END = re.compile(rb"</head\s*>|<body[\s>]", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""(?<![a-zA-Z-])([a-zA-Z-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
ROBOT_WORDS = frozenset(
    ("noindex", "noarchive", "nosnippet", "nocache", "none", "noai", "noimageai", "notranslate",
     "unavailable_after")
)  # fmt: skip
META_ROBOTS = frozenset(("robots", "sirwan"))
MAX_VALUE, MAX_DETAIL = 300, 500  # characters kept of a value, and of all that say no

RESERVED: Mapping[str, re.Pattern[str]] = {  # by name, values by which a publisher keeps a use to itself
    "noai": re.compile(""),
    "content-usage": re.compile(
        r"(?:^|[,\s])(?:train-ai|train-genai|ai-input|ai-output|ai|bots|search)\s*=\s*n(?![^,;\s])",
        re.IGNORECASE,
    ),
    # By its own words a reservation under article 4 of Directive (EU) 2019/790, search included.
    "content-signal": re.compile(
        r"(?:^|[,\s])(?:search|ai-input|ai-train)\s*=\s*no(?![^,;\s])", re.IGNORECASE
    ),
}
TDM_PLACES = ("meta", "header", "tdmrep.json")
"""Where a tdm-reservation may stand; each goes before those after it (TDMRep, "Processing priority")."""

NO_ARCHIVE = frozenset(("noarchive", "nocache", "none"))


def read_rights(headers: Mapping[str, str], body: bytes, stated: Iterable[RightsSignal] = ()) -> Rights:
    """Every signal with where it stood, and the verdict of all together.

    `headers` have lower-case names; `stated` is what the site says elsewhere. Nothing is decided here: what
    to do about it is the deployment's policy.
    """
    return rights_of((*stated, *signals_in_headers(headers), *_meta_signals(body)))


def rights_of(signals: Iterable[RightsSignal]) -> Rights:
    """What signals add up to: reserved, else no-archive, else none-stated."""
    each = tuple(dict.fromkeys(signals))
    if reserving(each):
        return Rights(signals=each, verdict="reserved")
    if any(signal.name in NO_ARCHIVE for signal in each):
        return Rights(signals=each, verdict="no-archive")
    return Rights(signals=each)


def reserving(signals: Sequence[RightsSignal]) -> tuple[RightsSignal, ...]:
    """Those by which the publisher keeps something to itself that we, or who reads from us, might do."""
    tdm = [one for one in signals if one.name == "tdm-reservation" and one.value in ("0", "1")]
    place = next((place for place in TDM_PLACES if any(one.where == place for one in tdm)), None)
    reserved = [one for one in tdm if one.where == place and one.value == "1"]
    return (
        *reserved,
        *(one for one in signals if one.name in RESERVED and RESERVED[one.name].search(one.value)),
    )


def refuse_reserved(rights: Rights) -> None:
    """Raises Skip("rights-reserved"), with what says so and where."""
    if rights.verdict == "reserved":
        said = (f"{one.name}: {one.value} ({one.where})" for one in reserving(rights.signals))
        raise Skip("rights-reserved", ", ".join(said)[:MAX_DETAIL])


def _take_all(rights: Rights) -> None:
    """What is reserved is recorded, and who uses it decides."""


POLICIES: Mapping[str, Callable[[Rights], None]] = {"record": _take_all, "honour": refuse_reserved}
"""By the word of SIRWAN_RIGHTS_POLICY."""


def signals_in_headers(headers: Mapping[str, str]) -> Iterator[RightsSignal]:
    """Those of an answer; names in lower case."""
    yield from _robot_words(headers.get("x-robots-tag", ""), "header")
    for name in ("tdm-reservation", "tdm-policy", "content-usage", "content-signal"):
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
