"""What the API says of itself: its OpenAPI document, and a page to read it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.api import api
from bookings.api.answers import JSON
from bookings.api.errors import not_found

PREFIX = "/api/v1"


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    found: dict[str, Any] = json.loads(
        json.dumps(api.get_openapi_schema(path_prefix=f"{PREFIX}/"), default=str)
    )
    return found


@cache
def _document_text() -> str:
    return json.dumps(document(), indent=1)


def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_document_text(), content_type=JSON)


def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer for addresses that are none of the API's."""
    return not_found()


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body or an answer."""

    name: str
    kind: str
    is_required: bool
    says: str


@dataclass(frozen=True)
class Shape:
    """What is sent or answered: the shape's name, and its fields."""

    name: str
    fields: list[Field] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """One call, as the page lists it."""

    name: str
    method: str
    path: str
    title: str
    says: str
    parameters: list[Field]
    body: str
    answers: list[tuple[str, str]]


def page(request: HttpRequest) -> HttpResponse:
    """The document as a page, made on the server."""
    schemas = document()["components"]["schemas"]
    context = {
        "info": document()["info"],
        "calls": [
            _call(path, method, operation)
            for path, methods in document()["paths"].items()
            for method, operation in methods.items()
        ],
        "shapes": [
            Shape(name, _fields(schema))
            for name, schema in schemas.items()
            if "properties" in schema
        ],
    }
    return render(request, "bookings/api/document.html", {"page": context})


def _call(path: str, method: str, operation: dict[str, Any]) -> Call:
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    return Call(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        title=operation["summary"],
        says=operation.get("description", ""),
        parameters=[
            Field(
                each["name"],
                f"{_kind(each['schema'])} ({each['in']})",
                each.get("required", False),
                each["schema"].get("description", ""),
            )
            for each in operation.get("parameters", [])
        ],
        body=_kind(body).partition(" or ")[0] if body else "",
        answers=[
            (status, _kind(answer.get("content", {}).get(JSON, {}).get("schema", {})))
            for status, answer in operation["responses"].items()
        ],
    )


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, _kind(each), name in required, each.get("description", ""))
        for name, each in schema["properties"].items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """Return the type of a schema in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "allOf" in schema:
        return " and ".join(_kind(each) for each in schema["allOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")
