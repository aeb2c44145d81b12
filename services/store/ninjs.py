"""An article as a news object of IPTC ninjs 3.1 (https://iptc.org/standards/ninjs/). Pure.

What ninjs has no place for is said in `edNote`, which is meant for the desk that receives it, or left out:
evidence, offsets, stamps, alternatives. Contact lines are left out too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.records import EnrichedArticle, Entity, Revision, Stamp
from services.store.identifiers import medtop_uri, moment, page_urn, story_urn, web_uri, wikidata_uri

STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}
STATUSES = frozenset({"usable", "withheld", "canceled"})
COUNTRIES = {"IQ": "Iraq", "IR": "Iran"}
GRADES = {1: "secondary", 2: "primary"}
GENRES: Mapping[str, str] = {
    "news": "Current", "analysis": "Analysis", "opinion": "Opinion", "roundup": "Summary",
}  # fmt: skip
"""Our genres that the IPTC's have, http://cv.iptc.org/newscodes/genre/; the others are literals."""
PARTIES = ("agency", "source", "reprint-of", "contributor", "editor", "translator")
"""Kinds of credit that are a party in `infoSources`."""
RELATIONS = {"reprint": "reprint-of", "edited": "edited-from", "spun": "spun-from"}


def to_ninjs(article: EnrichedArticle) -> dict[str, Any]:
    """One object of ninjs 3.1; fields without a value are left out.

    `uri` names the page as Sirwan knows it and stays whatever its address does; the address is a rendition.
    """
    first = article.first_fetched_at or article.fetched_at
    published = moment(article.published.value) if article.published else None
    holder = next((each for each in article.credits if each.kind == "copyright"), None)
    made: dict[str, Any] = {
        "uri": page_urn(article.page_id),
        "type": "text",
        "representationType": "full" if article.access.verdict == "full" else "partial",
        "version": str(article.version),
        "firstCreated": first.isoformat(),
        "versionCreated": article.fetched_at.isoformat(),
        "contentCreated": published and published.isoformat(),
        # what this release does not know must not pass for usable, which is what a missing status means
        "pubStatus": article.status if article.status in STATUSES else "withheld",
        "copyrightHolder": holder and holder.name,
        "copyrightNotice": holder and holder.text,
        "usageTerms": usage_terms(article),
        "edNote": " ".join(_notes(article)),
        "language": article.language,
        "headlines": [{"role": "main", "value": article.title}] if article.title else None,
        "bodies": _bodies(article),
        "by": ", ".join(article.byline or (each.name for each in article.credits if each.kind == "role")),
        "people": [_named(each) for each in article.entities if each.type == "person"],
        "organisations": [_named(each) for each in article.entities if each.type == "organisation"],
        "places": list(_places(article)),
        "subjects": [*_countries(article), *_topics(article)],
        "events": [{"id": article.story.id, "rel": "story", "uri": story_urn(article.story.id)}],
        "infoSources": list(_parties(article)),
        "renditions": _renditions(article),
        "associations": list(_associations(article)),
        "altIds": [
            {"role": "page-id", "value": article.page_id},
            {"role": "canonical-url", "value": article.canonical_url},
        ],
        "genres": [_genre(article.genre)],
        "standard": STANDARD,
    }
    return {name: value for name, value in made.items() if value}


def usage_terms(article: EnrichedArticle) -> str:
    """What the publisher states about reuse, in words."""
    if not article.rights.signals:
        return "The page states nothing about its reuse."
    stated = "; ".join(f"{each.name}: {each.value} ({each.where})" for each in article.rights.signals)
    verdict = article.rights.verdict.replace("none-stated", "nothing reserved")
    return f"{verdict}; stated by the publisher: {stated}"


def describe_revision(revision: Revision) -> str:
    """Which state of the page it is, and what was changed: Revision 2: correction of title."""
    changed = ", ".join(dict.fromkeys(each.what for each in revision.changes))
    return f"Revision {revision.number}: {revision.kind}{f' of {changed}' if changed else ''}"


