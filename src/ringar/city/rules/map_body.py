"""Pipes in the form that the leak map draws from: one binary body with a column for each fact."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

BODY_ZOOM = 19
"""Coordinates are pixels of the world (256 at zoom 0) at this zoom: 15 cm at 59° north."""
MERCATOR_END = 85.0511


@dataclass(frozen=True)
class Lines:
    """Lines end to end: how many points each has (0: it is nowhere), and all points as (m, 2) degrees, east first."""

    points: NDArray[np.int32]
    degrees: NDArray[np.float64]


def read_lines(geometries: Sequence[str]) -> Lines:
    """The lines of GeoJSON geometries as text; "" is nowhere. Parts of a line in several parts are joined."""
    found = json.loads(f"[{','.join(text or 'null' for text in geometries)}]")
    lines = [line_of(geometry) if geometry else [] for geometry in found]
    points = np.fromiter(map(len, lines), np.int32, len(lines))
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(lines)), np.float64)
    if len(flat) != 2 * points.sum():  # some have heights
        flat = np.fromiter(chain.from_iterable(point[:2] for line in lines for point in line), np.float64)
    return Lines(points, flat.reshape(-1, 2))


def line_of(geometry: Mapping[str, Any]) -> list[list[float]]:
    """The points of a line, also of one in parts; of anything else none."""
    places = geometry.get("coordinates") or []
    if geometry.get("type") == "LineString":
        return list(places)
    if geometry.get("type") == "MultiLineString":
        return list(chain.from_iterable(places))
    return []


def world_pixels(degrees: NDArray[np.float64]) -> NDArray[np.int32]:
    """Places in the world's pixels (Web Mercator), from the north-west."""
    size = 256 * 2**BODY_ZOOM
    north = np.radians(np.clip(degrees[:, 1], -MERCATOR_END, MERCATOR_END))
    x = (degrees[:, 0] / 360 + 0.5) * size
    y = (0.5 - np.log(np.tan(pi / 4 + north / 2)) / (2 * pi)) * size
    found: NDArray[np.int32] = np.rint(np.column_stack([x, y])).astype(np.int32)
    return found


def encode_body(lines: Lines, columns: Mapping[str, NDArray[np.int32]], head: Mapping[str, object]) -> bytes:
    """The body, compressed: a head in JSON, the columns, then x and y of all points as steps from the one before.

    `columns` have one whole number for each line. Written anew, the same is the same byte by byte.
    """
    pixels = world_pixels(lines.degrees)
    west, south = lines.degrees.min(axis=0) if len(pixels) else (0, 0)
    east, north = lines.degrees.max(axis=0) if len(pixels) else (0, 0)
    told = {
        **head,
        "pipes": len(lines.points),
        "points": len(pixels),
        "columns": ["points", *columns],
        "bounds": [round(float(edge), 6) for edge in (west, south, east, north)],
    }
    text = json.dumps(told, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    steps = np.diff(pixels, axis=0, prepend=np.zeros((1, 2), np.int32))
    parts = [lines.points, *columns.values(), steps[:, 0], steps[:, 1]]
    body = b"".join(np.ascontiguousarray(part, "<i4").tobytes() for part in parts)
    return gzip.compress(len(text).to_bytes(4, "little") + text + body, 5, mtime=0)
