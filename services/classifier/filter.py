"""`sirwan classify`: one JSON object in, the same object with the verdict out (design 7)."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import msgspec

from schemas.records import Source
from services.classifier.classify import Classification, classify, day_of, source_named
from services.stage import Poison

_STRINGS = ("title", "url", "language", "source")  # optional: a string or null
_PARTS = tuple(field.name for field in fields(Classification))

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


def _string(request: Mapping[str, Any], field: str, *, required: bool = False) -> str | None:
    value = request.get(field)
    if isinstance(value, str) or (value is None and not required):
        return value
    raise Poison("bad-request", f"{field}: a string is wanted, not {type(value).__name__}")


def _day(request: Mapping[str, Any]) -> date | None:
    """When it was published: a string, or what `sirwan extract` says of it, {value, precision, …}."""
    told = request.get("published")
    value = told.get("value") if isinstance(told, Mapping) else told
    if value is None or isinstance(value, str):
        return day_of(value)
    raise Poison("bad-request", f"published: a string is wanted, not {type(value).__name__}")


def judge_request(request: Mapping[str, Any], sources: Mapping[str, Source]) -> Classification:
    """The verdict on {title, text, url?, published?, source?}; a string, or null where it is optional.

    Raises Poison("bad-request") with the field's name, Skip("no-text").
    """
    title, url, _language, source = (_string(request, field) for field in _STRINGS)
    text = _string(request, "text", required=True) or ""
    return classify(title, text, url=url, source=source_named(source, sources), day=_day(request))


def build_filter(sources: Mapping[str, Source] | None = None) -> Answer:
    """A function from request {id, title, text, url?, published?, language?, source?} to answer.

    The answer is the request with every part of the verdict. It raises Poison("bad-request") on a wrong type
    and Skip("no-text") on an empty text.
    """
    known = sources or {}

    def answer(request: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(request.get("id"), str | int):
            raise Poison("bad-request", "id: a string or a whole number is wanted")
        verdict = judge_request(request, known)
        return {**request, **{name: msgspec.to_builtins(getattr(verdict, name)) for name in _PARTS}}

    return answer
