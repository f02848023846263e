"""Where rooms meet without importing upward: each room declares, the lower room asks.

A room's `panels.py` holds PANELS: fragments that it shows on another room's page.
A room's `imports.py` holds IMPORTERS: what it takes from spreadsheets.
A room's `lookups.py` holds LOOKUPS: rows of its own that another room at the same height may point to.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from ringar.core.rules import Viewer


@dataclass(frozen=True)
class Panel:
    """A fragment shown on another room's page, for instance the matches on a need's page.

    `place` names the page ("need_detail"); `render(request, row)` returns safe HTML, "" to show nothing.
    """

    place: str
    order: int
    render: Callable[[HttpRequest, Any], str]


@dataclass(frozen=True)
class Lookup:
    """Rows that another room may point to by uuid, for instance the needs that a call is for.

    `find(viewer, uuids)` returns (uuid, title) of those with these uuids that the viewer may point to, then of
    a few dozen likely others: a list to choose from.
    """

    kind: str
    find: Callable[[Viewer, Collection[UUID]], list[tuple[UUID, str]]]


@cache
def declared(module: str, name: str) -> tuple[Any, ...]:
    """All that the rooms declare in `<room>/<module>.py` under NAME, from the lowest room up."""
    found: list[Any] = []
    for room in settings.ROOMS:
        if find_spec(f"ringar.{room}.{module}"):
            found.extend(getattr(import_module(f"ringar.{room}.{module}"), name))
    return tuple(found)


def panels(place: str) -> list[Panel]:
    """The panels for a page, in order."""
    return sorted((p for p in declared("panels", "PANELS") if p.place == place), key=lambda p: p.order)


def lookup(kind: str, viewer: Viewer, uuids: Collection[UUID] = ()) -> list[tuple[UUID, str]]:
    """What the viewer may point to of that kind; empty where no room declares it."""
    return [
        row
        for each in declared("lookups", "LOOKUPS")
        if each.kind == kind
        for row in each.find(viewer, uuids)
    ]
