from datetime import timedelta
from typing import Any

import pytest

from schemas.records import (
    Access,
    Change,
    Copy,
    CountryRelevance,
    Credit,
    Entity,
    Place,
    Published,
    Revision,
    Rights,
    RightsSignal,
    TopicLabel,
)
from services.store.ninjs import to_ninjs
from tests.unit.store.records import NOON, STAMP, an_article, page

NO_AI = RightsSignal(name="noai", value="1", where="meta")
TOPICS_STAMP = "classifier.topics"


def test_the_object_is_named_by_the_page_and_leads_to_its_address() -> None:
    made = to_ninjs(an_article(version=4))
    assert made["uri"] == f"urn:sirwan:page:{page('river')}"
    assert made["renditions"] == [
        {"name": "original", "href": "https://river.example/", "contentType": "text/html"}
    ]
    assert made["version"] == "4"
    assert made["bodies"][0] | {"value": ""} == {
        "role": "main", "contentType": "text/plain", "charCount": 76, "wordCount": 14, "value": "",
    }  # fmt: skip


def test_times_are_those_of_the_first_visit_of_this_one_and_of_the_page() -> None:
    stated = Published(value="2026-03-01T08:30:00+03:00", precision="minute", source="meta", confidence=1.0)
    made = to_ninjs(an_article(fetched_at=NOON + timedelta(days=1), first_fetched_at=NOON, published=stated))
    assert [made[name] for name in ("firstCreated", "versionCreated", "contentCreated")] == [
        "2026-03-01T12:00:00+00:00", "2026-03-02T12:00:00+00:00", "2026-03-01T08:30:00+03:00",
    ]  # fmt: skip
    assert "contentCreated" not in to_ninjs(an_article())  # the day alone is no instant


@pytest.mark.parametrize(
    ("status", "told"),
    [("usable", "usable"), ("withheld", "withheld"), ("canceled", "canceled"), ("new-in-2027", "withheld")],
)
def test_nothing_passes_for_usable_that_is_not(status: str, told: str) -> None:
    made = to_ninjs(an_article(status=status, because="It was retracted."))
    assert made["pubStatus"] == told
    assert made["edNote"].startswith("Independent" if status == "usable" else f"{status}: It was retracted.")


def test_a_page_taken_down_has_no_words() -> None:
    made = to_ninjs(an_article(status="canceled", title=None, text="", entities=(), topics=(), relevance={}))
    assert not {"headlines", "bodies", "people", "subjects"} & set(made)


def test_subjects_say_what_it_is_about_how_surely_and_who_said_so() -> None:
    made = to_ninjs(
        an_article(
            relevance={
                "IR": CountryRelevance(grade=1, score=0.345),
                "IQ": CountryRelevance(grade=0, score=0.1),
            },
            topics=(
                TopicLabel(id="water", name="Water", medtop="medtop:20000441", score=0.7),
                TopicLabel(id="militia", name="Militias", score=0.5),
            ),
            stamps=(STAMP,),
        )
    )
    assert made["subjects"] == [
        {"name": "Iran", "rel": "secondary", "literal": "IR", "relevance": 34,
         "creator": "sirwan classifier.relevance 1 0123456789abcdef"},
        {"name": "Water", "rel": "about", "uri": "http://cv.iptc.org/newscodes/mediatopic/20000441",
         "literal": "water", "confidence": 70, "creator": f"sirwan {TOPICS_STAMP}"},
        {"name": "Militias", "rel": "about", "literal": "militia", "confidence": 50,
         "creator": f"sirwan {TOPICS_STAMP}"},
    ]  # fmt: skip


