"""Where the rows of each file lie, and how all files come into one system of coordinates."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from ringar_kits.errors import InputError
from ringar_kits.leaks import systems
from ringar_kits.leaks.columns import plain_name
from ringar_kits.leaks.inventory import Columns
from ringar_kits.leaks.layers import Shapes
from ringar_kits.leaks.model import FloatArray
from ringar_kits.leaks.numbers import read_numbers, read_texts
from ringar_kits.leaks.place import lines_between
from ringar_kits.leaks.report import Notes

KNOWN = {frozenset({"watmainid", "roadsegmentid"}): ("City of Kitchener", 26917)}  # exports that do not say
AROUND = 5_000.0  # metres beyond the pipes' frame in which a break may lie


@dataclass
class Ground:
    """Where the rows of one file lie: shapes (None: nowhere) in the system `epsg` (None: metres, not known which)."""

    place: str
    shapes: Shapes
    epsg: int | None
    looks: systems.Looks
    drawn: bool  # the rows' own lines, not those of a road


def ground_of(columns: Columns, notes: Notes) -> Ground:
    """Return where a file's rows lie, in its own coordinates."""
    shapes, drawn = columns.shapes(), True
    if shapes is None and columns.has("shape"):
        texts = read_texts(columns.cells("shape"))
        shapes = shapely.from_wkt([text or None for text in texts], on_invalid="ignore")
        bad = [place for place, text in enumerate(texts) if text and shapes[place] is None]
        notes.changed(
            columns.place("shape"),
            "{count} shapes cannot be read, rows {rows}",
            len(bad),
            "Give them as WKT, LINESTRING (…)",
            rows=columns.rows(bad),
        )
    elif shapes is None and all(columns.has(field) for field in ("x1", "y1", "x2", "y2")):
        ends = [_coordinates(columns, field, notes) for field in ("x1", "y1", "x2", "y2")]
        shapes = lines_between(*ends)
    elif shapes is None and columns.has("x") and columns.has("y"):
        x, y = _coordinates(columns, "x", notes), _coordinates(columns, "y", notes)
        zero = (x == 0) & (y == 0)
        notes.changed(columns.place("x"), "{count} points are 0, 0: the place is not known", int(zero.sum()))
        good = np.isfinite(x) & np.isfinite(y) & ~zero
        shapes = np.full(len(x), None, dtype=object)
        shapes[good] = shapely.points(x[good], y[good])
    elif shapes is None:
        half = [field for field in ("x", "y", "x1", "y1", "x2", "y2") if columns.has(field)]
        notes.changed(
            columns.table.name,
            "coordinates are not used: only {columns} are known of them",
            len(half) and len(columns.kept),
            "Name the others, as in x=COLUMN and y=COLUMN",
            columns=", ".join(columns.fields[field] for field in half),
        )
        shapes, drawn = np.full(len(columns.kept), None, dtype=object), False
    middle = systems.points_of(shapes)
    looks = systems.look_at(middle[:, 0], middle[:, 1])
    if looks.swapped:
        notes.changed(columns.table.name, "the coordinates have north first: put right", len(shapes))
    return Ground(columns.table.name, shapes, columns.table.epsg, looks, drawn)


def _coordinates(columns: Columns, field: str, notes: Notes) -> FloatArray:
    values, bad = read_numbers(columns.cells(field))
    notes.changed(
        columns.place(field),
        "{count} coordinates are no numbers, rows {rows}",
        len(bad),
        "Correct them",
        rows=columns.rows(bad),
    )
    return values


def one_system(grounds: Mapping[str, Ground], wanted: int | None, pipes: Columns, notes: Notes) -> int | None:
    """Bring all files into one system in metres; returns it, None where it cannot be told which it is."""
    there = [ground for ground in grounds.values() if ground.looks.kind != "nothing"]
    if wanted is not None and there and not any(systems.fits(wanted, ground.looks) for ground in there):
        systems.decide_system(there[0].looks, None, wanted, there[0].place, notes, len(there[0].shapes))
    known = next(
        (one for names, one in KNOWN.items() if names <= set(map(plain_name, pipes.table.cells))), None
    )
    for ground in there:
        fits = wanted is not None and systems.fits(wanted, ground.looks)
        ground.epsg = systems.decide_system(
            ground.looks, ground.epsg, wanted if fits else None, ground.place, notes, len(ground.shapes)
        )
        if ground.epsg is None and known is not None:
            ground.epsg = known[1]
            notes.used(
                ground.place,
                "recognised as an export of the {owner}: EPSG {epsg}",
                len(ground.shapes),
                owner=known[0],
                epsg=known[1],
            )
    _guess_zone(there, notes)
    order = [grounds[file] for file in ("pipes", "roads", "breaks") if file in grounds]
    first = next((ground for ground in order if ground.looks.kind != "nothing"), None)
    if first is None:
        return None
    middle = systems.points_of(first.shapes)
    middle = middle[:, ::-1] if first.looks.swapped else middle
    target = systems.projected_for(first.epsg, middle[:, 0], middle[:, 1])
    for ground in there:
        ground.shapes = systems.transform_shapes(ground.shapes, ground.epsg, target, ground.looks.swapped)
    words = (
        "coordinates are in EPSG {epsg}"
        if target
        else "coordinates are metres of a system that no file names"
    )
    notes.used(first.place, words, len(first.shapes), epsg=target or 0)
    return target


def _guess_zone(grounds: list[Ground], notes: Notes) -> None:
    """Find the zone of UTM for metres of an unknown system by another file that has degrees."""
    degrees = next((ground for ground in grounds if ground.looks.kind == "degrees"), None)
    for ground in grounds:
        if ground.epsg is not None or degrees is None:
            continue
        middle = systems.points_of(degrees.shapes)
        middle = middle[:, ::-1] if degrees.looks.swapped else middle
        zone = systems.projected_for(systems.WGS84, middle[:, 0], middle[:, 1])
        moved = systems.transform(middle, systems.WGS84, zone)
        if systems.same_place(moved, systems.points_of(ground.shapes), AROUND).mean() < 0.5:
            raise InputError(
                "the coordinates are metres, but in which system cannot be told",
                place=ground.place,
                remedy="Give it with crs, as in crs=3006",
            )
        ground.epsg = zone
        notes.changed(
            ground.place,
            "the system is not named: EPSG {epsg} fits where {other} lies",
            len(ground.shapes),
            "If that is wrong, give it with crs",
            epsg=zone or 0,
            other=degrees.place,
        )


def points_of_breaks(ground: Ground, shapes: Shapes, notes: Notes) -> FloatArray:
    """Return the breaks' points; those far from all pipes are not believed, and most far away is an error."""
    points = systems.points_of(ground.shapes)
    frame = shapely.bounds(shapes)
    corners = np.vstack([frame[:, :2], frame[:, 2:]])
    known = np.isfinite(points).all(axis=1)
    if not known.any() or not np.isfinite(corners).any():
        return points
    away = known & ~systems.same_place(points, corners, AROUND)
    if away.sum() > 0.5 * known.sum():
        raise InputError(
            "{count} of {all} breaks lie more than {km} km from all pipes",
            place=ground.place,
            remedy="One of the files is in another coordinate system than it seems: give it with crs",
            facts={"count": int(away.sum()), "all": int(known.sum()), "km": round(AROUND / 1_000)},
        )
    notes.changed(
        ground.place,
        "{count} breaks lie more than {km} km from all pipes: the place is not known",
        int(away.sum()),
        "Correct their coordinates",
        km=round(AROUND / 1_000),
    )
    points[away] = np.nan
    return points
