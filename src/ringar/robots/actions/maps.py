"""Writes on maps of routines: begun, drawn, opened for comments, signed, decided on."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.kit_words import reason
from ringar.core.models import Person, Unit
from ringar.core.queries import works_in
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.robots.map_figures import graph_of
from ringar.robots.models.maps import EventLog, MapVersion, ProcessMap
from ringar.robots.queries.maps import decides_for, gate_facts, keeps_for, unanswered
from ringar.robots.rules.maps import (
    LONGEST_BPMN,
    LogState,
    MapKind,
    MapState,
    Ruling,
    can_keep,
    refuse_decision,
    refuse_signature,
)
from ringar_kits.errors import InputError
from ringar_kits.processes import BpmnMap, Event, make_log, map_log, read_bpmn, write_bpmn

EMPTY_MAP = BpmnMap((), ())
MOST_IN_WORDS = 200  # steps
ITEM_MARK = re.compile(r"(?:[-*•–]|\d{1,3}[.)])(?:\s+|$)")
"""What stands before each line of a list that is pasted: a dash, a dot, a number."""


def mark_of(bpmn: str) -> str:
    """A short mark of what a drawing says, to see that nobody else has saved meanwhile."""
    return sha256(bpmn.encode()).hexdigest()[:16]


def steps_of(bpmn: str) -> BpmnMap:
    """The map in a drawing; an empty one of nothing. Raises Refused, with place and remedy, where it is no BPMN."""
    if not bpmn:
        return EMPTY_MAP
    try:
        return read_bpmn(bpmn, name=_("the map"))
    except InputError as error:
        raise Refused(reason(error)) from error


@transaction.atomic
def add_map(*, by: Viewer, unit: Unit, name: str, log: EventLog | None = None) -> ProcessMap:
    """Begins the map of a routine with a draft of how it is: drawn from a measured log, or empty.

    Raises NotAllowed; Refused for an empty name or a log that is not measured.
    """
    if not can_keep(by, organisation_id=unit.organisation_id, unit_id=unit.pk):
        raise NotAllowed
    if log is not None and log.organisation_id != unit.organisation_id:
        raise NotAllowed
    name = tidy_text(name).strip()[:200]
    if not name:
        raise Refused(_("Give the routine a name."))
    made = ProcessMap.objects.create(
        organisation_id=unit.organisation_id,
        unit=unit,
        name=name,
        slug=free_slug(unit.organisation_id, name),
        created_at=now(),
    )
    add_version(made, MapKind.AS_IS, drawn_from(log), log)
    record_audit(by=by, action="add_map", target=made, changes={"name": [None, name], "unit": str(unit)})
    return made


def free_slug(organisation_id: int, name: str) -> str:
    """A word for the name that no other map of the organisation has: what a robot's code calls the map."""
    stem = slugify(name)[:70] or "karta"
    taken = set(
        ProcessMap.objects.filter(organisation_id=organisation_id, slug__startswith=stem).values_list(
            "slug", flat=True
        )
    )
    numbers = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(slug for slug in numbers if slug not in taken)


def drawn_from(log: EventLog | None) -> str:
    """A first drawing of what the log tells; nothing without a log. Raises Refused where it is not measured."""
    if log is None:
        return ""
    if log.state != LogState.MEASURED:
        raise Refused(_("The log is not measured yet. Wait until it is."))
    return write_bpmn(graph_of(log.figures))


def drawn_in_words(text: str) -> str:
    """A drawing of steps that are written one a line, each after the one above. Raises Refused where there is none."""
    lines = [ITEM_MARK.sub("", line.strip()) for line in tidy_text(text).splitlines()]
    steps = [line for line in lines if line]
    if not steps:
        raise Refused(_("There is no step on the map. Draw at least one."))
    if len(steps) > MOST_IN_WORDS:
        raise Refused(_("The map is too large. Draw the routine in parts."))
    begun = datetime(2000, 1, 1, tzinfo=UTC)  # any time: only the order counts
    events = [Event("1", name, begun + timedelta(hours=place)) for place, name in enumerate(steps)]
    try:
        return write_bpmn(map_log(make_log(events)), show=1)
    except InputError as error:
        raise Refused(reason(error)) from error


