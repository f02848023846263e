"""Conflicts of interest ("jäv"): who has one in a row says so, and steps aside from deciding on it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.clock import now
from ringar.core.models import Interest
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text

LONGEST_REASON = 2_000


@transaction.atomic
def declare_interest(*, by: Viewer, row: Any, reason: str = "") -> Interest:
    """The viewer has an interest in the row (with uuid and organisation_id); said twice, the first stands.

    A reason may be left out: that there is an interest is enough to step aside. The audit row tells that it was
    declared, not why. Raises NotAllowed for who may not decide here anyway, Refused for a reason that is too long.
    """
    if by.person_id is None or not by.may_write or by.organisation_id != row.organisation_id:
        raise NotAllowed
    reason = tidy_text(reason).strip()
    if len(reason) > LONGEST_REASON:
        raise Refused(
            gettext("The reason has %(length)d characters; at most %(longest)d fit.")
            % {"length": len(reason), "longest": LONGEST_REASON}
        )
    interest, is_new = Interest.objects.get_or_create(
        row=row.uuid,
        person_id=by.person_id,
        defaults={
            "kind": row._meta.model_name,
            "organisation_id": row.organisation_id,
            "reason": reason,
            "declared_at": now(),
        },
    )
    if is_new:
        record_audit(by=by, action="declare_interest", target=row, changes={"interest": [False, True]})
    return interest


@transaction.atomic
def withdraw_interest(*, by: Viewer, row: Any) -> None:
    """The viewer has no interest in the row any longer, or said so by mistake; the audit trail keeps both."""
    if Interest.objects.filter(row=row.uuid, person_id=by.person_id or 0).delete()[0]:
        record_audit(by=by, action="withdraw_interest", target=row, changes={"interest": [True, False]})
