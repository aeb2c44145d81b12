"""An article as anybody may see it: where it is, what is said of it, and the beginning of its text. Pure.

The text is its publisher's. Who runs Sirwan reads it; everybody else is shown where to read it.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from schemas.records import Change, EnrichedArticle, Span

LENGTH = 400  # characters of the text, whole words
QUOTED = 200  # of a paragraph that was changed


def excerpt(article: EnrichedArticle) -> EnrichedArticle:
    """The record with no more of the text than its beginning, and evidence only from there and the title."""
    text = cut(article.text, LENGTH)
    kept = len(text) if len(text) == len(article.text) else len(text) - 2
    spans = _Shown(kept)
    return replace(
        article,
        text=text,
        relevance={
            country: replace(each, evidence=spans.of(each.evidence), against=spans.of(each.against))
            for country, each in article.relevance.items()
        },
        topics=tuple(replace(topic, evidence=spans.of(topic.evidence)) for topic in article.topics),
        entities=tuple(replace(each, mentions=spans.of(each.mentions)) for each in article.entities),
        places=tuple(replace(each, mentions=spans.of(each.mentions)) for each in article.places),
        event_hints=tuple(replace(each, evidence=spans.of(each.evidence)) for each in article.event_hints),
        repairs=tuple(each for each in article.repairs if spans.shows(each.mention)),
        revision=replace(article.revision, changes=tuple(map(_quoted, article.revision.changes))),
    )


def cut(text: str, length: int) -> str:
    """The beginning, whole words, with an ellipsis where more follows."""
    if len(text) <= length:
        return text
    end = text.rfind(" ", length // 2, length)
    return f"{text[: length if end < 0 else end]} …"


class _Shown:
    """Which spans lie in what is shown."""

    def __init__(self, kept: int) -> None:
        self._kept = kept

    def shows(self, span: Span) -> bool:
        return span.in_ != "text" or span.end <= self._kept

    def of(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(filter(self.shows, spans))


def _quoted(change: Change) -> Change:
    return replace(
        change,
        before=change.before and cut(change.before, QUOTED),
        after=change.after and cut(change.after, QUOTED),
    )
