"""Reads tables and map layers: CSV, Excel, JSON lines, GeoJSON, GeoPackage and Shapefile, as columns and shapes."""

import json
import re
import struct
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapefile
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from ringar_kits.errors import InputError
from ringar_kits.leaks.geopackage import read_geopackage
from ringar_kits.leaks.report import MOST_ROWS, Notes, rows_in_words
from ringar_kits.tables import MAX_BYTES, read_rows

Shapes = NDArray[np.object_]
MOST_BROKEN = 0.05  # of the rows; beyond that the file is not what it is taken for


@dataclass(frozen=True)
class Table:
    """A file as columns of cells; `rows` are row numbers as the user sees them, `shapes` geometry (None: no shape).

    `epsg` is the system that the file says its shapes are in, None where it says nothing.
    """

    name: str
    cells: Mapping[str, Sequence[Any]]
    rows: Sequence[int]
    shapes: Shapes | None = None
    epsg: int | None = None

    def __len__(self) -> int:
        return len(self.rows)


def read_table(path: str | Path, notes: Notes) -> Table:
    """Return the rows of a table or map layer.

    Broken rows are kept out and told in `notes`; where more than one in twenty is broken, or the file cannot be read
    at all, `InputError` says so. Of a GeoPackage the layer may be named after a #: `net.gpkg#pipes`.
    """
    path, _, layer = str(path).partition("#")
    file = Path(path)
    kind = file.suffix.lower()
    if not file.is_file():
        raise InputError("there is no such file", place=path, remedy="Check the name")
    if kind == ".gpkg":
        return Table(*read_geopackage(file, layer))
    if kind == ".shp" or (kind == ".zip" and _has_shapes(file)):
        return _read_shapefile(file)
    if kind == ".zip":
        raise InputError(
            "there is no shapefile in the .zip", place=file.name, remedy="Unpack it, and give what is in it"
        )
    if kind in (".shx", ".dbf", ".prj"):
        raise InputError(
            "this is one part of a shapefile", place=file.name, remedy="Give the .shp, or all parts as a .zip"
        )
    if kind in (".geojson", ".json") and (found := _read_geojson(file, notes)) is not None:
        return found
    return _read_rows(file, notes)


def _read_rows(file: Path, notes: Notes) -> Table:
    broken: list[InputError] = []
    rows: list[int] = []
    headers: list[int] = []
    cells: dict[str, list[Any]] = {}
    for number, row in read_rows(
        file, broken=broken.append, tell=lambda said: notes.changed(file.name, said.words, 1, **said.facts)
    ):
        if all(str(cell).strip() == column for column, cell in row.items()):
            headers.append(number)
            continue
        for column, cell in row.items():
            if column not in cells:
                cells[column] = [""] * len(rows)
            cells[column].append(cell)
        rows.append(number)
        for column in cells.keys() - row.keys():  # JSON lines need not all have the same names
            cells[column].append("")
    if not rows and not broken:
        raise InputError(
            "there are no rows below the header",
            place=file.name,
            remedy="Give at least one; of an Excel file only the first sheet is read",
        )
    _tell_broken(file.name, broken, len(rows), notes)
    words = "the header stands there again, rows {rows}"
    notes.dropped(file.name, words, len(headers), rows=rows_in_words(headers))
    return Table(file.name, cells, rows)


def _tell_broken(name: str, broken: Sequence[InputError], good: int, notes: Notes) -> None:
    """Note the rows that cannot be read; raise the first where they are too many."""
    if len(broken) > max(1, MOST_BROKEN * (good + len(broken))):
        raise broken[0]
    for error in broken[:MOST_ROWS]:
        problem, mend = error.words
        notes.dropped(error.place, problem.words, 1, mend.words, **problem.facts)
    more = len(broken) - MOST_ROWS
    notes.dropped(name, "{count} more rows cannot be read", max(more, 0), "See what is wrong with the first")


def _read_geojson(file: Path, notes: Notes) -> Table | None:
    """Return the features of a GeoJSON file, or None where it is JSON of another kind."""
    if file.stat().st_size > MAX_BYTES:
        raise InputError("the file is too large", place=file.name, remedy="Give it as a GeoPackage")
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            "this is not JSON ({error})",
            place=file.name,
            remedy="Check the file with its maker",
            facts={"error": str(error)},
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        if file.suffix.lower() == ".json":
            return None
        raise InputError("there are no features", place=file.name, remedy="Give a FeatureCollection")
    if not content["features"]:
        raise InputError("the layer is empty", place=file.name, remedy="Give at least one row")
    shapes, records, bad = [], [], []
    for number, feature in enumerate(content["features"], 1):
        try:
            shapes.append(_shape_of(feature.get("geometry")))
            record = feature.get("properties") or {}
            records.append(({"id": feature["id"]} if "id" in feature else {}) | record)
        except (AttributeError, TypeError, ValueError, KeyError, shapely.errors.ShapelyError):
            del shapes[len(records) :]
            bad.append(number)
    _check_broken(file.name, bad, len(records), notes)
    rows = sorted(set(range(1, len(content["features"]) + 1)) - set(bad))
    # the standard allows nothing but WGS 84, but many files hold metres without saying so
    return Table(file.name, _columns(records), rows, _array(shapes), _crs_of(content.get("crs")))


