"""Where rooms meet without importing upward: each room declares, the lower room asks.

A room's `panels.py` holds PANELS: fragments that it shows on another room's page.
A room's `imports.py` holds IMPORTERS: what it takes from spreadsheets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """A fragment shown on another room's page, for instance the matches on a need's page.

    `place` names the page ("need_detail"); `render(request, row)` returns safe HTML, "" to show nothing.
    """

    place: str
    order: int
    render: Callable[[HttpRequest, Any], str]


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
