"""Pages of what is in data sets: assets and what happened to them, as lists and files; one asset, with its history."""

import json
import tempfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.city.actions.data import add_observation, note_export, note_look, withdraw_observation
from ringar.city.forms.data import ObservationForm
from ringar.city.models import Asset, AssetChange
from ringar.city.queries.data import (
    asset_for,
    changes_of,
    holding,
    incidents_of,
    listed_assets,
    listed_incidents,
    observations_of,
    opened_set,
)
from ringar.city.rules.data import can_keep, has_business
from ringar.city.words import ASSET_WORDS, FIELD_WORDS
from ringar.core.exports import IN_MEMORY, MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.rules import Refused

PAGE = 50
LISTED = (
    *("uuid", "external_id", "label", "street", "installed", "material", "diameter_mm", "length_m"),
    *("imputed", "area"),
)
CHUNK = 2_000
LONGEST_WORDS = 100
LONGEST_VALUE = 120


def after_of(request: Request) -> int | None:
    """Where the page begins: `?after=`."""
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def wanted(request: Request) -> dict[str, Any]:
    """What the list of assets is narrowed to."""
    return {
        "words": request.GET.get("q", "")[:LONGEST_WORDS].replace("\x00", ""),
        "retired": request.GET.get("ur") == "1",
    }


@require_safe
def asset_list(request: Request, uuid: UUID) -> HttpResponse:
    """The assets in a data set."""
    data_set = opened_set(request.viewer, uuid)
    note_look(by=request.viewer, data_set=data_set)
    asked = wanted(request)
    rows = listed_assets(data_set, **asked).only(*LISTED)
    if (after := after_of(request)) is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows[: PAGE + 1])
    context = {
        "data_set": data_set,
        "assets": [(each, *figures(each)) for each in found[:PAGE]],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "asked": asked,
        "is_ours": has_business(request.viewer, holding(data_set)),
    }
    return render(request, "city/asset_list.html", context)


def figures(asset: Asset) -> tuple[str, str, str]:
    """When it was laid, how wide and how long it is, as a list tells it: filters would take most of its time."""
    wide = asset.diameter_mm
    return (
        "" if asset.installed is None else f"{asset.installed:.0f}",
        "" if wide is None else number_format(wide, 0 if wide.is_integer() else 1),
        "" if asset.length_m is None else number_format(asset.length_m, 1),
    )


@require_safe
def asset_csv(request: Request, uuid: UUID) -> FileResponse:
    """The assets in a data set as a file, narrowed as the list is."""
    data_set = opened_set(request.viewer, uuid)
    note_export(by=request.viewer, data_set=data_set, what="csv")
    header = (
        *(
            _("Own number"),
            _("Name"),
            _("Installed"),
            _("Material"),
            _("Diameter, millimetres"),
            _("Length, metres"),
        ),
        *(_("Pressure zone"), _("Shut-off area"), _("Street"), _("Lined"), _("Filled in")),
    )
    columns = (
        "external_id",
        "label",
        "installed",
        "material",
        "diameter_mm",
        "length_m",
        "zone",
        "area",
        "street",
    )
    rows = listed_assets(data_set, **wanted(request)).values_list(*columns, "lined", "imputed")[
        : MOST_ROWS + 1
    ]
    cells = ((*row, in_words(filled)) for *row, filled in rows.iterator(CHUNK))
    return export_response("anlaggningar", header, cells, kind=request.GET.get("format"))


def in_words(filled: list[str]) -> str:
    """The fields that were filled in, in words."""
    return ", ".join(str(ASSET_WORDS.get(each, each)) for each in filled)


@require_safe
def asset_geojson(request: Request, uuid: UUID) -> FileResponse:
    """All assets in use in a data set as a map layer: GeoJSON in WGS 84 (RFC 7946)."""
    data_set = opened_set(request.viewer, uuid)
    note_export(by=request.viewer, data_set=data_set, what="geojson")
    rows = listed_assets(data_set, **wanted(request)).defer("imputed")
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    for part in features(rows.iterator(CHUNK)):
        file.write(part.encode())
    file.seek(0)
    response = FileResponse(
        file, as_attachment=True, filename="anlaggningar.geojson", content_type="application/geo+json"
    )
    if not data_set.is_restricted:
        response["Access-Control-Allow-Origin"] = "*"
    return response


