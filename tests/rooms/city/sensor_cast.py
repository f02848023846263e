"""Sensors for the tables of rights and of pages: the city's, that no outsider sees, and a resident's open one."""

from datetime import timedelta

from django.utils import timezone

from ringar.city.actions.sensor_readings import Result, take_readings
from ringar.city.actions.sensors import About, Measure, register_sensor
from ringar.core.queries import viewer_of
from tests.people import People


def add_sensors(args: dict[str, list[object]], people: People) -> None:
    """One at the care home and one of Farid's, each with a series and some hours of readings."""
    warmth = Measure("Lufttemperatur", "°C", -40, 60)
    mine, _key = register_sensor(
        by=viewer_of(people.bo),
        about=About("GIVARENS termometer", people.care, longitude=18.07, latitude=59.33),
        measures=[warmth],
    )
    open_one, _key = register_sensor(
        by=viewer_of(people.farid),
        about=About("Farids regnmätare", longitude=18.08, latitude=59.33, is_public=True),
        measures=[warmth],
    )
    start = timezone.now() - timedelta(hours=3)
    results = [Result("", start + timedelta(minutes=2 * n), 4 + n % 5 / 10) for n in range(80)]
    for sensor in (mine, open_one):
        take_readings(sensor=sensor, results=[*results, Result("", timezone.now(), "trasig")])
    args["sensor"], args["open-sensor"] = [mine], [open_one]
    args["series"], args["open-series"] = [mine.series.get()], [open_one.series.get()]
