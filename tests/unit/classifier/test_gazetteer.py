"""The tables themselves."""

from collections import Counter

import pytest

from services.classifier.gazetteer import Entry, digest_of, load_tables
from services.classifier.tokens import fold_phrase

TABLES = load_tables()
LABELS = (
    "diplomacy us_forces militia_attack interstate_military sanctions_energy nuclear protest_unrest "
    "elections_government isis_terrorism kurdistan humanitarian rights_justice disaster_accident economy "
    "religion_society"
)


def test_the_gazetteer_knows_the_beat() -> None:
    assert len(TABLES.entries) >= 1300
    assert sum(entry.type == "person" for entry in TABLES.entries) >= 500
    assert dict(TABLES.countries) == {"IQ": "Iraq", "IR": "Iran"}


def test_the_fifteen_labels_are_there_in_order() -> None:
    assert [label.id for label in TABLES.labels] == LABELS.split()


@pytest.mark.parametrize("entry", TABLES.entries, ids=lambda entry: entry.id)
def test_an_entry_is_whole(entry: Entry) -> None:
    assert 0 <= entry.weight <= 1
    assert entry.forms or entry.spun
    assert all(fold_phrase(form) for form in (*entry.forms, *entry.short, *entry.spun))
    if entry.at is not None:
        assert -90 <= entry.at[0] <= 90
        assert -180 <= entry.at[1] <= 180
    elif entry.type == "place":
        pytest.fail(f"{entry.id} is a place without coordinates")


def test_a_full_form_names_one_entry_only_but_in_its_days() -> None:
    owners = {
        (fold_phrase(form), entry.id)
        for entry in TABLES.entries
        for form in entry.forms
        if form not in entry.dated
    }
    shared = [form for form, count in Counter(form for form, _ in owners).items() if count > 1]
    assert shared == []


@pytest.mark.parametrize("label", TABLES.labels, ids=lambda label: label.id)
def test_a_label_has_phrases_in_three_languages(label: object) -> None:
    phrases = getattr(label, "phrases")  # noqa: B009 - parametrize hands over an object
    arabic = [phrase for phrase, _ in phrases if phrase[0] > "\u05ff"]
    assert len(phrases) - len(arabic) >= 20
    assert len(arabic) >= 20


def test_a_digest_tells_tables_apart() -> None:
    assert digest_of(b"a", b"b") != digest_of(b"ab")
    assert len(digest_of(b"")) == 16


@pytest.mark.parametrize("entry", [e for e in TABLES.entries if e.beside], ids=lambda entry: entry.id)
def test_what_stands_beside_an_entry_is_an_entry(entry: Entry) -> None:
    assert set(entry.beside) <= {other.id for other in TABLES.entries}


@pytest.mark.parametrize("entry", [e for e in TABLES.entries if e.wikidata], ids=lambda entry: entry.id)
def test_a_wikidata_id_is_one_entrys(entry: Entry) -> None:
    assert (entry.wikidata or "")[1:].isdigit()
    assert [other.id for other in TABLES.entries if other.wikidata == entry.wikidata] == [entry.id]
