"""What a break would cost: the people, hospitals, schools, care homes and tram lines near each pipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from ringar_kits.errors import InputError
from ringar_kits.leaks import systems
from ringar_kits.leaks.columns import plain_name
from ringar_kits.leaks.layers import Shapes, read_table
from ringar_kits.leaks.model import FloatArray, IntArray, Pipes, Report
from ringar_kits.leaks.numbers import read_numbers, read_texts
from ringar_kits.leaks.report import Notes

REACH = 150.0  # metres from the pipe beyond which a place does not count
CHUNK = 20_000  # pipes at a time, so that a large town fits in memory
CLOSE = 25.0  # metres within which it counts in full; between the two it counts less and less
# What each place weighs, in people: a choice that the city makes, so it is shown and can be changed.
WEIGHTS: Mapping[str, float] = {
    "pipe": 10.0,  # the break itself, so that a pipe far from everything is not worth nothing
    "people": 1.0,
    "hospital": 500.0,
    "care_home": 150.0,
    "school": 100.0,
    "tram": 200.0,
    "other": 0.0,
}
_KINDS = {
    "hospital": "hospital sjukhus lasarett vardcentral akutmottagning",
    "care_home": "carehome aldreboende vardboende sarskiltboende sabo nursinghome lss",
    "school": "school skola grundskola gymnasium gymnasieskola forskola preschool kindergarten",
    "tram": "tram sparvag sparvagn tramline sparvagslinje light rail",
    "people": "people folkmangd invanare befolkning bostad bostader dwelling residents population address adress",
}
KIND_OF = {plain_name(word): kind for kind, words in _KINDS.items() for word in words.split()}
_COLUMNS = {
    "kind": "kind typ type kategori category slag verksamhet amenity",
    "name": "name namn benamning beteckning",
    "count": "people folkmangd invanare befolkning antal antalinvanare population count boende persons pop beftotalt",
    "shape": "wkt geometry geom geometri shape",
    "x": "x lon long lng longitude longitud easting east ost e",
    "y": "y lat latitude latitud northing north nord n",
}


@dataclass(frozen=True)
class Places:
    """What stands near by, one place each: its kind (a key of `WEIGHTS`), name, how many (people; else 1) and shape."""

    kind: tuple[str, ...]
    name: tuple[str, ...]
    count: FloatArray
    shapes: Shapes
    epsg: int | None = None
    report: Report = field(default_factory=Report)


@dataclass(frozen=True)
class Consequence:
    """What a break of each pipe would touch.

    `near` holds per kind how many are within `reach` metres (people: how many people), `score` the weighted sum, in
    people, in which near places weigh more than those further off. `weights` are those used.
    """

    near: Mapping[str, FloatArray]
    score: FloatArray
    weights: Mapping[str, float]
    reach: float


@dataclass(frozen=True)
class AreaRisk:
    """An area's pipes together: expected breaks, risk, and the consequence of one break there on average."""

    name: str
    expected: float
    consequence: float
    risk: float


def read_places(path: str | Path, *, epsg: int | None, crs: str | None = None) -> Places:
    """Return the places in a file (as `read_network` reads them), in the pipes' system of coordinates `epsg`.

    A column says the kind (sjukhus, skola, äldreboende, spårväg, …; English too) or a column of people makes them
    people. Kinds that are not known count 0 and are told. Raises `InputError` where there are no coordinates.
    """
    notes = Notes()
    table = read_table(path, notes)
    columns = {plain_name(column): column for column in table.cells}
    fields = {
        field: columns[name]
        for field, names in _COLUMNS.items()
        for name in reversed(names.split())
        if name in columns
    }
    empty = [""] * len(table)
    counts, bad = (
        read_numbers(table.cells[fields["count"]]) if "count" in fields else (np.full(len(table), np.nan), [])
    )
    notes.changed(table.name, "{count} counts are no numbers: taken as 1", len(bad), "Correct them")
    said = read_texts(table.cells[fields["kind"]]) if "kind" in fields else tuple(empty)
    kinds = tuple(
        KIND_OF.get(plain_name(text), "other") if text else "people" if np.isfinite(count) else "other"
        for text, count in zip(said, counts, strict=True)
    )
    unknown = sorted({text for text, kind in zip(said, kinds, strict=True) if kind == "other"})
    notes.dropped(
        table.name,
        "{count} places weigh nothing: their kind is not known ({kinds})",
        kinds.count("other"),
        "Kinds that weigh: hospital, care_home, school, tram, people",
        kinds=", ".join(unknown)[:200] or "-",
    )
    counts = np.where(np.isfinite(counts) & np.isin(kinds, "people"), np.maximum(counts, 0), 1.0)
    shapes = _shapes(table.shapes, table.cells, fields, table.name)
    middle = systems.points_of(shapes)
    looks = systems.look_at(middle[:, 0], middle[:, 1])
    wanted = systems.parse_system(crs) if crs else None
    source = systems.decide_system(looks, table.epsg, wanted, table.name, notes, len(table))
    shapes = systems.transform_shapes(shapes, source or epsg, epsg, looks.swapped)
    names = read_texts(table.cells[fields["name"]]) if "name" in fields else tuple(empty)
    return Places(kinds, names, counts, shapes, epsg, notes.report())


