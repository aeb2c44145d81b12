"""Which of several sets of literals have one in a text: all sets are sought in one pass. Pure.

Used before regular expressions: a pattern that cannot match without one of its literals is not tried on a
text that has none of them, and that is nearly every text.
"""

from collections.abc import Iterable, Iterator, Sequence

import ahocorasick  # type: ignore[import-not-found]  # no stubs exist


def fold_case(text: str) -> str:
    """Lower case, with one i for Turkish and all others, as `re.IGNORECASE` has it."""
    lowered = text.lower()
    return lowered if lowered.isascii() else lowered.replace("i\u0307", "i").replace("ı", "i")


class Literals:
    """Sets of literals, numbered in order."""

    def __init__(self, sets: Sequence[Iterable[str]]) -> None:
        bits: dict[str, int] = {}
        for number, literals in enumerate(sets):
            for literal in literals:
                folded = fold_case(literal)
                bits[folded] = bits.get(folded, 0) | 1 << number
        self._automaton = ahocorasick.Automaton()
        for folded, bit in bits.items():
            self._automaton.add_word(folded, bit)
        self._automaton.make_automaton()

    def found_in(self, folded: str) -> int:
        """A bit for each set that has a literal in a text whose case is folded."""
        found = 0
        for _, bit in self._automaton.iter(folded):
            found |= bit
        return found

    def lines_with(self, lines: Iterable[str]) -> Iterator[int]:
        """The numbers of those lines that have a literal of any set, in order."""
        folded = fold_case("\n".join(lines))
        number = seen = 0
        last = -1
        for end, _ in self._automaton.iter(folded):
            number += folded.count("\n", seen, end)
            seen = end
            if number != last:
                yield number
                last = number
