"""The leak map as files, and what lies below it."""

import json
import tempfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ringar.city.actions.data import note_export
from ringar.city.models import Fit, PipeRisk
from ringar.city.queries.drawings import drawing_of
from ringar.city.queries.fits import years_told
from ringar.city.queries.map import Wanted, ground_for, ground_shapes, mapped_fit, wanted_places
from ringar.city.views.map import asked_for, lines_of
from ringar.core.exports import IN_MEMORY, export_response
from ringar.core.middleware import Request

AT_A_TIME = 1_000


@login_required
@require_safe
def leak_map_csv(request: Request, uuid: UUID) -> FileResponse:
    """The table as the filter leaves it, as a file."""
    fit = mapped_fit(request.viewer, uuid)
    note_export(by=request.viewer, data_set=fit.pipes, what="lackkarta")
    headers = [
        *(_("Place"), _("Pipe"), _("Area"), _("Street"), _("Material"), _("Laid"), _("Length, m")),
        *(header for years in years_told(fit) for header in outlook_headers(years)),
        *(_("For each kilometre"), _("Consequence"), _("Risk"), _("Why")),
    ]
    return export_response(
        "lackkarta",
        headers,
        (
            [
                *(risk.rank, risk.asset.external_id, risk.asset.area, risk.asset.street),
                *(risk.asset.material, risk.asset.installed, risk.asset.length_m),
                *(number for each in line["outlooks"] for number in (each.expected, each.low, each.high)),
                *(line["per_km"], risk.consequence, risk.risk, " ".join(line["reasons"])),
            ]
            for line, risk in all_lines(fit, asked_for(request))
        ),
        kind=request.GET.get("format"),
    )


def outlook_headers(years: int) -> list[str]:
    """What the columns of an outlook are called: the number, and the two that eight of ten expectations lie between."""
    told = {"n": years}
    return [
        ngettext("Breaks to expect in %(n)d year", "Breaks to expect in %(n)d years", years) % told,
        ngettext("At least (8 of 10), %(n)d year", "At least (8 of 10), %(n)d years", years) % told,
        ngettext("At most (8 of 10), %(n)d year", "At most (8 of 10), %(n)d years", years) % told,
    ]


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
            **{
                f"{name}_{each.years}": getattr(each, name)
                for each in line["outlooks"]
                if each.years != fit.horizon
                for name in ("expected", "low", "high")
            },
            "years": fit.horizon,
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
