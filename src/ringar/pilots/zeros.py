"""Numbers at the end of a scale that knows none: 0 where ratios are compared, 0 and 1 where shares are. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from ringar.pilots.rules import Scale
from ringar_kits.effects import Observation


def off_the_ends(
    observations: Iterable[Observation], scale: str
) -> tuple[tuple[Observation, ...], int, float | None]:
    """The observations as they are reckoned with, how many were moved, and how far from the end.

    A 0 on the scale of ratios, and a 0 or 1 on that of shares, has no logarithm. It is moved inside by half of the
    smallest distance to the end that was measured (the usual substitution for values below what can be told apart).
    The others stand as they are. Nothing is moved where nothing inside was measured, nor on the scale as it is.
    """
    rows = tuple(observations)
    if scale == Scale.IDENTITY:
        return rows, 0, None
    top = 1.0 if scale == Scale.LOGIT else float("inf")
    inside = [min(row.value, top - row.value) for row in rows if 0 < row.value < top]
    moved = sum(row.value in {0.0, top} for row in rows)
    if not moved or not inside:
        return rows, 0, None
    step = min(inside) / 2
    ends = {0.0: step, top: top - step}
    return tuple(replace(row, value=ends.get(row.value, row.value)) for row in rows), moved, step
