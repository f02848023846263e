"""From observations to the one series that the model sees: treated less controls, week by week."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ringar_kits.effects.model import Observation
from ringar_kits.effects.scales import Values, check_scale, fault_of, to_working
from ringar_kits.errors import InputError

WEEK = timedelta(days=7)
Table = dict[str, dict[date, float]]


@dataclass(frozen=True, slots=True)
class Frame:
    """Units × weeks on the working scale (NaN where nothing was measured), every week from the first to the last.

    `own` holds the same values in the metric's own unit. `treated` and `controls` are rows.
    """

    units: tuple[str, ...]
    weeks: tuple[date, ...]
    working: Values
    own: Values
    treated: tuple[int, ...]
    controls: tuple[int, ...]

    def mean(self, rows: Sequence[int]) -> Values:
        """Return the mean of some units for each week, as if none had missing weeks (see `group_mean`)."""
        return group_mean(self.working[list(rows)])

    def difference(self, rows: Sequence[int], others: Sequence[int]) -> Values:
        """Return the mean of `rows` less that of `others` (of nothing, where there are none) for each week."""
        return self.mean(rows) - self.mean(others) if others else self.mean(rows)

    def up_to(self, week: date) -> "Frame":
        """Return the frame without what came after a week."""
        kept = sum(each <= week for each in self.weeks)
        return Frame(
            self.units,
            self.weeks[:kept],
            self.working[:, :kept],
            self.own[:, :kept],
            self.treated,
            self.controls,
        )

    def without(self, left_out: Collection[str]) -> "Frame":
        """Return the frame without some units."""
        kept = [row for row, unit in enumerate(self.units) if unit not in left_out]
        return Frame(
            tuple(self.units[row] for row in kept),
            self.weeks,
            self.working[kept],
            self.own[kept],
            tuple(place for place, row in enumerate(kept) if row in self.treated),
            tuple(place for place, row in enumerate(kept) if row in self.controls),
        )


def gather(
    observations: Iterable[Observation],
    *,
    treated: Collection[str],
    controls: Collection[str],
    scale: str,
    until: date | None = None,
) -> Frame:
    """Return the checked observations of the named units up to the week `until`, on the working scale.

    Other units are ignored. Raises `InputError` for a unit that is not there or on both sides, a week that is
    no Monday or stands twice, and values that cannot stand on the scale.
    """
    check_scale(scale)
    table = _table(observations)
    _check_units(table, treated, controls)
    units = tuple(sorted({*treated, *controls}))
    # values are looked at here, so that units that are not asked about may hold anything
    for unit in units:
        for week, value in table[unit].items():
            if fault := fault_of(value, scale, f"unit {unit}, week {week}"):
                raise fault
    last = until or date.max
    found = [week for unit in units for week in table[unit] if week <= last]
    if not found:
        raise InputError("there is no value to look at", remedy="Give at least one week for each unit")
    weeks = tuple(min(found) + n * WEEK for n in range((max(found) - min(found)).days // 7 + 1))
    own = np.array([[table[unit].get(week, np.nan) for week in weeks] for unit in units])
    rows = {unit: row for row, unit in enumerate(units)}
    return Frame(
        units,
        weeks,
        to_working(own, scale),
        own,
        tuple(sorted(rows[unit] for unit in set(treated))),
        tuple(sorted(rows[unit] for unit in set(controls))),
    )


def _table(observations: Iterable[Observation]) -> Table:
    table: Table = {}
    for each in observations:
        place = f"unit {each.unit}, week {each.week}"
        check_monday(each.week, place)
        weeks = table.setdefault(each.unit, {})
        if each.week in weeks:
            raise InputError(
                "the week stands there twice", place=place, remedy="Keep one value for each week"
            )
        weeks[each.week] = float(each.value)
    return table


def check_monday(day: date, place: str) -> None:
    """Raise `InputError` where a day is no Monday; the message names the Monday of its week."""
    if day.weekday():
        monday = day - timedelta(days=day.weekday())
        raise InputError(
            "{day} is no Monday",
            place=place,
            remedy="Name a week by its Monday: {monday}",
            facts={"day": str(day), "monday": str(monday)},
        )


def _check_units(table: Table, treated: Collection[str], controls: Collection[str]) -> None:
    if not treated:
        raise InputError("no unit that tried is named", remedy="Name at least one treated unit")
    if both := sorted(set(treated) & set(controls)):
        raise InputError(
            "{units} cannot both try and be compared with",
            remedy="Name each unit among the treated or the controls",
            facts={"units": ", ".join(both)},
        )
    if unknown := sorted({*treated, *controls} - table.keys()):
        known = ", ".join(unit[:40] for unit in sorted(table)[:20]) or "none"
        names = ", ".join(unit[:40] for unit in unknown[:20])
        raise InputError(
            "there is no unit {units}",
            remedy="The units are: {known}",
            facts={"units": names, "known": known},
        )


def group_mean(rows: Values) -> Values:
    """Return the mean of units (units, weeks) for each week; NaN where no unit has a value.

    Where some units miss weeks, a plain mean would jump when a high or low unit drops out. So a unit's level plus a
    common week is fitted by least squares, and the mean level is put on each week: the plain mean where
    nothing is missing. Units that never meet in a week are taken to lie at the same level.
    """
    there = ~np.isnan(rows)
    counts = there.sum(axis=0)
    if len(rows) == 1 or there.all():
        return rows.mean(axis=0)
    values, used = np.where(there, rows, 0.0)[:, counts > 0], there[:, counts > 0].astype(float)
    each = used / used.sum(axis=0)
    # the weeks are eliminated, which leaves one equation a unit; its singular direction is the overall level
    laplacian = np.diag(used.sum(axis=1)) - used @ each.T
    levels = np.linalg.pinv(laplacian) @ (values - used * (each * values).sum(axis=0)).sum(axis=1)
    levels -= levels.mean()
    mean = np.full(rows.shape[1], np.nan)
    mean[counts > 0] = (each * (values - used * levels[:, None])).sum(axis=0)
    return mean


def phases(weeks: Sequence[date], start: date, burn_in: int) -> NDArray[np.int_]:
    """Return 0 for weeks before the start, 1 for the burn-in weeks from it, 2 for those after."""
    days = np.array([(week - start).days // 7 for week in weeks])
    return np.where(days < 0, 0, np.where(days < burn_in, 1, 2))
