"""For every content word, the word that would make its spot much more ordinary news. Pure."""

from dataclasses import dataclass

import numpy as np

from services.linker.spun.counts import Counts, Floats, Ints, pair_keys
from services.linker.spun.lexicon import Lexicon
from services.linker.spun.spots import Spots

SEEN = 3.0  # count of a pair from which triples with it can have been kept
RARE = 3.0  # count of a pair below which both of its words are repaired together
TRIED = 14  # candidates for each word of such a pair
FIXED = 15.0  # count that makes a pair a fixed expression
PHRASE = 5.0  # count of a pair with the single word that a phrase may stand for
LONGER = 9.0  # about the ln of the probability that a phrase costs for being two words


@dataclass(frozen=True, slots=True)
class Repairs:
    """Per content word (k,): 0 where nothing could stand in its place."""

    best: Ints  # id of the best repair
    gain: Floats  # by how much the best makes the spot likelier, in ln
    second: Floats
    mean: Floats
    left: Floats  # ln(1 + count) of the best with the word before
    right: Floats
    commoner: Floats  # ln of how much commoner the best is
    triple: Floats  # what triples add to the best
    tried: Floats  # candidates
    joint: Floats  # strength of the fixed expression that two repairs at once would make
    phrase: Floats  # gain of one word for this and a neighbour


def repairs_of(spots: Spots, counts: Counts, lexicon: Lexicon) -> Repairs:
    """All repairs of a passage."""
    size = len(spots.at)
    word = spots.ids[spots.at]
    tried = lexicon.one.sizes(word)
    row, found = lexicon.one.spread(word)
    gain, left, right, triple = _gains(spots, counts, row, found)
    order = np.lexsort((-gain, row))
    has, first = tried > 0, np.cumsum(tried) - tried
    top = order[first[has]]
    zero = np.zeros((8, size), np.float32)
    best = np.zeros(size, np.int64)
    best[has] = found[top]
    more = tried > 1
    for line, value in enumerate((gain[top], left[top], right[top], triple[top])):
        zero[line, has] = value
    zero[4, has] = counts.log_single[found[top]] - counts.log_single[word[has]]
    zero[5, more] = gain[order[first[more] + 1]]
    zero[6] = np.bincount(row, gain, minlength=size) / np.maximum(tried, 1)
    return Repairs(
        best=best, gain=zero[0], left=zero[1], right=zero[2], triple=zero[3], commoner=zero[4],
        second=zero[5], mean=zero[6], tried=tried.astype(np.float32),
        joint=_joint(spots, counts, lexicon), phrase=_phrases(spots, counts, lexicon),
    )  # fmt: skip


def _gains(spots: Spots, counts: Counts, row: Ints, found: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """Per candidate: gain, ln(1 + count) with the word before and after, and the part of the triples."""
    at, ids = spots.at[row], spots.ids
    before, after = ids[at - 1], ids[at + 1]
    left, right = counts.pair(before, found), counts.pair(found, after)
    triple = np.zeros(len(row), np.float32)
    fits_left, fits_right = left > SEEN, right > SEEN
    told_left, told_right = spots.together[at - 2] > SEEN, spots.together[at + 1] > SEEN
    for worth, asked, places in (
        (0.5, fits_left & fits_right, (before, found, after)),
        (0.25, fits_left & told_left, (ids[at - 2], before, found)),
        (0.25, fits_right & told_right, (found, after, ids[at + 2])),
    ):
        one, two, three = (place[asked] for place in places)
        triple[asked] += np.float32(worth) * np.log1p(counts.triple(one, two, three))
    here = spots.log_pair[spots.at - 1] + spots.log_pair[spots.at] + 0.5 * spots.triple[spots.at - 1]
    here = here + 0.25 * (spots.triple[spots.at - 2] + spots.triple[spots.at])
    there = counts.log_probability(before, found, left) + counts.log_probability(found, after, right)
    gain = (there + triple - here[row]).astype(np.float32)
    return gain, np.log1p(left), np.log1p(right), triple


def _joint(spots: Spots, counts: Counts, lexicon: Lexicon) -> Floats:
    """PMI times ln(1 + count) of the strongest fixed expression from repairs of both words of a rare pair."""
    joint = np.zeros(len(spots.at), np.float32)
    near = np.flatnonzero((np.diff(spots.at) == 1) & (spots.together[spots.at[:-1]] < RARE))
    one, two = spots.ids[spots.at[near]], spots.ids[spots.at[near] + 1]
    ones, twos = (np.minimum(lexicon.one.sizes(word), TRIED) for word in (one, two))
    row = np.repeat(np.arange(len(near)), ones * twos)
    within = np.arange(len(row)) - (np.cumsum(ones * twos) - ones * twos)[row]
    starts, ids = lexicon.one.starts, lexicon.one.ids
    first = ids[starts[one][row] + within // np.maximum(twos[row], 1)].astype(np.int64)
    second = ids[starts[two][row] + within % np.maximum(twos[row], 1)].astype(np.int64)
    together = counts.pair(first, second)
    chance = counts.single[first] * counts.single[second] / np.float32(counts.total)
    strength = np.log((together + 0.3) / (chance + 0.3)) * np.log1p(together)
    strength = np.where(together >= FIXED, strength, 0).astype(np.float32)
    np.maximum.at(joint, near[row], strength)
    np.maximum.at(joint, near[row] + 1, strength)
    return joint


def _phrases(spots: Spots, counts: Counts, lexicon: Lexicon) -> Floats:
    """Gain of the best single word for a phrase of two ("point out" for "state"), at both its words."""
    gains = np.zeros(len(spots.ids), np.float32)
    if not len(lexicon.phrases):
        return gains[spots.at]
    keys = pair_keys(spots.ids[:-1], spots.ids[1:])
    known = np.minimum(np.searchsorted(lexicon.phrases, keys), len(lexicon.phrases) - 1)
    at = np.flatnonzero((lexicon.phrases[known] == keys) & spots.both)
    at = at[(at >= 2) & (at < len(spots.ids) - 3)]
    row, found = lexicon.two.spread(known[at])
    before, after = spots.ids[at - 1][row], spots.ids[at + 2][row]
    left, right = counts.pair(before, found), counts.pair(found, after)
    there = counts.log_probability(before, found, left) + counts.log_probability(found, after, right)
    gain = there - (spots.log_pair[at - 1] + spots.log_pair[at + 1])[row] + LONGER
    gain = np.where((left >= PHRASE) | (right >= PHRASE), gain, 0).astype(np.float32)
    np.maximum.at(gains, at[row], gain)
    np.maximum.at(gains, at[row] + 1, gain)
    return gains[spots.at]
