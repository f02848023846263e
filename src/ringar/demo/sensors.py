"""The invented town's sensors: a flow meter, a thermometer and a resident's rain gauge. Their readings are made up.

A reading follows from its moment alone, so bringing them in again changes nothing.
"""

import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Avg, Max
from django.utils import timezone

from ringar.city.actions.sensor_readings import Result, take_readings
from ringar.city.actions.sensors import About, Measure, register_sensor
from ringar.city.models import Asset, Reading, Sensor
from ringar.core.models import Person, Unit
from ringar.core.queries import viewer_of
from ringar.demo.cast import email_of

STEP = timedelta(minutes=10)
BACK = timedelta(days=7)
MOST = 5_000
BROKEN = 400
"""One reading in so many is broken, so that there is something flagged to see."""
FLOW, WARMTH, RAIN = "Flöde i ledning vid torget", "Termometer vid Ängsskolan", "Farids regnmätare"
MEASURES = {
    FLOW: Measure("Flöde", "l/s", 0, 60),
    WARMTH: Measure("Lufttemperatur", "°C", -40, 45),
    RAIN: Measure("Regn på tio minuter", "mm", 0, 30),
}
WHOSE = {FLOW: ("ylva", "VA-nät"), WARMTH: ("ylva", "VA-nät"), RAIN: ("farid", None)}


def value_at(name: str, moment: datetime) -> object:
    """What the sensor read at that moment, or what it sent in place of a number."""
    number = int(moment.timestamp() // STEP.total_seconds())
    chance = random.Random(f"{name} {number}")  # noqa: S311 - the same each time is what is wanted
    if chance.randrange(BROKEN) == 0:
        return "fel på sensorn"
    day = 2 * math.pi * (moment.hour * 60 + moment.minute) / 1440
    if name == FLOW:
        return round(12 - 5 * math.cos(day) - 2.5 * math.cos(2 * day) + chance.gauss(0, 0.4), 2)
    if name == WARMTH:
        season = 8 - 11 * math.cos(2 * math.pi * (moment.timetuple().tm_yday - 20) / 365)
        return round(season - 3 * math.cos(day - 0.6) + chance.gauss(0, 0.2), 1)
    falls = random.Random(f"{name} {number // 18}").random() < 0.15  # noqa: S311 - showers of three hours
    return round(chance.expovariate(2.5), 1) if falls else 0


def build_sensors(tell: Callable[[str], object] = lambda _: None) -> None:
    """Sets the sensors up, once, by the water network, and brings in the last week."""
    if Sensor.objects.filter(is_invented=True).exists():
        return
    tell("three invented sensors")
    edges = Asset.objects.exclude(west=None).aggregate(
        west=Avg("west"), south=Avg("south"), east=Max("east"), north=Max("north")
    )
    for place, (name, measure) in enumerate(MEASURES.items()):
        key, unit = WHOSE[name]
        by = viewer_of(Person.objects.get(email=email_of(key)))
        east, north = edges["west"], edges["south"]
        if east is not None and north is not None:
            east += (place - 1) * (edges["east"] - east) / 3
            north += (place - 1) * (edges["north"] - north) / 4
        about = About(
            name,
            Unit.objects.get(organisation__slug="ringsala", name=unit) if unit else None,
            "Påhittad sensor för demonstrationen.",
            east,
            north,
            is_public=name != FLOW,
        )
        register_sensor(by=by, about=about, measures=[measure], is_invented=True)
    bring_in_readings()


def bring_in_readings() -> int:
    """What the sensors have read since they were last heard of, at most a week; returns how many readings are new."""
    kept, moment = 0, timezone.now()
    for sensor in Sensor.objects.filter(is_invented=True, ended_at=None, name__in=MEASURES):
        newest = Reading.objects.filter(series__sensor=sensor).aggregate(at=Max("at"))["at"]
        start = max(newest or moment - BACK, moment - BACK)
        number = math.ceil(start.timestamp() / STEP.total_seconds())
        at = datetime.fromtimestamp(number * STEP.total_seconds(), moment.tzinfo)
        results: list[Result] = []
        while at <= moment and len(results) < MOST:
            results.append(Result("", at, value_at(sensor.name, at)))
            at += STEP
        kept += take_readings(sensor=sensor, results=results).kept if results else 0
    return kept