def add_version(process_map: ProcessMap, kind: str, bpmn: str, log: EventLog | None) -> MapVersion:
    """One more version, as a draft. The caller holds the map's row, so that no number is given twice."""
    last = process_map.versions.aggregate(last=Max("number"))["last"] or 0
    return MapVersion.objects.create(
        process_map=process_map, number=last + 1, kind=kind, bpmn=bpmn, log=log, created_at=now()
    )


def own_map(by: Viewer, pk: int) -> ProcessMap:
    """The map's row, held until the transaction ends. Raises NotAllowed."""
    row = ProcessMap.objects.select_for_update().get(pk=pk)
    if not keeps_for(by, row):
        raise NotAllowed
    return row


def own_version(by: Viewer, version: MapVersion) -> MapVersion:
    """The version as it is now, with its map's row held. Raises NotAllowed."""
    held = own_map(by, version.process_map_id)
    fresh = MapVersion.objects.select_for_update().get(pk=version.pk)
    fresh.process_map = held
    return fresh


@transaction.atomic
def draw_version(
    *, by: Viewer, process_map: ProcessMap, kind: str, log: EventLog | None = None
) -> MapVersion:
    """One more version of a map: as it is or as it is to be, from a log, else a copy of the newest drawing.

    Raises NotAllowed; Refused for a log that is not measured.
    """
    held = own_map(by, process_map.pk)
    if kind not in MapKind.values or (log is not None and log.organisation_id != held.organisation_id):
        raise NotAllowed
    newest = held.versions.order_by("-number").first()
    bpmn = drawn_from(log) if log else newest.bpmn if newest else ""
    keeps_log = newest.log if newest and kind == MapKind.AS_IS else None
    made = add_version(held, kind, bpmn, log or keeps_log)
    record_audit(by=by, action="draw_version", target=made, changes={"kind": [None, kind]})
    return made


@transaction.atomic
def link_log(*, by: Viewer, version: MapVersion, log: EventLog) -> MapVersion:
    """Says which log measures a map that was drawn by hand. Raises NotAllowed; Refused for one not measured."""
    version = own_version(by, version)
    if log.organisation_id != version.organisation_id:
        raise NotAllowed
    if log.state != LogState.MEASURED:
        raise Refused(_("The log is not measured yet. Wait until it is."))
    before, version.log = version.log, log
    version.save(update_fields=["log"])
    changes: dict[str, object] = {"log": [str(before) if before else None, str(log)]}
    record_audit(by=by, action="link_log", target=version, changes=changes)
    return version


@transaction.atomic
def save_drawing(*, by: Viewer, version: MapVersion, bpmn: str, seen: str) -> MapVersion:
    """Saves what was drawn, if it still is the drawing that the person began with (`seen`, by `mark_of`).

    Raises NotAllowed; Refused for what is signed, what is no BPMN or too long, and where somebody else saved meanwhile.
    """
    version = own_version(by, version)
    if version.state == MapState.SIGNED:
        raise Refused(_("What is signed is never changed. Draw a new version instead."))
    if seen != mark_of(version.bpmn):
        raise Refused(
            _(
                "Somebody else has saved the map since you opened it. What you drew is still here: look at theirs in"
                " another window, and save once more if yours is to take its place."
            )
        )
    bpmn = tidy_text(bpmn)
    if len(bpmn) > LONGEST_BPMN:
        raise Refused(_("The map is too large. Draw the routine in parts."))
    steps, before = steps_of(bpmn).steps, steps_before(version)
    if not steps:
        raise Refused(_("There is no step on the map. Draw at least one."))
    version.bpmn = bpmn
    version.save(update_fields=["bpmn"])
    record_audit(by=by, action="save_drawing", target=version, changes={"steps": [before, len(steps)]})
    return version


