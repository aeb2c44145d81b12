"""How grave what an article tells is, by its own words: the dead and the hurt, or that nobody was. Pure.

The words of the title and the first sentences, see services/tolls.py.
"""

from dataclasses import dataclass

from services.tolls import killed, nobody

FRONT_CHARS = 900  # of the text that are looked at
STEPS = ((100, 0.2), (10, 0.12), (1, 0.06))
"""Dead from which on an article matters so much more."""

NOBODY = -0.08


@dataclass(frozen=True, slots=True)
class Severity:
    """What is added to importance, and why; 0 and "" where the words say nothing of the kind."""

    added: float = 0.0
    because: str = ""


def tell_severity(title: str, text: str) -> Severity:
    """By the largest number of dead that the front tells of, or that it says nobody was hurt."""
    front = f"{title}. {text[:FRONT_CHARS]}"
    dead = max((toll.number.about for toll in killed(front)), default=0)
    for least, added in STEPS:
        if dead >= least:
            return Severity(added, f"tells of {dead} dead")
    return Severity(NOBODY, "says that nobody was hurt") if nobody(front) else Severity()
