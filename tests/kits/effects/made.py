"""Measurements made up for the tests: what is true of them is known."""

from datetime import date, timedelta

import numpy as np

from ringar_kits.effects import Estimate, Observation

MONDAY = date(2026, 1, 5)
TRIED, BESIDE = ["A"], ["B", "C", "D"]


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


def measured(values: dict[str, list[float]]) -> list[Observation]:
    """One list of values a unit, from week 0 on."""
    return [
        Observation(unit, week(number), float(value))
        for unit, row in values.items()
        for number, value in enumerate(row)
    ]


def noisy(weeks=20, start=12, effect=5.0, seed=0, units="ABCD", level=50.0) -> list[Observation]:
    """Units with shared weeks and noise of their own; A changes by `effect` from the week `start` on."""
    lot = np.random.default_rng(seed)
    shared = lot.normal(size=weeks)
    rows = {unit: level + 3 * place + shared + lot.normal(size=weeks) for place, unit in enumerate(units)}
    rows["A"] = rows["A"] + effect * (np.arange(weeks) >= start)
    return measured({unit: list(row) for unit, row in rows.items()})


def codes(found: Estimate) -> set[str]:
    return {note.code for note in found.notes}
