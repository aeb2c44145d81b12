from typing import Any

import pytest

from schemas.records import (
    Access,
    Change,
    Copy,
    Credit,
    Entity,
    Place,
    Published,
    Revision,
    Rights,
    RightsSignal,
)
from services.store.jsonld import to_jsonld
from tests.unit.store.records import an_article, page

NO_AI = RightsSignal(name="noai", value="1", where="meta")
CORRECTED = Revision(digest="0" * 16, number=2, kind="correction", changes=(Change(what="title"),))


def stated(value: str) -> dict[str, Any]:
    return {"published": Published(value=value, precision="?", source="meta", confidence=1.0)}


def test_the_article_is_the_publishers_and_its_description_ours() -> None:
    made = to_jsonld(an_article(site_name="River Post", byline=("Ann Lee",), section="Water"))
    assert (made["@context"], made["@type"]) == ("https://schema.org", "NewsArticle")
    assert made["@id"] == made["url"] == made["mainEntityOfPage"] == "https://river.example/"
    assert made["publisher"] == {"@type": "Organization", "name": "River Post", "identifier": "river-post"}
    assert made["author"] == [{"@type": "Person", "name": "Ann Lee"}]
    assert (made["sdPublisher"]["name"], made["sdDatePublished"]) == ("Sirwan", "2026-03-01")
    assert (made["headline"], made["wordCount"], made["articleSection"]) == (
        "Water talks resume on the Sirwan", 14, "Water",
    )  # fmt: skip


def test_a_page_without_an_address_of_the_web_has_the_name_we_gave_it() -> None:
    made = to_jsonld(an_article(canonical_url="file:///srv/page.html"))
    assert (made["@id"], "url" in made) == (f"urn:sirwan:page:{page('river')}", False)


@pytest.mark.parametrize(
    ("changes", "name", "told"),
    [
        ({"genre": "opinion"}, "@type", "OpinionNewsArticle"),
        ({"genre": "analysis"}, "@type", "AnalysisNewsArticle"),
        ({"genre": "live"}, "@type", "NewsArticle"),
        ({}, "isAccessibleForFree", True),
        ({"access": Access(verdict="paywalled")}, "isAccessibleForFree", False),
        ({"access": Access(verdict="truncated")}, "isAccessibleForFree", None),
        ({"status": "withheld"}, "creativeWorkStatus", "Withheld"),
        (stated("2026-03-01"), "datePublished", "2026-03-01"),
        (stated("2026-03-01T08:00:00+03:00"), "datePublished", "2026-03-01T08:00:00+03:00"),
        (stated("2026-03"), "datePublished", None),
        (stated("2026-02-31"), "datePublished", None),
        ({"modified": "yesterday"}, "dateModified", None),
        ({"image": "https://river.example/a b.jpg"}, "image", "https://river.example/a%20b.jpg"),
        ({"image": "data:image/png;base64,AA"}, "image", None),
        ({"rights": Rights(verdict="reserved", signals=(NO_AI,))},
         "usageInfo", {"@type": "CreativeWork", "text": "reserved; stated by the publisher: noai: 1 (meta)"}),
        ({"revision": CORRECTED}, "correction",
         {"@type": "CorrectionComment", "text": "Revision 2: correction of title, as Sirwan saw it."}),
        ({"revision": Revision(digest="0" * 16, number=2, kind="text")}, "correction", None),
        ({"text": ""}, "wordCount", None),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_known_of_a_page_is_told_and_nothing_else(
    changes: dict[str, Any], name: str, told: object
) -> None:
    assert to_jsonld(an_article(**changes)).get(name) == told


@pytest.mark.parametrize(
    ("copy", "credit", "publishers"),
    [
        (Copy(verdict="original", score=0.0), "", []),
        (Copy(verdict="original", score=0.0), "Gulf Wire", ["Gulf Wire"]),  # said by the page alone
        (Copy(verdict="reprint", score=0.1, of=page("lake"), of_publisher="Lake"), "Lake", ["Lake"]),
        (Copy(verdict="spun", score=0.9, of=page("lake")), "Gulf Wire", [None, "Gulf Wire"]),
    ],
)
def test_a_copy_is_based_on_its_original(copy: Copy, credit: str, publishers: "list[str | None]") -> None:
    said = (Credit(kind="reprint-of", name=credit, text=credit),) if credit else ()
    based = to_jsonld(an_article(copy_=copy, credits=said)).get("isBasedOn", [])
    assert [each.get("publisher", {}).get("name") for each in based] == publishers
    if copy.of:
        assert based[0]["identifier"]["value"] == page("lake")


def test_about_is_the_country_the_topics_and_the_event() -> None:
    country, topic, event = to_jsonld(an_article())["about"]
    assert country == {"@type": "Country", "name": "Iraq", "identifier": "IQ"}
    assert topic["@id"] == "http://cv.iptc.org/newscodes/mediatopic/20000441"
    assert event == {"@type": "Event", "@id": "urn:sirwan:story:story-1", "identifier": "story-1"}


def test_a_place_with_coordinates_is_described_and_named_once() -> None:
    made = to_jsonld(
        an_article(
            entities=(
                Entity(id="place:c", name="C", type="place", wikidata="Q3"),
                Entity(id="person:a", name="A", type="person"),
                Entity(id="unknown:e", name="E", type="unknown"),
            ),
            places=(Place(id="place:c", name="C", country="IQ", lat=35.2, lon=45.9),),
        )
    )
    (place,) = made["contentLocation"]
    assert place["sameAs"] == "http://www.wikidata.org/entity/Q3"
    assert place["geo"] == {"@type": "GeoCoordinates", "latitude": 35.2, "longitude": 45.9}
    assert place["address"] == {"@type": "PostalAddress", "addressCountry": "IQ"}
    assert made["mentions"] == [{"@type": "Person", "name": "A", "identifier": "person:a"}]


def test_agencies_owners_and_helpers_are_credited() -> None:
    kinds = ("agency", "editor", "copyright", "contact")
    made = to_jsonld(
        an_article(credits=tuple(Credit(kind=each, name=each, text=f"© {each}") for each in kinds))
    )
    assert made["sourceOrganization"] == [{"@type": "Organization", "name": "agency"}]
    assert made["editor"] == [{"@type": "Person", "name": "editor"}]
    assert (made["copyrightHolder"]["name"], made["copyrightNotice"]) == ("copyright", "© copyright")
    assert "contact" not in str(made)
