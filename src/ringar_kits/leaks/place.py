"""Where things lie: pipes on their road segments, breaks on the nearest pipe."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from ringar_kits.leaks.layers import Shapes
from ringar_kits.leaks.model import FloatArray, IntArray

NEAR = 25.0  # metres; a break further from every pipe is said to lie on none


def lines_between(x1: FloatArray, y1: FloatArray, x2: FloatArray, y2: FloatArray) -> Shapes:
    """Return a straight line per row, None where a coordinate is missing."""
    ends = np.stack([np.column_stack([x1, y1]), np.column_stack([x2, y2])], axis=1)
    good = np.asarray(np.isfinite(ends).all(axis=(1, 2)))
    made = np.full(len(ends), None, dtype=object)
    if good.any():
        made[good] = shapely.linestrings(ends[good])
    return made


def lines_of(shapes: Shapes) -> tuple[FloatArray | None, ...]:
    """Return each shape as one (k, 2) line: parts one after the other, an area by its edge, a point twice."""
    return tuple(None if shape is None else _points(shape) for shape in shapes)


def _points(shape: shapely.Geometry) -> FloatArray | None:
    points = shapely.get_coordinates(shape)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    return np.repeat(points, 2, axis=0) if len(points) == 1 else points


def on_roads(road: Sequence[str], roads: Mapping[str, int], shapes: Shapes) -> Shapes:
    """Return for each pipe the shape of its road segment; None where the segment is not known."""
    made = np.full(len(road), None, dtype=object)
    for place, name in enumerate(road):
        at = roads.get(name)
        if at is not None:
            made[place] = shapes[at]
    return made


def nearest_pipes(points: FloatArray, shapes: Shapes, within: float = NEAR) -> IntArray:
    """Return for each (n, 2) point the place of the nearest shape within so many metres, else -1.

    Of several at the same distance (pipes drawn on one road segment) it is the first.
    """
    found = np.full(len(points), -1, dtype=np.int64)
    there = np.flatnonzero(np.array([shape is not None for shape in shapes], dtype=bool))
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    if not len(there) or not len(known):
        return found
    tree = shapely.STRtree(shapes[there])
    point, line = tree.query_nearest(shapely.points(points[known]), max_distance=within, all_matches=True)
    # the first of those that are as near, so that the answer does not hang on the tree's order
    order = np.lexsort((line, point))
    point, first = np.unique(point[order], return_index=True)
    found[known[point]] = there[line[order][first]]
    return found


def distances(points: FloatArray, shapes: Shapes, at: IntArray) -> FloatArray:
    """Return the metres from each point to the shape at its place; NaN without point, place or shape."""
    chosen = np.full(len(points), None, dtype=object)
    chosen[at >= 0] = shapes[at[at >= 0]]
    good = np.flatnonzero(np.isfinite(points).all(axis=1) & (at >= 0))
    made = np.full(len(points), np.nan)
    made[good] = shapely.distance(shapely.points(points[good]), chosen[good])
    return made
