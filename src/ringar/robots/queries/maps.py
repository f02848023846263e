"""Reads on maps of routines: those of an organisation, one with its versions, what robots did on each step."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from ringar.core.models import Unit
from ringar.core.rules import NotAllowed, Viewer
from ringar.robots.models.cases import Step
from ringar.robots.models.maps import EventLog, MapMark, MapVersion, ProcessMap
from ringar.robots.rules.cases import RobotState
from ringar.robots.rules.maps import (
    KEEPERS,
    OBJECTIONS,
    GateFacts,
    LogState,
    MapKind,
    MapState,
    MarkKind,
    can_keep,
    can_own,
)

NEWEST_STEPS = 5_000
"""So many of a map's latest steps are counted on it; older ones say little of how it goes now."""


def require_inside(viewer: Viewer) -> int:
    """The viewer's organisation, where they work in it. Raises NotAllowed."""
    if viewer.organisation_id is None or not viewer.is_inside:
        raise NotAllowed
    return viewer.organisation_id


def visible_maps(viewer: Viewer) -> QuerySet[ProcessMap]:
    """The maps of the organisation, for all who work there. Raises NotAllowed for others."""
    return ProcessMap.objects.filter(organisation_id=require_inside(viewer)).select_related("unit")


def visible_logs(viewer: Viewer) -> QuerySet[EventLog]:
    """The event logs of the organisation, for all who work there. Raises NotAllowed for others."""
    return EventLog.objects.filter(organisation_id=require_inside(viewer)).select_related("unit")


def keeps_for(viewer: Viewer, row: ProcessMap | EventLog) -> bool:
    """Whether the viewer draws, answers and signs there: keeps the unit's maps, or owns the routine."""
    if isinstance(row, ProcessMap) and can_own(
        viewer, organisation_id=row.organisation_id, owner_id=row.owner_id
    ):
        return True
    return can_keep(viewer, organisation_id=row.organisation_id, unit_id=row.unit_id)


def decides_for(viewer: Viewer, row: ProcessMap) -> bool:
    """Whether the viewer decides what becomes of the routine: who keeps its unit, not who was made its owner."""
    return can_keep(viewer, organisation_id=row.organisation_id, unit_id=row.unit_id)


def kept_units(viewer: Viewer) -> QuerySet[Unit]:
    """The units for which the viewer may hand in logs and draw maps, by name."""
    units = Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name", "pk")
    if viewer.person_id is None:
        return units if viewer.leads else units.none()
    held = [ids for role, ids in viewer.role_units.items() if role in KEEPERS]
    return units.filter(pk__in=frozenset[int]().union(*held))


def listed_maps(viewer: Viewer) -> QuerySet[ProcessMap]:
    """The maps with what their gates ask for, the newest first."""
    versions = MapVersion.objects.defer("bpmn").select_related("log").defer("log__figures").order_by("number")
    published = Q(versions__robots__state=RobotState.PUBLISHED)
    rows = visible_maps(viewer).annotate(robots=Count("versions__robots", filter=published, distinct=True))
    return rows.prefetch_related(Prefetch("versions", versions)).order_by("-id")


def map_for(viewer: Viewer, uuid: UUID) -> ProcessMap:
    """One map with its versions. 2 queries. Raises 404, NotAllowed."""
    return get_object_or_404(listed_maps(viewer).select_related("unit", "owner", "decided_by"), uuid=uuid)


def version_for(viewer: Viewer, uuid: UUID, number: int) -> MapVersion:
    """One version with its map and log. 1 query. Raises 404, NotAllowed."""
    rows = MapVersion.objects.filter(process_map__organisation_id=require_inside(viewer))
    rows = rows.select_related("process_map__unit", "log", "signed_by")
    return get_object_or_404(rows, process_map__uuid=uuid, number=number)


def gate_facts(process_map: ProcessMap) -> GateFacts:
    """What there is of the routine. No query where the map comes from `listed_maps`."""
    versions = list(process_map.versions.all())
    counted = getattr(process_map, "robots", None)
    if counted is None:
        counted = sum(each.robots.filter(state=RobotState.PUBLISHED).count() for each in versions)
    signed = {each.kind for each in versions if each.state == MapState.SIGNED}
    return GateFacts(
        has_as_is=any(each.kind == MapKind.AS_IS for each in versions),
        as_is_signed=MapKind.AS_IS in signed,
        is_measured=any(each.log and each.log.state == LogState.MEASURED for each in versions),
        decision=process_map.decision,
        to_be_signed=MapKind.TO_BE in signed,
        is_published=bool(counted),
    )


def said_to_decide(process_map: ProcessMap) -> int:
    """How many comments on the routine say that it decides about somebody. 1 query."""
    return MapMark.objects.filter(version__process_map=process_map, kind=MarkKind.AUTHORITY).count()


def marks_of(version: MapVersion) -> list[MapMark]:
    """What was said of the version, the oldest first. 1 query."""
    return list(version.marks.select_related("by", "replied_by").order_by("id"))


def unanswered(version: MapVersion) -> int:
    """How many objections to the routine as this version shows it have no answer, those to older drawings too.

    What was said of one drawing is not silenced by a new one. 1 query.
    """
    return MapMark.objects.filter(
        version__process_map=version.process_map_id,
        version__kind=version.kind,
        version__number__lte=version.number,
        version__state=MapState.OPEN,
        kind__in=OBJECTIONS,
        replied_at=None,
    ).count()


def objected_before(version: MapVersion) -> list[int]:
    """The numbers of older drawings of the same kind that have an objection without an answer. 1 query."""
    marks = MapMark.objects.filter(
        version__process_map=version.process_map_id,
        version__kind=version.kind,
        version__number__lt=version.number,
        version__state=MapState.OPEN,
        kind__in=OBJECTIONS,
        replied_at=None,
    )
    return sorted(set(marks.values_list("version__number", flat=True)))


@dataclass(frozen=True)
class Done:
    """What robots did on a step of a map: how often, in how many seconds (the median), how often with a fault."""

    times: int
    seconds: float | None
    faults: int


def done_on(version: MapVersion) -> dict[str, Done]:
    """What the robots that are bound to the version did, by BPMN id. Of robots only, never of people. 1 query."""
    steps = Step.objects.filter(case__robot__map_version=version, case__is_dry_run=False).exclude(bpmn_id="")
    found = steps.order_by("-id").values_list("bpmn_id", "intended_at", "done_at", "error")[:NEWEST_STEPS]
    took: dict[str, list[float]] = defaultdict(list)
    faults: dict[str, int] = defaultdict(int)
    for bpmn_id, begun, done, error in found:
        took[bpmn_id] += [seconds_between(begun, done)] if done else []
        faults[bpmn_id] += bool(error)
    return {
        key: Done(len(took[key]), median(took[key]) if took[key] else None, faults[key])
        for key in took.keys() | faults.keys()
    }


def seconds_between(begun: datetime, done: datetime) -> float:
    """How long it took, never below 0: two computers' clocks may differ."""
    return max((done - begun).total_seconds(), 0.0)
