"""The audit trail: the row that every write of every room leaves."""

from django.db.models import Model

from ringar.core.clock import now
from ringar.core.models import AuditEvent
from ringar.core.rules import Viewer


def audit_row(
    *, by: Viewer, action: str, target: Model, changes: dict[str, object] | None = None
) -> AuditEvent:
    """One audit row, not yet saved: for `bulk_create` where thousands are written at once."""
    return AuditEvent(
        at=now(),
        organisation_id=getattr(target, "organisation_id", None) or by.organisation_id,
        person_id=by.person_id,
        label=by.label,
        unit_id=by.home_unit_id,
        unit_label=by.home_unit,
        action=action,
        target_kind=target._meta.label_lower,
        target_id=str(getattr(target, "uuid", target.pk)),
        target_label=str(target)[:300],
        changes=changes or {},
    )


def record_audit(*, by: Viewer, action: str, target: Model, changes: dict[str, object] | None = None) -> None:
    """Writes one audit row. Call it inside the transaction of the change it tells of.

    `changes` holds JSON values: {"field": [before, after]} or other facts. No personal numbers, no secrets.
    """
    audit_row(by=by, action=action, target=target, changes=changes).save()
