"""Entities and places."""

from services.classifier.classify import classify
from services.classifier.entities import ids_called

TEXT = (
    "Iraqi Prime Minister Mustafa al-Kadhimi flew to Erbil. Kadhimi thanked the White Home and Iraq’s army."
)


def test_mentions_of_one_entity_come_together_under_one_id() -> None:
    entities = {entity.id: entity for entity in classify("Kadhimi in Erbil", TEXT).entities}
    assert [m.text for m in entities["person:mustafa_al_kadhimi"].mentions] == [
        "Kadhimi",
        "Mustafa al-Kadhimi",
        "Kadhimi",
    ]
    assert [m.in_ for m in entities["place:erbil"].mentions] == ["title", "text"]
    assert [m.text for m in entities["place:iraq"].mentions] == ["Iraqi", "Iraq"]
    assert entities["place:iraq"].type == "place"


def test_a_spun_institution_keeps_its_surface() -> None:
    white_house = next(e for e in classify(None, TEXT).entities if e.id == "org:white_house")
    assert (white_house.name, white_house.mentions[0].text) == ("White House", "White Home")


def test_places_have_coordinates_and_countries_are_not_points() -> None:
    places = classify(None, TEXT).places
    assert [(place.id, place.country, place.lat, place.lon) for place in places] == [
        ("place:erbil", "IQ", 36.19, 44.01)
    ]


def test_the_most_mentioned_comes_first() -> None:
    assert classify(None, "Tehran, Basra, Basra.").entities[0].id == "place:basra"


def test_a_name_in_any_spelling_has_its_ids() -> None:
    assert "person:mustafa_al_kadhimi" in ids_called("Mustafa Kadhimi")
    assert ids_called("asaib ahl al haq")[0] == "org:asaib_ahl_al_haq"
    assert set(ids_called("Zêrevan Dosti")) >= {
        "person:zerevan_dosti",
        "org:zerevan_dosti",
        "unknown:zerevan_dosti",
    }
    assert ids_called("العراق")[0] == "place:iraq"
    assert ids_called("…") == ()
