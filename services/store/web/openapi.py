"""The OpenAPI 3.1 document of the JSON answers, made from the table of pages. Pure."""

from collections.abc import Iterable
from typing import Any

import msgspec

from services.store.web.endpoints import Endpoint
from services.store.web.problem import MEDIA_TYPE, ProblemTold

Shape = dict[str, Any]
"""A JSON Schema."""

REFS = "#/components/schemas/{name}"
PROBLEMS = {
    "400": "The parameters mean nothing; the answer names the one.",
    "401": "The operator's token is missing, or wrong.",
    "404": "There is no such thing.",
    "429": "Too many requests from this address.",
    "503": "The store cannot be read now.",
}
WHOLE = {"403": "Only the operator sees whole texts."}


def document(endpoints: Iterable[Endpoint[Any]], version: str) -> dict[str, Any]:
    """All of it, for json.dumps."""
    rows = tuple(endpoints)
    answers = [*(each.answers for each in rows), ProblemTold]
    shapes, components = msgspec.json.schema_components(answers, ref_template=REFS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sirwan",
            "version": version,
            "description": "News about Iraq and Iran: clean, explained, and honest about where it came from."
            " Read only. Whole texts are the operator's; everybody else gets excerpts.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            each.api: {"get": _operation(each, shape, shapes[-1])}
            for each, shape in zip(rows, shapes[:-1], strict=True)
        },
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
        "security": [{}, {"bearer": []}, {"basic": []}],
    }


def _operation(endpoint: Endpoint[Any], answer: Shape, problem: Shape) -> dict[str, Any]:
    problems = PROBLEMS | (WHOLE if endpoint.name == "compare" else {})
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": list(_parameters(endpoint)),
        "responses": {
            "200": _content("The answer.", answer, endpoint.media_type or "application/json"),
            **{code: _content(said, problem, MEDIA_TYPE) for code, said in problems.items()},
        },
    }


def _content(said: str, shape: Shape, media_type: str) -> dict[str, Any]:
    return {"description": said, "content": {media_type: {"schema": shape}}}


def _parameters(endpoint: Endpoint[Any]) -> Iterable[dict[str, Any]]:
    (_,), components = msgspec.json.schema_components([endpoint.asks], ref_template=REFS)
    asked = components[endpoint.asks.__name__]
    for name, schema in asked.get("properties", {}).items():
        in_path = f"{{{name}}}" in endpoint.path
        schema = _without_null(schema)
        said = schema.pop("description", "")
        yield {
            "name": name,
            "in": "path" if in_path else "query",
            "required": in_path or name in asked.get("required", ()),
            "schema": schema,
            **({"description": said} if said else {}),
        }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is given or left out; it is never null."""
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    for choice in schema.get("anyOf", ()):
        if choice != {"type": "null"}:
            kept |= choice
    if "enum" in kept:
        kept["enum"] = [value for value in kept["enum"] if value is not None]
    return kept
