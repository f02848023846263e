"""Pages of data sets, in the demo's city: files that a robot has read and nobody has saved, one of their
pipes, and a sensor."""

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from ringar.city.actions.data import Description, add_data_set
from ringar.city.actions.imports import read_files, take_in
from ringar.city.actions.sensor_readings import Result, take_readings
from ringar.city.actions.sensors import About, Measure, register_sensor
from ringar.city.models import DataImport, DataSet, Sensor
from ringar.core.models import Unit
from ringar.core.queries import viewer_of
from tests.browser.city_pages import foreseen
from tests.browser.talk_pages import Place
from tests.city import person_of
from tests.rooms.city.data_cast import BREAKS, PIPES, as_file

NAME = "Att titta på: ledningar"
SENSOR = "Att titta på: termometer"


def read_import() -> DataImport:
    """Files that dag handed in and a robot has read, made once."""
    if found := DataImport.objects.filter(data_set__name=NAME).first():
        return found
    by = viewer_of(person_of("dag"))
    unit = Unit.objects.get(organisation__slug="ringsala", name="VA-nät")
    told = Description(name=NAME, owner_unit=unit)
    data_set = add_data_set(by=by, kind="pipes", told=told)
    files = {"pipes": as_file("ledningar.csv", PIPES), "breaks": as_file("läckor.csv", BREAKS)}
    made = take_in(by=by, data_set=data_set, files=files)
    read_files(by=by, uuid=str(made.uuid), report=lambda progress, message="": None)
    return made


def of_import(name: str) -> Callable[[], Place]:
    def place() -> Place:
        return person_of("dag"), reverse(name, args=[read_import().uuid])

    return place


def of_set(name: str) -> Callable[[], Place]:
    def place() -> Place:
        return person_of("dag"), reverse(name, args=[read_import().data_set.uuid])

    return place


def of_content(name: str, kind: str) -> Callable[[], Place]:
    """A page of a data set that is not empty."""

    def place() -> Place:
        foreseen()
        found = DataSet.objects.filter(kind=kind, size__gt=0).earliest("pk")
        row = found.assets.earliest("pk") if name == "asset_detail" else found
        return person_of("dag"), reverse(name, args=[row.uuid])

    return place


def measuring() -> Sensor:
    """Dag's thermometer, with an hour of readings; made once."""
    if found := Sensor.objects.filter(name=SENSOR).first():
        return found
    by = viewer_of(person_of("dag"))
    about = About(SENSOR, Unit.objects.get(organisation__slug="ringsala", name="VA-nät"))
    sensor, _key = register_sensor(by=by, about=about, measures=[Measure("Temperatur", "°C", -40, 60)])
    start = timezone.now() - timedelta(hours=1)
    results = [Result("", start + timedelta(minutes=n), 4 + n % 5 / 10) for n in range(50)]
    take_readings(sensor=sensor, results=[*results, Result("", timezone.now(), "trasig")])
    return sensor


def of_sensor(name: str) -> Callable[[], Place]:
    return lambda: (person_of("dag"), reverse(name, args=[measuring().uuid]))


DATA_PAGES: dict[str, Callable[[], Place]] = {
    "data_import": of_import("data_import"),
    "data_import_new": of_set("data_import_new"),
    "data_set_detail": of_set("data_set_detail"),
    "data_set_edit": of_set("data_set_edit"),
    "data_set_release": of_set("data_set_release"),
    "asset_list": of_content("asset_list", "pipes"),
    "asset_detail": of_content("asset_detail", "pipes"),
    "incident_list": of_content("incident_list", "breaks"),
    "sensor_detail": of_sensor("sensor_detail"),
    "sensor_edit": of_sensor("sensor_edit"),
}