def _crs_of(said: Any) -> int | None:
    """Return the system that a GeoJSON file names, in the way of its first edition or as a mere text."""
    for key in ("properties", "name"):
        said = said.get(key, said) if isinstance(said, dict) else said
    return _epsg_of(said) if isinstance(said, str) else None


def _shape_of(geometry: Any) -> Any:
    if geometry is None:
        return None
    shape = shapely.geometry.shape(geometry)
    return None if shape.is_empty else shapely.force_2d(shape)


def _check_broken(name: str, bad: Sequence[int], good: int, notes: Notes) -> None:
    if len(bad) > max(1, MOST_BROKEN * (good + len(bad))):
        raise InputError(
            "{count} of {all} rows cannot be read, the first is {row}",
            place=name,
            remedy="Check the file with its maker",
            facts={"count": len(bad), "all": good + len(bad), "row": bad[0]},
        )
    notes.dropped(
        name,
        "rows whose shape cannot be read: {rows}",
        len(bad),
        "Mend them in the map system",
        rows=rows_in_words(bad),
    )


def _has_shapes(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > 10 * MAX_BYTES:
                raise InputError(
                    "unpacked it would take {size:,} MB",
                    place=file.name,
                    remedy="Split it into smaller files",
                    facts={"size": round(size / 1e6)},
                )
            layers = [name for name in archive.namelist() if name.lower().endswith(".shp")]
            if len(layers) > 1:
                raise InputError(
                    "there are {count} shapefiles in the .zip",
                    place=file.name,
                    remedy="Give each as a .zip of its own",
                    facts={"count": len(layers)},
                )
            return bool(layers)
    except (zipfile.BadZipFile, OSError):
        return False


def _read_shapefile(file: Path) -> Table:
    try:
        with (
            warnings.catch_warnings(action="ignore"),  # what is wrong comes as an error, or does not matter
            shapefile.Reader(str(file), encoding=_encoding(file), encodingErrors="replace") as reader,
        ):
            columns = [each[0] for each in reader.fields if each[0] != "DeletionFlag"]
            records, shapes = [], []
            for each in reader.iterShapeRecords():
                records.append(dict(zip(columns, each.record, strict=False)))
                shapes.append(_from_points(each.shape))
    except (shapefile.ShapefileException, OSError, struct.error, ValueError, KeyError) as error:
        raise InputError(
            "the shapefile cannot be read ({error})",
            place=file.name,
            remedy="Keep .shp, .shx, .dbf and .prj side by side, or give them as one .zip",
            facts={"error": str(error)[:200]},
        ) from error
    return Table(file.name, _columns(records), range(1, len(records) + 1), _array(shapes), _prj(file))


def _from_points(shape: Any) -> Any:
    """Return a shapefile's shape: its parts as lines (areas keep their rings as they are drawn)."""
    if not shape.points:
        return None
    return shapely.force_2d(shapely.geometry.shape(shape.__geo_interface__))


def _sibling(file: Path, ending: str) -> bytes | None:
    """Return the content of the file beside a .shp, or in the same .zip, with another ending."""
    if file.suffix.lower() == ".zip":
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(ending)]
            return archive.read(names[0])[:100_000] if names else None
    found = [each for each in file.parent.glob(f"{file.stem}.*") if each.suffix.lower() == ending]
    return found[0].read_bytes()[:100_000] if found else None


def _encoding(file: Path) -> str:
    said = (_sibling(file, ".cpg") or b"").decode("ascii", "ignore").strip().lower()
    if digits := re.fullmatch(r"(?:cp|ansi )?(\d{3,5})", said):
        return "utf-8" if digits[1] == "65001" else "latin-1" if digits[1] == "88591" else f"cp{digits[1]}"
    return "utf-8" if "utf" in said else "cp1252"


def _prj(file: Path) -> int | None:
    said = _sibling(file, ".prj")
    return _epsg_of(said.decode("utf-8", "replace")) if said else None


def _epsg_of(said: str) -> int | None:
    try:
        system = CRS.from_user_input(said)
    except CRSError:
        return None
    if system.to_epsg(min_confidence=20) is not None:
        return system.to_epsg(min_confidence=20)
    return 4326 if system.is_geographic else None


def _columns(records: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    cells: dict[str, list[Any]] = {}
    for number, record in enumerate(records):
        for column, cell in record.items():
            if column not in cells:
                cells[column] = [""] * number
            cells[column].append("" if cell is None else cell)
        for column in cells.keys() - record.keys():
            cells[column].append("")
    return cells


def _array(shapes: Sequence[Any]) -> Shapes:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found
