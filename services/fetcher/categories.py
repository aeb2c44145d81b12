"""What a listing files its pages under: categories, subjects, tags, keywords. Pure.

For the pre-filter alone (services/fetcher/prefilter.py): a wire that marks a report with a country need not
name it in the title.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from services.fetcher.entries import plain
from services.fetcher.fields import Place, Row
from services.fetcher.names import attribute

CATEGORIES = frozenset((
    "category",  # RSS 2.0: text; Atom (RFC 4287 section 4.2.2): label for people, term for machines
    "atom:category", "media:category", "dc:subject", "dcterms:subject",
))  # fmt: skip
MOST, LONGEST = 16, 100  # of one entry; characters of one: a hint, not the text
LOOKED_AT = 8 * LONGEST  # characters of what is printed
LOOKED_THROUGH = 8 * MOST  # of one entry, for those that are said twice
COMMA = re.compile("[,،]")


def categories_of(places: Iterable[Place], row: Row) -> tuple[str, ...]:
    """What stands at these places of an entry of a feed: plain texts, each once."""
    texts: list[str] = []
    for place, attributes in places:
        texts += _said(attributes[:LOOKED_AT], row[place][:LOOKED_AT])
        if len(texts) > LOOKED_THROUGH:
            break
    return _bounded(texts)


def keywords_of(printed: str | None) -> tuple[str, ...]:
    """Of `news:keywords`, which stand in a row between commas."""
    return texts_of(COMMA.split(printed, LOOKED_THROUGH)) if printed else ()


def texts_of(printed: object) -> tuple[str, ...]:
    """Of a list of texts, as `tags` of a JSON Feed are; what is none is left out."""
    texts = printed[:LOOKED_THROUGH] if isinstance(printed, list) else ()
    return _bounded(found for each in texts if isinstance(each, str) and (found := plain(each, LONGEST)))


@lru_cache(maxsize=1024)  # a feed has few of them, and says each many times
def _said(attributes: str, text: str) -> tuple[str, ...]:
    """What one element says."""
    texts = (text, attribute(attributes, "label"), attribute(attributes, "term"))
    return tuple(found for each in texts if (found := plain(each, LONGEST)))


def _bounded(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(texts), MOST))
