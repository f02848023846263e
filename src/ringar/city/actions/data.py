"""Writes on data sets and assets: described, released and withdrawn, looked into; what somebody saw of a pipe."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ringar.city.models import Asset, DataSet, Observation, Release
from ringar.city.queries.data import assets_for, holding, keeping_units, paired_breaks
from ringar.city.rules.data import (
    BORN_RESTRICTED,
    LONGEST_TEXT,
    DataKind,
    ObservationKind,
    ReleaseTo,
    can_keep,
    can_release,
    refuse_release,
)
from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import AuditEvent, Person, Unit
from ringar.core.queries import works_in
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text

LOOK_HOURS = 12
"""Looks by one person into one data set within so many hours are told once."""


@dataclass(frozen=True)
class Description:
    """What is said of a data set: whose it is, where it comes from, and who may do what with it."""

    name: str
    owner_unit: Unit
    keeper: Person | None = None
    description: str = ""
    source: str = ""
    licence: str = ""
    allowed_use: str = ""
    is_restricted: bool | None = None  # None: as its kind is born


TOLD = ("name", "owner_unit", "keeper", "description", "source", "licence", "allowed_use", "is_restricted")


@transaction.atomic
def add_data_set(*, by: Viewer, kind: str, told: Description, is_invented: bool = False) -> DataSet:
    """Begins a data set, empty. Pipes, breaks and places that need water are restricted unless said otherwise.

    Raises NotAllowed outside the units that the viewer keeps data for; Refused for a name that is taken or empty.
    """
    if kind not in DataKind.values or not keeping_units(by).filter(pk=told.owner_unit.pk).exists():
        raise NotAllowed
    made = DataSet(
        organisation_id=told.owner_unit.organisation_id,
        kind=kind,
        is_restricted=kind in BORN_RESTRICTED,
        is_invented=is_invented,
        created_at=now(),
        updated_at=now(),
    )
    write(made, told)
    facts: dict[str, object] = {
        "name": [None, made.name],
        "owner_unit": str(made.owner_unit),
        "is_restricted": made.is_restricted,
    }
    record_audit(by=by, action="add_data_set", target=made, changes=facts)
    return made


@transaction.atomic
def edit_data_set(*, by: Viewer, data_set: DataSet, told: Description) -> DataSet:
    """Says anew whose the data set is and who may do what with it.

    Raises NotAllowed; Refused for a name that is taken, and where others than a leader lift the restriction.
    """
    row = held_set(data_set)
    if not can_keep(by, holding(row)):
        raise NotAllowed
    if (
        told.owner_unit.pk != row.owner_unit_id
        and not keeping_units(by).filter(pk=told.owner_unit.pk).exists()
    ):
        raise NotAllowed
    if row.is_restricted and told.is_restricted is False and not can_release(by, holding(row)):
        raise Refused(_("Only a leader of the unit that owns it lifts the restriction."))
    before = {name: shown(row, name) for name in TOLD}
    write(row, told)
    after = {name: shown(row, name) for name in TOLD}
    changes: dict[str, object] = {
        name: [before[name], after[name]] for name in TOLD if before[name] != after[name]
    }
    if changes:
        record_audit(by=by, action="edit_data_set", target=row, changes=changes)
    return row


@transaction.atomic
def breaks_beside(*, by: Viewer, pipes_set: DataSet) -> DataSet:
    """The data set where breaks of these pipes go: the one of the last time, else a new one that stands as they do.

    Raises NotAllowed.
    """
    name = _("%(name)s: breaks") % {"name": pipes_set.name[:150]}
    found = (
        paired_breaks(pipes_set)
        or DataSet.objects.filter(
            organisation_id=pipes_set.organisation_id, name=name, kind=DataKind.BREAKS
        ).first()
    )
    if found is not None:
        return found
    kept = ("owner_unit", "keeper", "source", "licence", "allowed_use", "is_restricted")
    told = Description(name=name, **{field: getattr(pipes_set, field) for field in kept})
    return add_data_set(by=by, kind=DataKind.BREAKS, told=told, is_invented=pipes_set.is_invented)


def shown(row: DataSet, name: str) -> object:
    """A field as the audit trail keeps it: people by their id, never by name."""
    value = getattr(row, name)
    return str(value.uuid) if isinstance(value, Person) else str(value) if isinstance(value, Unit) else value


def write(row: DataSet, told: Description) -> None:
    """Saves the description on the row. Raises Refused for a keeper who works elsewhere, and a name not one's own."""
    name = tidy_text(told.name).strip()[:200]
    if not name:
        raise Refused(_("Give the data set a name."))
    if told.owner_unit.organisation_id != row.organisation_id:
        raise NotAllowed
    if told.keeper is not None and not works_in(told.keeper, row.organisation_id):
        raise Refused(_("Only somebody who works here can keep the data."))
    row.name, row.owner_unit, row.keeper = name, told.owner_unit, told.keeper
    row.description = tidy_text(told.description)[:LONGEST_TEXT]
    row.allowed_use = tidy_text(told.allowed_use)[:LONGEST_TEXT]
    row.source, row.licence = tidy_text(told.source)[:300], tidy_text(told.licence)[:200]
    if told.is_restricted is not None:
        row.is_restricted = told.is_restricted
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(_("There is a data set of that name already. Choose another name.")) from None


