"""What either path, HTML or flattened text, finds on a page. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from schemas.records import Access, Credit, DateCandidate, FieldEvidence, Stamp
from services.extractor.rules import digest_rules

VERSION = "3"  # rises with every change of code that changes articles; rules have their digest


@dataclass(frozen=True, slots=True)
class Parts:
    """What either path finds on a page, before the fields that both share."""

    title: str | None
    paragraphs: Sequence[str]
    dates: Sequence[DateCandidate]
    credits: Sequence[Credit]
    access: Access
    stamp: Stamp
    byline: tuple[str, ...] = ()
    fields: dict[str, Any] | None = None  # further fields of Article
    evidence: tuple[FieldEvidence, ...] = ()
    label: str | None = None  # the language that the page says it is in
    text_from: str = "lines"  # what the paragraphs are taken from
    confidence: float | None = None  # of the block model, where it was asked


def stamp_of(component: str, *rules: object) -> Stamp:
    """Who says so: this component, by the rule files and whatever else it rests on."""
    digest = sha256(repr((VERSION, digest_rules(), *rules)).encode()).hexdigest()[:16]
    return Stamp(component=component, version=VERSION, digest=digest)
