import json
import math

import numpy as np
import pytest

from services.extractor import blockmodel
from services.extractor.blockmodel import Judged, WrongModel, judge, load_model, opine, pack, unpack
from services.extractor.features import COLUMNS, describe
from services.extractor.markup import parse_markup
from services.extractor.told import Told
from services.forest import SCALE, Forest
from tests.unit.extractor.pages import BODY, URL, html
from tests.unit.test_forest import FOREST

DATA = pack(FOREST, {"pages": {"own": 3}})


def test_a_model_comes_out_of_its_file_as_it_went_in() -> None:
    model = unpack(DATA)
    rows = np.array([[0, 9], [9, 9]], np.float32)
    assert model.told == {"pages": {"own": 3}}
    assert np.array_equal(model.forest.probability(rows), FOREST.probability(rows))


def test_the_same_model_is_the_same_file() -> None:
    assert pack(FOREST, {"pages": {"own": 3}}) == DATA


def changed(**said: object) -> bytes:
    head, _, body = DATA.partition(b"\n")
    return json.dumps(json.loads(head) | said).encode() + b"\n" + body


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (changed(digest="0" * 16), "digest"),
        (changed(columns="0" * 16), "other features"),
        (DATA[:-3], "damaged"),
        (DATA.partition(b"\n")[2], "damaged"),
        (b"{}\n" + DATA.partition(b"\n")[2], "damaged"),
        (b"", "damaged"),
    ],
)
def test_a_file_that_is_damaged_or_of_other_features_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(WrongModel, match=why):
        unpack(data)


def test_a_change_of_any_feature_is_another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blockmodel, "COLUMNS_DIGEST", "another")
    with pytest.raises(WrongModel, match=r"bench\.extract\.train"):
        unpack(DATA)


def test_the_shipped_model_fits_the_features_and_says_what_made_it() -> None:
    model = load_model()
    assert model.forest.features.max() < len(COLUMNS)
    assert {"pages", "credits", "f1", "trained_with"} <= model.told.keys()


def test_the_model_tells_the_article_from_its_page() -> None:
    page = parse_markup(html(below="<div class=related><p>Bridge opens in town</p></div>"), URL)
    judged = judge(page.segments, Told())
    sure = {b.text for b, q in zip(page.segments.blocks, judged.probability, strict=True) if q > 0.8}
    assert sure >= set(BODY)
    assert not {"Home World", "© 2024 River Post", "Bridge opens in town"} & sure


def test_short_links_have_no_chance() -> None:
    page = parse_markup(html(above="<p><a href=/>Bridge opens</a></p>"), URL)
    judged = judge(page.segments, Told())
    assert judged.probability[[b.text for b in page.segments.blocks].index("Bridge opens")] == 0


def always(probability: float) -> Forest:
    """A forest that gives every block this."""
    leaves = np.full_like(FOREST.leaves, round(math.log(probability / (1 - probability)) * SCALE / 2))
    return Forest(FOREST.features, FOREST.thresholds, FOREST.words, leaves)


@pytest.mark.parametrize(
    ("body", "probability", "kept"),
    [
        ("<figure><figcaption>{}</figcaption></figure>", 0.94, False),
        ("<div class=photo-caption><p>{}</p></div>", 0.94, False),
        ("<div class=photo-caption><p>{}</p></div>", 0.96, True),
        ("<div class=photo-caption><div><div><p>{}</p></div></div></div>", 0.94, True),  # too far around
        ("<figure><p>{}</p></figure>", 0.94, True),
    ],
)
def test_a_caption_has_a_chance_only_where_the_model_is_nearly_certain(
    body: str, probability: float, kept: bool
) -> None:
    page = parse_markup(f"<html><body>{body.format(BODY[0])}</body></html>", URL).segments
    assert opine(always(probability), describe(page, Told())).tolist() == [probability if kept else 0.0]


@pytest.mark.parametrize(
    ("probability", "confidence"),
    [((1, 0), 1.0), ((0.9, 0), 0.8), ((0.9, 0.1), 0.6), ((0.6, 0.4), 0.0), ((0, 0), 0.0)],
)
def test_confidence_is_how_clear_the_blocks_are(probability: tuple[float, float], confidence: float) -> None:
    judged = Judged(np.array(probability), np.array([100.0, 100.0]), np.array([False, False]))
    assert judged.confidence == confidence
