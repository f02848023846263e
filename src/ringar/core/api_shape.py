"""How the JSON interface reads what is sent, and how its description tells what the library does not know."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja import Field
from ninja.parser import Parser

from ringar.core.text import tidy_text

SOURCES = {"body", "query", "path", "form"}
ROOM_FOR_ARGUMENT = 2
"""An error in a body of fields is placed at (source, the operation's argument, the field)."""


def words(most: int) -> Any:
    """A field of a body that must say something, in at most so many characters."""
    return Field(min_length=1, max_length=most, json_schema_extra={"pattern": r"[^\u0000-\u0020\u007f]"})


def tidy(value: Any) -> Any:
    """The value with each text in it as any database can hold it."""
    if isinstance(value, str):
        return tidy_text(value)
    if isinstance(value, list):
        return [tidy(each) for each in value]
    if isinstance(value, dict):
        return {tidy_text(key): tidy(each) for key, each in value.items()}
    return value


def refuse_constant(name: str) -> None:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(name)


class TidyParser(Parser):
    """Takes texts as the pages' forms do: NUL and lone surrogates never reach a database."""

    def parse_body(self, request: HttpRequest) -> Any:
        return tidy(json.loads(request.body, parse_constant=refuse_constant))

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> Any:
        return tidy(super().parse_querydict(data, list_fields, request))


def place_of(loc: Iterable[object]) -> str:
    """What the caller calls the place of an error: ("body", "told", "symptom") is "symptom".

    What the library calls the shapes that it tried, as in `list[…]`, stands in brackets and is left out.
    """
    parts = [part for part in map(str, loc) if "[" not in part]
    if parts and parts[0] in SOURCES:
        source, *parts = parts
        if source in {"body", "query"} and len(parts) >= ROOM_FOR_ARGUMENT:
            parts = parts[1:]
        elif source == "body":
            return "body"
    return ".".join(parts)


def describe(described: dict[str, Any], keys: Mapping[str, Any]) -> None:
    """Tells in the description which scope each operation asks of a key, which need none, and that errors are problems.

    `keys`: the AccessKey of each operation, by operationId.
    """
    for operations in described["paths"].values():
        for method, operation in operations.items():
            if method == "get":
                operation["responses"]["304"] = {
                    "description": "As the ETag in If-None-Match: nothing is new."
                }
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if int(status) >= 400 and "application/json" in content:
                    answer["content"] = {"application/problem+json": content["application/json"]}
            if key := keys.get(operation["operationId"]):
                with_key = {type(key).__name__: [key.scope]}
                operation["security"] = [with_key] if key.required else [{}, with_key]