def features(rows: Iterator[Asset]) -> Iterator[str]:
    """The assets as parts of one GeoJSON text."""
    yield '{"type":"FeatureCollection","features":['
    comma = ""
    for asset in rows:
        told = {
            "label": asset.label,
            "length_m": asset.length_m,
            "installed": asset.installed,
            "material": asset.material,
            "diameter_mm": asset.diameter_mm,
            "zone": asset.zone,
            "area": asset.area,
            "street": asset.street,
            "lined": asset.lined,
        }
        kept = asset.extra | {name: value for name, value in told.items() if value not in ("", None)}
        properties = json.dumps({"id": asset.external_id} | kept, ensure_ascii=False)
        yield f'{comma}{{"type":"Feature","geometry":{asset.geometry or "null"},"properties":{properties}}}'
        comma = ",\n"
    yield "]}\n"


@require_safe
def incident_list(request: Request, uuid: UUID) -> HttpResponse:
    """What happened, the latest first."""
    data_set = opened_set(request.viewer, uuid)
    note_look(by=request.viewer, data_set=data_set)
    page = min(after_of(request) or 0, MOST_ROWS)
    found = list(listed_incidents(data_set)[page : page + PAGE + 1])
    context = {
        "data_set": data_set,
        "incidents": found[:PAGE],
        "more": page + PAGE if len(found) > PAGE else None,
    }
    return render(request, "city/incident_list.html", context)


@require_safe
def incident_csv(request: Request, uuid: UUID) -> FileResponse:
    """What happened, as a file."""
    data_set = opened_set(request.viewer, uuid)
    note_export(by=request.viewer, data_set=data_set, what="csv")
    header = (
        _("Day"),
        _("Asset"),
        _("Longitude"),
        _("Latitude"),
        _("Of what lay there before"),
        _("Material"),
        _("Note"),
    )
    columns = ("day", "asset__external_id", "longitude", "latitude", "former", "material", "note")
    rows = listed_incidents(data_set).values_list(*columns)[: MOST_ROWS + 1]
    cells = ((*row[:4], _("yes") if row[4] else "", *row[5:]) for row in rows.iterator(CHUNK))
    return export_response("handelser", header, cells, kind=request.GET.get("format"))


@require_http_methods(["GET", "POST"])
def asset_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One asset: what is known of it, what happened to it, what was seen; and a form to say what one saw."""
    asset = asset_for(request.viewer, uuid)
    may_see = request.viewer.is_inside and request.viewer.organisation_id == asset.organisation_id
    may_write = may_see and request.viewer.may_write
    form = ObservationForm(request.POST or None) if may_write else None
    if request.method == "POST":
        if form is None or not form.is_valid():
            return render(request, "city/asset_detail.html", shown(request, asset, form, may_see=may_see))
        try:
            add_observation(by=request.viewer, asset=asset, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Thank you. What you saw is written down."))
            return redirect(asset)
    note_look(by=request.viewer, data_set=asset.data_set)
    return render(request, "city/asset_detail.html", shown(request, asset, form, may_see=may_see))


def shown(request: Request, asset: Asset, form: ObservationForm | None, *, may_see: bool) -> dict[str, Any]:
    """What the page of an asset shows; its history only to those who work there."""
    held = holding(asset.data_set)
    return {
        "asset": asset,
        "data_set": asset.data_set,
        "extra": [(FIELD_WORDS.get(name, name), plain(value)) for name, value in sorted(asset.extra.items())],
        "imputed": [ASSET_WORDS.get(each, each) for each in asset.imputed],
        "incidents": incidents_of(asset, request.viewer),
        "may_say_none": has_business(request.viewer, held),
        "observations": observations_of(asset) if may_see else [],
        "changes": [(each, told(each)) for each in changes_of(asset)] if may_see else [],
        "may_keep": can_keep(request.viewer, held),
        "form": form,
        "may_see": may_see,
    }


def plain(value: Any) -> Any:
    """A trait as people write it: whole numbers without decimals."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def told(change: AssetChange) -> list[tuple[object, str, str]]:
    """What a change changed: the field's word, before and after."""
    return [
        (ASSET_WORDS.get(name, name), cell(name, before), cell(name, after))
        for name, (before, after) in change.changes.items()
    ]


def cell(name: str, value: object) -> str:
    """A value in an asset's history; a line is not written out."""
    if value in (None, "", [], {}):
        return ""
    return _("another line") if name == "geometry" else str(value)[:LONGEST_VALUE]


@login_required
@require_POST
def observation_withdraw(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Takes back what somebody saw."""
    asset = asset_for(request.viewer, uuid)
    withdraw_observation(by=request.viewer, observation=get_object_or_404(asset.observations, pk=number))
    messages.success(request, _("It is taken back, and no longer shown."))
    return redirect(asset)