def test_who_is_named_is_named_by_wikidata_where_that_is_known() -> None:
    made = to_ninjs(
        an_article(
            entities=(
                Entity(id="person:a", name="A", type="person", wikidata="Q1"),
                Entity(id="org:b", name="B", type="organisation"),
                Entity(id="place:c", name="C", type="place", wikidata="Q3"),
                Entity(id="place:d", name="D", type="country"),
                Entity(id="unknown:e", name="E", type="unknown"),
            ),
            places=(Place(id="place:c", name="C", country="IQ", lat=35.2, lon=45.9),),
        )
    )
    assert made["people"] == [
        {"name": "A", "rel": "mentioned", "uri": "http://www.wikidata.org/entity/Q1", "literal": "person:a"}
    ]
    assert made["organisations"] == [{"name": "B", "rel": "mentioned", "literal": "org:b"}]
    located, plain = made["places"]
    assert (located["uri"], plain["literal"]) == ("http://www.wikidata.org/entity/Q3", "place:d")
    assert located["geoJSON"]["geometry"] == {"type": "Point", "coordinates": [45.9, 35.2]}


@pytest.mark.parametrize(
    ("copy", "association"),
    [
        (Copy(verdict="original", score=0.0), None),
        (Copy(verdict="spun", score=0.9, of_publisher="Lake News"), None),  # by a page that we never met
        (Copy(verdict="spun", score=0.9, of=page("lake")), ("the original", "spun-from")),
        (Copy(verdict="reprint", score=0.1, of=page("lake"), of_publisher="Lake"), ("Lake", "reprint-of")),
    ],
)
def test_a_copy_is_associated_with_its_original(copy: Copy, association: "tuple[str, str] | None") -> None:
    made = to_ninjs(an_article(copy_=copy))
    found = [(each["name"], each["rel"], each["uri"]) for each in made.get("associations", [])]
    assert found == ([(*association, f"urn:sirwan:page:{page('lake')}")] if association else [])
    assert (f"Copy: {copy.verdict}" in made["edNote"]) == (copy.verdict != "original")


def test_credits_become_sources_and_contact_lines_stay_out() -> None:
    kinds = ("agency", "reprint-of", "translator", "contact", "copyright", "agency")
    made = to_ninjs(
        an_article(
            byline=("Ann Lee", "Bo Dee"), site_name="River Post",
            credits=tuple(Credit(kind=kind, name=f"the {kind}", text=f"© {kind}") for kind in kinds),
        )
    )  # fmt: skip
    assert made["by"] == "Ann Lee, Bo Dee"
    assert [(each["role"], each["name"]) for each in made["infoSources"]] == [
        ("publisher", "River Post"), ("author", "Ann Lee"), ("author", "Bo Dee"), ("agency", "the agency"),
        ("reprint-of", "the reprint-of"), ("translator", "the translator"),
    ]  # fmt: skip
    assert (made["copyrightHolder"], made["copyrightNotice"]) == ("the copyright", "© copyright")
    assert "the contact" not in str(made)


@pytest.mark.parametrize(
    ("changes", "name", "told"),
    [
        ({"access": Access(verdict="paywalled")}, "representationType", "partial"),
        ({}, "representationType", "full"),
        ({}, "usageTerms", "The page states nothing about its reuse."),
        ({"rights": Rights(verdict="reserved", signals=(NO_AI,))},
         "usageTerms", "reserved; stated by the publisher: noai: 1 (meta)"),
        ({"rights": Rights(signals=(RightsSignal(name="noindex", value="", where="header"),))},
         "usageTerms", "nothing reserved; stated by the publisher: noindex:  (header)"),
        ({"genre": "roundup"}, "genres", [{"name": "Summary", "literal": "roundup",
                                           "uri": "http://cv.iptc.org/newscodes/genre/Summary"}]),
        ({"genre": "live"}, "genres", [{"name": "live", "literal": "live"}]),
        ({"revision": Revision(digest="0" * 16, number=3, kind="correction",
                               changes=(Change(what="title"), Change(what="title")))},
         "edNote", "Revision 3: correction of title. Independent sources when published: 1 (river)."),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_known_of_a_page_is_told(changes: dict[str, Any], name: str, told: object) -> None:
    assert to_ninjs(an_article(**changes))[name] == told
