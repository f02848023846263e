"""The platform's own history as an event log: where time goes between a need and full scale. Nobody is in it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from ringar.core.models import AuditEvent
from ringar.needs.models import Need
from ringar.needs.rules import NeedState
from ringar.pilots.models import Pilot
from ringar.pilots.rules import PilotState, Stage

HEADER = ("case", "activity", "time", "seq")
NEED, PILOT = Need._meta.label_lower, Pilot._meta.label_lower
AUDIT_ROWS = ("id", "at", "action", "target_kind", "target_id", "changes")
BEGUN = "start_pilot"


class Move(NamedTuple):
    """A need, or a pilot that came of it, came to a new state or stage (each empty where it stayed)."""

    case: str
    is_need: bool
    stage: str
    state: str
    at: datetime
    seq: int


class Moved(NamedTuple):
    """A line of the log: the need's uuid, what happened, when (UTC), and its order."""

    case: str
    activity: str
    time: str
    seq: int


def moves(organisation_id: int | None = None) -> Iterator[Move]:
    """Every move of state or stage in the audit trail, of one organisation or of all. 2 queries.

    The audit trail's number orders what has the same time. A pilot counts to its need; one without, to itself.
    """
    pilots = Pilot.objects.values_list("uuid", "need__uuid")
    is_move = Q(changes__has_key="state") | Q(changes__has_key="stage")
    rows = AuditEvent.objects.filter(is_move, target_kind__in=(NEED, PILOT))
    if organisation_id is not None:
        pilots = pilots.filter(organisation_id=organisation_id)
        rows = rows.filter(organisation_id=organisation_id)
    need_of = {str(pilot): str(need or pilot) for pilot, need in pilots}
    for row in rows.only(*AUDIT_ROWS).order_by("id").iterator(chunk_size=2000):
        stage, state = (after_of(row.changes.get(name)) for name in ("stage", "state"))
        if row.action == BEGUN:
            stage, state = str(row.changes.get("stage", "")), PilotState.PLANNED.value
        if stage or state:
            case = need_of.get(row.target_id, row.target_id)
            yield Move(case, row.target_kind == NEED, stage, state, row.at, row.pk)


def after_of(change: object) -> str:
    """What a field became, by an audit row; nothing where it tells something else."""
    return str(change[1]) if isinstance(change, list) and len(change) == 2 and change[1] else ""


def own_history(organisation_id: int | None = None) -> Iterator[Moved]:
    """The log in the words of the code, which stay the same in every language. 2 queries."""
    for move in moves(organisation_id):
        words = ("need" if move.is_need else "pilot", move.stage, move.state)
        yield Moved(move.case, " ".join(filter(None, words)), move.at.isoformat(), move.seq)


def told_history(organisation_id: int) -> Iterator[Moved]:
    """The log in the reader's language. 2 queries."""
    for move in moves(organisation_id):
        yield Moved(move.case, told(move), move.at.isoformat(), move.seq)


def told(move: Move) -> str:
    """What happened, as pages call it; a word that is no state any more stands as it is."""
    states = dict[str, object](NeedState.choices if move.is_need else PilotState.choices)
    words = [str(dict(Stage.choices).get(move.stage, move.stage)), str(states.get(move.state, move.state))]
    what = _("Need: %(moved)s") if move.is_need else _("Pilot: %(moved)s")
    return what % {"moved": ", ".join(filter(None, words))}
