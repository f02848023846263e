"""What the kit makes of files that were handed in: which columns there are, the network, the report in fixed words."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ringar.city.models import Asset, DataImport, DataSet
from ringar.city.rules.data import DataKind
from ringar.core.clock import today
from ringar_kits.leaks.columns import FILES, find_columns
from ringar_kits.leaks.layers import read_table
from ringar_kits.leaks.model import Network, Remark
from ringar_kits.leaks.read import read_network
from ringar_kits.leaks.report import Notes

MOST_COLUMNS = 300
MOST_REMARKS = 500
OWN = "pipes.geojson"
"""The data set's own pipes as a file, for breaks that come alone."""


def columns_of(row: DataImport) -> dict[str, Any]:
    """The columns of each file, and what they are taken for: {part: {"names": […], "fields": {field: column}}}."""
    found = {}
    for part in row.names:
        table = read_table(getattr(row, f"{part}_file").path, Notes())
        names = [str(name) for name in table.cells][:MOST_COLUMNS]
        known = part if part in FILES and row.data_set.kind == DataKind.PIPES else ""
        chosen = {key: column for key, column in row.mapping.items() if column in table.cells}
        mapping = {key: column for key, column in chosen.items() if key.startswith(f"{part}.")}
        fields = find_columns(tuple(table.cells), known, table.name, mapping) if known else {}
        found[part] = {"names": names, "fields": fields}
    return found


def network_from(row: DataImport) -> Network:
    """What the kit makes of the files; breaks alone are laid on the pipes that are there already."""
    breaks = row.breaks_file.path if "breaks" in row.names else None
    roads = row.roads_file.path if "roads" in row.names else None
    with TemporaryDirectory() as folder:
        pipes = row.pipes_file.path if "pipes" in row.names else own_pipes(row.data_set, Path(folder))
        return read_network(
            pipes, breaks, roads, mapping=dict(row.mapping), crs=row.crs or None, today=today()
        )


def own_pipes(data_set: DataSet, folder: Path) -> Path:
    """The data set's pipes as a file that the kit reads."""
    path = folder / OWN
    columns = ("external_id", "installed", "material", "diameter_mm", "length_m", "geometry", "area")
    rows = Asset.objects.filter(data_set=data_set, retired_at=None).order_by("id").values_list(*columns)
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shape) if shape else None,
            "properties": {
                "id": key,
                "installed": day_of(installed),
                "material": material,
                "diameter_mm": diameter,
                "length_m": length,
                "area": area,
            },
        }
        for key, installed, material, diameter, length, shape, area in rows.iterator(chunk_size=5_000)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def day_of(year: float | None) -> str:
    """The day in a decimal year, as it is written in files; "" where it is not known."""
    if year is None:
        return ""
    first = date(int(year), 1, 1)
    days = (date(int(year) + 1, 1, 1) - first).days
    return (first + timedelta(days=round((year - int(year)) * days))).isoformat()


def told_place(row: DataImport, place: str) -> str:
    """The place with each file by the name that its owner gave it."""
    for part, name in row.names.items():
        place = place.replace(Path(getattr(row, f"{part}_file").name).name, name)
    return place


def plain(row: DataImport, remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    """Remarks for a column: fixed English words and the facts in them, to be told in the reader's language.

    Nothing is told of the data set's own pipes: it was when they came.
    """
    return [
        {
            "kind": remark.kind,
            "place": told_place(row, remark.place),
            "words": remark.what.words,
            "remedy": remark.remedy.words,
            "facts": {**dict(remark.remedy.facts), **dict(remark.what.facts)},
            "count": remark.count,
        }
        for remark in remarks
        if not remark.place.startswith(OWN)
    ][:MOST_REMARKS]
