"""Needs from a checked spreadsheet, saved many at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import audit_row, record_audits
from ringar.core.clock import now
from ringar.core.importing import Counts, Progress
from ringar.core.models import AuditEvent, Organisation, Person, Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions.prepare import index_need
from ringar.needs.models import Need
from ringar.needs.rules import NeedState
from ringar.robots.actions.work import queue_work

BATCH = 500
TEXTS = ("title", "symptom", "who_affected", "cause", "cost_of_nothing", "good_effect", "tried")
FACTS = ("people_affected", "how_often", "cost_sek_year", "visibility")
FOUND = ("words", "text_hash", "language", "changed_at")

Row = Mapping[str, Any]


def ignore(_count: int) -> None:
    """No progress is shown."""


@transaction.atomic
def import_needs(
    *, by: Viewer, organisation: Organisation, source: str, rows: Sequence[Row], progress: Progress = ignore
) -> Counts:
    """Saves rows as shared needs of the organisation; counts those new, changed and unchanged. Idempotent.

    A row has `external_id` (unique in the source), `title`, `symptom`, and any of TEXTS, FACTS, `unit` (a name;
    default: the top unit) and `owner` (an e-mail). Raises NotAllowed; Refused, naming the row: nothing is saved.
    """
    if not by.leads or by.organisation_id != organisation.pk:
        raise NotAllowed
    units = {unit.name: unit for unit in organisation.units.order_by("-id")}
    top = organisation.units.filter(parent=None).order_by("id").first()
    owners = people_named(organisation, rows)
    new = changed = 0
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        known = known_needs(organisation, source, batch)
        added: list[Need] = []
        altered: list[Need] = []
        audit: list[AuditEvent] = []
        for row in batch:
            need = known.get(row["external_id"]) or new_need(by, organisation, source, row)
            told = fill(need, row, unit=units.get(row.get("unit", ""), top), owners=owners)
            if need.pk is None or told:
                index_need(need)
                need.changed_at = now()
                (altered if need.pk else added).append(need)
                audit.append(
                    audit_row(by=by, action="import_need", target=need, changes=told if need.pk else {})
                )
        Need.objects.bulk_create(added)
        Need.objects.bulk_update(altered, [*TEXTS, *FACTS, *FOUND, "unit", "owner"], batch_size=100)
        record_audits(audit)
        queue_vectors(by, organisation, [*added, *altered])
        new, changed = new + len(added), changed + len(altered)
        progress(len(batch))
    return Counts(new=new, changed=changed, unchanged=len(rows) - new - changed)


def people_named(organisation: Organisation, rows: Sequence[Row]) -> dict[str, Person]:
    """The people of the organisation whom the rows name as owners, by e-mail."""
    emails = {row["owner"] for row in rows if row.get("owner")}
    people = Person.objects.filter(memberships__unit__organisation=organisation).distinct()
    return {person.email: person for person in people if person.email in emails}


def known_needs(organisation: Organisation, source: str, batch: Sequence[Row]) -> dict[str, Need]:
    """The batch's needs that are there already, by external id."""
    ids = [row["external_id"] for row in batch]
    rows = Need.objects.filter(organisation=organisation, source=source, external_id__in=ids)
    return {need.external_id: need for need in rows.select_related("unit", "owner")}


def new_need(by: Viewer, organisation: Organisation, source: str, row: Row) -> Need:
    """A shared need as yet without facts, not saved."""
    moment = now()
    return Need(
        organisation=organisation,
        state=NeedState.SHARED,
        is_draft=False,
        created_by_id=by.person_id,
        created_at=moment,
        shared_at=moment,
        source=source,
        external_id=row["external_id"],
    )


def fill(need: Need, row: Row, *, unit: Unit | None, owners: Mapping[str, Person]) -> dict[str, object]:
    """Sets what the row tells; returns what changed, as the audit tells it: of long texts only the lengths."""
    if unit is None:
        raise Refused(
            _("row %(row)s: the organisation has no unit. Import the units first.")
            % {"row": row.get("row", "?")}
        )
    changes: dict[str, object] = {}
    told: dict[str, Any] = {name: row[name] for name in (*TEXTS, *FACTS) if row.get(name) not in (None, "")}
    told["unit"] = unit
    if row.get("owner"):
        told["owner"] = owners.get(row["owner"])
    for name, value in told.items():
        before = getattr(need, name) if need.unit_id or name != "unit" else None
        if before != value:
            setattr(need, name, value)
            is_long = name in TEXTS and name != "title"
            changes[name] = [len(before or ""), len(value)] if is_long else [str(before or ""), str(value)]
    return changes


def queue_vectors(by: Viewer, organisation: Organisation, needs: Sequence[Need]) -> None:
    """Vectors are made by the robots, a batch at a time; until then the needs are found by their words."""
    if needs:
        queue_work(
            "needs.embed",
            by=by,
            key=f"needs.embed:{needs[0].uuid}:{needs[0].text_hash}:{len(needs)}",
            payload={"needs": [str(need.uuid) for need in needs]},
            organisation_id=organisation.pk,
        )
