"""Writes a synthetic town as a utility would hand it in: pipes, breaks, places, streets and districts as files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ringar_kits.errors import InputError
from ringar_kits.leaks.consequence import Places
from ringar_kits.leaks.model import FloatArray
from ringar_kits.leaks.synthetic import City
from ringar_kits.leaks.systems import WGS84, transform
from ringar_kits.leaks.town import CENTRE, EPSG
from ringar_kits.tables import write_csv

PEOPLE_PER_STREET = 14.0  # between two crossings
_FILES = ("pipes.csv", "breaks.csv", "places.geojson", "streets.geojson", "districts.geojson")
_PIPE_HEADER = (
    *(
        "Lednings-ID",
        "Anläggningsår",
        "Material",
        "Dimension (mm)",
        "Längd (m)",
        "Tryckzon",
        "Avstängningsområde",
    ),
    *("Gata", "Driftstatus", "Stadsdel", "Senast ändrad", "WKT"),
)
_BREAK_HEADER = (
    *("Ärendenummer", "Läckdatum", "Lednings-ID", "Läckagetyp", "N", "E"),
    *("Material", "Dimension", "Anläggningsår"),
)


def make_places(city: City, seed: int = 0) -> Places:
    """Return who lives and what stands in a town: people along the streets, a hospital, schools, care homes, a tram."""
    random = np.random.default_rng([seed, 7])
    ends = city.plan.ends
    middle = ends.mean(axis=1)
    reach = np.hypot(*(middle - np.array(CENTRE)).T)
    people = random.poisson(PEOPLE_PER_STREET * (1.6 - reach / max(reach.max(), 1.0)))
    kinds, names, shapes, counts = (
        ["people"] * len(ends),
        [""] * len(ends),
        list(_beside(ends, random)),
        list(people),
    )
    districts = len(city.plan.district_names)
    for kind, word, number in (
        ("hospital", "sjukhus", max(1, districts // 25)),
        ("school", "skola", districts),
        ("care_home", "äldreboende", max(1, districts // 2)),
    ):
        chosen = random.choice(len(ends), number, replace=number > len(ends))
        for each, shape in zip(chosen.tolist(), _beside(ends[chosen], random), strict=True):
            kinds.append(kind)
            names.append(f"{city.plan.district_names[city.plan.district[each]]}s {word}")
            shapes.append(shape)
            counts.append(1)
    kinds.append("tram")
    names.append("Spårvägen")
    shapes.append(shapely.linestrings(city.plan.seeds[:: max(1, districts // 6)][:7].repeat(2, axis=0)[:-1]))
    counts.append(1)
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return Places(tuple(kinds), tuple(names), np.array(counts, dtype=float), made, EPSG)


def _beside(ends: FloatArray, random: np.random.Generator) -> Any:
    """Return points some metres beside the middle of each street."""
    return shapely.points(ends.mean(axis=1) + random.normal(0, 18, (len(ends), 2)))


def district_shapes(city: City) -> tuple[tuple[str, Any], ...]:
    """Return the districts that have pipes: name and area, which together cover the town without overlap."""
    hull = shapely.buffer(shapely.convex_hull(shapely.multipoints(city.plan.ends.reshape(-1, 2))), 60)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(city.plan.seeds), extend_to=hull))
    tree = shapely.STRtree(cells)
    seed, cell = tree.query(shapely.points(city.plan.seeds), predicate="within")
    used = set(city.plan.district.tolist())
    return tuple(
        (city.plan.district_names[place], shapely.intersection(cells[at], hull))
        for place, at in zip(seed.tolist(), cell.tolist(), strict=True)
        if place in used
    )


def write_city(city: City, folder: str | Path, seed: int = 0) -> tuple[Path, ...]:
    """Write pipes.csv, breaks.csv, places.geojson, streets.geojson and districts.geojson; returns their paths.

    The tables have Swedish headers and SWEREF 99 TM, and the small faults that such files have: a length below 0, a
    diameter of 0, breaks of service pipes, breaks with a place but no id. The map layers are in WGS 84.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(error, target) from error
    random = np.random.default_rng([seed, 11])
    paths = tuple(target / name for name in _FILES)
    write_csv(paths[0], _PIPE_HEADER, _pipe_rows(city, random))
    write_csv(paths[1], _BREAK_HEADER, _break_rows(city, random))
    places = make_places(city, seed)
    _write_layer(
        paths[2],
        _degrees(places.shapes),
        (
            {"kind": kind, "name": name, "people": int(count) if kind == "people" else None}
            for kind, name, count in zip(places.kind, places.name, places.count, strict=True)
        ),
    )
    streets = [(name, shape) for name, shape in _streets(city)]
    _write_layer(
        paths[3], _degrees([shape for _, shape in streets]), ({"street": name} for name, _ in streets)
    )
    districts = district_shapes(city)
    _write_layer(
        paths[4], _degrees([shape for _, shape in districts]), ({"district": name} for name, _ in districts)
    )
    return paths


