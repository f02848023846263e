"""The city's data in the JSON interface: which data sets there are, and what is in those that one may look into."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from ringar.city.actions.data import note_export
from ringar.city.api_sensors import router as sensors
from ringar.city.models import Asset, DataSet
from ringar.city.queries.data import data_set_for, holding, known_sets, listed_assets, opened_set
from ringar.city.rules.data import DataKind, can_look_into
from ringar.core.api import ERRORS, caller, reads
from ringar.core.rules import Viewer

router = Router(tags=["data"])
PAGE = 500
MOST_SETS = 200


class DataSetOut(Schema):
    """A data set: whose it is, and who may do what with it. `may_look`: whether you may see what is in it."""

    uuid: UUID
    name: str
    kind: DataKind
    owner: str
    organisation: str
    description: str
    source: str
    licence: str
    allowed_use: str
    is_restricted: bool
    may_look: bool
    size: int
    updated_at: datetime
    url: str


class DataSetList(Schema):
    items: list[DataSetOut]


class DataWanted(Schema):
    kind: DataKind | None = None


class AssetOut(Schema):
    """One asset as a GeoJSON feature (RFC 7946); what is not known is left out of its properties."""

    type: str
    id: UUID
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class AssetPage(Schema):
    """A page of a GeoJSON collection; `next` is the cursor of the page after it."""

    type: str
    features: list[AssetOut]
    next: str | None


class AssetPlace(Schema):
    cursor: Annotated[str, Field(max_length=18, pattern="^[0-9]*$")] = ""


def as_told(data_set: DataSet, viewer: Viewer) -> dict[str, Any]:
    """The data set as the interface tells it."""
    names = (
        "uuid",
        "name",
        "kind",
        "description",
        "source",
        "licence",
        "allowed_use",
        "is_restricted",
        "size",
    )
    return {name: getattr(data_set, name) for name in (*names, "updated_at")} | {
        "owner": data_set.owner_unit.name,
        "organisation": data_set.organisation.name,
        "may_look": can_look_into(viewer, holding(data_set)),
        "url": data_set.get_absolute_url(),
    }


def feature(asset: Asset) -> dict[str, Any]:
    """The asset as the interface tells it."""
    names = (
        "label",
        "length_m",
        "installed",
        "material",
        "diameter_mm",
        "zone",
        "area",
        "street",
        "lined",
        "extra",
    )
    told = {"number": asset.external_id} | {name: getattr(asset, name) for name in names}
    return {
        "type": "Feature",
        "id": asset.uuid,
        "geometry": asset.shape(),
        "properties": {name: value for name, value in told.items() if value not in ("", None, {})},
    }


@router.get(
    "/", response={200: DataSetList, **ERRORS}, auth=reads("data:read"), summary="Which data sets there are"
)
def list_data_sets(request: HttpRequest, wanted: Query[DataWanted]) -> Any:
    """Open data without a key; with one, all that your organisation has, also what you may not look into."""
    viewer = caller(request)
    rows = known_sets(viewer).order_by("name", "pk")
    rows = rows.filter(kind=wanted.kind) if wanted.kind else rows
    return {"items": [as_told(each, viewer) for each in rows[:MOST_SETS]]}


@router.get(
    "/{uuid:uuid}/", response={200: DataSetOut, **ERRORS}, auth=reads("data:read"), summary="One data set"
)
def show_data_set(request: HttpRequest, uuid: UUID) -> Any:
    """Whose it is, and who may do what with it."""
    viewer = caller(request)
    return as_told(data_set_for(viewer, uuid), viewer)


@router.get(
    "/{uuid:uuid}/assets/",
    response={200: AssetPage, **ERRORS},
    auth=reads("data:read"),
    summary="What is in it",
)
def list_assets(request: HttpRequest, uuid: UUID, wanted: Query[AssetPlace]) -> Any:
    """A page of its assets in use as GeoJSON. Reading a restricted one is written in the audit trail."""
    viewer = caller(request)
    data_set = opened_set(viewer, uuid)
    rows = listed_assets(data_set).filter(pk__gt=int(wanted.cursor or 0))
    found = list(rows[: PAGE + 1])
    if not wanted.cursor:
        note_export(by=viewer, data_set=data_set, what="api")
    return {
        "type": "FeatureCollection",
        "features": [feature(each) for each in found[:PAGE]],
        "next": str(found[PAGE - 1].pk) if len(found) > PAGE else None,
    }


ROUTERS = [("/data-sets", router), ("/sensors", sensors)]
