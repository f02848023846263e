"""The leak map: pipes of a fit by how many breaks to expect, as a map, a table and files, with reasons for each."""

import gzip
import json
import re
import tempfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from numpy.typing import NDArray

from ringar.city.actions.data import note_export, note_look
from ringar.city.leak_words import notes_of
from ringar.city.models import Fit, PipeRisk
from ringar.city.queries.map import (
    PAGE,
    SORTS,
    Drawing,
    Wanted,
    breaks_of,
    drawing_of,
    ground_for,
    ground_shapes,
    grounds_of,
    mapped_fit,
    mapped_fits,
    mark_of,
    risk_for,
    risks_at,
    share_of,
    wanted_places,
)
from ringar.city.rules.worst import LOOKS, PERCENTS, look_of
from ringar.core.exports import IN_MEMORY, export_response
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed
from ringar.core.text import tidy_text

MOST_FITS = 30
AREAS_SHOWN = 10
AREAS_NAMED = 500
AT_A_TIME = 1_000


@login_required
@require_safe
def leak_map(request: Request) -> HttpResponse:
    """Leads to the map of the latest fit; where there is none, says how there will be one."""
    if not request.viewer.is_inside:
        raise NotAllowed
    latest = mapped_fits(request.viewer).first()
    return redirect("leak_map_fit", latest.uuid) if latest else render(request, "city/map_none.html")


def asked_for(request: Request) -> Wanted:
    """What the address asks the map for; nothing but known and tidy values."""
    told = {name: tidy_text(request.GET.get(name, "")).strip()[:200] for name in ("area", "material")}
    share, sort, by = (request.GET.get(name, "") for name in ("share", "sort", "by"))
    return Wanted(
        **told,
        share=float(share) if share in map(str, PERCENTS) else 100,
        by="risk" if by == "risk" else "rank",
        sort=sort if sort in SORTS else "rank",
    )


def address_of(wanted: Wanted) -> str:
    """The same as an address asks for it."""
    told = {"area": wanted.area, "material": wanted.material}
    told["share"] = f"{wanted.share:g}" if wanted.share < 100 else ""
    told |= {name: value for name, value in (("by", wanted.by), ("sort", wanted.sort)) if value != "rank"}
    return urlencode({name: value for name, value in told.items() if value})


@login_required
@require_safe
def leak_map_fit(request: Request, uuid: UUID) -> HttpResponse:
    """The map of a fit, its areas, and a page of its pipes."""
    fit = mapped_fit(request.viewer, uuid)
    note_look(by=request.viewer, data_set=fit.pipes)
    drawing, wanted = drawing_of(fit), asked_for(request)
    places = wanted_places(drawing, wanted)
    after = request.GET.get("after", "")
    start = int(after) if re.fullmatch(r"[0-9]{1,8}", after) else 0
    asked = address_of(wanted)
    context = {
        "fit": fit,
        "fits": mapped_fits(request.viewer).defer("result")[:MOST_FITS],
        "wanted": wanted,
        "asked": asked,
        "percents": PERCENTS,
        "looks": LOOKS,
        "has_risk": len(drawing.by_risk) > 0,
        "materials": [name for name in drawing.materials if name],
        "area_names": [shape.name for shape in drawing.shapes[:AREAS_NAMED]],
        "areas": drawing.shapes[:AREAS_SHOWN],
        "overview": drawing.overview,
        "grounds": grounds_of(request.viewer),
        "lines": lines_of(fit, drawing, places[start : start + PAGE], by=wanted.by, most_reasons=1),
        "found": len(places),
        "found_km": float(drawing.length_m[places].sum()) / 1000,
        "start": start,
        "next": f"{asked}&after={start + PAGE}".lstrip("&") if start + PAGE < len(places) else "",
        "mark": mark_of(fit),
    }
    return render(request, "city/map.html", context)


def lines_of(
    fit: Fit, drawing: Drawing, places: NDArray[np.int64], *, by: str, most_reasons: int | None = None
) -> list[dict[str, Any]]:
    """Rows of the table: the pipe, what is expected, and what that means among all. 1 query."""
    before = drawing.before(by)
    shares = dict(zip(drawing.rank[places].tolist(), before[places].tolist(), strict=True))
    rows = risks_at(fit, drawing, places)
    return [line_of(risk, shares[risk.rank], most_reasons=most_reasons) for risk in rows]


def line_of(risk: PipeRisk, share: float, *, most_reasons: int | None = None) -> dict[str, Any]:
    """A row of the table, and what the panel shows of a pipe."""
    metres = risk.asset.length_m
    return {
        "risk": risk,
        "asset": risk.asset,
        "look": look_of(share),
        "words": LOOKS[look_of(share)],
        "per_km": risk.expected / metres * 1000 if metres else None,
        "reasons": notes_of(risk.reasons[:most_reasons]),
    }


