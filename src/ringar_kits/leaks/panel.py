"""The network as a model sees it: columns of numbers, and what was in the ground in each year before the cut."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from scipy.spatial import cKDTree

from ringar_kits.errors import InputError
from ringar_kits.leaks.dates import decimal_years
from ringar_kits.leaks.impute import impute_missing
from ringar_kits.leaks.model import BoolArray, Breaks, FloatArray, IntArray, Pipes

MOST_YEARS = 40  # of history that are used
FEWEST_YEARS = 3
FEWEST_BREAKS = 50
NEAR = 60.0  # metres from a break of no known pipe to the area it is counted to
FAMILIES = {
    "cast iron": ("CI", "GJJ", "GG", "GJ", "GRÅJÄRN", "GRAJARN", "GJUTJÄRN", "CAST IRON", "GREY CAST IRON"),
    "ductile iron": ("DI", "SJ", "SG", "GJS", "SEGJÄRN", "SEGJARN", "DUCTILE IRON"),
    "PVC": ("PVC", "PVCO", "PVCB", "PVCF", "PVC-U", "PVC-O", "UPVC", "MPVC"),
    "polyethylene": ("PE", "PEH", "PEM", "PEL", "PE80", "PE100", "HDPE", "MDPE", "LDPE", "HDPE IN CI"),
    "steel": ("ST", "STÅL", "STAL", "STEEL", "GST"),
    "asbestos cement": ("AC", "ETERNIT", "ASBESTOS CEMENT"),
    "concrete": ("BTG", "BETONG", "CPP", "CONCRETE", "PCCP"),
    "copper": ("COP", "CU", "KOPPAR", "COPPER"),
}
FAMILY = {code: family for family, codes in FAMILIES.items() for code in codes}


@dataclass(frozen=True, slots=True)
class Panel:
    """Pipes and breaks as known at the cut, in numbers.

    Years are counted back from the cut: slice k is the year from cut - k - 1 to cut - k; there are `years` of them with
    systematic records. `when` counts years before the cut. `own` marks breaks of the pipe that lies there now. `spots`
    are (n, 3, 2) metres along each pipe (NaN: nowhere). `area` and `street` number pipes that lie together, `lot`
    those of one material laid in one year in one street; a break of no known area has -1.
    """

    cut: float  # decimal year
    laid: FloatArray  # years before the cut; below 0: after it
    kind: IntArray
    kinds: tuple[str, ...]
    diameter: FloatArray
    length: FloatArray
    area: IntArray
    street: IntArray
    street_of: IntArray  # of each area
    lot: IntArray
    spots: FloatArray
    traits: Mapping[str, IntArray]
    imputed: Mapping[str, BoolArray]
    when: FloatArray
    pipe: IntArray
    own: BoolArray
    broken_area: IntArray
    point: FloatArray
    years: int

    def there(self, cut: int) -> BoolArray:
        """Which pipes were in the ground `cut` years before the cut."""
        return self.laid > cut

    def counts(self, cut: int, horizon: int = 1) -> FloatArray:
        """Return breaks per pipe in the `horizon` years that follow `cut` years before the cut."""
        use = self.own & (self.when <= cut) & (self.when > cut - horizon)
        return np.bincount(self.pipe[use], minlength=len(self.laid)).astype(float)


def build_panel(pipes: Pipes, breaks: Breaks, *, as_of: date) -> Panel:
    """Return the network as known at `as_of`; breaks from that day on are not looked at.

    Raises `InputError` where there are too few pipes, breaks or years to learn from.
    """
    day = np.datetime64(as_of, "D")
    cut = float(decimal_years(np.array([day]))[0])
    known = breaks.day < day
    when = cut - decimal_years(breaks.day[known])
    pipe = breaks.pipe[known]
    own = (pipe >= 0) & ~breaks.former[known]
    years = _recorded_years(when[own], as_of)
    filled, flags = impute_missing(pipes, as_of=as_of)
    kind, kinds = _group([FAMILY.get(each, each) or "unknown" for each in filled.material], most=9)
    area, street, street_of = _places(pipes)
    point = breaks.point[known]
    spots = _spots(pipes)
    told = np.array(breaks.area, dtype=object)[known] if breaks.area else np.full(len(pipe), "", dtype=object)
    broken_area = _areas_of_breaks(pipe, area, told, pipes.area, point, spots)
    diameter = np.where(np.isnan(filled.diameter_mm), 150.0, filled.diameter_mm)
    laid = cut - np.where(np.isnan(filled.installed), cut - 40.0, filled.installed)
    return Panel(
        cut=cut,
        laid=laid,
        kind=kind,
        kinds=kinds,
        diameter=np.maximum(diameter, 10.0),
        length=pipes.length_m,
        area=area,
        street=street,
        street_of=street_of,
        lot=_lots(street, kind, np.floor(cut - laid).astype(np.int64)),
        spots=spots,
        traits=_traits(pipes),
        imputed={
            **flags,
            "installed": flags["installed"] | np.isnan(filled.installed),  # no pipe's year is known
            "diameter_mm": flags["diameter_mm"] | np.isnan(filled.diameter_mm),
            **pipes.filled,
        },
        when=when,
        pipe=pipe,
        own=own,
        broken_area=broken_area,
        point=point,
        years=years,
    )


def _recorded_years(when: FloatArray, as_of: date) -> int:
    """Return for how many years before the cut breaks were recorded in earnest (left truncation)."""
    if len(when) < FEWEST_BREAKS:
        raise InputError(
            "breaks on a pipe before {day}: {count}, and {least} are needed to learn from",
            remedy="Give breaks of more years, or choose a later day",
            facts={"count": len(when), "least": FEWEST_BREAKS, "day": as_of.isoformat()},
        )
    counts = np.bincount(np.minimum(when.astype(np.int64), MOST_YEARS))[:MOST_YEARS]
    usual = float(np.median(counts[:10][counts[:10] > 0])) if counts[:10].any() else 0.0
    begun = np.flatnonzero(counts >= max(0.25 * usual, 1.0))
    years = int(begun[-1]) + 1 if len(begun) else 0
    # a handful of stray rows long before the records began is no record: most of the years after must have breaks
    while years > FEWEST_YEARS and (counts[max(years - 3, 0) : years] < 0.25 * usual).sum() > 1:
        years -= 1
    if years < FEWEST_YEARS:
        raise InputError(
            "years of breaks on record before {day}: {years}, and {least} are needed",
            remedy="Give breaks of more years, or choose a later day",
            facts={"years": years, "least": FEWEST_YEARS, "day": as_of.isoformat()},
        )
    return years


def _group(names: Sequence[str], *, most: int) -> tuple[IntArray, tuple[str, ...]]:
    """Return the number of each name; the rarest, and all beyond the `most` common ones, are one group."""
    common = [name for name, count in Counter(names).most_common(most) if count >= 0.001 * len(names)]
    numbers = {name: place for place, name in enumerate(common)}
    found = np.array([numbers.get(name, len(common)) for name in names], dtype=np.int64)
    return found, (*common, "other")


def _number(names: Sequence[str]) -> IntArray:
    """Return the number of each name; every "" is a place of its own."""
    unique = [name or f"\0{place}" for place, name in enumerate(names)]
    return np.unique(np.array(unique, dtype=object), return_inverse=True)[1].reshape(-1).astype(np.int64)


def _places(pipes: Pipes) -> tuple[IntArray, IntArray, IntArray]:
    area = _number(pipes.area)
    street = _number([street or area for street, area in zip(pipes.street, pipes.area, strict=True)])
    street_of = np.zeros(int(area.max()) + 1, dtype=np.int64)
    street_of[area] = street
    return area, street, street_of


def _lots(street: IntArray, kind: IntArray, laid: IntArray) -> IntArray:
    """Return the number of each pipe's lot; `laid` is the calendar year."""
    key = (street * 100 + kind) * 10_000 + laid
    return np.unique(key, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _spots(pipes: Pipes) -> FloatArray:
    """Return three points along each pipe's line, at 1/6, 1/2 and 5/6 of it."""
    spots = np.full((len(pipes), 3, 2), np.nan)
    there = np.flatnonzero([line is not None for line in pipes.lines])
    points = [line for line in pipes.lines if line is not None]
    if points:
        of_line = np.repeat(np.arange(len(points)), [len(line) for line in points])
        lines = shapely.linestrings(np.concatenate(points), indices=of_line)
        for place, share in enumerate((1 / 6, 1 / 2, 5 / 6)):
            at = shapely.line_interpolate_point(lines, share, normalized=True)
            spots[there, place] = shapely.get_coordinates(at)
    return spots


def _areas_of_breaks(
    pipe: IntArray,
    area: IntArray,
    told: "np.ndarray[tuple[int], np.dtype[np.object_]]",
    names: Sequence[str],
    point: FloatArray,
    spots: FloatArray,
) -> IntArray:
    """Return each break's area: its pipe's, else the one its record names, else the nearest."""
    numbers = {name: int(number) for name, number in zip(names, area, strict=True) if name}
    found = np.array([numbers.get(str(name), -1) for name in told], dtype=np.int64)
    found = np.where(pipe >= 0, area[np.maximum(pipe, 0)], found)
    lost = np.flatnonzero((found < 0) & np.isfinite(point).all(axis=1))
    flat = spots.reshape(-1, 2)
    good = np.flatnonzero(np.isfinite(flat[:, 0]))
    if len(lost) and len(good):
        away, nearest = cKDTree(flat[good]).query(point[lost])
        found[lost] = np.where(away <= NEAR, area[good[nearest] // 3], -1)
    return found


def _traits(pipes: Pipes) -> dict[str, IntArray]:
    """Return what else is known of pipes, each as a few groups (numbers by their quintiles)."""
    columns: dict[str, tuple[str, ...] | FloatArray] = {"zone": pipes.zone, **pipes.extra}
    found: dict[str, IntArray] = {}
    for name, values in columns.items():
        if isinstance(values, tuple):
            groups, names = _group(values, most=12)
            if len(names) > 2:
                found[name] = groups
        elif np.isfinite(values).sum() > 0.5 * len(values):
            steps = np.unique(np.nanquantile(values, [0.2, 0.4, 0.6, 0.8]))
            found[name] = np.where(np.isnan(values), len(steps) + 1, np.searchsorted(steps, values))
    return found
