"""How many a text says were killed, executed or wounded in the event it tells of. Pure.

Rather nothing than a wrong number: what cannot be told for certain widens the span, and what counts another
event, another thing or nobody real is left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.linker.asides import is_another, is_background, is_untrue, region
from services.linker.counted_numbers import Counted, counted
from services.linker.counted_people import OTHERS, who
from services.linker.sayings import Claim, Sentence
from services.tolls import ENDLESS, GONE, HURT, NUMBER, Toll, killed, nobody, wounded

_COMBINED = re.compile(
    rf"\b(?:{GONE}|killing)\s?(?:and|or|and/or|/)\s(?:{HURT}|wounding|injuring)\b|\bcasualties\b"
    rf"|\b{HURT}\s(?:and|or|and/or)\s{GONE}\b|\b{GONE},\s{HURT}\b",
    re.IGNORECASE,
)
_SPACED = re.compile(r",?\s\d{3}\b")  # 26 000
_IN_PART = re.compile(
    r"(?:\b(?:including|among (?:them|whom)|with|of (?:them|whom))\s(?:at least\s)?|\d[,.]?\s)\Z",
    re.IGNORECASE,
)
_CHARGED = re.compile(
    r"\b(?:accus|convict|charg|sentenc|suspect|wanted|guilty)\w*\b[^.]{0,30}\b(?:of|for|with|over|in)\s\Z",
    re.IGNORECASE,
)
_ELSEWHERE_TOO = re.compile(
    rf"\band\s(?:at least\s)?{NUMBER}\s(?:more\s|others\s)?(?:in|at|near|from)\b", re.IGNORECASE
)
_WHOLE = re.compile(
    r"\b(?:in all|in total|a total of|altogether|combined|overall|across|nationwide|several|series|wave"
    r"|attacks|two (?:attack|strike|blast|bomb|explosion|crash)\w*|strikes|blasts|bombings|explosions|raids"
    r"|governorates|provinces)\b",
    re.IGNORECASE,
)
_UNKNOWN_YET = re.compile(
    r"\b(?:report\w*|immediate\w*|initial\w*|word|known|information|confirm\w*|yet|appear\w*|seem\w*|seen"
    r"|record\w*)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:no one|nobody|none) (?:was|were|had been|has been|is) (?P<fate>\w+)|(?:no|without) (?P<noun>\w+)",
    re.IGNORECASE,
)
_DIED_LATER = re.compile(
    rf"\bdied (?:later|overnight|in (?:a )?hospital|of (?:his|her|their|its) \w+)"
    rf"|\bsuccumbed\b|\b{HURT} died\b",
    re.IGNORECASE,
)
_HERE_ONLY = re.compile(r"\s(?:in|on|at|among|inside|from|aboard|there)\b", re.IGNORECASE)
_FATES = {
    "killed": ("killed",), "dead": ("killed",), "deaths": ("killed",), "fatalities": ("killed",),
    "wounded": ("wounded",), "injured": ("wounded",), "injuries": ("wounded",),
    "hurt": ("killed", "wounded"), "harmed": ("killed", "wounded"), "casualties": ("killed", "wounded"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Mention:
    """One number, vetted. `of` None: some of the people only."""

    number: Counted
    of: str | None
    told: str  # the words for those who are counted
    sentence: Sentence
    verb: str
    whole: bool


def claimed_tolls(front: Sequence[Sentence], day: date | None) -> list[Claim]:
    """What the front says of the dead, the executed and the wounded: of each, one claim at most."""
    dead = [*_mentions(front, day, killed)]
    put = [mention for mention in dead if mention.verb.startswith(("exec", "hang"))]
    found = {
        "killed": [mention for mention in dead if mention not in put],
        "executed": put,
        "wounded": [*_mentions(front, day, wounded)],
    }
    moved = any(_DIED_LATER.search(sentence.text) for sentence in front)
    claims = (_claim(kind, mentions, moved=moved) for kind, mentions in found.items())
    return [claim for claim in (*claims, *_nobody(front, day, found)) if claim is not None]


def _mentions(
    front: Sequence[Sentence], day: date | None, find: Callable[[str], Iterable[Toll]]
) -> Iterator[_Mention]:
    """The numbers that count the dead (or the hurt) of the event, each once."""
    begun = find is killed  # "five others were wounded" are all who were, "five others died" are not
    for sentence in front:
        seen: set[int] = set()
        for toll in sorted(find(sentence.text), key=lambda toll: toll.at):
            told, whom = region(sentence, toll.end), who(sentence.text, toll)
            if whom.kind == "nobody" or toll.at in seen or not _is_real(sentence.text, toll, told, day):
                continue
            seen.add(toll.at)
            in_part = whom.kind == "some" or (whom == OTHERS and begun) or is_another(told)
            in_part = in_part or _ELSEWHERE_TOO.search(sentence.text, toll.end) is not None
            begun = True
            yield _Mention(
                counted(sentence.text, toll, told), None if in_part else whom.group, whom.told,
                sentence, toll.verb, whole=_WHOLE.search(told) is not None,
            )  # fmt: skip


def _is_real(text: str, toll: Toll, told: str, day: date | None) -> bool:
    """Whether a number counts those of this event, and all of them at once."""
    return not (
        _SPACED.match(text, toll.until)
        or _IN_PART.search(text[: toll.at])
        or _COMBINED.search(text[max(0, toll.start - 14) : toll.end + 24])
        or _CHARGED.search(text[: toll.start])
        or is_untrue(told)
        or is_background(told, day)
    )


def _claim(kind: str, mentions: Sequence[_Mention], *, moved: bool) -> Claim | None:
    """The claim that the mentions of one text add up to: of people, else of the largest group.

    Where wounded died, `moved`, there may be more dead and fewer wounded than the numbers say.
    """
    whole = [mention for mention in mentions if mention.of == ""]
    groups = [mention for mention in mentions if mention.of]
    if not whole and not groups:
        return None
    most = max(whole or groups, key=lambda mention: mention.number.low)
    same = [mention for mention in whole or groups if mention.of == most.of]
    open_ended = any(mention.of is None for mention in mentions) or (not whole and len(same) < len(groups))
    low, high, value = _added_up(same)
    high = ENDLESS if open_ended or (moved and kind == "killed") else high
    low = 0 if moved and kind == "wounded" else low
    return Claim(
        kind=kind, low=low, high=high, value=f"{value} {most.told}".strip(),
        of="" if open_ended else most.of or "", said=_narrowest(same).sentence.span(),
        revises=any(mention.number.revises for mention in same), whole=any(mention.whole for mention in same),
    )  # fmt: skip


def _narrowest(mentions: Sequence[_Mention]) -> _Mention:
    return min(mentions, key=lambda mention: mention.number.high - mention.number.low)


def _added_up(mentions: Sequence[_Mention]) -> tuple[int, int, str]:
    """The span that holds all numbers; where they contradict each other in one sentence, their sum too."""
    numbers = [mention.number for mention in mentions]
    low, high = min(number.low for number in numbers), min(number.high for number in numbers)
    if max(number.low for number in numbers) <= high:
        return low, high, _narrowest(mentions).number.value
    places = [mention.sentence.start for mention in mentions]
    high = max(number.high for number in numbers)
    if len(set(places)) < len(places):
        high = min(ENDLESS, sum(number.high for number in numbers))
    return low, high, f"at least {low}" if high == ENDLESS else f"{low} to {high}"


def _nobody(
    front: Sequence[Sentence], day: date | None, found: Mapping[str, Sequence[_Mention]]
) -> Iterator[Claim]:
    """That nobody was killed or hurt, where the front says so without reserve and has no number."""
    told: set[str] = set()
    for sentence in front:
        match = nobody(sentence.text)
        said = _NOBODY.fullmatch(match.group()) if match else None
        if match is None or said is None or _HERE_ONLY.match(sentence.text, match.end()):
            continue
        around = region(sentence, match.end()).replace(match.group(), "")
        reserve = is_background(around, day) or is_another(around) or is_untrue(around)
        if reserve or _UNKNOWN_YET.search(around):
            continue
        for kind in _FATES.get((said["fate"] or said["noun"]).lower(), ()):
            if kind not in told and not found[kind]:
                told.add(kind)
                yield Claim(kind=kind, value="nobody", high=0, said=sentence.span())