@login_required
@require_safe
def leak_map_data(request: Request, uuid: UUID) -> HttpResponse:
    """All pipes in the form that the browser draws from; the browser asks anew each time whether it has changed."""
    fit = mapped_fit(request.viewer, uuid)
    mark = f'"{mark_of(fit)}"'
    response = get_conditional_response(request, etag=mark)
    if response is None:
        body = drawing_of(fit).body
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(body if zipped else gzip.decompress(body), "application/octet-stream")
        response.headers["ETag"] = mark
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


@login_required
@require_safe
def leak_map_pipe(request: Request, uuid: UUID, rank: int) -> HttpResponse:
    """Why a pipe stands where it does, and what is known of it: a page, or a part of the map's page."""
    risk = risk_for(request.viewer, uuid, rank)
    note_look(by=request.viewer, data_set=risk.fit.pipes)
    by = "risk" if request.GET.get("by") == "risk" else "rank"
    share = share_of(drawing_of(risk.fit), rank, by)
    context = line_of(risk, share) | {
        "fit": risk.fit,
        "breaks": breaks_of(risk.asset, request.viewer),
        "before": share * 100,
    }
    is_part = request.headers.get("HX-Request") == "true"
    response = render(request, "city/map_panel.html" if is_part else "city/map_pipe.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_safe
def leak_map_csv(request: Request, uuid: UUID) -> FileResponse:
    """The table as the filter leaves it, as a file."""
    fit = mapped_fit(request.viewer, uuid)
    note_export(by=request.viewer, data_set=fit.pipes, what="lackkarta")
    headers = [
        *(_("Place"), _("Pipe"), _("Area"), _("Street"), _("Material"), _("Laid"), _("Length, m")),
        *(_("Breaks to expect"), _("At least"), _("At most"), _("For each kilometre")),
        *(_("Consequence"), _("Risk"), _("Why")),
    ]
    return export_response(
        "lackkarta",
        headers,
        (
            [
                *(risk.rank, risk.asset.external_id, risk.asset.area, risk.asset.street),
                *(risk.asset.material, risk.asset.installed, risk.asset.length_m),
                *(risk.expected, risk.low, risk.high, line["per_km"], risk.consequence, risk.risk),
                " ".join(line["reasons"]),
            ]
            for line, risk in all_lines(fit, asked_for(request))
        ),
        kind=request.GET.get("format"),
    )


def all_lines(fit: Fit, wanted: Wanted) -> Iterator[tuple[dict[str, Any], PipeRisk]]:
    """All rows that the filter leaves, read some at a time."""
    drawing = drawing_of(fit)
    places = wanted_places(drawing, wanted)
    for start in range(0, len(places), AT_A_TIME):
        for line in lines_of(fit, drawing, places[start : start + AT_A_TIME], by=wanted.by):
            yield line, line["risk"]


@login_required
@require_safe
def leak_map_geojson(request: Request, uuid: UUID) -> FileResponse:
    """The pipes as the filter leaves them, for map programs. Written whole before it is sent."""
    fit = mapped_fit(request.viewer, uuid)
    note_export(by=request.viewer, data_set=fit.pipes, what="lackkarta.geojson")
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    file.write(b'{"type": "FeatureCollection", "features": [')
    for number, (line, risk) in enumerate(all_lines(fit, asked_for(request))):
        asset = risk.asset
        told = {
            "pipe": asset.external_id,
            **{
                name: getattr(asset, name) for name in ("area", "street", "material", "installed", "length_m")
            },
            **{
                name: getattr(risk, name)
                for name in ("rank", "expected", "low", "high", "consequence", "risk")
            },
            "per_km": line["per_km"],
            "why": line["reasons"],
            "as_of": fit.as_of.isoformat(),
            "invented": fit.is_invented,
        }
        geometry = json.loads(asset.geometry) if asset.geometry else None
        feature = {"type": "Feature", "geometry": geometry, "properties": told}
        file.write((",\n" if number else "\n").encode() + json.dumps(feature, ensure_ascii=False).encode())
    file.write(b"\n]}\n")
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename="lackkarta.geojson", content_type="application/geo+json"
    )


@login_required
@require_safe
def leak_map_ground(request: Request, uuid: UUID) -> HttpResponse:
    """What lies below the pipes, from data that the city has loaded."""
    shapes = ground_shapes(ground_for(request.viewer, uuid))
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": json.loads(geometry)}
        for name, geometry in shapes
    ]
    told = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    response = HttpResponse(told, "application/geo+json")
    patch_cache_control(response, private=True, no_cache=True)
    return response
