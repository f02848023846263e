"""Reads of trials of secrecy: an organisation's own log."""

from uuid import UUID

from django.db.models import QuerySet

from ringar.core.rules import NotAllowed, Viewer
from ringar.solvers.models import SecrecyTrial, Solution
from ringar.solvers.rules import can_read_answers


def visible_trials(viewer: Viewer) -> "QuerySet[SecrecyTrial]":
    """The organisation's trials, the newest first, for those who may read the answers; NotAllowed for others."""
    organisation_id = viewer.organisation_id
    if organisation_id is None or not can_read_answers(viewer, organisation_id=organisation_id):
        raise NotAllowed
    rows = SecrecyTrial.objects.filter(organisation_id=organisation_id).order_by("-id")
    return rows.select_related("answer__call", "answer__solver", "solution__solver", "decided_by", "began_by")


def trial_for(viewer: Viewer, uuid: UUID) -> SecrecyTrial:
    """The trial with that uuid; NotAllowed where the viewer may not see it."""
    trial = visible_trials(viewer).filter(uuid=uuid).first()
    if trial is None:
        raise NotAllowed
    return trial


def is_told(viewer: Viewer, solution: Solution) -> bool:
    """Whether the organisation holds the solution's secret part: registered it, or was answered with it."""
    if viewer.organisation_id is None:
        return False
    if solution.solver.registered_in_id == viewer.organisation_id:
        return True
    return solution.answers.filter(call__organisation_id=viewer.organisation_id).exists()
