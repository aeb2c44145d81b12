"""Many compared at once are each compared as one by one, and as by hand."""

import math
from array import array

import pytest
from msgspec import structs

from services.linker.events import Profile
from services.linker.likeness import SAID, WEIGHTS, Likeness, date_factor
from services.linker.publishers import Publishers
from services.linker.reading import profile_of, read_article
from services.linker.vectors import Rarity, Vector, Vectors
from tests.unit.linker.articles import LOOKALIKE, SECOND, START, THIRD, UNRELATED, WIRE, an_article

TEXTS = (WIRE, SECOND, THIRD, LOOKALIKE, UNRELATED, "", "14 14", "سد دیاله باز شد")
PROFILES = [
    structs.replace(
        profile_of(read_article(an_article(f"a{n}", text)), Rarity(), Publishers({}), START), sentence=b""
    )
    for n, text in enumerate(TEXTS)
]
SAYING = [
    structs.replace(profile, sentence=bytes([n + 1, 2, 3 * n])) if n % 3 else profile
    for n, profile in enumerate(PROFILES)
]


def by_hand(one: Profile, other: Profile) -> float:
    shares = SAID if one.sentence and other.sentence else WEIGHTS
    found = 0.0
    for kind in WEIGHTS:
        here, there = (getattr(each.vectors, kind).weight_of() for each in (one, other))
        found += shares[kind] * math.fsum(here[term] * there[term] for term in here.keys() & there.keys())
    if shares is SAID:
        product = sum(a * b for a, b in zip(one.sentence, other.sentence, strict=True))
        found += SAID["sentence"] * product / math.hypot(*one.sentence) / math.hypot(*other.sentence)
    return found * date_factor(one, other)


@pytest.mark.parametrize("profiles", [PROFILES, SAYING], ids=["words", "sentences"])
def test_many_at_once_are_like_as_each_alone_and_as_by_hand(profiles: list[Profile]) -> None:
    for one in profiles:
        likeness = Likeness(one)
        found = likeness.to(profiles)
        assert found == [likeness.to([other])[0] for other in profiles]
        assert found == pytest.approx([by_hand(one, other) for other in profiles], abs=1e-12)
        assert likeness.to([]) == []


def test_a_term_counts_only_among_its_own_kind() -> None:
    term = Vector(array("I", [1 << 16]).tobytes(), array("f", [1.0]).tobytes())
    word, name = Vectors(term, Vector(), Vector()), Vectors(Vector(), term, Vector())
    one, other = (structs.replace(PROFILES[0], vectors=vectors) for vectors in (word, name))
    assert Likeness(one).to([one])[0] > 0
    assert Likeness(one).to([other]) == [0.0]
