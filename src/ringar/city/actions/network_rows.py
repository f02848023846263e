"""Pipes and breaks as the kit reads them, made into rows of the room's tables: degrees, rounded, cut to fit."""

import json
from collections import Counter
from collections.abc import Set
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringar_kits.leaks.model import Breaks, Pipes
from ringar_kits.leaks.systems import WGS84, transform

Values = dict[str, Any]
FROM_FILE = "file:"
"""How the own numbers of incidents begin that came by files, so that what a crew found is left alone."""
Degrees = NDArray[np.float64]


def number(value: float, digits: int) -> float | None:
    """A number as it is kept: None where it is not known."""
    return round(float(value), digits) if np.isfinite(value) else None


def degrees_of(lines: tuple[Any, ...], epsg: int | None) -> list[Degrees | None]:
    """Each line in WGS 84 to a centimetre, longitude first; all in one go, since each by itself takes minutes."""
    there = [line for line in lines if line is not None]
    if not there or epsg is None:
        return [None] * len(lines)
    found = np.round(transform(np.concatenate(there), epsg, WGS84), 7)
    parts = iter(np.split(found, np.cumsum([len(line) for line in there])[:-1]))
    made = [None if line is None else next(parts) for line in lines]
    return [part if part is not None and np.isfinite(part).all() else None for part in made]


def shape_values(line: Degrees | None) -> Values:
    """A line as the table keeps it: GeoJSON and its frame."""
    if line is None:
        return {"geometry": "", "west": None, "south": None, "east": None, "north": None}
    (west, south), (east, north) = line.min(axis=0).tolist(), line.max(axis=0).tolist()
    told = json.dumps({"type": "LineString", "coordinates": line.tolist()}, separators=(",", ":"))
    return {"geometry": told, "west": west, "south": south, "east": east, "north": north}


def extra_of(pipes: Pipes, place: int) -> Values:
    """What else the file says of the pipe; nothing of what it leaves empty."""
    told = {
        name: column[place] if isinstance(column, tuple) else number(column[place], 3)
        for name, column in pipes.extra.items()
    }
    return {str(name)[:60]: value for name, value in told.items() if value not in ("", None)}


def pipe_values(pipes: Pipes) -> dict[str, Values]:
    """The pipes as rows of the table, by their own number."""
    lines = degrees_of(pipes.lines, pipes.epsg)
    filled = pipes.filled.items()
    return {
        key[:200]: {
            "label": "",
            "length_m": number(pipes.length_m[n], 2),
            "installed": number(pipes.installed[n], 3),
            "material": pipes.material[n][:60],
            "diameter_mm": number(pipes.diameter_mm[n], 2),
            "zone": pipes.zone[n][:100],
            "area": pipes.area[n][:100],
            "street": pipes.street[n][:200],
            "lined": number(pipes.lined[n], 3),
            "extra": extra_of(pipes, n),
            "imputed": [field for field, places in filled if places[n]],
            **shape_values(lines[n]),
        }
        for n, key in enumerate(pipes.ids)
    }


def break_values(breaks: Breaks, pipes: Pipes, known: Set[str]) -> dict[str, Values]:
    """The breaks as rows of the table, told apart by their own numbers, else by pipe, day and place.

    `pipe` is the number of one of the pipes that are known.
    """
    points = degrees_of(tuple(np.reshape(breaks.point, (-1, 1, 2))), pipes.epsg) if len(breaks) else []
    seen: Counter[str] = Counter()
    found = {}
    for n in range(len(breaks)):
        pipe = pipes.ids[breaks.pipe[n]][:200] if breaks.pipe[n] >= 0 else ""
        point = points[n]
        longitude, latitude = (float(point[0, 0]), float(point[0, 1])) if point is not None else (None, None)
        day: date = breaks.day[n].astype("datetime64[D]").item()
        place = f"{longitude:.5f},{latitude:.5f}" if point is not None else ""
        told = f"{day:%Y%m%d}:{pipe[:100]}:{place}"
        seen[told] += 1
        own = breaks.ids[n][:150] if breaks.ids else ""
        found[FROM_FILE + (f"id:{own}" if own else f"{told}:{seen[told]}")] = {
            "pipe": pipe if pipe in known else None,
            "day": day,
            "longitude": longitude,
            "latitude": latitude,
            "former": bool(breaks.former[n]),
            "material": breaks.material[n][:60],
            "installed": number(breaks.installed[n], 3),
            "diameter_mm": number(breaks.diameter_mm[n], 2),
            "area": breaks.area[n][:100] if breaks.area else "",
        }
    return found
