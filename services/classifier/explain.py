"""`sirwan classify --explain`: an article with its evidence marked, and the verdict in words. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.records import Span
from services.classifier.classify import Classification

GRADES = ("none or in passing", "secondary", "primary")
STYLES: Mapping[str, str] = {
    "country": "bold green",
    "against": "strike red",
    "topic": "cyan",
    "entity": "underline",
}
"""How a span is marked, by what it is evidence of; a later one is laid over an earlier."""

MOST = 12  # entities listed


@dataclass(frozen=True, slots=True)
class Explained:
    """What is shown, and which stretches of it are marked how: (start, end, style)."""

    plain: str
    marks: tuple[tuple[int, int, str], ...]


def explain(title: str | None, text: str, verdict: Classification) -> Explained:
    """The article with its evidence marked, and under it what was made of it."""
    begins = {"title": 0, "text": len(title) + 2 if title else 0}
    marks = [
        (begins[span.in_] + span.start, begins[span.in_] + span.end, STYLES[kind])
        for kind, spans in _evidence(verdict)
        for span in spans
    ]
    shown = (f"{title}\n\n" if title else "") + f"{text}\n\n"
    for name, told in _verdict(verdict):
        marks.append((len(shown), len(shown) + len(name), "bold"))
        shown += f"{name:12}{told}\n"
    return Explained(shown, tuple(marks))


def _evidence(verdict: Classification) -> Iterator[tuple[str, Iterable[Span]]]:
    for entity in verdict.entities:
        yield "entity", entity.mentions
    for topic in verdict.topics:
        yield "topic", topic.evidence
    for country in verdict.relevance.values():
        yield "country", country.evidence
        yield "against", country.against


def _verdict(verdict: Classification) -> Iterator[tuple[str, str]]:
    yield "because", verdict.because
    for code, country in verdict.relevance.items():
        yield code, f"{country.grade} {GRADES[country.grade]} ({country.score:.2f})"
        for name, spans in (("  for", country.evidence), ("  against", country.against)):
            if spans:
                yield name, _quoted(spans)
    for topic in verdict.topics:
        yield "topic", f"{topic.name} ({topic.score:.2f}): {_quoted(topic.evidence)}"
    for hint in verdict.event_hints:
        yield "event hint", f"{hint.plover}, {hint.quad}: {_quoted(hint.evidence)}"
    yield "genre", verdict.genre
    for name, weighed in (("importance", verdict.importance), ("credibility", verdict.credibility)):
        yield name, f"{weighed.score:.2f}  {weighed.because}"
    listed = [f"{entity.name} ({entity.type})" for entity in verdict.entities]
    more = f" and {len(listed) - MOST} more" if len(listed) > MOST else ""
    yield "entities", (", ".join(listed[:MOST]) or "none") + more


def _quoted(spans: Iterable[Span]) -> str:
    """The words of spans, each once, with the rule of counter-evidence."""
    return ", ".join(dict.fromkeys(f"“{span.text}”{_rule_of(span)}" for span in spans))


def _rule_of(span: Span) -> str:
    rule = span.rule or ""
    return "" if not rule or "/" in rule else f" [{rule}]"


def read_request(content: str) -> dict[str, Any]:
    """Title, text and the rest of a request from a file: a line of `sirwan classify` or plain text.

    Of plain text the first line is the title where a blank line follows it.
    """
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if isinstance(found, dict) and "text" in found:
        return found
    first, blank, rest = content.strip().partition("\n\n")
    if blank and "\n" not in first:
        return {"title": first.strip(), "text": rest.strip()}
    return {"title": None, "text": content.strip()}
