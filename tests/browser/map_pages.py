"""Pages of maps of routines, in the demo's city: a log that is measured, one that is not, a map drawn and open."""

from collections.abc import Callable

from django.urls import reverse

from ringar.core.models import Unit
from ringar.core.queries import viewer_of
from ringar.robots.actions.map_logs import choose_columns, measure_log
from ringar.robots.actions.map_marks import mark_step
from ringar.robots.actions.maps import add_map, open_version
from ringar.robots.models.maps import EventLog, MapVersion
from tests.browser.talk_pages import Place
from tests.city import person_of
from tests.rooms.robots.map_cast import COLUMNS, handed_in

NAME = "Att titta på"


def looked_at() -> tuple[EventLog, MapVersion]:
    """The log and the map of dag's, made once."""
    if found := MapVersion.objects.filter(process_map__name=NAME, log__isnull=False).first():
        return found.log, found
    by = viewer_of(person_of("dag"))
    unit = Unit.objects.get(organisation_id=by.organisation_id, parent=None)
    log = choose_columns(by=by, log=handed_in(by, unit), columns=COLUMNS)
    measure_log(by=by, uuid=str(log.uuid), report=lambda progress, message="": None)
    log.refresh_from_db()
    version = open_version(by=by, version=add_map(by=by, unit=unit, name=NAME, log=log).versions.get())
    mark_step(by=by, version=version, bpmn_id="", kind="missing", text="Vi ringer kunden också")
    handed_in(by, unit)
    return log, version


def of_log(name: str, *, is_measured: bool = True) -> Callable[[], Place]:
    def place() -> Place:
        log, _version = looked_at()
        found = log if is_measured else EventLog.objects.filter(state="uploaded")[0]
        return person_of("dag"), reverse(name, args=[found.uuid])

    return place


def of_map(name: str, *, is_version: bool = False) -> Callable[[], Place]:
    def place() -> Place:
        _log, version = looked_at()
        args = [version.process_map.uuid, *([version.number] if is_version else [])]
        return person_of("dag"), reverse(name, args=args)

    return place


MAP_PAGES: dict[str, Callable[[], Place]] = {
    "log_detail": of_log("log_detail"),
    "map_detail": of_map("map_detail"),
    "map_decide": of_map("map_decide"),
    "map_version": of_map("map_version", is_version=True),
    "map_edit": of_map("map_edit", is_version=True),
}
