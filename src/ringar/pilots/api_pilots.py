"""Pilots in the JSON interface: lists, and one with what its gate still asks for."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from ringar.core.api import ERRORS, caller, reads
from ringar.core.rules import Visibility
from ringar.pilots.models import EffectGoal, Pilot
from ringar.pilots.queries.gates import gate_stage, missing_of
from ringar.pilots.queries.pilots import cursor_of, listed_pilots, older_than, pilot_for
from ringar.pilots.rules import PilotKind, PilotState, Stage

router = Router(tags=["pilots"])
MOST = 100


class PilotRow(Schema):
    """A pilot as lists have it."""

    uuid: UUID
    title: str
    language: str
    kind: PilotKind
    stage: Stage
    state: PilotState
    visibility: Visibility
    organisation: str
    unit: str
    goal: str
    starts_on: date | None
    ends_on: date | None
    stage_since: datetime
    changed_at: datetime
    is_simulated: bool
    url: str

    @staticmethod
    def resolve_organisation(pilot: Pilot) -> str:
        return pilot.organisation.name

    @staticmethod
    def resolve_unit(pilot: Pilot) -> str:
        return pilot.unit.name

    @staticmethod
    def resolve_url(pilot: Pilot) -> str:
        return pilot.get_absolute_url()


class GoalOut(Schema):
    """What must change, by how much; `worthwhile` is a size in the metric's own unit."""

    metric: str
    measured_in: str
    better: str
    scale: str
    baseline: float
    baseline_source: str
    target: float
    worthwhile: float
    design: str
    start_week: date | None
    burn_in: int
    weeks_planned: int
    seed: int | None


class PilotOut(PilotRow):
    """A pilot, whole; `missing` are the codes of what its next gate lacks, for those of its organisation."""

    hypothesis: str
    stop_rule: str
    effect_goal: GoalOut | None
    next_stage: Stage | None
    missing: list[str]

    @staticmethod
    def resolve_effect_goal(pilot: Pilot) -> EffectGoal | None:
        return getattr(pilot, "effect_goal", None)


class PilotPage(Schema):
    """Some pilots, the latest change first; `next` is the cursor of those after them, or null at the end."""

    items: list[PilotRow]
    next: str | None


class PilotFilter(Schema):
    stage: Stage | None = None
    state: PilotState | None = None
    cursor: Annotated[str, Field(max_length=80)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 25


@router.get(
    "/", response={200: PilotPage, **ERRORS}, auth=reads("pilots:read"), summary="Pilots, latest first"
)
def list_pilots(request: HttpRequest, wanted: Query[PilotFilter]) -> Any:
    """Those of the key's organisation that its owner may see; without a key, the published ones."""
    pilots = listed_pilots(caller(request), stage=wanted.stage or "", state=wanted.state or "")
    rows = list(older_than(pilots, wanted.cursor)[: wanted.limit + 1])
    shown = rows[: wanted.limit]
    return {"items": shown, "next": cursor_of(shown[-1]) if len(rows) > wanted.limit else None}


@router.get(
    "/{uuid:uuid}", response={200: PilotOut, **ERRORS}, auth=reads("pilots:read"), summary="One pilot"
)
def show_pilot(request: HttpRequest, uuid: UUID) -> Any:
    """All of it, with its effect goal."""
    viewer = caller(request)
    pilot = pilot_for(viewer, uuid)
    is_ours = viewer.is_inside and viewer.organisation_id == pilot.organisation_id
    lacks = [each.code for each in missing_of([pilot])[pilot.pk]] if is_ours else []
    told: dict[str, object] = {"missing": lacks, "next_stage": gate_stage(pilot)}
    for name, value in told.items():
        setattr(pilot, name, value)
    return pilot
