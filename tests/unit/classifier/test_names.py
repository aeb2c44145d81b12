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
        ("Ansel Vorbeck, the ministry’s spokesman, left.", "person:ansel_vorbeck", "person"),
        ("Ansel Vorbeck said so.", "person:ansel_vorbeck", "person"),
        ("The Iraqi Pilots Union met.", "org:iraqi_pilots_union", "organisation"),
        ("The Merwan Brigade left.", "org:merwan_brigade", "organisation"),
        ("the Ministry of Higher Education", "org:ministry_of_higher_education", "organisation"),
        ("in the village of Velsheen", "place:velsheen", "place"),
        ("near the Ordwen River", "place:ordwen_river", "place"),
        ("during Operation Silver Reed", "unknown:operation_silver_reed", "unknown"),
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


def test_a_known_body_is_not_swallowed_by_what_stands_before_it() -> None:
    ids = {entity.id for entity in classify(None, "the Pentagon's Central Command said").entities}
    assert ids == {"org:pentagon", "org:centcom"}


def test_a_part_of_a_name_is_the_person_who_bears_it() -> None:
    text = "Karwan Dosti said no. Dosti left. Later Karwan returned."
    person = next(e for e in classify(None, text).entities if e.id == "person:karwan_dosti")
    assert [m.text for m in person.mentions] == ["Karwan Dosti", "Dosti", "Karwan"]


def test_a_first_name_of_two_people_is_nobodys() -> None:
    text = "Karwan Dosti said no. Karwan Tarvani said yes. Later Karwan returned."
    mentions = [m.text for e in classify(None, text).entities for m in e.mentions]
    assert mentions == ["Karwan Dosti", "Karwan Tarvani"]


def test_a_name_found_in_full_takes_its_single_parts_along() -> None:
    text = "The visit of Ansel Vorbeck pleased some. They say that Vorbeck ate well."
    entity = next(e for e in classify(None, text).entities if e.id == "unknown:ansel_vorbeck")
    assert [span.text for span in entity.mentions] == ["Ansel Vorbeck", "Vorbeck"]


@pytest.mark.parametrize(("name", "slug"), [("José O'Neil-Ruiz", "jose_oneil_ruiz"), ("محمد", "")])
def test_an_id_is_plain_ascii(name: str, slug: str) -> None:
    assert slug_of(name) == slug