def _pipe_rows(city: City, random: np.random.Generator) -> Iterator[Sequence[object]]:
    pipes = city.pipes
    n = len(pipes)
    wrong_length, no_size = random.random(n) < 0.001, random.random(n) < 0.003
    coordinates = np.round(city.plan.ends, 2).tolist()
    for at in range(n):
        year, size = pipes.installed[at], pipes.diameter_mm[at]
        (x1, y1), (x2, y2) = coordinates[at]
        length = round(float(pipes.length_m[at]), 2)
        yield (
            pipes.ids[at],
            "" if np.isnan(year) else int(year),
            pipes.material[at],
            0 if no_size[at] else "" if np.isnan(size) else int(size),
            -length if wrong_length[at] else length,
            pipes.zone[at],
            pipes.area[at],
            pipes.street[at],
            "I drift",
            pipes.extra["district"][at],
            f"{city.first + city.hazard.shape[1] - 1}-03-01",
            f"LINESTRING ({x1} {y1}, {x2} {y2})",
        )


def _break_rows(city: City, random: np.random.Generator) -> Iterator[Sequence[object]]:
    breaks = city.breaks
    nameless, service = random.random(len(breaks)) < 0.02, random.random(len(breaks)) < 0.03
    for at in np.argsort(breaks.day, kind="stable").tolist():
        east, north = np.round(breaks.point[at], 1).tolist()
        yield (
            f"L{at + 1:06d}",
            str(breaks.day[at]),
            "" if nameless[at] else city.named[at],
            "Servis" if service[at] else "Huvudledning",
            north,
            east,
            breaks.material[at],
            int(breaks.diameter_mm[at]),
            int(breaks.installed[at]),
        )


def _streets(city: City) -> Iterator[tuple[str, Any]]:
    """Yield each street as one shape of all its parts, in the order of its number."""
    order = np.argsort(city.plan.street_number, kind="stable")
    numbers, starts = np.unique(city.plan.street_number[order], return_index=True)
    for part in np.split(order, starts[1:]) if len(numbers) else ():
        yield city.plan.street[part[0]], shapely.multilinestrings(list(city.plan.ends[part]))


def _degrees(shapes: Any) -> Any:
    given = np.empty(len(shapes), dtype=object)
    given[:] = list(shapes)
    return shapely.transform(given, lambda points: np.round(transform(points, EPSG, WGS84), 6))


def _write_layer(path: Path, shapes: Any, records: Iterator[Mapping[str, Any]]) -> None:
    features = (
        f'{{"type":"Feature","properties":{json.dumps(record, ensure_ascii=False)},"geometry":{shape}}}'
        for shape, record in zip(shapely.to_geojson(shapes), records, strict=True)
    )
    try:
        with path.open("w", encoding="utf-8") as file:
            file.write('{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n")
    except OSError as error:
        raise _unwritable(error, path) from error


def _unwritable(error: OSError, path: Path) -> InputError:
    reason = error.strerror or "it cannot be written"
    return InputError(reason, place=str(path), remedy="Choose a folder that you may write to")