def steps_before(version: MapVersion) -> int:
    """How many steps the drawing has now."""
    return len(steps_of(version.bpmn).steps)


@transaction.atomic
def open_version(*, by: Viewer, version: MapVersion) -> MapVersion:
    """Opens a draft for comments by all who work here. Raises NotAllowed; Refused for an empty one."""
    version = own_version(by, version)
    if version.state != MapState.DRAFT:
        raise Refused(_("It is open already, or signed."))
    if not steps_of(version.bpmn).steps:
        raise Refused(_("There is no step on the map. Draw at least one."))
    version.state, version.opened_at = MapState.OPEN, now()
    version.save(update_fields=["state", "opened_at"])
    changes: dict[str, object] = {"state": [MapState.DRAFT.value, MapState.OPEN.value]}
    record_audit(by=by, action="open_version", target=version, changes=changes)
    return version


@transaction.atomic
def sign_version(*, by: Viewer, version: MapVersion, seen: str) -> MapVersion:
    """Signs the drawing that the person has seen (`mark_of`): from now on it never changes, and a robot may be bound.

    Raises NotAllowed for all but people who keep the unit's maps or own the routine; Refused while an objection has
    no answer, a step of the gate before it is missing, or somebody has drawn it otherwise meanwhile.
    """
    version = own_version(by, version)
    if by.person_id is None:
        raise NotAllowed
    refuse_signature(
        state=version.state,
        kind=version.kind,
        steps=steps_of(version.bpmn).steps,
        unanswered=unanswered(version),
        decision=version.process_map.decision,
    )
    if seen != mark_of(version.bpmn):
        raise Refused(_("Somebody has drawn it otherwise since you opened the page. Read it, then sign."))
    version.state, version.signed_by_id, version.signed_at = MapState.SIGNED, by.person_id, now()
    version.save(update_fields=["state", "signed_by", "signed_at"])
    changes: dict[str, object] = {
        "state": [MapState.OPEN.value, MapState.SIGNED.value],
        "drawing": mark_of(version.bpmn),
    }
    record_audit(by=by, action="sign_version", target=version, changes=changes)
    return version


@dataclass(frozen=True)
class Decision:
    """What becomes of a routine, why, whose it is, on what legal ground; and whether it decides about somebody."""

    decision: str
    reason: str
    owner: Person
    legal_basis: str
    is_authority: bool = False
    delegation: str = ""
    is_procurement: bool = False


@transaction.atomic
def decide_map(*, by: Viewer, process_map: ProcessMap, made: Decision) -> ProcessMap:
    """Decides what becomes of a routine. Raises NotAllowed; Refused before it is known, or where a part is missing."""
    row = own_map(by, process_map.pk)
    if by.person_id is None or not decides_for(by, row):
        raise NotAllowed
    refuse_decision(gate_facts(row), made.decision)
    if made.decision not in Ruling.values or not made.reason.strip() or not made.legal_basis.strip():
        raise Refused(_("Say what becomes of the routine, why, and on what legal basis."))
    if not works_in(made.owner, row.organisation_id):
        raise Refused(_("Only somebody who works here can own a routine."))
    if made.is_procurement and made.delegation.strip():
        raise Refused(_("In procurement a robot never decides: leave the delegation empty."))
    names = ("decision", "is_authority", "delegation", "is_procurement")
    before = [getattr(row, name) for name in names]
    row.decision, row.owner, row.is_authority = made.decision, made.owner, made.is_authority
    row.reason, row.legal_basis = tidy_text(made.reason), tidy_text(made.legal_basis)
    row.delegation = tidy_text(made.delegation).strip()[:300] if made.is_authority else ""
    row.is_procurement = made.is_procurement
    row.decided_by_id, row.decided_at = by.person_id, now()
    row.save()
    changes: dict[str, object] = {
        name: [was, getattr(row, name)] for name, was in zip(names, before, strict=True)
    }
    owner: dict[str, object] = {"owner": str(made.owner.uuid)}
    record_audit(by=by, action="decide_map", target=row, changes=changes | owner)
    return row
