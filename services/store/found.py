"""What an export hands over, one article after the other. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """An article as it was published, and how many independent sources its story has by now."""

    record: bytes  # EnrichedArticle as JSON
    independent_sources: int
