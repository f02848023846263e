"""The platform's own history as an event log: where time goes between a need and full scale. Nobody is in it."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Q

from ringar.core.models import AuditEvent
from ringar.needs.models import Need
from ringar.pilots.models import Pilot

HEADER = ("case", "activity", "time", "seq")
NEED, PILOT = Need._meta.label_lower, Pilot._meta.label_lower


class Moved(NamedTuple):
    """A need, or a pilot that came of it, came to a new state: the need's uuid, what, when (UTC), and its order."""

    case: str
    activity: str
    time: str
    seq: int


def own_history(organisation_id: int | None = None) -> Iterator[Moved]:
    """Every move of state or stage in the audit trail, of one organisation or of all. 2 queries.

    The audit trail's number orders what has the same time. A pilot counts to its need; one without, to itself.
    """
    pilots = Pilot.objects.values_list("uuid", "need__uuid")
    need_of = {str(pilot): str(need or pilot) for pilot, need in pilots}
    rows = AuditEvent.objects.filter(
        Q(changes__has_key="state") | Q(changes__has_key="stage"), target_kind__in=(NEED, PILOT)
    )
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    for row in rows.order_by("id").iterator(chunk_size=2000):
        where = [after_of(row.changes.get(name)) for name in ("stage", "state")]
        kind = "need" if row.target_kind == NEED else "pilot"
        if any(where):
            activity = " ".join([kind, *filter(None, where)])
            yield Moved(need_of.get(row.target_id, row.target_id), activity, row.at.isoformat(), row.pk)


def after_of(change: object) -> str:
    """What a field became, by an audit row; nothing where it tells something else."""
    return str(change[1]) if isinstance(change, list) and len(change) == 2 and change[1] else ""
