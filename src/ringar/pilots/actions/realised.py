"""What a calculation came to: it stands beside what was promised ever after."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.pilots.models import CostLine, Pilot
from ringar.pilots.rules import can_edit_pilot


@dataclass(frozen=True)
class Realised:
    """What one line came to, in SEK and hours (None: not known yet), and how that is known."""

    line: CostLine
    sek: int | None = None
    hours: int | None = None
    source: str = ""


@transaction.atomic
def record_realised(*, by: Viewer, pilot: Pilot, realised: Iterable[Realised]) -> int:
    """Keeps what lines of the pilot's calculation came to; what was promised never changes here. Returns how many.

    Raises NotAllowed; Refused where a number comes without telling how it is known.
    """
    if not can_edit_pilot(by, pilot.facts):
        raise NotAllowed
    Pilot.objects.select_for_update().get(pk=pilot.pk)
    changed: list[list[object]] = []
    for each in realised:
        line = CostLine.objects.filter(pilot=pilot, pk=each.line.pk).first()
        if line is None:
            raise Refused(_("The calculation was changed meanwhile. Look at it again."))
        before = (line.realised_sek, line.realised_hours, line.realised_source)
        line.realised_sek, line.realised_hours = each.sek, each.hours
        line.realised_source = tidy_text(each.source).strip()[:300]
        has_number = each.sek is not None or each.hours is not None
        if has_number and not line.realised_source:
            raise Refused(
                _("%(line)s: say how you know, for instance “the ledger, account 4010”.")
                % {"line": line.what}
            )
        after = (line.realised_sek, line.realised_hours, line.realised_source)
        if after != before:
            line.save(update_fields=["realised_sek", "realised_hours", "realised_source"])
            changed.append([line.what, list(before), list(after)])
    if changed:
        Pilot.objects.filter(pk=pilot.pk).update(changed_at=now())
        record_audit(by=by, action="record_realised", target=pilot, changes={"realised": changed})
    return len(changed)