def _shapes(
    own: Shapes | None, cells: Mapping[str, Sequence[object]], fields: Mapping[str, str], name: str
) -> Shapes:
    if own is not None:
        return own
    made = np.full(len(next(iter(cells.values()))), None, dtype=object)
    if "shape" in fields:
        made[:] = shapely.from_wkt(
            [text or None for text in read_texts(cells[fields["shape"]])], on_invalid="ignore"
        )
    elif "x" in fields and "y" in fields:
        x, y = (read_numbers(cells[fields[each]])[0] for each in ("x", "y"))
        good = np.isfinite(x) & np.isfinite(y)
        made[good] = shapely.points(x[good], y[good])
    else:
        raise InputError(
            "the places have no coordinates", place=name, remedy="Give a map layer, or columns x and y"
        )
    return made


def add_consequence(
    pipes: Pipes, places: Places, *, weights: Mapping[str, float] | None = None, reach: float = REACH
) -> Consequence:
    """Return what is near each pipe, and the score: the sum of weight x count x nearness, in people.

    Nearness is 1 within 25 m and falls in a straight line to 0 at `reach`. People of an area (a square of statistics, a
    district) count by the share of the area that lies within reach. A pipe that lies nowhere has the median of the
    others. `weights` replaces some of `WEIGHTS`; raises `InputError` for a kind that is not known, or below 0.
    """
    used = {**WEIGHTS, **(weights or {})}
    for kind, weight in used.items():
        if kind not in WEIGHTS or not 0 <= weight < 1e9:
            raise InputError(
                "'{kind}' cannot weigh {weight}",
                place="weights",
                remedy="Give 0 or more for one of {kinds}",
                facts={"kind": kind, "weight": str(weight), "kinds": ", ".join(WEIGHTS)},
            )
    there = np.flatnonzero([line is not None for line in pipes.lines])
    lines = np.array([shapely.linestrings(pipes.lines[each]) for each in there.tolist()], dtype=object)
    given = np.flatnonzero([shape is not None for shape in places.shapes])
    near = {kind: np.zeros(len(pipes)) for kind in WEIGHTS if kind not in ("pipe", "other")}
    score = np.full(len(pipes), used["pipe"])
    if len(given):
        tree = shapely.STRtree(places.shapes[given])
        for start in range(0, len(there), CHUNK):
            part = slice(start, start + CHUNK)
            at, found = tree.query(lines[part], predicate="dwithin", distance=reach)
            pairs = _weigh(lines[part][at], places, given[found], reach)
            for kind, total in near.items():
                count, nearness = (
                    np.where(pairs.kind == kind, each, 0) for each in (pairs.count, pairs.nearness)
                )
                np.add.at(total, there[part][at], count)
                np.add.at(score, there[part][at], used[kind] * count * nearness)
    nowhere = np.setdiff1d(np.arange(len(pipes)), there)
    if len(there) and len(nowhere):
        score[nowhere] = np.median(score[there])
    return Consequence(near, score, used, reach)


@dataclass(frozen=True)
class _Pairs:
    """A pipe and a place near it, one place each: the place's kind, how many it counts, and how near it is."""

    kind: NDArray[np.object_]
    count: FloatArray
    nearness: FloatArray


def _weigh(lines: Shapes, places: Places, place: IntArray, reach: float) -> _Pairs:
    shapes = places.shapes[place]
    count = places.count[place] * _share(lines, shapes, reach)
    nearness = np.clip((reach - shapely.distance(lines, shapes)) / max(reach - CLOSE, 1e-9), 0, 1)
    # within an area people live at all distances up to reach: half on average
    nearness[_is_area(shapes)] = 0.5
    return _Pairs(np.array(places.kind, dtype=object)[place], count, nearness)


def _is_area(shapes: Shapes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(shapely.get_dimensions(shapes) == 2)


def _share(lines: Shapes, shapes: Shapes, reach: float) -> FloatArray:
    """Return how much of each shape lies within reach of its line: 1 for points and lines, by surface for areas."""
    share = np.ones(len(shapes))
    areas = np.flatnonzero(_is_area(shapes))
    if len(areas):
        around = shapely.buffer(lines[areas], reach, quad_segs=4)
        within = shapely.intersection(around, shapely.make_valid(shapes[areas]))
        share[areas] = shapely.area(within) / np.maximum(shapely.area(shapes[areas]), 1e-9)
    return share


def risk_of(expected: FloatArray, consequence: Consequence) -> FloatArray:
    """Return risk: the expected breaks times what one of them would touch, in people a year."""
    return expected * consequence.score


def risk_by_area(area: Sequence[str], expected: FloatArray, consequence: Consequence) -> tuple[AreaRisk, ...]:
    """Return areas with the highest risk first; what has no area is left out."""
    names, places = np.unique(np.array(area, dtype=object), return_inverse=True)
    breaks = np.bincount(places.reshape(-1), expected, len(names))
    risk = np.bincount(places.reshape(-1), risk_of(expected, consequence), len(names))
    found = [
        AreaRisk(str(name), float(one), float(other / one) if one > 0 else 0.0, float(other))
        for name, one, other in zip(names, breaks, risk, strict=True)
        if name
    ]
    return tuple(sorted(found, key=lambda each: (-each.risk, each.name)))
