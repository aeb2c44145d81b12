"""What the linker costs by the size of its window: `python -m bench.link [--sizes 1000,10000,50000]`.

Fills a window with articles of drawn words (the rare by a power law, with the names and figures of an
event in each) and then times the next ones. Telling spun text and sentence vectors do not depend on the
window: they are timed once, on other such articles; the rest is what the window costs. Prints milliseconds of
the processor an article and the articles a second, and last how much dearer the largest window is.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from unittest.mock import patch

from services.linker import judge, reading
from services.linker.filter import Linking
from services.linker.sentences import encoder
from services.linker.spun.detector import NOTHING, find_spun
from services.linker.vectors import word_shares

SIZES = "1000,10000,50000"
TIMED = 300  # articles
WORDS = 500  # an article
TOLD_BY = 5  # articles an event, in the mean
Line = dict[str, Any]


def main() -> None:
    """Prints a row a size, and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=SIZES)
    asked = parser.parse_args()
    lines = list(articles(TIMED, Random(0)))
    spun = cost(lambda line: find_spun(line["text"]), lines)
    model = encoder()
    said = cost(lambda line: model.sentence(None, line["text"]), lines) if model else 0.0
    print(
        f"telling spun text {spun:.1f} ms, sentence vectors {f'{said:.1f} ms' if model else 'not installed'}"
    )
    found = {}
    for size in map(int, asked.sizes.split(",")):
        found[size] = windowed(size)
        whole = spun + said + found[size]
        print(
            f"{size:>7} articles: {found[size]:.1f} ms + {spun + said:.1f} ms, {1000 / whole:.0f} a second",
            flush=True,
        )
    ratio = (found[max(found)] + spun + said) / (found[min(found)] + spun + said)
    print(f"an article in the largest window costs {ratio:.2f} times what it costs in the smallest")


def windowed(size: int) -> float:
    """Milliseconds an article where `size` are in the window, without spun text and sentence vectors."""
    with (
        patch.object(reading, "find_spun", lambda _: NOTHING),
        patch.object(judge, "find_spun", lambda _: NOTHING),
        patch.object(reading, "encoder", lambda: None),
    ):
        linking, drawn = Linking(), articles(size + TIMED, Random(1))
        for _ in range(size):
            linking.add(next(drawn))
        return cost(linking.add, list(drawn))


def cost(does: Callable[[Line], object], lines: list[Line]) -> float:
    """Milliseconds of the processor a line."""
    begun = time.process_time()
    for line in lines:
        does(line)
    return 1000 * (time.process_time() - begun) / len(lines)


def articles(count: int, chance: Random) -> Iterator[Line]:
    """Articles of drawn words; TOLD_BY of them share the names, figures and rare words of an event."""
    shares = word_shares()
    common, weights = list(shares), list(shares.values())
    events: list[list[str]] = []
    for number in range(count):
        if not events or chance.random() < 1 / TOLD_BY:
            names = [f"{_invented(chance).title()}" for _ in range(8)]
            events.append([*names, *(_invented(chance) for _ in range(30)), str(chance.randrange(11, 5000))])
        event = events[max(0, len(events) - 1 - int(chance.expovariate(1 / 20)))]
        body = chance.choices(common, weights, k=WORDS - 100)
        body += chance.choices(event, k=80) + [_rare(chance) for _ in range(20)]
        chance.shuffle(body)
        yield {"id": f"a{number}", "text": " ".join(body)}


def _rare(chance: Random) -> str:
    """A word of a long tail."""
    return f"{_syllables(int(chance.paretovariate(0.7)) % 50_000)}"


def _invented(chance: Random) -> str:
    return _syllables(chance.randrange(50_000))


def _syllables(number: int) -> str:
    """A word for a number; the same for the same."""
    word = ""
    for _ in range(4):
        number, rest = divmod(number, 80)
        word += "bcdfghjklmnprstz"[rest % 16] + "aeiou"[rest // 16]
    return word


if __name__ == "__main__":
    main()
