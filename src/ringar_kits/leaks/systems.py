"""Coordinate systems: which one numbers are in, axes that were swapped, and the way to one projected system."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from ringar_kits.errors import InputError
from ringar_kits.leaks.layers import Shapes
from ringar_kits.leaks.model import BoolArray, FloatArray
from ringar_kits.leaks.report import Notes

WGS84 = 4326
SWEREF99_TM = 3006
LOCAL_ZONES = range(3007, 3019)  # SWEREF 99 12 00 to 23 15: their numbers alone do not tell which
RT90 = 3021
NORTH_OF_SWEDEN = (6_100_000, 7_700_000)


@dataclass(frozen=True)
class Looks:
    """What coordinates look like: `kind` degrees, sweref, local, rt90, metres or nothing; whether axes are swapped."""

    kind: str
    swapped: bool = False


def parse_system(said: str) -> int:
    """Return the EPSG number of a system named as people do: 3006, EPSG:3006, SWEREF 99 TM, WGS 84, UTM 33N.

    Raises `InputError` for a name that no system has.
    """
    text = said.strip()
    try:
        number = CRS.from_user_input(int(text) if text.isdecimal() else _full_name(text)).to_epsg()
    except CRSError:
        number = None
    if number is None:
        raise InputError(
            "there is no coordinate system '{said}'",
            place="crs",
            remedy="Give its EPSG number: 3006 (SWEREF 99 TM), 3007–3018 (local zones), 4326 (WGS 84)",
            facts={"said": said[:60]},
        )
    return number


def _full_name(text: str) -> str:
    words = text.upper().replace("SWEREF99", "SWEREF 99").replace("WGS84", "WGS 84").split()
    if words[:1] == ["UTM"]:
        return "WGS 84 / UTM zone " + "".join(words[1:]).replace("ZONE", "")
    if words[:2] == ["SWEREF", "99"] and len(words) > 2:
        return "SWEREF99 " + " ".join(words[2:])
    return " ".join(words) if words[:2] == ["WGS", "84"] else text


def look_at(x: FloatArray, y: FloatArray) -> Looks:
    """Return what the middle of the coordinates looks like; Swedish tables often have X as north."""
    good = np.isfinite(x) & np.isfinite(y)
    if not good.any():
        return Looks("nothing")
    east, north = float(np.median(x[good])), float(np.median(y[good]))
    if abs(east) <= 180 and abs(north) <= 180:
        # Sweden lies between 55 and 70 north, 10 and 25 east; elsewhere only a latitude beyond 90 shows it
        swapped = (54 < east < 70 and 9 < north < 26) or abs(north) > 90
        return Looks("degrees", swapped)
    for swapped, one, other in ((False, east, north), (True, north, east)):
        if NORTH_OF_SWEDEN[0] < other < NORTH_OF_SWEDEN[1]:
            for kind, low, high in (
                ("local", 0, 250_000),
                ("sweref", 250_000, 950_000),
                ("rt90", 1_150_000, 1_950_000),
            ):
                if low < one < high:
                    return Looks(kind, swapped)
    return Looks("metres")


def decide_system(
    looks: Looks, said: int | None, wanted: int | None, place: str, notes: Notes, count: int
) -> int | None:
    """Return the EPSG number that coordinates are in: as wanted, as the file says, or as the numbers look.

    None: metres in a system that cannot be told. A system that the file names but the numbers contradict is
    overruled and told; one that the owner names is not: `InputError`.
    """
    for epsg, owner in ((wanted, True), (said, False)):
        if epsg is None:
            continue
        if fits(epsg, looks):
            return epsg
        words = "the coordinates look like {kind}, but the system is said to be {epsg}"
        if owner:
            raise InputError(
                words,
                place=place,
                remedy="Give the system that the numbers are in",
                facts={"kind": _KINDS[looks.kind], "epsg": epsg},
            )
        guess = _guess(looks)
        if guess is None:
            raise InputError(
                words,
                place=place,
                remedy="Give the right system with crs, or export the file anew",
                facts={"kind": _KINDS[looks.kind], "epsg": epsg},
            )
        notes.changed(
            place,
            "the file says EPSG {epsg} but the coordinates look like {kind}: read as EPSG {guess}",
            count,
            "If that is wrong, give the system with crs",
            epsg=epsg,
            kind=_KINDS[looks.kind],
            guess=guess,
        )
        return guess
    if looks.kind == "local":
        raise InputError(
            "the coordinates look like one of SWEREF 99's local zones, and which cannot be told",
            place=place,
            remedy="Give it with crs: 3007 (12 00), 3008 (13 30), 3009 (15 00), 3010 (16 30), 3011 (18 00), "
            "3012 (14 15), 3013 (15 45), 3014 (17 15), 3015 (18 45), 3016 (20 15), 3017 (21 45) or 3018 (23 15)",
        )
    return _guess(looks)


_KINDS = {
    "degrees": "WGS 84",
    "sweref": "SWEREF 99 TM",
    "local": "SWEREF 99 dd mm",
    "rt90": "RT 90",
    "metres": "m",
    "nothing": "-",
}


def _guess(looks: Looks) -> int | None:
    return {"degrees": WGS84, "sweref": SWEREF99_TM, "rt90": RT90}.get(looks.kind)


def fits(epsg: int, looks: Looks) -> bool:
    if looks.kind == "nothing":
        return True
    if CRS.from_epsg(epsg).is_geographic:
        return looks.kind == "degrees"
    if looks.kind == "degrees":
        return False
    if epsg in LOCAL_ZONES:
        return looks.kind in ("local", "metres")
    if epsg == SWEREF99_TM:
        return looks.kind == "sweref"
    return True


def projected_for(epsg: int | None, x: FloatArray, y: FloatArray) -> int | None:
    """Return a system in metres for coordinates: their own, SWEREF 99 TM in Sweden, else their zone of UTM."""
    if epsg is None or not CRS.from_epsg(epsg).is_geographic:
        return epsg
    east, north = float(np.nanmedian(x)), float(np.nanmedian(y))
    if 10 < east < 24.5 and 55 < north < 69.5:
        return SWEREF99_TM
    return (32_600 if north >= 0 else 32_700) + int((east + 180) // 6 % 60) + 1


def transform(points: FloatArray, source: int | None, target: int | None) -> FloatArray:
    """Return (n, 2) points in another system (east, north); NaN stays NaN, and what lies outside becomes NaN."""
    if source == target or source is None or target is None or not len(points):
        return points
    try:
        made = Transformer.from_crs(source, target, always_xy=True).transform(points[:, 0], points[:, 1])
    except ProjError as error:
        raise InputError(
            "the coordinates cannot be brought from EPSG {source} to EPSG {target}",
            place="crs",
            remedy="Check the system",
            facts={"source": source, "target": target},
        ) from error
    found = np.column_stack(made)
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found


def transform_shapes(shapes: Shapes, source: int | None, target: int | None, swapped: bool) -> Shapes:
    """Return shapes in another system, with axes put right; None stays None."""
    if (source == target or source is None or target is None) and not swapped:
        return shapes

    def move(points: Any) -> Any:
        return transform(points[:, ::-1] if swapped else points, source, target)

    there = np.array([shape is not None for shape in shapes], dtype=bool)
    made = shapes.copy()
    if there.any():
        made[there] = shapely.transform(shapes[there], move)
    return made


def same_place(one: FloatArray, other: FloatArray, within: float) -> BoolArray:
    """Which of (n, 2) points lie within the other points' frame, `within` metres more on each side."""
    known = other[np.isfinite(other).all(axis=1)]
    if not len(known):
        return np.zeros(len(one), dtype=bool)
    low, high = known.min(axis=0) - within, known.max(axis=0) + within
    return np.all((one >= low) & (one <= high), axis=1)


def points_of(shapes: Shapes) -> FloatArray:
    """Return the middle of each shape's frame as (n, 2); NaN where there is no shape."""
    frame = shapely.bounds(shapes)
    return np.column_stack([(frame[:, 0] + frame[:, 2]) / 2, (frame[:, 1] + frame[:, 3]) / 2])
