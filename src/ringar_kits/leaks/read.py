"""Reads a utility's pipes and breaks as they are, and reports what was used, changed and kept out."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from ringar_kits.errors import InputError
from ringar_kits.leaks import inventory, systems
from ringar_kits.leaks.columns import ROADS, check_mapping, find_columns
from ringar_kits.leaks.ground import Ground, ground_of, one_system, points_of_breaks
from ringar_kits.leaks.incidents import choose_breaks, read_breaks
from ringar_kits.leaks.inventory import Columns, Extra
from ringar_kits.leaks.layers import Shapes, read_table
from ringar_kits.leaks.lengths import read_lengths
from ringar_kits.leaks.model import Breaks, Network, Pipes
from ringar_kits.leaks.numbers import read_numbers, read_texts
from ringar_kits.leaks.place import lines_of, on_roads
from ringar_kits.leaks.report import Notes

TRAITS = ("traffic", "speed", "road_class", "lanes", "trucks", "bus", "road_width")  # of a road segment


def read_network(
    pipes: str | Path,
    breaks: str | Path | None = None,
    roads: str | Path | None = None,
    *,
    mapping: Mapping[str, str] | None = None,
    crs: str | None = None,
    today: date | None = None,
    notes: Notes | None = None,
) -> Network:
    """Return the pipes and breaks of a utility's files, in one system of coordinates, with a report.

    Files are CSV, Excel, JSON lines, GeoJSON, GeoPackage (`net.gpkg#layer`) or Shapefile. Columns are known by common
    Swedish and English names; `mapping` names others: {"id": "WATMAINID", "breaks.day": "INCIDENT_DATE"}, and
    {"dates": "d/m"} says what 3/4/1999 means. `crs` is the system of coordinates that a file does not tell. `today`
    is the last day that can have been (default: the clock's). Raises `InputError` where a file cannot be used at all:
    `notes`, where given, then hold what was said until then.
    """
    notes = notes or Notes()
    last = today or datetime.now(tz=UTC).date()
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
    grounds = {file: ground_of(columns, notes) for file, columns in sheets.items()}
    epsg = one_system(grounds, systems.parse_system(crs) if crs else None, sheets["pipes"], notes)
    segments = _read_roads(sheets["roads"], notes) if "roads" in sheets else {}
    found, shapes = _read_pipes(sheets, ids, grounds, segments, mapping, last, epsg, notes)
    if dated is None:
        return Network(found, no_breaks(), notes.report())
    points = points_of_breaks(grounds["breaks"], shapes, notes)
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
    length, filled = read_lengths(columns, ground.shapes if ground.drawn else None, notes)
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
            placed = int(sum(shape is not None for shape in shapes))
            notes.changed(
                columns.place("road"), "{count} pipes have no line: put on their road segment's", placed
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
    _tell_unknown(pipes, shapes, columns.table.name, notes)
    return pipes, shapes


def _tell_unknown(pipes: Pipes, shapes: Shapes, name: str, notes: Notes) -> None:
    """Note how many pipes lie nowhere, and how many lack what is estimated later, and only where it is needed."""
    notes.changed(
        name,
        "{count} pipes lie nowhere: no line and no road segment with one",
        int(sum(shape is None for shape in shapes)),
        "Give lines or a file of roads; without them neighbours are not used",
    )
    years, sizes = int(np.isnan(pipes.installed).sum()), int(np.isnan(pipes.diameter_mm).sum())
    notes.changed(name, "{count} pipes have no known year: estimated where it is needed, and marked", years)
    words = "{count} pipes have no known material: estimated where it is needed, and marked"
    notes.changed(name, words, pipes.material.count(""))
    notes.changed(
        name, "{count} pipes have no known diameter: estimated where it is needed, and marked", sizes
    )


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
