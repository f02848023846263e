"""Needs in the JSON interface: lists, one need, and the same writes as the pages."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from annotated_types import Len
from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from ringar.core.api import ERRORS, caller, reads, require_unchanged, writes
from ringar.core.api_shape import words
from ringar.core.rules import NotAllowed, Viewer, Visibility
from ringar.needs.actions import add_criterion, add_evidence, edit_need, join_need, save_draft, share_need
from ringar.needs.models import Need
from ringar.needs.queries import (
    cursor_of,
    filtered_needs,
    listed_needs,
    living_needs,
    need_for,
    older_than,
    search_needs,
    units_of,
)
from ringar.needs.rules import LONGEST_TEXT, EvidenceKind, NeedState, Often

router = Router(tags=["needs"])
MOST = 100
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Kept = Annotated[list[str], Len(max_length=100)]


class UnitOut(Schema):
    uuid: UUID
    name: str


class NeedRow(Schema):
    """A need as lists have it."""

    uuid: UUID
    title: str
    language: str
    state: NeedState
    visibility: Visibility
    unit: UnitOut
    organisation: str
    changed_at: datetime
    shared_at: datetime | None
    joined_count: int
    evidence_count: int
    url: str

    @staticmethod
    def resolve_organisation(need: Need) -> str:
        return need.organisation.name

    @staticmethod
    def resolve_url(need: Need) -> str:
        return need.get_absolute_url()


class NeedOut(NeedRow):
    """A need, whole."""

    symptom: str
    who_affected: str
    people_affected: int | None
    how_often: str
    cause: str
    cost_of_nothing: str
    cost_sek_year: int | None
    good_effect: str
    tried: str
    whys: list[str]
    criteria: list[str]

    @staticmethod
    def resolve_whys(need: Need) -> list[str]:
        return [why.answer for why in need.whys.all()]

    @staticmethod
    def resolve_criteria(need: Need) -> list[str]:
        return [criterion.text for criterion in need.criteria.all()]


class NeedPage(Schema):
    """Some needs, newest first; `next` is the cursor of those after them, or null at the end."""

    items: list[NeedRow]
    next: str | None


class NeedFilter(Schema):
    q: Annotated[str, Field(max_length=300, description="words to search for; best first, without pages")] = (
        ""
    )
    state: NeedState | None = None
    everywhere: Annotated[bool, Field(description="public needs of all organisations")] = False
    cursor: Annotated[str, Field(max_length=80)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 25


class NeedIn(Schema):
    """A new need: what is seen, and perhaps a short name. It is a draft until it is shared."""

    symptom: Annotated[str, words(LONGEST_TEXT)]
    title: Annotated[str, Field(max_length=200)] = ""


# Without a default in the description: a program that sent it along would empty the field.
Unchanged: Any = Field(default_factory=str)


class NeedChange(Schema):
    """Fields to change; those left out stay as they are. `kept`: keys of flagged words that were decided on."""

    title: Annotated[str, Field(max_length=200)] = Unchanged
    symptom: Text = Unchanged
    who_affected: Text = Unchanged
    people_affected: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    how_often: Often | Literal[""] = Unchanged
    cause: Text = Unchanged
    cost_of_nothing: Text = Unchanged
    cost_sek_year: Annotated[int, Field(ge=0, le=10**15)] | None = None
    good_effect: Text = Unchanged
    tried: Text = Unchanged
    kept: Kept = []


class ShareIn(Schema):
    visibility: Visibility = Visibility.ORGANISATION
    kept: Kept = []


class JoinIn(Schema):
    """`unit`: one of yours; where it is left out, the one that you have belonged to longest."""

    unit: UUID | None = None
    note: Annotated[str, Field(max_length=2_000)] = ""
    kept: Kept = []


class EvidenceIn(Schema):
    """What was met or measured outside the building. Photos are added on the page."""

    kind: EvidenceKind = EvidenceKind.INTERVIEW
    summary: Annotated[str, words(LONGEST_TEXT)]
    met: Annotated[str, Field(max_length=2_000)] = ""
    surprise: Text = ""
    kept: Kept = []


class CriterionIn(Schema):
    text: Annotated[str, words(300)]
    kept: Kept = []


def written(viewer: Viewer, uuid: UUID) -> NeedOut:
    """The need as it is after a write."""
    return NeedOut.from_orm(need_for(viewer, uuid))


@router.get("/", response={200: NeedPage, **ERRORS}, auth=reads("needs:read"), summary="Needs, newest first")
def list_needs(request: HttpRequest, wanted: Query[NeedFilter]) -> Any:
    """Those of the key's organisation that its owner may see; without a key, the public ones."""
    viewer = caller(request)
    if wanted.q.strip():
        found = search_needs(viewer, wanted.q, limit=wanted.limit, everywhere=wanted.everywhere)
        return {"items": found, "next": None}
    needs = living_needs(listed_needs(viewer, everywhere=wanted.everywhere))
    needs = older_than(filtered_needs(needs, state=wanted.state or ""), wanted.cursor)
    rows = list(needs[: wanted.limit + 1])
    shown = rows[: wanted.limit]
    return {"items": shown, "next": cursor_of(shown[-1]) if len(rows) > wanted.limit else None}


