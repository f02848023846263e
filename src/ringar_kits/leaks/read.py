"""Reads a utility's pipes and breaks as they are, and reports what was used, changed and kept out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from ringar_kits.errors import InputError
from ringar_kits.leaks import inventory, systems
from ringar_kits.leaks.columns import ROADS, check_mapping, find_columns, plain_name
from ringar_kits.leaks.incidents import choose_breaks, read_breaks
from ringar_kits.leaks.inventory import Columns, Extra
from ringar_kits.leaks.layers import Shapes, read_table
from ringar_kits.leaks.model import Breaks, FloatArray, Network, Pipes
from ringar_kits.leaks.numbers import read_numbers, read_texts
from ringar_kits.leaks.place import lines_between, lines_of, on_roads
from ringar_kits.leaks.report import Notes

TRAITS = ("traffic", "speed", "road_class", "lanes", "trucks", "bus", "road_width")  # of a road segment
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


def read_network(
    pipes: str | Path,
    breaks: str | Path | None = None,
    roads: str | Path | None = None,
    *,
    mapping: Mapping[str, str] | None = None,
    crs: str | None = None,
    today: date | None = None,
) -> Network:
    """Return the pipes and breaks of a utility's files, in one system of coordinates, with a report.

    Files are CSV, Excel, JSON lines, GeoJSON, GeoPackage (`net.gpkg#layer`) or Shapefile. Columns are known by common
    Swedish and English names; `mapping` names others: {"id": "WATMAINID", "breaks.day": "INCIDENT_DATE"}, and
    {"dates": "d/m"} says what 3/4/1999 means. `crs` is the system of coordinates that a file does not tell. `today`
    is the last day that can have been. Raises `InputError` where a file cannot be used at all.
    """
    notes = Notes()
    last = today or date.max
    paths = {"pipes": pipes, "breaks": breaks, "roads": roads}
    tables = {file: read_table(path, notes) for file, path in paths.items() if path is not None}
    mapping = mapping or {}
    check_mapping(mapping, {file: tuple(table.cells) for file, table in tables.items()})
    sheets: dict[str, Columns] = {}
    for file, table in tables.items():
        fields = find_columns(tuple(table.cells), file, table.name, mapping)
        sheets[file] = Columns(table, fields, list(range(len(table))))
        told = ", ".join(f"{field} = {column}" for field, column in fields.items())
        notes.used(table.name, "columns: {columns}", len(table), columns=told)
    ids = inventory.choose_rows(sheets["pipes"], notes)
    dated = None
    if "breaks" in sheets:
        dated = choose_breaks(sheets["breaks"], notes, _order(mapping, "breaks"), last)
    grounds = {file: _ground(columns, notes) for file, columns in sheets.items()}
    epsg = _one_system(grounds, systems.parse_system(crs) if crs else None, sheets["pipes"], notes)
    segments = _read_roads(sheets["roads"], notes) if "roads" in sheets else {}
    found, shapes = _read_pipes(sheets, ids, grounds, segments, mapping, last, epsg, notes)
    if dated is None:
        return Network(found, no_breaks(), notes.report())
    points = _points(grounds["breaks"], shapes, notes)
    made = read_breaks(
        sheets["breaks"], dated, points, found, shapes, inventory.area_field(sheets["pipes"]), notes
    )
    return Network(found, made, notes.report())


def no_breaks() -> Breaks:
    """Return an empty list of breaks."""
    none = np.empty(0)
    return Breaks(
        np.empty(0, dtype=np.int64),
        np.empty(0, dtype="datetime64[D]"),
        np.empty((0, 2)),
        np.empty(0, dtype=bool),
        (),
        none,
        none,
    )


def _order(mapping: Mapping[str, str], file: str) -> str | None:
    order = mapping.get(f"{file}.dates") or mapping.get("dates")
    if order not in (None, "d/m", "m/d"):
        raise InputError(
            "'{order}' is no order of day and month",
            place="mapping",
            remedy="Say dates=d/m or dates=m/d",
            facts={"order": order},
        )
    return order


def _ground(columns: Columns, notes: Notes) -> Ground:
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


def _one_system(
    grounds: Mapping[str, Ground], wanted: int | None, pipes: Columns, notes: Notes
) -> int | None:
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
    notes.used(
        first.place,
        "coordinates are in EPSG {epsg}"
        if target
        else "coordinates are in metres of a system that the files do not name",
        len(first.shapes),
        epsg=target or 0,
    )
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


def _read_roads(columns: Columns, notes: Notes) -> dict[str, int]:
    """Return {road segment: place in the file}."""
    if not columns.has("road"):
        raise InputError(
            "no column is known to hold the road segment's id",
            place=columns.table.name,
            remedy="Name it: roads.road=COLUMN",
        )
    left = len(columns.table.cells) - len(columns.fields)
    notes.dropped(
        columns.table.name,
        "{count} columns that are not known are not used",
        left,
        "Known are street, lines and {traits}",
        traits=", ".join(each for each in ROADS if each in TRAITS),
    )
    segments: dict[str, int] = {}
    for place, name in enumerate(read_texts(columns.cells("road"))):
        if name:
            segments.setdefault(name, place)
    return segments


def _read_pipes(
    sheets: Mapping[str, Columns],
    ids: tuple[str, ...],
    grounds: Mapping[str, Ground],
    segments: Mapping[str, int],
    mapping: Mapping[str, str],
    last: date,
    epsg: int | None,
    notes: Notes,
) -> tuple[Pipes, Shapes]:
    columns, ground = sheets["pipes"], grounds["pipes"]
    order = _order(mapping, "pipes")
    length, filled = inventory.read_lengths(columns, ground.shapes if ground.drawn else None, notes)
    shapes, extra, street = (
        ground.shapes,
        inventory.read_extra(columns, notes),
        read_texts(columns.cells("street")),
    )
    if segments:
        road = read_texts(columns.cells("road"))
        more, streets = _traits_of_roads(sheets["roads"], [segments.get(each, -1) for each in road])
        extra |= {name: values for name, values in more.items() if name not in extra}
        street = tuple(own or other for own, other in zip(street, streets, strict=True))
        if not ground.drawn:
            shapes = on_roads(road, segments, grounds["roads"].shapes)
            notes.changed(
                columns.place("road"),
                "{count} pipes have no line: put on their road segment's",
                int(sum(shape is not None for shape in shapes)),
            )
    nowhere = int(sum(shape is None for shape in shapes))
    notes.changed(
        columns.table.name,
        "{count} pipes lie nowhere: no line and no road segment with one",
        nowhere,
        "Give lines or a file of roads; without them neighbours are not used",
    )
    pipes = Pipes(
        ids=ids,
        installed=inventory.read_years(columns, "installed", notes, order, last),
        material=inventory.read_materials(columns, notes),
        diameter_mm=inventory.read_diameters(columns, notes),
        length_m=length,
        lines=lines_of(shapes),
        zone=read_texts(columns.cells("zone")),
        area=read_texts(columns.cells(inventory.area_field(columns))),
        street=street,
        lined=inventory.read_linings(columns, notes, order, last),
        extra=extra,
        epsg=epsg,
        filled={"length_m": filled} if filled.any() else {},
    )
    for field, count in (
        ("installed", int(np.isnan(pipes.installed).sum())),
        ("material", pipes.material.count("")),
        ("diameter", int(np.isnan(pipes.diameter_mm).sum())),
    ):
        notes.changed(
            columns.table.name,
            "{count} pipes have no known {field}: estimated where needed, and marked",
            count,
            field=field,
        )
    return pipes, shapes


def _traits_of_roads(roads: Columns, at: list[int]) -> tuple[Extra, tuple[str, ...]]:
    """Return what the file of roads tells of the segment that each pipe lies in, and the street's name."""
    traits: Extra = {}
    for field in TRAITS:
        if not roads.has(field):
            continue
        texts = read_texts(roads.cells(field))
        values, bad = read_numbers(texts)
        if len(bad) > 0.02 * len(texts):
            traits[field] = tuple(texts[place] if place >= 0 else "" for place in at)
        else:
            traits[field] = np.array([values[place] if place >= 0 else np.nan for place in at])
    names = read_texts(roads.cells("street"))
    return traits, tuple(names[place] if place >= 0 else "" for place in at)


def _points(ground: Ground, shapes: Shapes, notes: Notes) -> FloatArray:
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
