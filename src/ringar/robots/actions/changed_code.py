"""Code that has been changed since its robot was published: it works on as long as it is still what its map shows.

The text is compared by its hash. A change that leaves the steps as they are on the signed map, each effect guarded, is
told on the pages until somebody has looked at it and published it again. One that does not is held: no signed map, no
robot. Its cases wait, and lose nothing.
"""

from functools import lru_cache

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.kit_words import reason
from ringar.core.rules import Viewer
from ringar.robots.actions.breaker import note_question
from ringar.robots.authoring import RobotCode
from ringar.robots.finding import robot_named
from ringar.robots.models.cases import Case, Robot, Run
from ringar.robots.models.maps import MapVersion
from ringar.robots.rules.cases import CaseState, Outcome, RobotState
from ringar_kits.errors import InputError
from ringar_kits.processes import check_steps, read_bpmn


def unguarded(code: RobotCode) -> list[str]:
    """The effects that could happen twice, as sentences."""
    text = _("The effect “%(step)s” could happen twice: give it a key that it takes, or a way to verify it.")
    return [text % {"step": step.name} for step in code.steps if not step.is_guarded]


def differences(code: RobotCode, version: MapVersion) -> list[str]:
    """Where the map and the robot's steps do not name the same, as sentences."""
    return differences_from(code, version.bpmn)


def differences_from(code: RobotCode, bpmn: str) -> list[str]:
    """The same, of a map's BPMN."""
    try:
        drawn = read_bpmn(bpmn, name=code.process_map)
    except InputError as error:
        return [_("The map can not be read: %(fault)s") % {"fault": reason(error)}]
    found = check_steps(drawn, {step.bpmn_id for step in code.steps if step.bpmn_id})
    names = {step.id: step.name for step in drawn.steps}
    unknown = [
        _("A step of the robot carries “%(id)s”, which is not on the map.") % {"id": each}
        for each in found.unknown
    ]
    uncarried = [
        _("The map lets a system do “%(id)s”, which no step of the robot carries.")
        % {"id": names.get(each) or each}
        for each in found.uncarried
    ]
    return unknown + uncarried


def is_changed(robot: Robot, code: RobotCode) -> bool:
    """Whether the code at hand is another than what was published."""
    return robot.state == RobotState.PUBLISHED and robot.source_hash not in ("", code.source_hash)


def what_holds(robot: Robot, code: RobotCode) -> list[str]:
    """Why the changed code may not work, as sentences; nothing where it may, or is not changed."""
    if not is_changed(robot, code) or robot.map_version is None:
        return []
    return unguarded(code) + differences(code, robot.map_version)


def is_held(robot: Robot) -> bool:
    """Whether its changed code may not work. Asked often: what is worked out is remembered by text and map."""
    code = robot_named(robot.name)
    if code is None or not is_changed(robot, code) or robot.map_version is None:
        return False
    return _holds(code.name, code.source_hash, robot.map_version.bpmn)


@lru_cache(maxsize=256)
def _holds(name: str, _source_hash: str, bpmn: str) -> bool:
    code = robot_named(name)
    return code is not None and bool(unguarded(code) + differences_from(code, bpmn))


@transaction.atomic
def hold_run(case_id: int, *, number: int) -> None:
    """The case waits, as new, until the robot is published again. What was done in it stays done."""
    case = Case.objects.select_for_update(of=("self",)).select_related("robot__queue").get(pk=case_id)
    if (case.state, case.run_number) != (CaseState.WORKING, number):
        return
    case.state, case.not_before = CaseState.NEW, timezone.now()
    case.save()
    ended = {"ended_at": timezone.now(), "outcome": Outcome.STOPPED}
    Run.objects.filter(case=case, number=number, ended_at=None).update(**ended)
    note_question(case)
    record_audit(by=Viewer.of_robot(case.organisation_id), action="hold_case", target=case)
