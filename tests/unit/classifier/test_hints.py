import pytest

from schemas.records import EventHint
from services.classifier.classify import classify
from services.classifier.gazetteer import load_tables
from services.classifier.matcher import load_matcher

QUADS = {"verbal-cooperation", "material-cooperation", "verbal-conflict", "material-conflict"}


def hints_of(title: str, text: str = "It happened in Iraq.") -> tuple[EventHint, ...]:
    return classify(title, text).event_hints


@pytest.mark.parametrize(
    ("title", "event", "quad"),
    [
        ("Rocket attack on base in Iraq", "ASSAULT", "material-conflict"),
        ("Iraq sentences two to death", "COERCE", "material-conflict"),
        ("U.S. imposes sanctions on Iran", "SANCTION", "material-conflict"),
        ("Iran threatens to close strait", "THREATEN", "verbal-conflict"),
        ("Iraq accuses Turkey of raid", "ACCUSE", "verbal-conflict"),
        ("Iran rejects talks", "REJECT", "verbal-conflict"),
        ("Iraq and Iran sign agreement on gas", "AGREE", "verbal-cooperation"),
        ("Iraqi minister holds out: held talks with Iran", "CONSULT", "verbal-cooperation"),
        ("Last troops withdrew from Iraq", "RETREAT", "material-cooperation"),
        ("Aid convoy reaches Mosul in Iraq", "AID", "material-cooperation"),
    ],
)
def test_the_front_of_an_article_hints_at_what_happened(title: str, event: str, quad: str) -> None:
    assert (event, quad) in [(hint.plover, hint.quad) for hint in hints_of(title)]


def test_a_hint_shows_its_words_and_the_title_counts_most() -> None:
    first = hints_of(
        "Iraq accuses neighbour", "Iraq's ministry condemned it. Two men were arrested in Iraq."
    )[0]
    assert first.plover == "ACCUSE"
    assert [(span.in_, span.text, span.rule) for span in first.evidence] == [
        ("title", "accuses", "event/ACCUSE"),
        ("text", "condemned", "event/ACCUSE"),
    ]


def test_what_is_not_relevant_and_what_stands_far_below_gives_no_hint() -> None:
    assert hints_of("Rocket attack in Peru", "It happened in Lima.") == ()
    assert hints_of("Rain in Iraq", "The rain in Iraq goes on. " * 20 + "Gunmen attacked a shop.") == ()


def test_every_event_is_of_one_quad_class_and_no_phrase_speaks_of_two() -> None:
    events = load_tables().events
    assert {event.quad for event in events} == QUADS
    assert len({event.code for event in events}) == len(events) >= 15
    phrases = [phrase for event in events for phrase in event.phrases]
    assert sorted(set(phrases)) == sorted(phrases)
    assert {hit.rule.event.code for hit in load_matcher().read("They attacked.", "text").events} == {
        "ASSAULT"
    }
