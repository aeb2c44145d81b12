"""`/.well-known/tdmrep.json`: what a site reserves of text and data mining, by path. Pure.

TDM Reservation Protocol, final report of the W3C community group, 10 May 2024, section "TDM File on the
Origin Server".
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from schemas.records import RightsSignal
from services.fetcher.path_patterns import PathPattern, path_of

MOST_BYTES = 512 * 1024  # a longer file is not read: as much as robots.txt may have
MOST_RULES = 5000
MAX_VALUE = 300  # characters kept of a value
WHERE = "tdmrep.json"


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One object of the file."""

    location: PathPattern
    reservation: str | None  # 1 | 0; None for any other value, which is an error and states nothing
    policy: str | None


@dataclass(frozen=True, slots=True)
class TdmRules:
    """The file, or what stands for it while there is none."""

    rules: tuple[TdmRule, ...] = ()
    failed: bool = False  # it could not be had, for now


def tdmrep_for(status: int, body: bytes = b"") -> TdmRules:
    """The rules that an answer stands for: none where there is no file, or a broken one."""
    if 200 <= status < 300:
        return TdmRules(tuple(_rules(body)))
    return TdmRules(failed=status >= 500 or status == 429)


def tdm_signals(rules: TdmRules, url: str) -> tuple[RightsSignal, ...]:
    """What the file says of `url`: the first rule that covers it, and no other."""
    path = path_of(url)
    found = next((rule for rule in rules.rules if rule.location.covers(path)), None)
    if found is None or found.reservation is None:
        return ()
    stated = (("tdm-reservation", found.reservation), ("tdm-policy", found.policy))
    return tuple(RightsSignal(name=name, value=value, where=WHERE) for name, value in stated if value)


def _rules(body: bytes) -> Iterator[TdmRule]:
    """In order; what is no rule is passed over. Never raises, however deep it nests."""
    if len(body) > MOST_BYTES:
        return
    try:
        printed = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return
    for each in printed[:MOST_RULES]:
        try:
            yield from _rule(msgspec.json.decode(each, type=dict[str, object]))
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            continue


def _rule(printed: dict[str, object]) -> Iterator[TdmRule]:
    location, policy = printed.get("location"), printed.get("tdm-policy")
    reservation = str(printed.get("tdm-reservation"))
    if isinstance(location, str) and location.startswith(("/", "*")):
        yield TdmRule(
            PathPattern.of(location),
            reservation if reservation in ("0", "1") else None,
            policy.strip()[:MAX_VALUE] if isinstance(policy, str) else None,
        )
