"""The JSON interface, described for people from the same description that programs read."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ringar.core.api import api
from ringar.core.middleware import Request
from ringar.core.rules import SCOPES


@dataclass(frozen=True)
class Operation:
    """One thing that the interface does, as the page tells it."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[tuple[str, str, str]]
    fields: list[tuple[str, str, str]]
    needs_key: bool
    scope: str
    example: str


def type_of(schema: dict[str, Any], known: dict[str, Any]) -> str:
    """A value's type in a word or two: "text", "number", one of these …"""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(type_of(each, known) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{type_of(schema.get('items', {}), known)}]"
    return str(schema.get("format") or schema.get("type") or "object")


def fields_of(operation: dict[str, Any], known: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(name, type, description) of each field of the body; a field that must be there has a star."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    schema = known.get(schema.get("$ref", "").rpartition("/")[2], schema)
    required = schema.get("required", [])
    return [
        (name + ("*" if name in required else ""), type_of(each, known), each.get("description", ""))
        for name, each in schema.get("properties", {}).items()
    ]


def operation_of(method: str, path: str, told: dict[str, Any], known: dict[str, Any]) -> Operation:
    """One operation of the description."""
    security = told.get("security", [])
    needs_key = bool(security) and {} not in security
    scopes = [scope for each in security for key in each.values() for scope in key]
    key = ' -H "Authorization: Bearer ringar_…"' if needs_key else ""
    body = " -H 'Content-Type: application/json' -d '{…}'" if "requestBody" in told else ""
    verb = "" if method == "get" else f" -X {method.upper()}"
    return Operation(
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        parameters=[
            (each["name"], type_of(each["schema"], known), each.get("description", ""))
            for each in told.get("parameters", [])
        ],
        fields=fields_of(told, known),
        needs_key=needs_key,
        scope=" ".join(scopes),
        example=f"curl{verb}{key}{body} {settings.BASE_URL}{path}",
    )


def operations() -> list[Operation]:
    """All operations, in the order of the description."""
    described = api.get_openapi_schema()
    known = described.get("components", {}).get("schemas", {})
    return [
        operation_of(method, path, told, known)
        for path, methods in described["paths"].items()
        for method, told in methods.items()
    ]


@require_safe
def api_docs(request: Request) -> HttpResponse:
    """What can be asked for, by whom, and how. Programs that ask for JSON get the addresses."""
    if not request.accepts("text/html"):
        lists = sorted({each.path for each in operations() if each.method == "GET" and "{" not in each.path})
        links = {path.strip("/").rpartition("/")[2]: settings.BASE_URL + path for path in lists}
        return JsonResponse({"openapi": settings.BASE_URL + reverse("api:openapi-json"), **links})
    return render(request, "core/api_docs.html", {"operations": operations(), "scopes": SCOPES.items()})
