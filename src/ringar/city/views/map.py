"""The leak map: pipes of a fit by how many breaks to expect, as a map and a table, with reasons for each."""

import gzip
import re
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from numpy.typing import NDArray

from ringar.city.actions.data import note_look
from ringar.city.leak_words import notes_of
from ringar.city.models import DataSet, Fit, PipeRisk
from ringar.city.queries.drawings import Drawing, drawing_of, mark_of
from ringar.city.queries.fits import changed_since
from ringar.city.queries.map import (
    PAGE,
    SORTS,
    Wanted,
    breaks_of,
    mapped_fit,
    mapped_fits,
    maps_for,
    networks,
    risk_for,
    risks_at,
    share_of,
    wanted_places,
)
from ringar.city.rules.worst import LOOKS, PERCENTS, look_of
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed
from ringar.core.text import tidy_text

AREAS_SHOWN = 10


@login_required
@require_safe
def leak_map(request: Request) -> HttpResponse:
    """Leads to the map of the latest fit, else of the latest network; where there is none, says how there will be."""
    if not request.viewer.is_inside:
        raise NotAllowed
    if (latest := mapped_fits(request.viewer).first()) is not None:
        return redirect("leak_map_fit", latest.uuid)
    network = networks(request.viewer).filter(size__gt=0).first()
    return redirect("network_map", network.uuid) if network else render(request, "city/map_none.html")


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
    maps = maps_for(request.viewer, uuid)
    fit = maps.fit
    note_look(by=request.viewer, data_set=fit.pipes)
    drawing, wanted = drawing_of(fit), asked_for(request)
    places = wanted_places(drawing, wanted)
    after = request.GET.get("after", "")
    start = int(after) if re.fullmatch(r"[0-9]{1,8}", after) else 0
    asked = address_of(wanted)
    context = {
        "fit": fit,
        "fits": maps.latest,
        "changed": changed_since(fit),
        "wanted": wanted,
        "asked": asked,
        "percents": PERCENTS,
        "looks": LOOKS,
        "has_risk": len(drawing.by_risk) > 0,
        "materials": [name for name in drawing.materials if name],
        "areas": drawing.shapes[:AREAS_SHOWN],
        "overview": overview_of(drawing, get_language() or ""),
        "grounds": maps.grounds,
        "lines": lines_of(fit, drawing, places[start : start + PAGE], by=wanted.by, most_reasons=1),
        "found": len(places),
        "found_km": float(drawing.length_m[places].sum()) / 1000,
        "start": start,
        "next": f"{asked}&after={start + PAGE}".lstrip("&") if start + PAGE < len(places) else "",
        "mark": mark_of(fit),
    }
    return render(request, "city/map.html", context)


@lru_cache(maxsize=8)
def overview_of(drawing: Drawing, language: str) -> str:
    """The small drawing of the areas, for those without JavaScript; kept, since it has many points."""
    return render_to_string("city/map_overview.html", {"drawing": drawing})


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
        "outlooks": risk.outlooks(),
        "per_km": risk.expected / metres * 1000 if metres else None,
        "reasons": notes_of(risk.reasons[:most_reasons]),
    }


@login_required
@require_safe
def leak_map_data(request: Request, uuid: UUID) -> HttpResponse:
    """All pipes in the form that the browser draws from; the browser asks anew each time whether it has changed."""
    return body_of(request, mapped_fit(request.viewer, uuid))


def body_of(request: Request, of: Fit | DataSet) -> HttpResponse:
    """What the browser draws from, or that what it has is still so."""
    mark = f'"{mark_of(of)}"'
    response = get_conditional_response(request, etag=mark)
    if response is None:
        body = drawing_of(of).body
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