def held_set(data_set: DataSet) -> DataSet:
    """The data set's row, held until the transaction ends."""
    return (
        DataSet.objects.select_for_update(of=("self",))
        .select_related("owner_unit", "keeper")
        .get(pk=data_set.pk)
    )


@transaction.atomic
def release_data_set(*, by: Viewer, data_set: DataSet, to: str, reason: str) -> Release:
    """Decides that others may have what is in the data set: everyone, or other municipalities here.

    Raises NotAllowed for all but leaders of the owning unit; Refused without a reason, or where it holds already.
    """
    row = held_set(data_set)
    held = holding(row)
    if not can_release(by, held) or to not in ReleaseTo.values:
        raise NotAllowed
    reason = tidy_text(reason).strip()[:LONGEST_TEXT]
    refuse_release(reason, to=to, released_to=held.released_to)
    made = Release.objects.create(data_set=row, to=to, reason=reason, by_id=by.person_id, at=now())
    changes: dict[str, object] = {"to": [None, to], "reason": reason}
    record_audit(by=by, action="release_data_set", target=row, changes=changes)
    return made


@transaction.atomic
def withdraw_release(*, by: Viewer, release: Release, reason: str) -> Release:
    """Ends a release: from now on those outside no longer see the data. Raises NotAllowed; Refused without a reason."""
    row = Release.objects.select_for_update(of=("self",)).select_related("data_set").get(pk=release.pk)
    if not can_release(by, holding(row.data_set)):
        raise NotAllowed
    reason = tidy_text(reason).strip()[:LONGEST_TEXT]
    if row.withdrawn_at is not None:
        raise Refused(_("It is withdrawn already."))
    if not reason:
        raise Refused(_("Say why: the reason is kept with the decision."))
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_reason = now(), by.person_id, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    changes: dict[str, object] = {"to": [row.to, None], "reason": reason}
    record_audit(by=by, action="withdraw_release", target=row.data_set, changes=changes)
    return row


def note_look(*, by: Viewer, data_set: DataSet) -> None:
    """Keeps in the audit trail who looked into a restricted data set; within half a day once. 1 query, or 2 with it."""
    if not data_set.is_restricted or by.person_id is None:
        return
    told = AuditEvent.objects.filter(
        target_id=str(data_set.uuid),
        person_id=by.person_id,
        action="look_into_data_set",
        at__gt=now() - timedelta(hours=LOOK_HOURS),
    )
    if not told.exists():
        with transaction.atomic():
            record_audit(by=by, action="look_into_data_set", target=data_set)


@transaction.atomic
def note_export(*, by: Viewer, data_set: DataSet, what: str) -> None:
    """Keeps in the audit trail who took a restricted data set out as a file."""
    if data_set.is_restricted and by.person_id is not None:
        record_audit(by=by, action="export_data_set", target=data_set, changes={"what": what})


@transaction.atomic
def add_observation(*, by: Viewer, asset: Asset, kind: str, text: str = "") -> Observation:
    """Writes down what somebody saw of an asset. Raises NotAllowed for who may not look into its data set; Refused."""
    if not by.may_write or by.organisation_id != asset.organisation_id:
        raise NotAllowed
    if not assets_for(by).filter(pk=asset.pk).exists():
        raise NotAllowed
    text = tidy_text(text).strip()
    if len(text) > LONGEST_TEXT:
        raise Refused(
            _("You have written %(length)d characters; at most %(most)d fit. Make it shorter.")
            % {"length": len(text), "most": LONGEST_TEXT}
        )
    if kind not in ObservationKind.values:
        raise Refused(_("Choose what you saw."))
    if kind in (ObservationKind.OTHER, ObservationKind.WRONG_DATA) and not text:
        raise Refused(_("Say in your own words what you saw."))
    made = Observation.objects.create(asset=asset, kind=kind, text=text, by_id=by.person_id, at=now())
    record_audit(by=by, action="add_observation", target=asset, changes={"kind": kind})
    return made


@transaction.atomic
def withdraw_observation(*, by: Viewer, observation: Observation) -> Observation:
    """Takes an observation back, so that it is not shown. Raises NotAllowed for all but its writer and the keepers."""
    row = (
        Observation.objects.select_for_update(of=("self",))
        .select_related("asset__data_set")
        .get(pk=observation.pk)
    )
    is_own = by.person_id is not None and row.by_id == by.person_id
    if not (is_own and by.may_write) and not can_keep(by, holding(row.asset.data_set)):
        raise NotAllowed
    if row.withdrawn_at is None:
        row.withdrawn_at = now()
        row.save(update_fields=["withdrawn_at"])
        record_audit(by=by, action="withdraw_observation", target=row.asset, changes={"kind": row.kind})
    return row
