"""What kind of text it is, apart from its topic: the first rule of the table that holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.records import Stamp
from services.classifier.gazetteer import digest_of

NEWS = "news"
FRONT_CHARS = 700  # where a notice or a byline line stands
BACK_CHARS = 500


@dataclass(frozen=True, slots=True)
class GenreRule:
    """`where` is title, url, or ends: the first and the last characters of the text."""

    genre: str
    where: str
    pattern: str


_WORK = r"(?:article|story|piece|analysis)"
_FELLOW = r"(?:fellow|scholar|research associate)"

RULES: Sequence[GenreRule] = (
    GenreRule("live", "title", r"\blive\s?(?:blog|updates?)\b|\blive:|\bas it happened\b|بث مباشر"),
    GenreRule("live", "url", r"/(?:live|liveblog|live-updates)(?:/|-|$)"),
    GenreRule(
        "roundup",
        "title",
        r"\b(?:morning|evening|daily|weekly|overnight) (?:brief(?:ing)?|digest|roundup|defense|wrap)\b",
    ),
    GenreRule(
        "roundup",
        "title",
        r"\b(?:news in brief|week in review|round-?up|top stories|in brief)\b|^the (?:week|day) in\b",
    ),
    GenreRule("roundup", "title", r"\b(?:what we['’]re reading|today['’]s headlines|news highlights)\b"),
    GenreRule(
        "reprint-notice", "ends", rf"\b(?:reprints?|republish(?:es|ed)?) (?:the|this|an|its) {_WORK}\b"
    ),
    GenreRule(
        "reprint-notice",
        "ends",
        rf"\b(?:this|the) {_WORK} (?:was |is )?(?:first|originally) (?:appeared|published|ran)\b",
    ),
    GenreRule("reprint-notice", "ends", r"\bre(?:published|printed) (?:from|with permission)\b"),
    GenreRule("opinion", "title", r"^\s*(?:opinion|op-?ed|editorial|commentary|column|letters?)\s*[:|–—-]"),
    GenreRule("opinion", "title", r"^\s*(?:رأي|یادداشت|سرمقاله)\s*[:|–—-]"),
    GenreRule("opinion", "title", r"[|–—]\s*(?:opinion|op-?ed|editorial|commentary)\s*$"),
    GenreRule("opinion", "url", r"/(?:opinions?|op-?eds?|editorials?|commentary|columnists?)/"),
    GenreRule("opinion", "ends", r"\bthe (?:views|opinions) expressed (?:in|here|by|are)\b"),
    GenreRule("opinion", "ends", r"\bis an? (?:opinion )?columnist\b"),
    GenreRule(
        "analysis",
        "title",
        r"^\s*(?:analysis|explainer|explained|news analysis|factbox|policy brief|briefing)\s*[:|–—-]",
    ),
    GenreRule("analysis", "title", r"^\s*(?:تحليل|تحلیل)\s*[:|–—-]"),
    GenreRule("analysis", "title", r"\b(?:what to know|what it means|what['’]s next|explained)\b|^why\b"),
    GenreRule("analysis", "url", r"/(?:analysis|explainers?|insights?|briefings?|policy-analysis)/"),
    GenreRule("analysis", "ends", rf"\bis an? (?:(?:senior|visiting|research) )*{_FELLOW} (?:at|with|in)\b"),
)
_COMPILED = tuple((rule, re.compile(rule.pattern, re.IGNORECASE)) for rule in RULES)
STAMP = Stamp(component="classifier.genre", version="2", digest=digest_of(repr(RULES).encode()))


def tell_genre(title: str, text: str, url: str | None) -> str:
    """news | analysis | opinion | reprint-notice | live | roundup."""
    where = {
        "title": title[:FRONT_CHARS],
        "url": (url or "")[:2000],
        "ends": text[:FRONT_CHARS] + "\n" + text[-BACK_CHARS:],
    }
    for rule, pattern in _COMPILED:
        if pattern.search(where[rule.where]):
            return rule.genre
    return NEWS
