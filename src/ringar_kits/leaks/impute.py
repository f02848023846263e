"""Fills in years, materials and diameters that are not known, from pipes that were known at the cut, and marks them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from scipy.spatial import cKDTree

from ringar_kits.leaks.dates import decimal_years
from ringar_kits.leaks.model import BoolArray, FloatArray, IntArray, Pipes

NEAREST = 8  # pipes that are asked
WITHIN = 300.0  # metres; streets were built together, quarters were not
SIZES = np.array([90.0, 130.0, 175.0, 250.0, 350.0, 550.0])  # mm, between the usual diameters
FIELDS = ("installed", "material", "diameter_mm")


def impute_missing(pipes: Pipes, *, as_of: date) -> tuple[Pipes, Mapping[str, BoolArray]]:
    """Return pipes without gaps in `installed`, `material` and `diameter_mm`, and per field which were filled in.

    A gap is filled from those that share most with the pipe: of the same area and material, else of the same area,
    else the nearest within 300 m, else of the same material and size, else all. Years and diameters are the median,
    materials the most common. Only pipes laid before `as_of` are asked, so nothing later shines through; the year is
    never after the cut. Where no pipe knows a field it stays as it is.
    """
    cut = float(decimal_years(np.array([as_of], dtype="datetime64[D]"))[0])
    known = ~(pipes.installed > cut)  # a pipe of unknown year counts as there
    near = _neighbours(pipes, known)
    materials, names = _numbered(pipes.material)
    areas, _ = _numbered(pipes.area)
    sizes = np.where(np.isnan(pipes.diameter_mm), -1, np.searchsorted(SIZES, pipes.diameter_mm))
    years = _fill(
        pipes.installed, known, [_pairs(areas, materials), areas], near, [_pairs(materials, sizes), materials]
    )
    years = np.where(np.isnan(pipes.installed), np.minimum(years, cut), pipes.installed)
    era = np.where(np.isnan(years), -1, years // 10).astype(np.int64)
    kinds = np.where(materials < 0, np.nan, materials.astype(float))
    kinds = _fill(kinds, known, [_pairs(areas, era), areas], near, [_pairs(era, sizes), era], common=True)
    made = np.where(np.isnan(kinds), -1, kinds).astype(np.int64)
    widths = _fill(
        pipes.diameter_mm, known, [_pairs(areas, made), areas], near, [_pairs(made, era), made], common=True
    )
    material = tuple(names[each] if each >= 0 else "" for each in made.tolist())
    flags = {
        "installed": np.isnan(pipes.installed) & ~np.isnan(years),
        "material": (materials < 0) & (made >= 0),
        "diameter_mm": np.isnan(pipes.diameter_mm) & ~np.isnan(widths),
    }
    return replace(pipes, installed=years, material=material, diameter_mm=widths), flags


def _numbered(texts: Sequence[str]) -> tuple[IntArray, list[str]]:
    """Return the place of each text among the different ones, -1 for \"\", and these."""
    names, numbers = np.unique(np.array(texts, dtype=object), return_inverse=True)
    words = [str(name) for name in names]
    found = numbers.reshape(-1).astype(np.int64)
    return (np.where(found == words.index(""), -1, found) if "" in words else found), words


def _pairs(one: IntArray, other: IntArray) -> IntArray:
    """Return one number per pair, -1 where either is not known."""
    width = int(other.max(initial=0)) + 1
    return np.where((one < 0) | (other < 0), -1, one * width + other)


def _fill(
    values: FloatArray,
    known: BoolArray,
    closer: Sequence[IntArray],
    near: tuple[IntArray, IntArray],
    wider: Sequence[IntArray],
    common: bool = False,
) -> FloatArray:
    """Return values with gaps filled: by the groups `closer`, then neighbours, then the groups `wider`, then all."""
    found = values.copy()
    asked = np.where(known, values, np.nan)
    for group in closer:
        _by_group(found, asked, group, common)
    _by_neighbours(found, asked, near, common)
    for group in (*wider, np.zeros(len(values), dtype=np.int64)):
        _by_group(found, asked, group, common)
    return found


def _by_group(found: FloatArray, asked: FloatArray, group: IntArray, common: bool) -> None:
    missing = np.flatnonzero(np.isnan(found) & (group >= 0))
    if not len(missing):
        return
    wanted = np.unique(group[missing])
    given = np.flatnonzero(np.isin(group, wanted) & ~np.isnan(asked))
    order = given[np.argsort(group[given], kind="stable")]
    names, starts = np.unique(group[order], return_index=True)
    answers = (
        {
            int(name): _middle(part, common)
            for name, part in zip(names, np.split(asked[order], starts[1:]), strict=True)
        }
        if len(order)
        else {}
    )
    found[missing] = [answers.get(each, np.nan) for each in group[missing].tolist()]


def _by_neighbours(
    found: FloatArray, asked: FloatArray, near: tuple[IntArray, IntArray], common: bool
) -> None:
    owners, others = near
    use = np.isnan(found[owners]) & ~np.isnan(asked[others])
    owners, others = owners[use], others[use]
    if not len(owners):
        return
    names, starts = np.unique(owners, return_index=True)
    parts = np.split(asked[others], starts[1:])
    found[names] = [_middle(part, common) for part in parts]


def _middle(values: FloatArray, common: bool) -> float:
    """Return the most common value (the lowest of several), or the lower median: a value that somebody has."""
    if common:
        kinds, counts = np.unique(values, return_counts=True)
        return float(kinds[np.argmax(counts)])
    return float(np.sort(values)[(len(values) - 1) // 2])


def _neighbours(pipes: Pipes, known: BoolArray) -> tuple[IntArray, IntArray]:
    """Return pairs (pipe with a gap, pipe near by that was known), sorted by the first."""
    gap = np.isnan(pipes.installed) | np.isnan(pipes.diameter_mm)
    gap |= np.array([not text for text in pipes.material], dtype=bool)
    none = np.empty(0, dtype=np.int64)
    there = np.array([line is not None for line in pipes.lines], dtype=bool)
    owners, others = np.flatnonzero(gap & there), np.flatnonzero(known & ~gap & there)
    if not len(owners) or not len(others):
        return none, none
    middle = np.array([line.mean(axis=0) if line is not None else (np.nan, np.nan) for line in pipes.lines])
    _, found = cKDTree(middle[others]).query(
        middle[owners], k=min(NEAREST, len(others)), distance_upper_bound=WITHIN
    )
    found = found.reshape(len(owners), -1)
    good = found < len(others)
    row, column = np.nonzero(good)
    return owners[row], others[found[row, column]]
