"""The calculation and the data check that a gate asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.clock import now
from ringar.core.rules import Refused, Viewer
from ringar.pilots.actions.parts import changed
from ringar.pilots.actions.pilots import MOST_HOURS, MOST_SEK, to_prepare
from ringar.pilots.actions.texts import tidied
from ringar.pilots.models import CostLine, DataCheck, Pilot
from ringar.pilots.rules import CostKind

CHECK = {"legal_ground": 300, "impact_assessment": 5_000, "processor": 200, "country": 100}
MOST_LINES = 40


@dataclass(frozen=True)
class Line:
    """A line of the calculation, as it is promised; `order` is that of the line it changes, None for a new one."""

    kind: str
    what: str
    sek: int | None = None
    hours: int | None = None
    taken_home_by: str = ""
    order: int | None = None


@transaction.atomic
def set_costs(*, by: Viewer, pilot: Pilot, lines: Sequence[Line], who_pays: str) -> list[CostLine]:
    """Sets what is promised: what it costs, in kronor and hours, and what is gained, by whom.

    Lines left out go, unless something came true on them already. Raises NotAllowed, Refused.
    """
    pilot = to_prepare(by, pilot)
    who_pays = tidied(who_pays, 200)
    require_lines(lines)
    before = {row.order: row for row in pilot.cost_lines.all()}
    was, kept = promised(before.values()), {line.order for line in lines}
    for order, row in before.items():
        if order not in kept:
            if row.realised_sek is not None or row.realised_hours is not None:
                raise Refused(_("“%(what)s” has come true in part, and stays.") % {"what": row.what})
            row.delete()
    last = max(before, default=0)
    for line in lines:
        known = before.get(line.order or 0)
        last += known is None
        row = known or CostLine(pilot=pilot, order=last)
        row.kind, row.what = CostKind(line.kind), tidied(line.what, 200)
        row.promised_sek, row.promised_hours = line.sek, line.hours
        row.taken_home_by = tidied(line.taken_home_by, 200)
        row.save()
    rows = list(pilot.cost_lines.all())
    told: dict[str, object] = {"promised_sek": [was, promised(rows)]}
    told["lines"] = [len(before), len(rows)]
    if pilot.who_pays != who_pays:
        told["who_pays"] = [pilot.who_pays, who_pays]
        pilot.who_pays = who_pays
        pilot.save(update_fields=["who_pays"])
    changed(pilot, by=by, action="set_costs", changes=told)
    return rows


def promised(rows: Iterable[CostLine]) -> int:
    """What the lines of cost promise, in SEK."""
    return sum(row.promised_sek or 0 for row in rows if row.kind == CostKind.COST)


def require_lines(lines: Sequence[Line]) -> None:
    """Raises Refused where a line of the calculation is not whole."""
    if len(lines) > MOST_LINES:
        raise Refused(_("At most %(most)d lines.") % {"most": MOST_LINES})
    for line in lines:
        if line.kind not in CostKind.values or not line.what.strip():
            raise Refused(_("Say of each line what it is."))
        if line.sek is None and line.hours is None:
            raise Refused(_("“%(what)s” has no sum. Write kronor or hours.") % {"what": line.what})
        if not 0 <= (line.sek or 0) <= MOST_SEK or not 0 <= (line.hours or 0) <= MOST_HOURS:
            raise Refused(_("“%(what)s”: write whole kronor or hours, not below 0.") % {"what": line.what})
        if line.kind == CostKind.GAIN and not line.taken_home_by.strip():
            told = _("“%(what)s”: say who takes home the gain. What nobody takes home is never seen.")
            raise Refused(told % {"what": line.what})


@transaction.atomic
def check_data(*, by: Viewer, pilot: Pilot, has_personal_data: bool, told: Mapping[str, str]) -> DataCheck:
    """Writes down what was found about personal data; what is missing the gate says. Raises NotAllowed, Refused."""
    pilot = to_prepare(by, pilot)
    check = DataCheck.objects.filter(pilot=pilot).first() or DataCheck(pilot=pilot)
    before = check.has_personal_data if check.pk else None
    check.has_personal_data = has_personal_data
    for name, longest in CHECK.items():
        setattr(check, name, tidied(told.get(name, ""), longest) if has_personal_data else "")
    check.checked_by_id, check.checked_at = by.person_id, now()
    check.save()
    changes: dict[str, object] = {"has_personal_data": [before, has_personal_data]}
    if has_personal_data:
        changes |= {name: getattr(check, name) for name in ("legal_ground", "processor", "country")}
    changed(pilot, by=by, action="check_data", changes=changes)
    return check
