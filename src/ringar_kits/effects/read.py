"""Reads measurements from a table with the columns unit, week, value; each fault is told with its row."""

import math
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ringar_kits.effects.gather import check_monday
from ringar_kits.effects.model import Observation
from ringar_kits.effects.scales import fault_of
from ringar_kits.errors import InputError
from ringar_kits.tables import Tell, read_rows

COLUMNS = ("unit", "week", "value")


def read_observations(
    path: str | Path, *, units: Collection[str] = (), scale: str = "identity", tell: Tell | None = None
) -> list[Observation]:
    """Return the rows of a table file as observations, in the order of the file.

    Values of `units` must be able to stand on `scale`; others need only be numbers. Numbers may have a decimal
    comma. Raises `InputError` naming the row for a missing column, a week that is no Monday or stands twice, and
    a value that is no number.
    """
    name = Path(path).name
    found: list[Observation] = []
    rows: dict[tuple[str, date], int] = {}
    for number, row in read_rows(path, tell=tell):
        cells = {key.lower(): cell for key, cell in row.items()}
        place = f"{name}, row {number}"
        if missing := [column for column in COLUMNS if column not in cells]:
            raise InputError(
                f"the column {', '.join(missing)} is missing",
                place=name,
                remedy="Name the columns unit,week,value",
            )
        each = Observation(
            _unit(cells["unit"], place), _week(cells["week"], place), _value(cells["value"], place)
        )
        first = rows.setdefault((each.unit, each.week), number)
        if first != number:
            raise InputError(
                f"unit {each.unit} has the week {each.week} twice, first in row {first}",
                place=place,
                remedy="Keep one value for each week",
            )
        if each.unit in units and (fault := fault_of(each.value, scale, place)):
            raise fault
        found.append(each)
    if not found:
        raise InputError("there are no rows below the header", place=name, remedy="Give at least one")
    return found


def _unit(cell: Any, place: str) -> str:
    unit = str(cell if cell is not None else "").strip()
    if not unit:
        raise InputError("the unit is empty", place=place, remedy="Name the unit that measured")
    return unit


def _week(cell: Any, place: str) -> date:
    if isinstance(cell, date):
        week = cell.date() if isinstance(cell, datetime) else cell
    else:
        try:
            week = date.fromisoformat(str(cell).strip())
        except ValueError:
            raise InputError(
                f"'{str(cell)[:40]}' is not a date",
                place=place,
                remedy="Write the week's Monday as 2026-03-02",
            ) from None
    check_monday(week, place)
    return week


def _value(cell: Any, place: str) -> float:
    try:
        # float() would also take underscores between digits, which nobody means
        value = float(str(cell).strip().replace(",", ".").replace("_", "no"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(
            f"'{str(cell)[:40]}' is not a number", place=place, remedy="Give a number, or leave the row out"
        )
    return value
