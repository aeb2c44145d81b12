"""An article as schema.org sees it: a NewsArticle in JSON-LD (https://schema.org/NewsArticle). Pure.

It describes the publisher's article, so that `@id` is its address; `sdPublisher` says who describes it.
Before it stands in a page, "<" must be escaped in it, as in any script element.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.records import EnrichedArticle, Entity
from services.store.identifiers import medtop_uri, page_urn, stated_date, story_urn, web_uri, wikidata_uri
from services.store.ninjs import COUNTRIES, describe_revision, usage_terms

TYPES: Mapping[str, str] = {"analysis": "AnalysisNewsArticle", "opinion": "OpinionNewsArticle"}
STATUSES: Mapping[str, str] = {"usable": "Published", "withheld": "Withheld", "canceled": "Canceled"}
FREE: Mapping[str, bool] = {"full": True, "paywalled": False}  # of a truncated text it is not known
PEOPLE = ("contributor", "editor", "translator")  # kinds of credit that are properties, too
MEDIA_TOPICS = "http://cv.iptc.org/newscodes/mediatopic/"


def to_jsonld(article: EnrichedArticle) -> dict[str, Any]:
    """One NewsArticle; properties without a value are left out."""
    address = web_uri(article.canonical_url)
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": TYPES.get(article.genre, "NewsArticle"),
        "@id": address or page_urn(article.page_id),
        "identifier": _page(article.page_id),
        "url": address,
        "mainEntityOfPage": address,
        "headline": article.title,
        "articleBody": article.text,
        "wordCount": article.quality.words if article.text else None,
        "inLanguage": article.language,
        "datePublished": stated_date(article.published.value) if article.published else None,
        "dateModified": stated_date(article.modified),
        "version": str(article.version),
        "creativeWorkStatus": STATUSES.get(article.status, article.status),
        "correction": _correction(article),
        "isAccessibleForFree": FREE.get(article.access.verdict),
        "usageInfo": {"@type": "CreativeWork", "text": usage_terms(article)},
        "genre": article.genre,
        "articleSection": article.section,
        "image": web_uri(article.image),
        "author": [{"@type": "Person", "name": name} for name in article.byline],
        "publisher": _publisher(article),
        **_credited(article),
        "isBasedOn": list(_originals(article)),
        "about": [*_countries(article), *_topics(article), _story(article.story.id)],
        "mentions": list(_mentioned(article)),
        "contentLocation": list(_places(article)),
        "sdPublisher": _organisation("Sirwan"),
        "sdDatePublished": article.fetched_at.date().isoformat(),
    }
    return {name: value for name, value in made.items() if value not in (None, "", [])}


def _page(page_id: str) -> dict[str, Any]:
    return {"@type": "PropertyValue", "propertyID": "sirwan:page_id", "value": page_id}


def _organisation(name: str) -> dict[str, Any]:
    return {"@type": "Organization", "name": name}


def _publisher(article: EnrichedArticle) -> dict[str, Any] | None:
    name = article.site_name or article.source_id
    if name is None:
        return None
    known = {"identifier": article.source_id} if article.source_id else {}
    return {**_organisation(name), **known}


def _credited(article: EnrichedArticle) -> dict[str, Any]:
    """Who else made it. A credit does not say whether an owner is a person; most are not."""
    credited: dict[str, Any] = {}
    for kind, name in dict.fromkeys((each.kind, each.name) for each in article.credits):
        if kind in PEOPLE:
            credited.setdefault(kind, []).append({"@type": "Person", "name": name})
        elif kind == "agency":
            credited.setdefault("sourceOrganization", []).append(_organisation(name))
    owner = next((each for each in article.credits if each.kind == "copyright"), None)
    if owner:
        credited |= {"copyrightHolder": _organisation(owner.name), "copyrightNotice": owner.text}
    return credited


def _originals(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    copy = article.copy_
    if copy.of is not None:
        by = {"publisher": _organisation(copy.of_publisher)} if copy.of_publisher else {}
        said = f"{copy.verdict}, spinning score {copy.score:.2f}"
        yield {"@type": "NewsArticle", "identifier": _page(copy.of), **by, "description": said}
    named = {copy.of_publisher} if copy.of is not None else set()
    for name in dict.fromkeys(each.name for each in article.credits if each.kind in ("reprint-of", "source")):
        if name not in named:
            yield {"@type": "CreativeWork", "publisher": _organisation(name)}


def _correction(article: EnrichedArticle) -> dict[str, Any] | None:
    if article.revision.kind not in ("correction", "retraction"):
        return None
    return {"@type": "CorrectionComment", "text": f"{describe_revision(article.revision)}, as Sirwan saw it."}


def _countries(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    for code, found in sorted(article.relevance.items()):
        if found.grade:
            yield {"@type": "Country", "name": COUNTRIES.get(code, code), "identifier": code}


def _topics(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    for topic in article.topics:
        known = {"@id": medtop_uri(topic.medtop), "inDefinedTermSet": MEDIA_TOPICS} if topic.medtop else {}
        yield {"@type": "DefinedTerm", **known, "name": topic.name, "termCode": topic.medtop or topic.id}


def _story(story_id: str) -> dict[str, Any]:
    return {"@type": "Event", "@id": story_urn(story_id), "identifier": story_id}


def _mentioned(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    types = {"person": "Person", "organisation": "Organization"}
    located = {each.id for each in article.places}
    for entity in article.entities:
        if entity.type != "unknown" and entity.id not in located:
            yield {"@type": types.get(entity.type, "Place"), "name": entity.name, **_known_as(entity)}


def _places(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    entities = {each.id: each for each in article.entities}
    for place in article.places:
        known = _known_as(entities.get(place.id) or Entity(id=place.id, name=place.name, type="place"))
        point = {"@type": "GeoCoordinates", "latitude": place.lat, "longitude": place.lon}
        made = {"@type": "Place", "name": place.name, **known, "geo": point}
        if place.country:
            made["address"] = {"@type": "PostalAddress", "addressCountry": place.country}
        yield made


def _known_as(entity: Entity) -> dict[str, Any]:
    known = {"sameAs": wikidata_uri(entity.wikidata)} if entity.wikidata else {}
    return {"identifier": entity.id, **known}
