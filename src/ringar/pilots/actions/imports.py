"""The CIO's own list of projects, as pilots: nothing that the list tells is lost, and no gate is passed by it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import audit_row, record_audits
from ringar.core.clock import now, today
from ringar.core.flags import Flagged
from ringar.core.importing import Counts, Progress
from ringar.core.models import AuditEvent, Organisation
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.pilots.actions.texts import flags_of_public, texts_of_public
from ringar.pilots.models import CostLine, Pilot, PilotNote
from ringar.pilots.rules import CostKind
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words

FACTS = ("title", "goal", "cap_sek", "cap_hours", "starts_on", "ends_on", "who_pays")
LINKS = ("unit", "owner", "need", "solver")

Row = Mapping[str, Any]


@transaction.atomic
def import_pilots(
    *, by: Viewer, organisation: Organisation, source: str, rows: Sequence[Row], progress: Progress
) -> Counts:
    """Saves checked rows as pilots of the organisation; the same id in the same source is the same pilot.

    Stage and state are set when a pilot is new; afterwards its gates and decisions move it. A row holds
    `external_id`, FACTS, the rows of LINKS, `stage`, `state`, `spent` and `kept` (what found no place). Raises
    NotAllowed; Refused where the organisation has no unit.
    """
    if not by.leads or by.organisation_id != organisation.pk:
        raise NotAllowed
    top = organisation.units.filter(parent=None).order_by("id").first()
    if top is None:
        raise Refused(_("The organisation has no unit. Import the units first."))
    ids = [row["external_id"] for row in rows]
    known = {
        pilot.external_id: pilot
        for pilot in Pilot.objects.select_for_update(of=("self",))
        .filter(organisation=organisation, source=source, external_id__in=ids)
        .select_related(*LINKS)
    }
    new = changed = 0
    audit: list[AuditEvent] = []
    for row in rows:
        pilot = known.get(row["external_id"])
        is_new = pilot is None
        if pilot is None:
            pilot = new_pilot(by, organisation, source, row)
            pilot.unit = row.get("unit") or top
        shared = texts_of_public(pilot)
        told = fill(pilot, row)
        require_looked_at(pilot, shared)
        if is_new or told:
            pilot.changed_at = now()
            pilot.save()
        told |= set_spent(pilot, row, source)
        if is_new and row.get("kept"):
            add_kept(by, pilot, row["kept"])
        if is_new or told:
            audit.append(audit_row(by=by, action="import_pilot", target=pilot, changes=told))
        new, changed = new + is_new, changed + bool(told and not is_new)
        progress(1)
    record_audits(audit)
    return Counts(new=new, changed=changed, unchanged=len(rows) - new - changed)


def require_looked_at(pilot: Pilot, shared: Mapping[str, str]) -> None:
    """Raises Refused where the list would put words to be looked at on a page that everyone reads."""
    try:
        flags_of_public(pilot, shared, ())
    except Flagged as flagged:
        told = _(
            "%(pilot)s is published, and “%(words)s” must be looked at first. Change it on the pilot’s own page, or "
            "take the words out of the list."
        )
        raise Refused(told % {"pilot": pilot.title, "words": flagged.flags[0].text}) from None


def new_pilot(by: Viewer, organisation: Organisation, source: str, row: Row) -> Pilot:
    """A pilot as the list tells of it, not saved."""
    moment = now()
    return Pilot(
        organisation=organisation,
        stage=row["stage"],
        state=row["state"],
        stage_since=moment,
        created_by_id=by.person_id,
        created_at=moment,
        source=source,
        external_id=row["external_id"],
        language=guess_language(words(f"{row['title']} {row.get('goal', '')}")),
    )


def fill(pilot: Pilot, row: Row) -> dict[str, object]:
    """Sets what the row tells, and leaves the rest; returns what changed, as the audit tells it."""
    changes: dict[str, object] = {}
    for name in (*FACTS, *LINKS):
        value = row.get(name)
        before = getattr(pilot, name, None) if name != "unit" or pilot.unit_id else None
        if value in (None, "") or before == value:
            continue
        setattr(pilot, name, value)
        changes[name] = [told(before), told(value)]
    return changes


def told(value: object) -> object:
    """The value as the audit keeps it: of people and other rows the uuid."""
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, int) else str(getattr(value, "uuid", value))


def set_spent(pilot: Pilot, row: Row, source: str) -> dict[str, object]:
    """What has been spent, according to the list, as a line of the calculation; returns what changed."""
    spent = row.get("spent")
    if spent is None:
        return {}
    line = pilot.cost_lines.filter(kind=CostKind.COST, realised_source=source).first()
    if line is None:
        last = pilot.cost_lines.order_by("-order").values_list("order", flat=True).first()
        line = CostLine(
            pilot=pilot,
            order=(last or 0) + 1,
            kind=CostKind.COST,
            what=_("All costs, according to the list"),
            promised_sek=pilot.cap_sek,
            realised_source=source,
        )
    if line.realised_sek == spent:
        return {}
    before, line.realised_sek = line.realised_sek, spent
    line.save()
    return {"realised_sek": [before, spent]}


def add_kept(by: Viewer, pilot: Pilot, kept: Sequence[str]) -> None:
    """What the list told and found no place for, as a note on the pilot."""
    text = tidy_text("\n".join(kept)).strip()
    PilotNote.objects.create(
        pilot=pilot,
        date=today(),
        text=text,
        language=guess_language(words(text)),
        by_id=by.person_id,
        at=now(),
    )
