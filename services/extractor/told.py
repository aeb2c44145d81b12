"""What the head of a page says of its text. Pure."""

import re
from dataclasses import dataclass

from services.extractor.markup import Markup, text_of

MIN_COMPARED = 200  # characters of an articleBody that blocks are compared with

_MARKUP = re.compile(r"<[^<>]{1,2000}>")


@dataclass(frozen=True, slots=True)
class Told:
    """The page's own words about itself; empty where it has none."""

    title: str = ""
    description: str = ""
    body: str = ""  # articleBody of the JSON-LD, without markup


def told_by(page: Markup) -> Told:
    """Title and description of the head, and the articleBody."""
    title = page.meta("og:title") or next((text_of(e) for e in page.landmarks if e.tag == "title"), "")
    body = page.story.get("articleBody")
    plain = _MARKUP.sub("\n", body) if isinstance(body, str) else ""
    description = page.meta("og:description", "description") or ""
    return Told(title, description, plain if len(plain) >= MIN_COMPARED else "")
