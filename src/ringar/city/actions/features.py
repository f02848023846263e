"""Buildings, streets, places and districts: map layers that are kept as they are, each feature one asset."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext_noop

from ringar.city.actions.network_rows import Values
from ringar.city.actions.networks import (
    Moved,
    held_unmoved,
    plan_assets,
    ready_assets,
    refuse_stranger,
    settle,
    write_assets,
)
from ringar.city.models import DataImport, DataSet
from ringar.city.rules.data import DataKind
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Viewer
from ringar_kits.errors import InputError
from ringar_kits.leaks.columns import find_columns, plain_name
from ringar_kits.leaks.layers import Table, read_table
from ringar_kits.leaks.numbers import read_numbers, read_texts
from ringar_kits.leaks.report import Notes
from ringar_kits.leaks.systems import (
    WGS84,
    decide_system,
    look_at,
    parse_system,
    points_of,
    transform_shapes,
)

IDS = ("id", "objectid", "globalid", "fid", "kod", "code", "nummer")
NAMES = ("name", "namn", "label", "benamning", "title")
MOST_EXTRA = 40
LONGEST_CELL = 300


def read_features(path: str, crs: str, notes: Notes) -> dict[str, Values]:
    """The features of a map layer, or the rows of a table with coordinates, as rows of the assets' table by number.

    Raises `InputError` where no row has a place, or the system of coordinates can not be told.
    """
    table = read_table(path, notes)
    shapes = in_degrees(table, crs, notes)
    own = column_of(table, IDS)
    name = column_of(table, NAMES)
    rest = [column for column in table.cells if column not in (own, name)][:MOST_EXTRA]
    left = len(table.cells) - len(rest) - len({own, name} - {None})
    notes.dropped(table.name, gettext_noop("{count} columns more than are kept"), left)
    found: dict[str, Values] = {}
    again = nowhere = 0
    for place, row in enumerate(table.rows):
        key = text_of(table.cells[own][place])[:200] if own else ""
        key = key or f"row:{row}"
        if key in found:
            again += 1
            continue
        nowhere += shapes[place] is None
        found[key] = {
            "label": text_of(table.cells[name][place])[:200] if name else "",
            "extra": {
                column[:60]: cell for column in rest if (cell := cell_of(table.cells[column][place])) != ""
            },
            **shape_of(shapes[place]),
        }
    if nowhere == len(found):
        raise InputError(
            gettext_noop("no row has a place"),
            place=table.name,
            remedy=gettext_noop("Hand in a map layer, or a table with columns for x and y"),
        )
    notes.used(table.name, gettext_noop("{count} rows are taken as they are"), len(found))
    notes.dropped(
        table.name,
        gettext_noop("{count} rows have a number that an earlier row has"),
        again,
        gettext_noop("Give each its own number"),
    )
    notes.changed(
        table.name,
        gettext_noop("{count} rows have no place"),
        nowhere,
        gettext_noop("They are not shown on maps"),
    )
    return found


def column_of(table: Table, names: tuple[str, ...]) -> str | None:
    """The first column that is called one of the names."""
    known = {plain_name(column): column for column in reversed(list(table.cells))}
    return next((known[name] for name in names if name in known), None)


def text_of(cell: object) -> str:
    """A cell as text."""
    return read_texts([cell])[0]


def cell_of(cell: object) -> Any:
    """A cell as JSON keeps it: numbers as they are, the rest as text cut to fit."""
    if isinstance(cell, bool | int | float) and np.isfinite(cell):
        return cell
    return text_of(cell)[:LONGEST_CELL]


def in_degrees(table: Table, crs: str, notes: Notes) -> Any:
    """Where the rows lie, in WGS 84; None where nowhere."""
    shapes = table.shapes
    fields = find_columns(tuple(table.cells), "breaks", table.name)
    if shapes is None and "x" in fields and "y" in fields:
        x, _bad = read_numbers(table.cells[fields["x"]])
        y, _bad = read_numbers(table.cells[fields["y"]])
        good = np.isfinite(x) & np.isfinite(y)
        shapes = np.full(len(table), None, dtype=object)
        shapes[good] = shapely.points(x[good], y[good])
    if shapes is None:
        return np.full(len(table), None, dtype=object)
    middle = points_of(shapes)
    looks = look_at(middle[:, 0], middle[:, 1])
    wanted = parse_system(crs) if crs else None
    epsg = decide_system(looks, table.epsg, wanted, table.name, notes, len(table))
    if epsg is None and looks.kind != "nothing":
        raise InputError(
            "the coordinates are metres, but in which system cannot be told",
            place=table.name,
            remedy="Give it with crs, as in crs=3006",
        )
    return transform_shapes(shapes, epsg, WGS84, looks.swapped)


def shape_of(shape: Any) -> Values:
    """A shape as the table keeps it: GeoJSON and its frame."""
    if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
        return {"geometry": "", "west": None, "south": None, "east": None, "north": None}
    west, south, east, north = (round(float(each), 7) for each in shape.bounds)
    told = shapely.to_geojson(shapely.set_precision(shape, 1e-7))
    return {
        "geometry": json.dumps(json.loads(told), separators=(",", ":")),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
    }


BARE: Values = {
    "length_m": None,
    "installed": None,
    "material": "",
    "diameter_mm": None,
    "zone": "",
    "area": "",
    "street": "",
    "lined": None,
    "imputed": [],
}


def whole(wanted: dict[str, Values]) -> dict[str, Values]:
    """The features with all columns of the assets' table."""
    return {key: BARE | values for key, values in wanted.items()}


def tally_features(
    *, data_set: DataSet, wanted: dict[str, Values], is_whole: bool
) -> dict[str, dict[str, int]]:
    """What saving the features would do, without doing it. 1 query."""
    return {data_set.kind: asdict(plan_assets(data_set, whole(wanted), is_whole=is_whole).tally)}


def import_features(
    *,
    by: Viewer,
    data_set: DataSet,
    wanted: dict[str, Values],
    is_whole: bool = True,
    data_import: DataImport | None = None,
) -> dict[str, dict[str, int]]:
    """Saves the features of a map layer, in one transaction. Raises NotAllowed for pipes and breaks, and strangers."""
    if data_set.kind in (DataKind.PIPES, DataKind.BREAKS):
        raise NotAllowed
    refuse_stranger(by, data_set, data_set.kind)
    rows, at = whole(wanted), now()
    while True:
        ready = ready_assets(data_set, rows, at, data_import, is_whole=is_whole)
        try:
            with transaction.atomic():
                held = held_unmoved(by, data_set, data_set.kind, ready)
                write_assets(ready, at)
                settle(by, held, "import_features", ready.plan.tally, at)
        except Moved:
            continue
        return {held.kind: asdict(ready.plan.tally)}
