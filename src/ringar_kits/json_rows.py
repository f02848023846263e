"""Rows of JSON arrays and JSON lines, for `tables`; half characters are mended and told."""

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ringar_kits.errors import Broken, InputError, Said, tell_or_raise

Row = tuple[int, dict[str, Any]]
Tell = Callable[[Said], None]
_SURROGATE = re.compile("[\ud800-\udfff]")


def json_line_rows(path: Path, encoding: str, tell: Tell, broken: Broken | None) -> Iterator[Row]:
    """Yield (line, row) of JSON lines; blank lines do not count."""
    with path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                place = f"{path.name}, line {number}"
                try:
                    row = _object(_parse(line, place), place, tell)
                except InputError as error:
                    tell_or_raise(error, broken)
                else:
                    yield number, row


def json_rows(path: Path, encoding: str, tell: Tell, broken: Broken | None) -> Iterator[Row]:
    """Yield (element, row) of a JSON array of objects, also where another object wraps it."""
    content = _parse(path.read_text(encoding=encoding), path.name)
    if isinstance(content, dict):
        # exports often wrap their rows: {"results": [...]}
        lists = [value for value in content.values() if isinstance(value, list)]
        content = max(lists, key=len) if lists else [content]
    if not isinstance(content, list):
        raise InputError("there is no list of rows", place=path.name, remedy="Give a JSON array of objects")
    for number, item in enumerate(content, 1):
        try:
            row = _object(item, f"{path.name}, element {number}", tell)
        except InputError as error:
            tell_or_raise(error, broken)
        else:
            yield number, row


def _parse(text: str, place: str) -> Any:
    try:
        return json.load(io.StringIO(text))
    except (ValueError, RecursionError) as error:
        raise InputError(
            "this is not JSON ({error})",
            place=place,
            remedy="Check the file with its maker",
            facts={"error": str(error)},
        ) from error


def _object(item: Any, place: str, tell: Tell) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise InputError(
            "this is not an object", place=place, remedy='Each row is written {"column": value, …}'
        )
    if _SURROGATE.search(json.dumps(item, ensure_ascii=False)):
        tell(Said("half characters (lone surrogates) were replaced by �: {place}", {"place": place}))
        item = _mended(item)
    return {str(key).strip(): "" if value is None else value for key, value in item.items()}


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value
