"""Rare words, names and figures as vectors."""

import pytest

from services.linker.tokens import printed_words
from services.linker.vectors import KEPT, LEAD, Rarity, term_hash, vectors_of, word_shares

TEXT = "Two rockets struck Balad on Tuesday. The rocket attack killed 14 people, Hassan Tamimi said in Balad."


def of(text: str, *entities: str, rarity: Rarity | None = None) -> dict[str, dict[int, float]]:
    vectors = vectors_of(printed_words(text, 1000), entities, rarity or Rarity())
    return {kind: getattr(vectors, kind).weight_of() for kind in KEPT}


def test_each_kind_has_its_terms() -> None:
    found = of(TEXT)
    assert {term_hash("name", name) for name in ("balad", "hassan", "tamimi")} == set(found["name"])
    assert {term_hash("figure", figure) for figure in ("2", "14")} == set(found["figure"])
    assert term_hash("word", "rocket") in found["word"]
    assert not {term_hash("word", word) for word in ("the", "tuesday", "rockets")} & set(found["word"])


@pytest.mark.parametrize("text", [TEXT, "x", "", "14 14", "word " * 5000])
def test_vectors_have_length_one_or_are_empty(text: str) -> None:
    vectors = vectors_of(printed_words(text, 1000), (), Rarity())
    for kind in KEPT:
        vector = getattr(vectors, kind)
        length = sum(weight * weight for weight in vector.weight_of().values())
        assert length == pytest.approx(1.0 if vector.terms else 0.0, abs=1e-6)


def test_what_the_stream_is_full_of_weighs_less() -> None:
    rarity = Rarity()
    balad, rocket = term_hash("name", "balad"), term_hash("name", "tamimi")
    before = of(TEXT, rarity=rarity)["name"]
    for _ in range(500):
        rarity.add([balad])
    after = of(TEXT, rarity=rarity)["name"]
    assert after[balad] / after[rocket] < before[balad] / before[rocket]
    for _ in range(500):
        rarity.drop([balad])
    assert of(TEXT, rarity=rarity)["name"] == before


def test_entities_stand_for_names_where_the_script_has_no_capitals() -> None:
    persian = "سه راکت به پایگاه بلد اصابت کرد"
    assert set(of(persian, "place:balad")["name"]) == {term_hash("name", "id:place:balad")}
    assert term_hash("name", "id:place:balad") not in of(TEXT, "place:balad")["name"]


def test_only_the_lead_is_read() -> None:
    assert of("Alpha " * LEAD + "Omega") == of("Alpha " * LEAD)


def test_common_words_have_shares() -> None:
    shares = word_shares()
    assert shares["the"] == 1.0
    assert all(0 < share <= 1 for share in shares.values())
