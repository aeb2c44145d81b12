"""What the markup states of publication and last change: JSON-LD, meta, microdata, time elements. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.etree import _Element as Element

from schemas.records import DateCandidate
from services.extractor.dates import CHANGED, is_labelled, says_updated
from services.extractor.datestated import as_candidate, stated_date
from services.extractor.datetext import read_dates
from services.extractor.headline import Headline, is_beside
from services.extractor.markup import Markup, text_of

MAX_TIMES = 60  # h1 and time elements looked at
MAX_BEFORE = 60  # characters before a time that may say what it is
MAX_PIECES = 8  # of text in the element before it

LINKED_KEYS = {"datePublished": 0.95, "dateCreated": 0.7, "uploadDate": 0.6}
PUBLISHED_META = (
    "article:published_time", "article:published",
    "og:published_time", "datepublished", "publication_date",
    "pubdate", "publishdate", "publish-date", "published_at", "parsely-pub-date", "sailthru.date",
    "dc.date.issued",
    "dcterms.created", "dc.date", "dcterms.date",
    "date.publish", "cxenseparse:recs:publishtime", "published_on", "published_date", "publish_date",
    "publication-date", "citation_publication_date", "citation_date",
)  # fmt: skip
LOOSE_META = ("date", "dc.date.created", "article.created", "created", "date.created", "og:pubdate")
MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified",
    "dcterms.modified", "lastmod",
)  # fmt: skip
META, LOOSE, WEB_PAGE = 0.92, 0.75, 0.75
UTC_MARKS = ("Z", "+00:00", "+0000")
PRINTED, MAX_PRINTED = 0.6, 60  # of what a time element prints beside what it tells; characters
TIMES = {"published": 0.85, "alone": 0.75, "first": 0.6, "other": 0.4}
"""Role of a time element → confidence; `alone`: all on the page name one day."""

DATED_DATA = frozenset((
    "data-published", "data-publish-date", "data-published-at", "data-pub-date", "data-pub_date",
    "data-pubdate", "data-date-published",
))  # fmt: skip
MARKING = frozenset(("itemprop", "property")) | DATED_DATA
RDFA = ("datepublished", "dc:date", "dc:issued", "dcterms:issued")


@dataclass(frozen=True, slots=True)
class MarkedTime:
    """A time element of the article."""

    value: str
    role: str  # published | updated | "" where nothing says which
    below: bool  # the headline
    printed: str = ""  # what readers see of it, where machines are told something else


def dates_of_markup(page: Markup, times: Sequence[MarkedTime]) -> Iterator[DateCandidate]:
    """Candidates from JSON-LD, meta elements, microdata and marked-up times."""
    for key, confidence in LINKED_KEYS.items():
        yield from stated_date(page.story.get(key), "json-ld", confidence)
    if not page.story:
        pages = (node.get("datePublished") for node in page.linked)
        yield from (c for said in pages for c in stated_date(said, "json-ld", WEB_PAGE))
    for name in PUBLISHED_META:
        yield from stated_date(page.meta(name), "meta", META)
    for name in LOOSE_META:
        yield from stated_date(page.meta(name), "meta", LOOSE)
    yield from _dates_of_times(times)


def dates_of_items(page: Markup, headline: Headline) -> Iterator[DateCandidate]:
    """Candidates from other elements of the article than meta and time that are marked as its date."""
    for element in page.tree.iter():
        # not XPath: a dozen conditions cost it seven times this walk
        marked = element.tag == "abbr" or not MARKING.isdisjoint(element.keys())
        if marked and (value := _dated_by(element)) and not is_beside(element, headline):
            yield from stated_date(value, "microdata", TIMES["published"])


def _dated_by(element: Element) -> str | None:
    """The date that an element is marked as by microdata, RDFa, hAtom or an attribute for scripts."""
    if element.tag in ("meta", "time"):
        return None
    if data := next((value for name in DATED_DATA if (value := element.get(name))), None):
        return data
    if element.tag == "abbr" and "published" in (element.get("class") or ""):
        return element.get("title") or text_of(element)
    stated = (element.get("property") or "").lower().endswith(RDFA)
    if stated or element.get("itemprop") == "datePublished":
        return element.get("content") or text_of(element)
    return None


def changes_of(page: Markup, times: Sequence[MarkedTime]) -> Iterator[DateCandidate]:
    """What the page states as the moment of its last change, the most trusted first."""
    yield from stated_date(page.story.get("dateModified"), "modified", CHANGED)
    for name in MODIFIED_META:
        yield from stated_date(page.meta(name), "modified", CHANGED)
    for time in times:
        if time.role == "updated":
            yield from stated_date(time.value, "modified", CHANGED)


def times_of(page: Markup, headline: Headline) -> Iterator[MarkedTime]:
    """Times of the article: those of comments and of other articles are left out."""
    below = False
    for element in islice((e for e in page.landmarks if e.tag != "title"), MAX_TIMES):
        if element.tag == "h1":
            below = below or element is headline.element
        elif not is_beside(element, headline):
            printed = text_of(element)
            told = element.get("datetime") or element.get("content")
            if value := told or printed:
                yield MarkedTime(value, _role_of(element, printed), below, printed if told else "")


def _dates_of_times(times: Sequence[MarkedTime]) -> Iterator[DateCandidate]:
    stated = [time for time in times if time.role != "updated"]
    # several days mean comments or teasers: then only a time marked as the publication counts as stated
    alone = len({time.value[:10] for time in stated}) == 1
    first = next((time for time in stated if time.below), None)
    for time in stated:
        role = time.role or ("alone" if alone else "first" if time is first else "other")
        yield from stated_date(time.value, "time-element", TIMES[role])
        if role != "other" and time.value.endswith(UTC_MARKS):
            # machines are told UTC, readers the day and hour of the newsroom
            yield from (
                as_candidate(r, "time-element", PRINTED) for r in read_dates(time.printed[:MAX_PRINTED])
            )


def _role_of(element: Element, printed: str) -> str:
    said = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
    if says_updated(printed):  # templates keep the class of a publication for it
        return "updated"
    before = _before(element)
    if "datepublished" in said or "publish" in said or element.get("pubdate") is not None:
        return "published"
    if "modified" in said or "updated" in said or says_updated(before):
        return "updated"
    return "published" if is_labelled(before) or is_labelled(printed) else ""


def _before(element: Element) -> str:
    """The words that stand before an element in its parent."""
    parent = element.getparent()
    if parent is None:
        return ""
    previous = element.getprevious()
    if previous is None:
        return " ".join((parent.text or "").split())[-MAX_BEFORE:]
    inside = islice(previous.itertext(), MAX_PIECES)  # what stands before may be the whole article
    return " ".join(f"{' '.join(map(str, inside))} {previous.tail or ''}".split())[-MAX_BEFORE:]
