"""A synonym spinner for training text: it knows which words it put, so labels cost nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from bench.link.grammar import GRAMMAR
from bench.link.lexicons import Swaps
from services.linker.spun.counts import Counts

MARK = "\ue000"  # stands after a word that was put
PIECE = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d[\d,.]*|[^\sA-Za-z\d]|\s+")
PHRASES = 0.2  # share of places where a synonym of two words may be put
STYLE = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "never": "never ever", "people": "individuals", "but": "however", "also": "likewise",
    "against": "versus", "often": "frequently", "some": "a few", "get": "obtain",
}  # fmt: skip
FILLERS = ("actually", "really", "in fact")


@dataclass(frozen=True, slots=True)
class Habit:
    """How a spinner goes about it; rates are shares of 1."""

    rate: float  # of the words it knows
    consistent: bool = False  # one synonym for all places of a word
    capitals: float = 0.33  # of capitalised words that it may swap
    decay: float = 0.7  # how fast it falls off from the first synonym to the last
    fillers: float = 0.0  # of has, have, had
    style: float = 0.0  # of the words of STYLE
    fluent: bool = False  # whether it weighs synonyms by their neighbours


def random_habit(random: Random) -> Habit:
    """A habit as varied as spinners are."""
    return Habit(
        rate=random.uniform(0.12, 0.6),
        consistent=random.random() < 0.5,
        capitals=random.choice((0.15, 0.33, 0.8)),
        decay=random.choice((0.4, 0.7, 1.5)),
        fillers=random.choice((0, 0, 0, 0, 0.3)),
        style=random.choice((0, 0, 0, 0, 0, 0.4)),
        fluent=random.random() < 0.3,
    )


def spun(text: str, tables: Sequence[Swaps], habit: Habit, random: Random, counts: Counts) -> str:
    """The text with words put for others, each marked; what is quoted stays."""
    out: list[str] = []
    pieces, quoted, chosen = PIECE.findall(text), False, dict[str, str | None]()
    for i, piece in enumerate(pieces):
        if piece in '“”"':
            quoted = piece == "“" or (piece == '"' and not quoted)
        if quoted or not piece[0].isalpha():
            out.append(piece)
            continue
        word = piece.lower()
        if word in STYLE and random.random() < habit.style:
            out.append(_marked(STYLE[word]))
        elif word in ("has", "have", "had") and random.random() < habit.fillers:
            out.append(f"{piece} {_marked(random.choice(FILLERS))}")
        else:
            if not habit.consistent or word not in chosen:
                choices = _choices(word, tables, random)
                taken = choices and random.random() < habit.rate
                chosen[word] = (
                    _pick(choices, habit, random, _around(out, pieces, i), counts) if taken else None
                )
            put = chosen[word]
            kept = put is None or (piece[0].isupper() and random.random() > habit.capitals)
            out.append(piece if kept or put is None else _marked(put.title() if piece[0].isupper() else put))
    return "".join(out)


def _choices(word: str, tables: Sequence[Swaps], random: Random) -> Sequence[str]:
    if word in GRAMMAR or len(word) < 3:
        return ()
    for table in random.sample(tables, len(tables)):
        terms = table.get(word, ())
        if random.random() > PHRASES:
            terms = [term for term in terms if " " not in term]
        if terms:
            return terms
    return ()


def _around(out: Sequence[str], pieces: Sequence[str], at: int) -> tuple[str, str]:
    before = next((piece for piece in reversed(out[-2:]) if piece[0].isalpha()), "")
    after = next((piece for piece in pieces[at + 1 : at + 3] if piece[0].isalpha()), "")
    return before.replace(MARK, "").lower().rpartition(" ")[2], after.lower()


def _pick(choices: Sequence[str], habit: Habit, random: Random, near: tuple[str, str], counts: Counts) -> str:
    if not habit.fluent:
        return choices[min(len(choices) - 1, int(random.expovariate(habit.decay)))]
    before, after = (np.full(len(choices), counts.ids.get(word, 0)) for word in near)
    first = np.array([counts.ids.get(term.split()[0], 0) for term in choices])
    last = np.array([counts.ids.get(term.split()[-1], 0) for term in choices])
    fit = np.sqrt(counts.pair(before, first)) + np.sqrt(counts.pair(last, after)) + 0.1
    return random.choices(choices, (fit * 0.8 ** np.arange(len(choices))).tolist())[0]


def _marked(term: str) -> str:
    return " ".join(word + MARK for word in term.split(" "))


def stripped(text: str) -> str:
    """Lower case without punctuation, marks kept."""
    return re.sub(rf"[^\w\s{MARK}]", " ", text.lower())


def unmarked(text: str) -> tuple[str, list[int]]:
    """The text without marks, and where in it the marked words end."""
    parts = text.split(MARK)
    ends = np.cumsum([len(part) for part in parts[:-1]]).tolist()
    return "".join(parts), ends
