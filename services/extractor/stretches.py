"""Which stretches of scored lines are one article: two states with a cost to change, then the nearest. Pure.

An article on a flattened page is not one run: lists of links, adverts and forms stand inside it. The
likeliest path through two states (Viterbi, 1967) leaves them out; what lies far from the strongest stretch is
dropped, for teasers and comments are prose as well. Chosen with the numbers of lines.py.
"""

from collections.abc import Iterator, Sequence

CHANGE = 2.0  # of score that it costs to begin or to end a stretch
DISTANCE = 0.5  # of score that a stretch needs for each line between it and the next one that counts
ENOUGH = 10.0  # with so much it counts however far away


def best_stretches(scores: Sequence[float]) -> list[range]:
    """The stretches of the article, in order; empty where no line speaks for one."""
    found = list(_stretches(_states(scores)))
    if not found:
        return []
    weights = [sum(scores[at] for at in stretch) for stretch in found]
    strongest = weights.index(max(weights))
    after = _reached(found[strongest:], weights[strongest:])
    before = _reached(found[strongest::-1], weights[strongest::-1])
    return [*before[:0:-1], *after]


def _states(scores: Sequence[float]) -> list[bool]:
    """For each line whether it is the article's, on the path of the largest sum."""
    outside = inside = 0.0
    steps: list[tuple[bool, bool]] = []  # whether the best way to each of the two states comes from inside
    for score in scores:
        leaves, stays = inside - CHANGE > outside, inside >= outside - CHANGE
        steps.append((leaves, stays))
        outside, inside = (
            (inside - CHANGE if leaves else outside) - score / 2,
            (inside if stays else outside - CHANGE) + score / 2,
        )
    state = inside > outside
    path: list[bool] = []
    for leaves, stays in reversed(steps):
        path.append(state)
        state = stays if state else leaves
    return path[::-1]


def _stretches(states: Sequence[bool]) -> Iterator[range]:
    begun: int | None = None
    for at, state in enumerate([*states, False]):
        if state and begun is None:
            begun = at
        elif not state and begun is not None:
            yield range(begun, at)
            begun = None


def _reached(stretches: Sequence[range], weights: Sequence[float]) -> list[range]:
    """The first stretch, and on from it those that are near or strong enough."""
    kept = [stretches[0]]
    for stretch, weight in zip(stretches[1:], weights[1:], strict=True):
        between = max(stretch.start - kept[-1].stop, kept[-1].start - stretch.stop)
        if weight >= min(ENOUGH, DISTANCE * between):
            kept.append(stretch)
    return kept
