"""Names of things in other vocabularies: URIs and instants of RFC 3986 and RFC 3339. Pure."""

import re
from datetime import UTC, date, datetime
from urllib.parse import quote, urlsplit

from schemas.records import EnrichedArticle

HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]+)?")
LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
IN_A_PATH = "%/:@!$&'()*+,;=~"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    rf"{DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)


def page_urn(page_id: str) -> str:
    """The name of a page that does not depend on its address. The namespace is our own, not registered."""
    return f"urn:sirwan:page:{page_id}"


def story_urn(story_id: str) -> str:
    """The name of a story."""
    return f"urn:sirwan:story:{quote(story_id, safe='')}"


def medtop_uri(code: str) -> str:
    """The concept of IPTC Media Topics that a label names: medtop:20000639, or the number alone."""
    return f"http://cv.iptc.org/newscodes/mediatopic/{quote(code.removeprefix('medtop:'), safe='')}"


def wikidata_uri(item: str) -> str:
    """The entity of an item: Q796."""
    return f"http://www.wikidata.org/entity/{quote(item, safe='')}"


def web_uri(url: str | None) -> str | None:
    """An address of the web with everything quoted that RFC 3986 does not allow; None for what is none."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(parts.netloc):
        return None
    rest = _quoted(parts.path, "")
    rest += f"?{_quoted(parts.query, '?')}" if parts.query else ""
    rest += f"#{_quoted(parts.fragment, '?')}" if parts.fragment else ""
    return f"{parts.scheme}://{parts.netloc}{rest}"


def moment(value: str | None) -> datetime | None:
    """The instant that a date names, with its zone; None where no zone or no time of day is known."""
    stated = _stated(value)
    return stated if stated is not None and stated.tzinfo is not None else None


def stated_date(value: str | None) -> str | None:
    """A whole day, or a day and a time, as it was stated; None for a month, a year or what is no date."""
    return value if _stated(value) is not None else None


def day_of(article: EnrichedArticle) -> str:
    """The day by which a search narrows and sorts: of publication, as precise as known, else of arrival.

    The same as the word `day` of services/store/dialect.py.
    """
    if article.published is not None:
        return article.published.value[:10]
    return (article.first_fetched_at or article.fetched_at).astimezone(UTC).date().isoformat()


def _quoted(text: str, also: str) -> str:
    return LONE_PERCENT.sub("%25", quote(text.encode("utf-8", "replace"), safe=IN_A_PATH + also))


def _stated(value: str | None) -> datetime | None:
    """A date as its midnight without a zone."""
    try:
        if value is not None and DAY.fullmatch(value):
            return datetime.combine(date.fromisoformat(value), datetime.min.time())
        if value is not None and MOMENT.fullmatch(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass  # 31 February
    return None
