"""Answers as pages: Jinja2 with everything escaped, and the few words a template may call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from schemas.records import EnrichedArticle
from services.store.snippet import Snippet
from services.store.verdict import ago, counted, span
from services.store.view import voices
from services.store.web.asked import link
from services.store.web.atlas import MAP_HEIGHT, MAP_WIDTH, pins
from services.store.web.course import came_out, course, publisher_of
from services.store.web.marks import KINDS, Piece, marks_of, paragraphs
from services.store.web.timeline import bars

HERE = Path(__file__).parent
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
RELEVANCE = ("not relevant", "secondary", "primary")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages use, in memory: nothing a reader asks for names a path."""

    body: bytes
    media_type: str
    digest: str


def load_assets(folder: Path = HERE / "static") -> dict[str, Asset]:
    """The files of the pages by name."""
    found = {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in TYPES}
    return {
        name: Asset(body, TYPES[Path(name).suffix], sha256(body).hexdigest()[:16])
        for name, body in found.items()
    }


class Pages:
    """The templates, and what they may use."""

    def __init__(self, assets: Mapping[str, Asset], countries: Mapping[str, str]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "ago": _ago, "counted": counted, "span": span, "voices": voices, "when": _when, "host": _host,
            "web": web_address, "cut": _cut,
        }  # fmt: skip
        self._environment.globals |= {
            "asset": {name: f"/static/{name}?{each.digest}" for name, each in assets.items()},
            "outline": json.loads(assets["outline.json"].body),
            "map_size": (round(MAP_WIDTH), round(MAP_HEIGHT)),
            "countries": countries, "grades": RELEVANCE, "kinds": KINDS,
            "bars": bars, "course": course, "pins": pins, "publisher": publisher_of, "came_out": came_out,
            "link": link, "query": urlencode, "marked": marked, "snippet": snippet_pieces,
            "named": partial(named, countries),
        }  # fmt: skip

    def show(self, template: str, **told: Any) -> str:
        """The page. Raises jinja2.TemplateError for a template that is wrong."""
        return self._environment.get_template(template).render(**told)


@pass_context
def _ago(context: Context, then: datetime | None) -> str:
    now: datetime = context["now"]
    return ago(now, then) if then else "never"


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "unknown"


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").netloc
    except ValueError:
        return ""


def web_address(url: str | None) -> str | None:
    """A URL that may stand in a link: http and https only, for an address of a page is whatever it says."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def named(countries: Mapping[str, str], what: str, value: object) -> str:
    """What a search was narrowed to, in words: `place:al_faw` is al faw."""
    if what == "country":
        return countries.get(str(value).upper(), str(value))
    if what == "grade":
        return f"at least {RELEVANCE[int(str(value))]}"
    return str(value).partition(":")[2].replace("_", " ") or str(value).replace("_", " ")


def marked(article: EnrichedArticle, where: str) -> list[tuple[Piece, ...]]:
    """The paragraphs of the text, or the title as one, with their evidence."""
    text = article.text if where == "text" else article.title or ""
    return list(paragraphs(text, marks_of(article, where)))


def snippet_pieces(snippet: Snippet) -> list[tuple[bool, str]]:
    """An excerpt, cut where the words that were searched for begin and end."""
    found, at = list[tuple[bool, str]](), 0
    for start, end in snippet.marks:
        found += [(False, snippet.text[at:start]), (True, snippet.text[start:end])]
        at = end
    return [*found, (False, snippet.text[at:])]
