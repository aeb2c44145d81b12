"""Dense vectors of what texts say."""

import numpy as np
import pytest

from services.linker import sentences
from services.linker.likeness import Likeness
from services.linker.publishers import Publishers
from services.linker.reading import profile_of, read_article
from services.linker.sentences import STEPS, TOKENS, Damaged, cosines, encoder, installed, opened
from services.linker.stories import THRESHOLD
from services.linker.vectors import Rarity
from tests.unit.linker.articles import LOOKALIKE, SECOND, START, UNRELATED, WIRE, an_article

needs_vectors = pytest.mark.skipif(
    not installed(), reason="the extra `vectors` (onnxruntime) is not installed"
)


def of(title: str | None, text: str) -> bytes:
    model = encoder()
    assert model is not None
    return model.sentence(title, text)


def like(one: str, other: str) -> float:
    return cosines(opened(of(None, one)), [of(None, other)])[0]


@needs_vectors
def test_a_vector_is_384_signed_bytes_that_use_their_range() -> None:
    sentence = opened(of("Rockets strike Balad", "No one was hurt."))
    assert sentence.shape == (384,)
    assert np.abs(sentence).max() == STEPS


@needs_vectors
@pytest.mark.parametrize("text", ["", "\n", "\u200b"])
def test_a_text_without_words_has_none(text: str) -> None:
    assert of(None, text) == b""


@needs_vectors
def test_what_says_the_same_in_other_words_is_more_alike() -> None:
    one = "A man is eating food."
    assert like(one, "A man is eating a piece of bread.") > 0.7 > 0.3 > like(one, "A girl carries a baby.")
    assert like(WIRE, SECOND) > like(WIRE, UNRELATED)


@needs_vectors
def test_only_the_head_is_read() -> None:
    assert of(None, "alpha " * TOKENS + "omega") == of(None, "alpha " * TOKENS)


@needs_vectors
@pytest.mark.parametrize(("other", "same"), [(SECOND, True), (LOOKALIKE, False), (UNRELATED, False)])
def test_one_threshold_does_with_vectors_and_without(other: str, same: bool) -> None:
    one, two = (
        profile_of(read_article(an_article(n, text)), Rarity(), Publishers({}), START)
        for n, text in (("a", WIRE), ("b", other))
    )
    assert one.sentence
    assert (Likeness(one).to([two])[0] >= THRESHOLD) is same


@needs_vectors
def test_a_damaged_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sentences.SHA256, sentences.VOCABULARY, "0" * 64)
    with pytest.raises(Damaged, match=r"sentences\.vocab is not the file of this version"):
        sentences.Encoder()


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ([3, 4], [3, 4], 1.0),
        ([3, 4], [4, -3], 0.0),
        ([1, 0], [-1, 0], 0.0),
        ([], [], 0.0),
        ([3, 4], [4, 3], 0.96),
    ],
)
def test_the_cosine_of_whole_numbers(one: list[int], other: list[int], value: float) -> None:
    assert cosines(np.array(one, np.int32), [np.array(other, np.int8).tobytes()]) == pytest.approx([value])


def test_without_the_extra_there_is_no_model_and_the_stamp_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "find_spec", lambda _: None)
    encoder.cache_clear()
    assert encoder() is None
    assert sentences.sentences_digest() == "none"
    encoder.cache_clear()
