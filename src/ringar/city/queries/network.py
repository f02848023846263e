"""The city's pipes and breaks as the kit `leaks` takes them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, nan, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringar.city.models import Asset, DataSet, Incident
from ringar_kits.leaks.model import Breaks, Pipes

FIELD = "field"
"""Kind of incidents that a crew found on a list. They are not breaks that came by themselves."""
SAME_LEAK = timedelta(days=60)
"""A leak that a crew found, and a break that another system tells of the same pipe within these days, are one."""
CHUNK = 5_000
COLUMNS = (
    *("pk", "external_id", "installed", "material", "diameter_mm", "length_m", "geometry"),
    *("zone", "area", "street", "lined", "extra", "imputed"),
)
Lines = NDArray[np.float64]


def degree_lengths(latitude: float) -> tuple[float, float]:
    """Metres of a degree of longitude and of latitude, at a latitude in radians (series of the ellipsoid WGS 84)."""
    east = 111_412.84 * cos(latitude) - 93.5 * cos(3 * latitude)
    return east, 111_132.92 - 559.82 * cos(2 * latitude) + 1.175 * cos(4 * latitude)


@dataclass(frozen=True)
class Plane:
    """Degrees to metres east and north of a point: true to a thousandth within 50 km, as a city needs."""

    longitude: float
    latitude: float

    def metres(self, places: Sequence[Sequence[float]]) -> Lines:
        """(k, 2) metres from (k, 2) degrees, longitude first."""
        told = np.asarray([place[:2] for place in places], dtype=np.float64).reshape(-1, 2)
        scale = np.array(degree_lengths(radians(self.latitude)))
        found: Lines = (told - np.array([self.longitude, self.latitude])) * scale
        return found


@dataclass(frozen=True)
class OwnNetwork:
    """Pipes and breaks for the kit; `keys` are the rows of the pipes, in the same order, `plane` where they lie."""

    pipes: Pipes
    breaks: Breaks
    keys: tuple[int, ...]
    plane: Plane


def network_of(pipes: DataSet, breaks: DataSet | None) -> OwnNetwork:
    """All pipes in use with all breaks told, as the kit takes them. 2 queries; what was known when, the kit heeds."""
    rows = list(
        Asset.objects.filter(data_set=pipes, retired_at=None)
        .order_by("id")
        .values_list(*COLUMNS)
        .iterator(chunk_size=CHUNK)
    )
    shapes = [points_of(row[6]) for row in rows]
    plane = plane_of(shapes)
    keys = tuple(row[0] for row in rows)
    taken = Pipes(
        ids=tuple(row[1] for row in rows),
        installed=numbers(row[2] for row in rows),
        material=tuple(row[3] for row in rows),
        diameter_mm=numbers(row[4] for row in rows),
        length_m=np.maximum(np.nan_to_num(numbers(row[5] for row in rows), nan=1.0), 0.01),
        lines=tuple(plane.metres(shape) if len(shape) > 1 else None for shape in shapes),
        zone=tuple(row[7] for row in rows),
        area=tuple(row[8] for row in rows),
        street=tuple(row[9] for row in rows),
        lined=numbers(row[10] for row in rows),
        extra=extra_columns([row[11] for row in rows]),
        filled={"length_m": np.array(["length_m" in row[12] for row in rows], dtype=np.bool_)},
    )
    return OwnNetwork(taken, breaks_of(breaks, keys, plane), keys, plane)


def extra_columns(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[str, ...] | NDArray[np.float64]]:
    """What else is known of the pipes, by name: as numbers where all that is told are numbers, else as words."""
    found: dict[str, tuple[str, ...] | NDArray[np.float64]] = {}
    for name in sorted({name for row in rows for name in row}):
        told = [row.get(name) for row in rows]
        is_number = all(value is None or isinstance(value, int | float) for value in told)
        found[name] = (
            numbers(told) if is_number else tuple("" if value is None else str(value) for value in told)
        )
    return found


def numbers(values: Any) -> NDArray[np.float64]:
    """The column as floats, NaN where nothing is known."""
    return np.array([nan if value is None else float(value) for value in values], dtype=np.float64)


def points_of(geometry: str) -> list[list[float]]:
    """The points of a line in GeoJSON, of the longest part where there are several; none where there is no line."""
    if not geometry:
        return []
    shape = json.loads(geometry)
    places = shape.get("coordinates") or []
    if shape.get("type") == "MultiLineString":
        return max(places, key=len, default=[])
    return list(places) if shape.get("type") == "LineString" else []


def plane_of(shapes: Sequence[Sequence[Sequence[float]]]) -> Plane:
    """The plane around the middle of the network."""
    first = [shape[0] for shape in shapes if shape]
    if not first:
        return Plane(0.0, 0.0)
    middle = np.mean([place[:2] for place in first], axis=0)
    return Plane(float(middle[0]), float(middle[1]))


def breaks_of(breaks: DataSet | None, keys: Sequence[int], plane: Plane) -> Breaks:
    """The breaks, each at its pipe's place; -1 where it lies on none that is in use."""
    columns = [
        *("asset_id", "day", "longitude", "latitude", "former", "material", "installed", "diameter_mm"),
        *("kind", "area", "asset__area"),
    ]
    incidents = Incident.objects.filter(data_set=breaks) if breaks else Incident.objects.none()
    told = incidents.order_by("day", "id").values_list(*columns).iterator(chunk_size=CHUNK)
    rows = without_twice_told(list(told))
    place = {key: n for n, key in enumerate(keys)}
    points = [[nan if row[2] is None else row[2], nan if row[3] is None else row[3]] for row in rows]
    return Breaks(
        pipe=np.array([place.get(row[0], -1) for row in rows], dtype=np.int64),
        day=np.array([row[1] for row in rows], dtype="datetime64[D]"),
        point=plane.metres(points),
        former=np.array([row[4] for row in rows], dtype=np.bool_),
        material=tuple(row[5] for row in rows),
        installed=numbers(row[6] for row in rows),
        diameter_mm=numbers(row[7] for row in rows),
        area=tuple(row[9] or row[10] or "" for row in rows),
    )


def without_twice_told(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows without leaks that a crew found where another system tells of the same pipe about the same days."""
    days: dict[int, list[date]] = {}
    for row in rows:
        if row[0] is not None and row[8] != FIELD:
            days.setdefault(row[0], []).append(row[1])
    return [
        row
        for row in rows
        if row[8] != FIELD or not any(abs(row[1] - day) <= SAME_LEAK for day in days.get(row[0], ()))
    ]
