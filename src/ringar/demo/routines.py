"""The city's maps of routines: one all the way to a robot, one with an objection that waits for its answer.

Drawn, marked, answered and signed through the room's own actions, at the times the data tells; the logs are invented.
"""

import io
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ringar.core.clock import at
from ringar.core.models import Person, Unit
from ringar.core.rules import Viewer
from ringar.demo.routine_log import CANCELLING, COLUMNS, PASSWORDS, Routine, invent_log
from ringar.robots.actions.map_logs import add_log, choose_columns, measure_log
from ringar.robots.actions.map_marks import answer_mark, mark_step
from ringar.robots.actions.maps import (
    Decision,
    add_map,
    decide_map,
    draw_version,
    mark_of,
    open_version,
    save_drawing,
    sign_version,
    steps_of,
)
from ringar.robots.models.maps import EventLog, MapVersion
from ringar.robots.rules.maps import MapKind, Ruling

DATA = Path(__file__).parent / "data" / "routines.toml"
DRAWING = Path(__file__).parents[1] / "robots" / "library" / "cancel-invoice.bpmn"


@cache
def told() -> dict[str, dict[str, Any]]:
    """The routines as the data tells of them."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


class Routines:
    """What the maps are made of: units and people, and when the city is made."""

    def __init__(
        self,
        start: datetime,
        units: Mapping[str, Unit],
        people: Mapping[str, Person],
        viewers: Mapping[str, Viewer],
    ) -> None:
        self.start, self.units, self.people, self.viewers = start, units, people, viewers

    def days_ago(self, days: float) -> Any:
        """What is done inside happened so many days ago."""
        return at(self.start - timedelta(days=days))

    def add_all(self) -> None:
        """Both maps."""
        self.add_cancelling(told()["cancelling"])
        row = told()["passwords"]
        self.mark(self.open_map(row, PASSWORDS, cases=380, days=90, seed=2), row["marks"])

    def add_cancelling(self, row: Mapping[str, Any]) -> None:
        """As it is, measured, marked and signed; decided; as it is to be, marked and signed."""
        by, version = self.viewers[row["by"]], self.open_map(row, CANCELLING, cases=240, days=182, seed=1)
        self.mark(version, row["marks"])
        with self.days_ago(row["signed"]):
            version = sign_version(by=by, version=version, seen=mark_of(version.bpmn))
        with self.days_ago(row["decided"]):
            made = Decision(Ruling.ROBOT, row["reason"], self.people[row["by"]], row["legal_basis"])
            routine = decide_map(by=by, process_map=version.process_map, made=made)
        with self.days_ago(row["open_to_be"]):
            drawn = draw_version(by=by, process_map=routine, kind=MapKind.TO_BE)
            bpmn = DRAWING.read_text(encoding="utf-8")
            drawn = save_drawing(by=by, version=drawn, bpmn=bpmn, seen=mark_of(drawn.bpmn))
            drawn = open_version(by=by, version=drawn)
        self.mark(drawn, row["marks_to_be"])
        with self.days_ago(row["signed_to_be"]):
            sign_version(by=by, version=drawn, seen=mark_of(drawn.bpmn))

    def open_map(
        self, row: Mapping[str, Any], routine: Routine, *, cases: int, days: int, seed: int
    ) -> MapVersion:
        """A map that is drawn from its measured log, and open for comments."""
        by, unit = self.viewers[row["by"]], self.units[row["unit"]]
        with self.days_ago(row["handed_in"]):
            log = self.add_log(row, routine, by, unit, cases=cases, days=days, seed=seed)
            version = add_map(by=by, unit=unit, name=row["name"], log=log).versions.get()
            return open_version(by=by, version=version)

    def add_log(
        self, row: Mapping[str, Any], routine: Routine, by: Viewer, unit: Unit, **size: int
    ) -> EventLog:
        """The routine's log, measured."""
        until = self.start - timedelta(days=row["handed_in"])
        content = invent_log(routine, until=until.replace(tzinfo=None), **size)
        log = add_log(
            by=by,
            unit=unit,
            name=row["log"],
            source=row["source"],
            file=io.BytesIO(content),
            file_name="logg.csv",
            is_simulated=True,
        )
        log = choose_columns(by=by, log=log, columns=COLUMNS)
        robot = Viewer.of_robot(unit.organisation_id)
        measure_log(by=robot, uuid=str(log.uuid), report=lambda progress, message="": None)
        log.refresh_from_db()
        return log

    def mark(self, version: MapVersion, marks: list[Mapping[str, Any]]) -> None:
        """What people say of the map, and what its keeper answers."""
        steps = {step.name: step.id for step in steps_of(version.bpmn).steps}
        keeper = self.viewers[told_by(version)]
        for row in marks:
            with self.days_ago(row["days"]):
                place = steps[row["step"]] if "step" in row else ""
                mark = mark_step(
                    by=self.viewers[row["by"]],
                    version=version,
                    bpmn_id=place,
                    kind=row["kind"],
                    text=row["text"],
                )
            if "reply" in row:
                with self.days_ago(row["replied"]):
                    answer_mark(by=keeper, mark=mark, reply=row["reply"])


def told_by(version: MapVersion) -> str:
    """The key of who keeps the map."""
    return str(next(row["by"] for row in told().values() if row["name"] == version.process_map.name))
