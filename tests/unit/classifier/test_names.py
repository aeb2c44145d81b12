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
        ("The visit of Ansel Vorbeck pleased some.", "unknown:ansel_vorbeck", "unknown"),
        (
            "A call by Ansel Vorbeck, the ministry's chief spokesman, came late.",
            "person:ansel_vorbeck",
            "person",
        ),
        ("We saw Karim there. Then Karim left, and with Karim his goat.", "unknown:karim", "unknown"),
        ("Fighters of the front (KLMN) came; the KLMN left.", "unknown:klmn", "unknown"),
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
        "The river rose.\nAnsel Vorbeck Leaves Again In Spring\nThe river fell.",
        "We saw Hope there. Then Hope left. There is hope.",
        "One man saw Karim there.",
    ],
)
def test_what_is_not_surely_a_new_name_is_left_out(text: str) -> None:
    kinds = [entity.id for entity in classify(None, text).entities]
    assert not [i for i in kinds if i.startswith("unknown:") or i == "person:ansel_vorbeck"]


def test_a_name_found_in_full_takes_its_single_parts_along() -> None:
    text = "The visit of Ansel Vorbeck pleased some. They say that Vorbeck ate well."
    entity = next(e for e in classify(None, text).entities if e.id == "unknown:ansel_vorbeck")
    assert [span.text for span in entity.mentions] == ["Ansel Vorbeck", "Vorbeck"]


@pytest.mark.parametrize(("name", "slug"), [("José O'Neil-Ruiz", "jose_oneil_ruiz"), ("محمد", "")])
def test_an_id_is_plain_ascii(name: str, slug: str) -> None:
    assert slug_of(name) == slug
