"""Sensors in the JSON interface, by the names of OGC SensorThings: things, datastreams and observations.

Not the whole of that standard: no $filter or $expand, and readings are answered the newest first, a page at a time.
"""

import logging
from contextlib import nullcontext
from datetime import datetime
from threading import Lock
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Len
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from ninja.security import HttpBearer
from pydantic import AwareDatetime

from ringar.city.actions.sensor_readings import Result, take_readings
from ringar.city.models import Reading, Sensor, Series
from ringar.city.queries.sensors import newest_readings, place_shown, sensors_for, series_for, series_of_key
from ringar.city.rules.sensors import MOST_READINGS
from ringar.core.api import ERRORS, caller, reads
from ringar.core.rules import NotAllowed, Viewer

log = logging.getLogger("ringar.trust")
router = Router(tags=["sensors"])
MOST = 100
MOST_OBSERVATIONS = 1_000
TURNS = Lock()
"""SQLite lets writers wait in no order, and some for seconds: within a process they take turns."""
Value = float | int | str | bool | None
Name = Annotated[str, Field(max_length=100)]


class SensorKey(HttpBearer):
    """`Authorization: Bearer sensor_…`: the key that a sensor got when it was set up."""

    def authenticate(self, request: HttpRequest, token: str) -> list[Series]:
        """What the sensor measures."""
        found = series_of_key(token)
        if not found:
            log.warning("Refused: a sensor's key that is none, %s", ascii(request.path))
        return found


class DatastreamOut(Schema):
    """One thing that a sensor measures."""

    uuid: UUID
    name: str
    unitOfMeasurement: str = Field(alias="unit_of_measure")
    lowest: float | None
    highest: float | None


class ThingOut(Schema):
    """A sensor. `location`: degrees east and north; somebody's own only to about 100 m."""

    uuid: UUID
    name: str
    description: str
    location: tuple[float, float] | None
    datastreams: list[DatastreamOut]
    last_seen_at: datetime | None
    url: str


class ObservationOut(Schema):
    """A reading. `flag` tells why it is not to be trusted as it stands; "" is none. `told`: what came, if no number."""

    phenomenonTime: datetime = Field(alias="at")
    result: float | None = Field(alias="value")
    flag: str
    told: str
    resultTime: datetime = Field(alias="received_at")


class ObservationIn(Schema):
    """One reading. `Datastream`: its name or uuid; may be left out where the sensor has only one."""

    Datastream: Name = ""
    phenomenonTime: AwareDatetime
    result: Value


class DataArrayIn(Schema):
    """Many readings of one datastream: `dataArray` holds [phenomenonTime, result] in the order of `components`."""

    Datastream: Name = ""
    components: tuple[str, str] = ("phenomenonTime", "result")
    dataArray: Annotated[list[tuple[AwareDatetime, Value]], Len(max_length=MOST_READINGS)]


class ReceivedOut(Schema):
    """What became of them: new ones, those that were known before, and the new ones by flag."""

    kept: int
    known: int
    flagged: dict[str, int]


class ThingsWanted(Schema):
    skip: int = Field(0, ge=0, le=1_000_000)


class ObservationsWanted(Schema):
    before: AwareDatetime | None = None


Handed = ObservationIn | DataArrayIn
Body = Handed | Annotated[list[Handed], Len(max_length=MOST_READINGS)]


@router.post(
    "/Observations", response={200: ReceivedOut, **ERRORS}, auth=SensorKey(), url_name="add_observations"
)
def add_observations(request: HttpRequest, handed: Body) -> Any:
    """Keep readings of the sensor whose key is sent, all or none. What can not be right is flagged and kept."""
    measured: list[Series] = request.auth  # type: ignore[attr-defined]
    results: list[Result] = []
    for each in handed if isinstance(handed, list) else [handed]:
        if isinstance(each, ObservationIn):
            results.append(Result(each.Datastream, each.phenomenonTime, each.result))
        else:
            results += [Result(each.Datastream, at, value) for at, value in each.dataArray]
    with TURNS if connection.vendor == "sqlite" else nullcontext():
        return take_readings(sensor=measured[0].sensor, results=results, measured=measured)


@router.get(
    "/Things", response={200: list[ThingOut], **ERRORS}, auth=reads("data:read"), url_name="list_sensors"
)
def list_sensors(request: HttpRequest, wanted: Query[ThingsWanted]) -> Any:
    """Sensors that the caller may see, by the order in which they were set up, a hundred at a time."""
    rows = sensors_for(caller(request)).prefetch_related("series").order_by("pk")
    rows = rows[wanted.skip : wanted.skip + MOST]
    return [thing(each, caller(request)) for each in rows]


@router.get(
    "/Things/{uuid}", response={200: ThingOut, **ERRORS}, auth=reads("data:read"), url_name="show_sensor"
)
def show_sensor(request: HttpRequest, uuid: UUID) -> Any:
    """One sensor."""
    sensor = sensors_for(caller(request)).filter(uuid=uuid).first()
    if sensor is None:
        raise NotAllowed
    return thing(sensor, caller(request))


def thing(sensor: Sensor, viewer: Viewer) -> dict[str, Any]:
    """A sensor as it is answered with."""
    return {
        "uuid": sensor.uuid,
        "name": sensor.name,
        "description": sensor.description,
        "location": place_shown(sensor, viewer),
        "datastreams": list[Series](sensor.series.all()),
        "last_seen_at": sensor.last_seen_at,
        "url": reverse("sensor_detail", args=[sensor.uuid]),
    }


@router.get(
    "/Datastreams/{uuid}/Observations",
    response={200: list[ObservationOut], **ERRORS},
    auth=reads("data:read"),
    url_name="list_observations",
)
def list_observations(request: HttpRequest, uuid: UUID, wanted: Query[ObservationsWanted]) -> Any:
    """Readings of one datastream, the newest first, at most a thousand; `before` goes on with those taken before."""
    series = series_for(caller(request), uuid)
    if series is None:
        raise NotAllowed
    found: list[Reading] = newest_readings(series, MOST_OBSERVATIONS, before=wanted.before)
    return found
