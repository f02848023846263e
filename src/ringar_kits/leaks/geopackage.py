"""Reads a layer of a GeoPackage, which is a SQLite database, without letting it do harm."""

import itertools
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ringar_kits.errors import InputError

Layer = tuple[str, Mapping[str, Sequence[Any]], Sequence[int], NDArray[np.object_], int | None]
"""Name, cells by column, row numbers, shapes and the number of their system."""
MAX_ROWS = 3_000_000
MAX_CELL = 20_000_000  # bytes
MOST_WORK = 1_000  # million steps of SQLite
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}  # bytes before the shape in a GeoPackage's blob


def read_geopackage(file: Path, layer: str) -> Layer:
    """Return the rows of a layer; "" means the only one. Raises `InputError` where there is none, or many."""
    with file.open("rb") as start:
        if start.read(15) != b"SQLite format 3":
            raise InputError("this is no GeoPackage", place=file.name, remedy="Export it anew")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            _bound(base)
            base.text_factory = lambda raw: raw.decode(errors="replace")
            return _read_layer(base, file.name, layer)
    except sqlite3.Error as error:
        raise InputError(
            "the GeoPackage cannot be read ({error})",
            place=file.name,
            remedy="Export it anew",
            facts={"error": str(error)},
        ) from error


def _bound(base: sqlite3.Connection) -> None:
    """Keep a file that was made to harm from running on and on: a view may ask for any work and any size."""
    base.execute("PRAGMA trusted_schema = OFF")
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
    ticks = itertools.count()
    base.set_progress_handler(lambda: next(ticks) > MOST_WORK, 1_000_000)


def _read_layer(base: sqlite3.Connection, name: str, layer: str) -> Layer:
    layers = {
        row[0]: row[1:]
        for row in base.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns")
    }
    if (not layer and len(layers) != 1) or (layer and layer not in layers):
        raise InputError(
            "the GeoPackage has the layers {layers}",
            place=name,
            remedy="Name one of them after a #, as in {name}#layer",
            facts={"layers": ", ".join(layers) or "-", "name": name},
        )
    layer = layer or next(iter(layers))
    column, system = layers[layer]
    quoted = layer.replace('"', '""')
    cursor = base.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608  the name is the file's own, in quotation marks
    columns = [each[0] for each in cursor.description]
    rows = cursor.fetchmany(MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise InputError(
            "there are more than {most:,} rows",
            place=name,
            remedy="Split it into smaller files",
            facts={"most": MAX_ROWS},
        )
    place = columns.index(column)
    shapes = shapely.from_wkb([_blob(row[place]) for row in rows], on_invalid="ignore")
    cells = {each: [row[at] for row in rows] for at, each in enumerate(columns) if at != place}
    cells = {each: ["" if cell is None else cell for cell in column] for each, column in cells.items()}
    authority = base.execute(
        "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (system,)
    ).fetchone()
    epsg = int(authority[1]) if authority and str(authority[0]).upper() == "EPSG" else None
    return f"{name}#{layer}", cells, range(1, len(rows) + 1), _flat(shapes), epsg


def _blob(blob: Any) -> bytes | None:
    """Return the shape within a GeoPackage's blob: after "GP", version, flags, system and the envelope."""
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 9 or blob[3] & 16:
        return None
    return blob[8 + _ENVELOPES.get(blob[3] >> 1 & 7, 0) :]


def _flat(shapes: Any) -> NDArray[np.object_]:
    """Return shapes without heights, None for those that are empty."""
    flat = shapely.force_2d(shapes)
    flat[shapely.is_empty(flat)] = None
    found = np.empty(len(flat), dtype=object)
    found[:] = list(flat)
    return found
