"""Dead letters and redrives for a terminal. Text from outside is never markup."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from services.runtime.terminal import plain
from services.store.letter_states import ENDED, OVER_LIMIT, STATES, Kind, Letter
from services.store.letters import Whole
from services.store.redrive import TOO_LARGE, Redriven
from services.store.verdict import ago

SHOWN = 4000
"""Bytes of a message that are shown; --json has all of it."""


def print_kinds(console: Console, found: Sequence[Kind], now: datetime) -> None:
    """Three lines a stage and reason, and what the words mean."""
    for kind in found:
        head = Text(f"{kind.letters:>6,} × ", "bold") + plain(f"{kind.stage}: {kind.reason}", "bold red")
        console.print(head + Text(f"  {kind.topic}, {_span(kind, now)}", "dim"), soft_wrap=True)
        console.print(Text(f"         {_states(kind)}"), soft_wrap=True)
        sample = kind.sample
        said = plain(f"{sample.url or sample.key}: {sample.error}".replace("\n", " "))
        console.print(Text(f"         {sample.ident}  ", "dim") + said, soft_wrap=True)
    seen = [state for state in STATES if any(state in kind.states for kind in found)]
    if found:
        console.print()
    for state in seen:
        console.print(Text(f"{state:>12}  {STATES[state]}", "dim"), soft_wrap=True)


def _span(kind: Kind, now: datetime) -> str:
    oldest, newest = ago(now, kind.oldest), ago(now, kind.newest)
    return f"died {newest}" if oldest == newest else f"died {oldest} to {newest}"


def _states(kind: Kind) -> str:
    said = ", ".join(
        f"{kind.states[state]:,} {state}{_ends(kind.ended) if state == ENDED else ''}"
        for state in STATES
        if state in kind.states
    )
    return f"{said}; {_times(kind.redrives)}"


def _ends(ended: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{count:,} {fate}' for fate, count in sorted(ended.items()))})"


def _times(count: int) -> str:
    return {0: "never redriven", 1: "redriven once"}.get(count, f"redriven {count:,} times")


def print_letters(console: Console, found: Sequence[Whole]) -> None:
    """One after the other."""
    for number, each in enumerate(found):
        if number:
            console.print()
        _print_letter(console, each)


def _print_letter(console: Console, found: Whole) -> None:
    """Everything of one letter, its message up to SHOWN bytes."""
    letter, original = found.letter, found.record.original
    facts = {
        "letter": letter.ident,
        "page": letter.url or "",
        "died": f"{letter.stage}: {letter.reason}, {_at(letter.last_at)}, attempts {letter.attempts}",
        "error": letter.error,
        "first": f"{original.topic}, partition {original.partition}, offset {original.offset},"
        f" {_at(letter.first_at)}",
        "sent again": _redriven(letter),
        "state": f"{letter.state}{_end(letter)}: {STATES[letter.state]}",
        "key": letter.key,
        **{f"  {name}": said for name, said in original.headers.items()},
    }
    for name, said in facts.items():
        console.print(Text(f"{name:18}", "dim") + plain(said), soft_wrap=True)
    value = original.value
    if value is None:
        console.print(Text("no message: it was too large to be kept", "red"))
        return
    console.print(Text(f"{len(value):,} bytes", "dim"))
    console.print(plain(value[:SHOWN].decode("utf-8", "replace")), soft_wrap=True)


def _redriven(letter: Letter) -> str:
    return _times(letter.redrives) + (f", last {_at(letter.redriven_at)}" if letter.redriven_at else "")


def _end(letter: Letter) -> str:
    end = letter.end
    if end is None:
        return ""
    why = "" if end.fate == "stored" else f" {end.reason} ({end.stage})"
    return f" {end.fate}{why} {_at(end.at)}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def print_redriven(console: Console, found: Redriven) -> None:
    """What was sent, or would be, what was left, and what to do next."""
    sent = len(found.letters)
    again = f", of them {found.resumed:,} that an interrupted redrive had left" if found.resumed else ""
    letters = f"{sent:,} letter{'' if sent == 1 else 's'}"
    console.print(Text(f"{'sent' if found.went else 'would send'} {letters}{again}", "bold"), soft_wrap=True)
    for (stage, reason), count in _by_reason(found.letters):
        console.print(Text(f"{count:>6,} × ") + plain(f"{stage}: {reason}"), soft_wrap=True)
    for state, count in found.left.items():
        console.print(Text(f"{count:>6,} left: {state}  ") + Text(MEANING[state], "dim"), soft_wrap=True)
    if found.ended:
        console.print(Text(f"ended{_ends(found.ended)}"), soft_wrap=True)
    if not found.went and sent:
        console.print(Text("nothing was sent: --go sends them"), soft_wrap=True)


MEANING: Mapping[str, str] = {
    **STATES,
    OVER_LIMIT: "past --limit: give the same command again",
    TOO_LARGE: "the message was too large to be kept",
}


def _by_reason(letters: Iterable[Letter]) -> list[tuple[tuple[str, str], int]]:
    return Counter((each.stage, each.reason) for each in letters).most_common()