def _notes(article: EnrichedArticle) -> Iterator[str]:
    if article.status != "usable":
        yield f"{article.status}: {article.because}"
    copy = article.copy_
    if copy.verdict != "original":
        yield f"Copy: {copy.verdict} (spinning score {copy.score:.2f})."
    if article.revision.kind not in (None, "new"):
        yield f"{describe_revision(article.revision)}."
    if article.access.verdict != "full":
        yield f"The text is {article.access.verdict}."
    voices = article.corroboration
    if voices.independent_sources:
        owners = f" ({', '.join(voices.families)})" if voices.families else ""
        yield f"Independent sources when published: {voices.independent_sources}{owners}."


def _bodies(article: EnrichedArticle) -> list[dict[str, Any]]:
    if not article.text:
        return []
    return [
        {
            "role": "main",
            "contentType": "text/plain",
            "charCount": article.quality.chars,
            "wordCount": article.quality.words,
            "value": article.text,
        }
    ]


def _named(entity: Entity) -> dict[str, Any]:
    known = {"uri": wikidata_uri(entity.wikidata)} if entity.wikidata else {}
    return {"name": entity.name, "rel": "mentioned", **known, "literal": entity.id}


def _places(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    items = {each.id: each for each in article.entities}
    for place in article.places:
        named = _named(items.get(place.id) or Entity(id=place.id, name=place.name, type="place"))
        point = {"type": "Point", "coordinates": [place.lon, place.lat]}
        country = {"country": place.country}
        yield {**named, "geoJSON": {"type": "Feature", "properties": country, "geometry": point}}
    located = {each.id for each in article.places}
    for entity in article.entities:
        if entity.type not in ("person", "organisation", "unknown") and entity.id not in located:
            yield _named(entity)


def _countries(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    for code, found in sorted(article.relevance.items()):
        if found.grade:
            yield {
                "name": COUNTRIES.get(code, code),
                "rel": GRADES.get(found.grade, "primary"),
                "literal": code,
                "creator": _creator(article.stamps, "classifier.relevance"),
                "relevance": _percent(found.score),
            }


def _topics(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    for topic in article.topics:
        known = {"uri": medtop_uri(topic.medtop)} if topic.medtop else {}
        yield {
            "name": topic.name,
            "rel": "about",
            **known,
            "literal": topic.id,
            "creator": _creator(article.stamps, "classifier.topics"),
            "confidence": _percent(topic.score),
        }


def _parties(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    if name := article.site_name or article.source_id:
        known = {"literal": article.source_id} if article.source_id else {}
        yield {"name": name, "role": "publisher", **known}
    for writer in article.byline:
        yield {"name": writer, "role": "author"}
    for kind, name in dict.fromkeys((each.kind, each.name) for each in article.credits):
        if kind in PARTIES:
            yield {"name": name, "role": kind}


def _renditions(article: EnrichedArticle) -> list[dict[str, Any]]:
    address = web_uri(article.canonical_url)
    return [{"name": "original", "href": address, "contentType": "text/html"}] if address else []


def _associations(article: EnrichedArticle) -> Iterator[dict[str, Any]]:
    copy = article.copy_
    if copy.of is not None:
        relation = RELATIONS.get(copy.verdict, "copy-of")
        name = copy.of_publisher or "the original"
        yield {"name": name, "rel": relation, "uri": page_urn(copy.of), "type": "text"}
    if image := web_uri(article.image):
        yield {"name": "image", "rel": "illustration", "uri": image, "type": "picture"}


def _genre(genre: str) -> dict[str, Any]:
    known = {"uri": f"http://cv.iptc.org/newscodes/genre/{GENRES[genre]}"} if genre in GENRES else {}
    return {"name": GENRES.get(genre, genre), **known, "literal": genre}


def _creator(stamps: tuple[Stamp, ...], component: str) -> str:
    """Who said so: component, version and digest, as far as it is stamped."""
    stamp = next((each for each in reversed(stamps) if each.component == component), None)
    return f"sirwan {component}" if stamp is None else f"sirwan {component} {stamp.version} {stamp.digest}"


def _percent(score: float) -> int:
    return round(100 * min(max(score, 0.0), 1.0))
