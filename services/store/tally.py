"""What became of many pages: a table of them while they are few, counts by fate and reason when not."""

from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from services.runtime.terminal import plain
from services.store.outcomes import Outcome
from services.store.view import COLOURS, FATES, print_fitted, print_outcomes, why_not

FEW = 100
"""Pages that are shown one by one."""


@dataclass(slots=True)
class Tally:
    """Hears of one outcome after the other and keeps few of them."""

    pages: int = 0
    dead: int = 0
    _few: list[Outcome] = field(default_factory=list)
    _counts: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _examples: dict[tuple[str, str, str], Outcome] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """One page more."""
        kind = (outcome.fate, outcome.stage, outcome.reason)
        self.pages += 1
        self.dead += outcome.fate == "dead"
        self._counts[kind] = self._counts.get(kind, 0) + 1
        self._examples.setdefault(kind, outcome)
        if len(self._few) < FEW:
            self._few.append(outcome)

    def print(self, console: Console) -> None:
        """Every page while they are few; else one row a fate and reason, with an example of each."""
        if self.pages <= FEW:
            print_outcomes(console, self._few, {}, details=True)
            return
        kinds = sorted(self._counts, key=lambda kind: (FATES.index(kind[0]), -self._counts[kind], kind))
        rows = [self._cells(kind) for kind in kinds]
        print_fitted(console, ("fate", "pages", "why not", "for example"), rows, flexible=3)
        for kind in (kind for kind in kinds if kind[0] == "dead"):
            console.print(why_not(self._examples[kind]), soft_wrap=True)
        console.print(
            f"{self.pages:,} pages; `sirwan trace URL` tells of one, --json of all", highlight=False
        )

    def _cells(self, kind: tuple[str, str, str]) -> tuple[Text, ...]:
        fate, stage, reason = kind
        why = "" if fate == "stored" else f"{stage}: {reason}"
        count = Text(f"{self._counts[kind]:>7,}")
        return Text(fate, COLOURS.get(fate, "")), count, Text(why), plain(self._examples[kind].url or "")