@router.get("/{uuid:uuid}", response={200: NeedOut, **ERRORS}, auth=reads("needs:read"), summary="One need")
def show_need(request: HttpRequest, uuid: UUID) -> Any:
    """All of it, with its whys and criteria."""
    return written(caller(request), uuid)


@router.post("/", response={201: NeedOut, **ERRORS}, auth=writes("needs:write"), summary="Write down a need")
def start_need(request: HttpRequest, told: NeedIn) -> Any:
    """A draft, that only the key's owner sees until it is shared."""
    need = save_draft(by=caller(request), uuid=uuid4(), symptom=told.symptom, title=told.title)
    return Status(201, written(caller(request), need.uuid))


@router.patch(
    "/{uuid:uuid}", response={200: NeedOut, **ERRORS}, auth=writes("needs:write"), summary="Change a need"
)
def change_need(request: HttpRequest, uuid: UUID, told: NeedChange) -> Any:
    """With `If-Match` set to the ETag that was read, a change that somebody made meanwhile is never written over."""
    viewer = caller(request)
    changes = told.dict(exclude_unset=True, exclude={"kept"})
    with transaction.atomic():
        need = need_for(viewer, uuid)
        Need.objects.select_for_update().get(pk=need.pk)  # from here to the change nobody else writes
        require_unchanged(request, written(viewer, uuid))
        edit_need(by=viewer, need=need, changes=changes, kept=told.kept)
    return written(viewer, uuid)


@router.post(
    "/{uuid:uuid}/share", response={200: NeedOut, **ERRORS}, auth=writes("needs:write"), summary="Share it"
)
def share(request: HttpRequest, uuid: UUID, told: ShareIn) -> Any:
    """Others see it from now on. Words that may point to a person are asked about first (409)."""
    viewer = caller(request)
    share_need(by=viewer, need=need_for(viewer, uuid), visibility=told.visibility, kept=told.kept)
    return written(viewer, uuid)


@router.post(
    "/{uuid:uuid}/join",
    response={200: NeedOut, **ERRORS},
    auth=writes("needs:write"),
    summary="We have this too",
)
def join(request: HttpRequest, uuid: UUID, told: JoinIn) -> Any:
    """A unit of yours has the same need."""
    viewer = caller(request)
    unit = units_of(viewer).filter(uuid=told.unit).first() if told.unit else None
    if told.unit and unit is None:
        raise NotAllowed
    join_need(by=viewer, need=need_for(viewer, uuid), unit=unit, note=told.note, kept=told.kept)
    return written(viewer, uuid)


@router.post(
    "/{uuid:uuid}/evidence",
    response={200: NeedOut, **ERRORS},
    auth=writes("needs:write"),
    summary="Add evidence",
)
def evidence(request: HttpRequest, uuid: UUID, told: EvidenceIn) -> Any:
    """What was learnt from somebody, or measured."""
    viewer = caller(request)
    facts = told.dict(exclude={"kept"})
    add_evidence(by=viewer, need=need_for(viewer, uuid), **facts, kept=told.kept)
    return written(viewer, uuid)


@router.post(
    "/{uuid:uuid}/criteria",
    response={200: NeedOut, **ERRORS},
    auth=writes("needs:write"),
    summary="Add a criterion",
)
def criterion(request: HttpRequest, uuid: UUID, told: CriterionIn) -> Any:
    """What a solution must meet; at most five."""
    viewer = caller(request)
    add_criterion(by=viewer, need=need_for(viewer, uuid), text=told.text, kept=told.kept)
    return written(viewer, uuid)


ROUTERS = [("/needs", router)]
