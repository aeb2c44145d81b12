"""For every content word, the word that would make its spot much more ordinary news. Pure."""

from dataclasses import dataclass

import numpy as np

from services.linker.spun.counts import Bools, Counts, Floats, Ints, pair_keys
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
    word = spots.ids[spots.at]
    found, known = lexicon.one.spread(word)
    gain, left, right, triple = _gains(spots, counts, found, known)
    tried, lines = known.sum(axis=1), np.arange(len(word))
    row, _ = np.nonzero(known)
    mean = np.bincount(row, gain[known], minlength=len(word)) / np.maximum(tried, 1)
    np.copyto(gain, -np.inf, where=~known)
    first = gain.argmax(axis=1)
    best = found[lines, first]
    top, commoner = gain[lines, first], counts.log_single[best] - counts.log_single[word]
    gain[lines, first] = -np.inf
    has, more = tried > 0, tried > 1
    return Repairs(
        best=np.where(has, best, 0),
        gain=np.where(has, top, np.float32(0)),
        second=np.where(more, gain.max(axis=1), np.float32(0)),
        mean=mean.astype(np.float32),
        left=np.where(has, np.log1p(left[lines, first]), np.float32(0)),
        right=np.where(has, np.log1p(right[lines, first]), np.float32(0)),
        commoner=np.where(has, commoner, np.float32(0)),
        triple=np.where(has, triple[lines, first], np.float32(0)),
        tried=tried.astype(np.float32),
        joint=_joint(spots, counts, lexicon),
        phrase=_phrases(spots, counts, lexicon),
    )


def _gains(spots: Spots, counts: Counts, found: Ints, known: Bools) -> tuple[Floats, Floats, Floats, Floats]:
    """Per candidate: gain, count with the word before and after, and the part of the triples."""
    at, ids = spots.at, spots.ids
    before, after = ids[at - 1][:, None], ids[at + 1][:, None]
    left, right = counts.pair(before, found), counts.pair(found, after)
    triple = _triples(spots, counts, found, ((left > SEEN) & known, (right > SEEN) & known))
    here = spots.log_pair[at - 1] + spots.log_pair[at] + 0.5 * spots.triple[at - 1]
    here = here + 0.25 * (spots.triple[at - 2] + spots.triple[at])
    there = counts.log_probability(before, found, left) + counts.log_probability(found, after, right)
    return (there + triple - here[:, None]).astype(np.float32), left, right, triple


def _triples(spots: Spots, counts: Counts, found: Ints, fits: tuple[Bools, Bools]) -> Floats:
    """Per candidate: what triples add, asked only where both pairs in them were `SEEN`; all in one lookup."""
    at, ids, (left, right) = spots.at, spots.ids, fits
    told_left, told_right = spots.together[at - 2] > SEEN, spots.together[at + 1] > SEEN
    asked = [
        np.flatnonzero(fit) for fit in (left & right, left & told_left[:, None], right & told_right[:, None])
    ]
    around, before, after = (at[places // found.shape[1]] for places in asked)
    words = [found.take(places) for places in asked]
    times = counts.triple(
        np.concatenate([ids[around - 1], ids[before - 2], words[2]]),
        np.concatenate([words[0], ids[before - 1], ids[after + 1]]),
        np.concatenate([ids[around + 1], words[1], ids[after + 2]]),
    )
    told = np.split(np.log1p(times), np.cumsum([len(around), len(before)]))
    added = np.zeros(found.size, np.float32)
    for worth, places, part in zip((0.5, 0.25, 0.25), asked, told, strict=True):
        added[places] += np.float32(worth) * part
    return added.reshape(found.shape)


def _joint(spots: Spots, counts: Counts, lexicon: Lexicon) -> Floats:
    """PMI times ln(1 + count) of the strongest fixed expression from repairs of both words of a rare pair."""
    joint = np.zeros(len(spots.at), np.float32)
    near = np.flatnonzero((np.diff(spots.at) == 1) & (spots.together[spots.at[:-1]] < RARE))
    (ones, known), (twos, known_too) = (
        lexicon.one.spread(spots.ids[spots.at[near] + step], TRIED) for step in (0, 1)
    )
    together = counts.pair(ones[:, :, None], twos[:, None, :])
    row, one, two = np.nonzero((together >= FIXED) & known[:, :, None] & known_too[:, None, :])
    first, second, together = ones[row, one], twos[row, two], together[row, one, two]
    chance = counts.single[first] * counts.single[second] / np.float32(counts.total)
    strength = (np.log((together + 0.3) / (chance + 0.3)) * np.log1p(together)).astype(np.float32)
    np.maximum.at(joint, near[row], strength)
    np.maximum.at(joint, near[row] + 1, strength)
    return joint


def _phrases(spots: Spots, counts: Counts, lexicon: Lexicon) -> Floats:
    """Gain of the best single word for a phrase of two ("point out" for "state"), at both its words."""
    gains = np.zeros(len(spots.ids), np.float32)
    if not len(lexicon.phrases):
        return gains[spots.at]
    keys = pair_keys(spots.ids[:-1], spots.ids[1:])
    place = np.minimum(np.searchsorted(lexicon.phrases, keys), len(lexicon.phrases) - 1)
    at = np.flatnonzero((lexicon.phrases[place] == keys) & spots.both)
    at = at[(at >= 2) & (at < len(spots.ids) - 3)]
    found, known = lexicon.two.spread(place[at])
    before, after = spots.ids[at - 1][:, None], spots.ids[at + 2][:, None]
    left, right = counts.pair(before, found), counts.pair(found, after)
    there = counts.log_probability(before, found, left) + counts.log_probability(found, after, right)
    gain = there - (spots.log_pair[at - 1] + spots.log_pair[at + 1])[:, None] + LONGER
    gain = np.where(((left >= PHRASE) | (right >= PHRASE)) & known, gain, 0).max(axis=1).astype(np.float32)
    np.maximum.at(gains, at, gain)
    np.maximum.at(gains, at + 1, gain)
    return gains[spots.at]
