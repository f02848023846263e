"""The areas of a leak map as a small drawing for those without JavaScript: shapes in a box of fixed width."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ringar.city.rules.worst import AreaShape

WIDTH = 1000


@dataclass(frozen=True)
class Overview:
    """`box` is the viewBox; of each shape (area, "x,y x,y …"), the worst last, so that it lies on top."""

    box: str
    shapes: list[tuple[AreaShape, str]]


def overview_of(areas: Sequence[AreaShape]) -> Overview | None:
    """The drawing of the areas that lie somewhere, a straight street as a line; None where there is none."""
    drawn = [area for area in areas if len(area.corners) > 1][::-1]
    if not drawn:
        return None
    every = np.concatenate([area.corners for area in drawn])
    start, span = every.min(axis=0), np.ptp(every, axis=0)
    scale = WIDTH / max(span[0], span[1], 1)
    height = max(1, round(float(span[1] * scale)))
    shapes = []
    for area in drawn:
        corners = (area.corners - start) * scale
        shapes.append((area, " ".join(f"{x:.0f},{y:.0f}" for x, y in corners)))
    return Overview(f"-4 -4 {round(float(span[0] * scale)) + 8} {height + 8}", shapes)
