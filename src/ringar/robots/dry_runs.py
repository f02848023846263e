"""Trying a robot without doing anything: its reads are done, its effects only written down."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.rules import Refused, Viewer
from ringar.robots import liveness
from ringar.robots.actions.cases import open_case
from ringar.robots.engine.cases import handle_case
from ringar.robots.finding import robot_named
from ringar.robots.models.cases import Case, Robot
from ringar.robots.rules.cases import BEFORE_A_RUN, CaseState
from ringar.robots.rules.work import INLINE


def begin_dry_run(*, by: Viewer, robot: Robot, reference: str, payload: dict[str, Any] | None = None) -> Case:
    """Opens a dry run of the case with that reference, or of what the robot's source holds under it.

    With a `payload` it is a case made up for the trial. It runs like any case, whether the robot is published or
    not, and beside the real one. Raises NotAllowed; Refused where nothing has that reference.
    """
    title = reference
    if payload is None:
        title, payload = find_item(robot, reference)
    return open_case(by=by, robot=robot, reference=reference, title=title, payload=payload, is_dry_run=True)


def find_item(robot: Robot, reference: str) -> tuple[str, dict[str, Any]]:
    """The title and payload of what has that reference. Raises Refused where nothing has."""
    case = Case.objects.filter(robot=robot, reference=reference).order_by("is_dry_run", "-id").first()
    if case is not None:
        return case.title, case.payload
    code = robot_named(robot.name)
    for item in code.source.new_items() if code and code.source else ():
        if item.reference == reference:
            return item.title, item.payload
    raise Refused(
        _("The robot has no case “%(reference)s”, and nothing of that name has come in.")
        % {"reference": reference}
    )


def run_now(case: Case) -> Case:
    """Runs a dry run in this process, without waiting for a worker; gives back the case as it ended."""
    owner = liveness.new_owner(INLINE)
    with transaction.atomic():
        row = Case.objects.select_for_update().get(pk=case.pk)
        if row.state in BEFORE_A_RUN:
            row.state, row.run_number = CaseState.WORKING, row.run_number + 1
            row.save()
    with liveness.holding(owner):
        handle_case(row.pk, number=row.run_number, owner=owner)
    row.refresh_from_db()
    return row
