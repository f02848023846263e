"""Measurements in the JSON interface: what a pilot's units have measured, and values handed in by a machine."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Len
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from ringar.core.api import ERRORS, caller, writes
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.measure_rules import LARGEST, LONGEST_WHY
from ringar.pilots.models import Measurement
from ringar.pilots.queries.measurements import exported_values, may_measure, measured_pilot

router = Router(tags=["measurements"])
MOST = 1_000


class MeasurementOut(Schema):
    """A unit's value of a week; `week` is its Monday."""

    unit: UUID
    unit_name: str
    week: date
    value: float
    is_late: bool
    entered_at: datetime

    @staticmethod
    def resolve_unit(row: Measurement) -> UUID:
        return row.of.unit.uuid

    @staticmethod
    def resolve_unit_name(row: Measurement) -> str:
        return row.of.unit.name


class MeasurementPage(Schema):
    """Some values, in the order in which they came; `next` is the cursor of those after them, or null at the end."""

    items: list[MeasurementOut]
    next: int | None


class MeasurementFilter(Schema):
    since: Annotated[date | None, Field(description="the Monday of the first week")] = None
    cursor: Annotated[int, Field(ge=0, le=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST)] = 200


class ValueIn(Schema):
    """`why` is needed where the week has another value already: it is corrected, and what stood there is kept."""

    unit: UUID
    week: Annotated[date, Field(description="its Monday")]
    value: Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
    why: Annotated[str, Field(max_length=LONGEST_WHY)] = ""


class ValuesIn(Schema):
    """All are kept, or none."""

    values: Annotated[list[ValueIn], Len(min_length=1, max_length=MOST)]


class Saved(Schema):
    """How many values are new, corrected, and stood there already."""

    new: int
    corrected: int
    unchanged: int


@router.get(
    "/{uuid:uuid}/measurements",
    response={200: MeasurementPage, **ERRORS},
    auth=writes("measurements:read"),
    summary="What a pilot's units have measured",
)
def list_measurements(request: HttpRequest, uuid: UUID, wanted: Query[MeasurementFilter]) -> Any:
    """For who works where the pilot is, and sees it or measures in it."""
    rows = exported_values(measured_pilot(caller(request), uuid)).order_by("pk").filter(pk__gt=wanted.cursor)
    if wanted.since:
        rows = rows.filter(week__gte=wanted.since)
    found = list(rows[: wanted.limit + 1])
    shown = found[: wanted.limit]
    return {"items": shown, "next": shown[-1].pk if len(found) > wanted.limit else None}


@router.post(
    "/{uuid:uuid}/measurements",
    response={201: Saved, **ERRORS},
    auth=writes("measurements:write"),
    summary="Hand in values",
)
def add_measurements(request: HttpRequest, uuid: UUID, told: ValuesIn) -> Any:
    """All or none. The same values sent again change nothing, so a program may try again."""
    viewer = caller(request)
    pilot = measured_pilot(viewer, uuid)
    units = {of.unit.uuid: of for of in pilot.units.select_related("unit")}
    if not any(may_measure(viewer, pilot, of) for of in units.values()):
        raise NotAllowed
    values = []
    for place, each in enumerate(told.values):
        if each.unit not in units:
            raise Refused(_("values.%(place)d: that unit is not one of the pilot’s.") % {"place": place})
        values.append(Value(units[each.unit], each.week, each.value, each.why, f"values.{place}"))
    counts = record_measurements(by=viewer, pilot=pilot, values=values, via="api")
    return Status(201, {"new": counts.new, "corrected": counts.changed, "unchanged": counts.unchanged})
