"""One stored article whole: the record as it was published, and how its story stands now."""

import msgspec

from schemas.codec import decode
from schemas.records import EnrichedArticle
from schemas.topics import ARTICLES_ENRICHED
from services.runtime.place import Place
from services.store.reading import reading, storable

ARTICLE = """
SELECT a.record, s.name AS publisher, s.family, t.title AS story,
       coalesce(t.independent_sources, a.independent_sources) AS independent_sources,
       (SELECT count(*) FROM memberships m WHERE m.story_id = a.story_id) AS members,
       o.title AS original, p.name AS original_publisher
  FROM articles a
  LEFT JOIN sources s ON s.source_id = a.source_id
  LEFT JOIN stories t ON t.story_id = a.story_id
  LEFT JOIN articles o ON o.page_id = a.copy_of AND o.status <> 'canceled'
  LEFT JOIN sources p ON p.source_id = o.source_id
 WHERE a.page_id = $1
"""


class ArticleTold(msgspec.Struct, frozen=True, kw_only=True):
    """An article and what else is known that bears on it."""

    article: EnrichedArticle
    publisher: str | None  # name of its source, where we read one
    family: str | None  # who owns that source
    story: str | None  # title of its story
    independent_sources: int  # of its story, as it is now
    members: int  # pages of its story
    original: str | None  # title of the article that it was copied from, where that is stored
    original_publisher: str | None  # name of its source


def tell_article(place: Place, page_id: str) -> ArticleTold | None:
    """The article of this page; None where none is stored. Raises Transient("store-unavailable")."""
    with reading(place) as store:
        found = [*store.rows(ARTICLE, storable(page_id))]
    for row in found:
        article = decode(ARTICLES_ENRICHED, bytes(row.pop("record")))
        return ArticleTold(article=article, **row)
    return None
