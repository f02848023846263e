"""Maps of routines for the tests: a log of invoices, a map drawn from it, and one all the way to its decision."""

import io

from ringar.core.models import Person, Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.robots.actions.map_logs import add_log, choose_columns
from ringar.robots.actions.map_marks import mark_step
from ringar.robots.actions.maps import (
    Decision,
    add_map,
    decide_map,
    draw_version,
    mark_of,
    open_version,
    sign_version,
)
from ringar.robots.engine.running import run_waiting
from ringar.robots.models.maps import EventLog, MapVersion, ProcessMap
from tests.people import People

COLUMNS = {"case": "ärende", "activity": "aktivitet", "time": "tid", "seq": "ordning"}
ROWS = [
    *[(f"F{n}", "Läs mejlet", f"2026-03-0{n} 08:00", 1) for n in range(1, 6)],
    *[(f"F{n}", "Kreditera", f"2026-03-0{n} 09:00", 2) for n in range(1, 6)],
    *[(f"F{n}", "Svara", f"2026-03-0{n} 10:00", 3) for n in range(1, 5)],
    ("F5", "Läs mejlet", "2026-03-06 08:00", 3),
    ("F5", "Svara", "2026-03-07 08:00", 4),
]
BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="ringar">
<process id="p" isExecutable="false"><startEvent id="start"/><task id="read" name="Läs mejlet"/>
<serviceTask id="credit" name="Kreditera"/><endEvent id="end"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="read"/><sequenceFlow id="f2" sourceRef="read" targetRef="credit"/>
<sequenceFlow id="f3" sourceRef="credit" targetRef="end"/></process></definitions>"""


def csv_of(rows: list[tuple[str, str, str, int]] = ROWS) -> io.BytesIO:
    lines = [";".join(COLUMNS.values()) + ";handläggare", *(f"{a};{b};{c};{d};Kalle" for a, b, c, d in rows)]
    return io.BytesIO("\n".join(lines).encode())


def handed_in(by: Viewer, unit: Unit, file_name: str = "logg.csv") -> EventLog:
    """A log whose columns are not chosen yet."""
    told = {"name": "Fakturor 2026", "source": "Ekonomisystemet"}
    return add_log(by=by, unit=unit, file=csv_of(), file_name=file_name, is_simulated=True, **told)


def measured_log(by: Viewer, unit: Unit) -> EventLog:
    """A log that a robot has measured."""
    log = choose_columns(by=by, log=handed_in(by, unit), columns=COLUMNS)
    run_waiting()
    log.refresh_from_db()
    return log


def open_map(by: Viewer, unit: Unit, name: str = "Makulera faktura") -> MapVersion:
    """A map drawn from a log and opened for comments."""
    made = add_map(by=by, unit=unit, name=name, log=measured_log(by, unit))
    return open_version(by=by, version=made.versions.get())


def signed(*, by: Viewer, version: MapVersion) -> MapVersion:
    """The version signed as it is drawn."""
    return sign_version(by=by, version=version, seen=mark_of(version.bpmn))


def decided(by: Viewer, unit: Unit, owner: Person, decision: str = "robot", **told: object) -> ProcessMap:
    """A routine that is measured and decided on."""
    version = signed(by=by, version=open_map(by, unit))
    facts = {"reason": "Görs ofta", "owner": owner, "legal_basis": "Bokföringslagen", **told}
    return decide_map(by=by, process_map=version.process_map, made=Decision(decision, **facts))  # type: ignore[arg-type] # facts of all types


def add_maps(args: dict[str, list[object]], people: People) -> None:
    """For the table of rights: a map that is open with a mark on it, a log not measured, one that is."""
    bo = viewer_of(people.bo)
    version = open_map(bo, people.care)
    args["map"] = [version.process_map.uuid]
    args["map-version"] = [version.process_map.uuid, version.number]
    mark = mark_step(by=bo, version=version, bpmn_id="", kind="wrong", text="KARTANS fel")
    args["map-mark"] = [*args["map-version"], mark.pk]
    args["log"] = [version.log.uuid if version.log else None]
    args["raw-log"] = [handed_in(bo, people.care).uuid]


def to_be(by: Viewer, process_map: ProcessMap) -> MapVersion:
    """A draft of how the routine is to be."""
    return draw_version(by=by, process_map=process_map, kind="to_be")
