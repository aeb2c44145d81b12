"""Names the tables do not know."""

import pytest

from services.classifier.classify import classify
from services.classifier.names import slug_of


@pytest.mark.parametrize(
    ("text", "id_", "kind"),
    [
        ("The order came from Brig. Gen. Karwan Dosti on Monday.", "person:karwan_dosti", "person"),
        ("He met Foreign Minister Ansel Vorbeck in Baghdad.", "person:ansel_vorbeck", "person"),
        ("A friend of Ansel Vorbeck came; later Ansel Vorbeck left.", "unknown:ansel_vorbeck", "unknown"),
        ("They saw Ayatollah Hamid al-Tarazi’s house.", "person:hamid_al_tarazi", "person"),
    ],
)
def test_an_unknown_name_is_found_and_typed(text: str, id_: str, kind: str) -> None:
    found = {entity.id: entity.type for entity in classify(None, text).entities}
    assert found[id_] == kind


@pytest.mark.parametrize(
    "text",
    [
        "On Friday Ansel Vorbeck left.",
        "Then the Oil Office spoke. Later the Oil Office left.",
        "Prime Minister Mustafa al-Kadhimi left.",
        "Comments Read More Share. Comments Read More Share.",
    ],
)
def test_what_is_not_surely_a_new_name_is_left_out(text: str) -> None:
    kinds = [entity.id for entity in classify(None, text).entities]
    assert not [i for i in kinds if i.startswith("unknown:") or i == "person:ansel_vorbeck"]


@pytest.mark.parametrize(("name", "slug"), [("José O'Neil-Ruiz", "jose_oneil_ruiz"), ("محمد", "")])
def test_an_id_is_plain_ascii(name: str, slug: str) -> None:
    assert slug_of(name) == slug
