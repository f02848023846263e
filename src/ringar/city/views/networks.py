"""The map of a network of which nothing is reckoned yet: where the pipes lie, and what is known of each."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ringar.city.actions.data import note_look
from ringar.city.queries.data import holding
from ringar.city.queries.drawings import drawing_of, mark_of
from ringar.city.queries.map import breaks_of, grounds_of, mapped_fits, network_for, pipe_at, wanted_places
from ringar.city.rules.lists import can_plan
from ringar.city.views.map import asked_for, body_of, overview_of
from ringar.core.middleware import Request


@login_required
@require_safe
def network_map(request: Request, uuid: UUID) -> HttpResponse:
    """The pipes in one colour, and the way to have it reckoned where they will break; leads on where it is."""
    network = network_for(request.viewer, uuid)
    latest = mapped_fits(request.viewer).filter(pipes=network).first()
    if latest is not None:
        return redirect("leak_map_fit", latest.uuid)
    note_look(by=request.viewer, data_set=network)
    drawing, wanted = drawing_of(network), asked_for(request)
    places = wanted_places(drawing, wanted)
    context = {
        "network": network,
        "wanted": wanted,
        "materials": [name for name in drawing.materials if name],
        "overview": overview_of(drawing, get_language() or ""),
        "grounds": grounds_of(request.viewer),
        "found": len(places),
        "found_km": float(drawing.length_m[places].sum()) / 1000,
        "may_plan": can_plan(request.viewer, holding(network)),
        "mark": mark_of(network),
    }
    return render(request, "city/network_map.html", context)


@login_required
@require_safe
def network_data(request: Request, uuid: UUID) -> HttpResponse:
    """All pipes in the form that the browser draws from."""
    return body_of(request, network_for(request.viewer, uuid))


@login_required
@require_safe
def network_pipe(request: Request, uuid: UUID, place: int) -> HttpResponse:
    """What is known of a pipe: a part of the map's page, or its own page."""
    network = network_for(request.viewer, uuid)
    asset = pipe_at(network, place)
    if request.headers.get("HX-Request") != "true":
        response: HttpResponse = redirect(asset)
    else:
        note_look(by=request.viewer, data_set=network)
        context = {"asset": asset, "breaks": breaks_of(asset, request.viewer)}
        response = render(request, "city/map_panel.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
