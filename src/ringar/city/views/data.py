"""Pages of data sets: what data there are, whose, who may do what with them; and the decisions on who outside may."""

import json
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.city.actions.data import add_data_set, edit_data_set, release_data_set, withdraw_release
from ringar.city.catalogue import catalogue
from ringar.city.forms.data import DataSetForm, ReleaseForm, WithdrawForm
from ringar.city.models import DataSet
from ringar.city.queries.data import (
    data_set_for,
    decided_set,
    holding,
    imports_of,
    keeping_units,
    kept_set,
    known_sets,
    releases_of,
)
from ringar.city.rules.data import DataKind, can_keep, can_look_into, can_release
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed, Refused

MOST_SETS = 200
NEWEST_IMPORTS = 5


@require_safe
def data_set_list(request: Request) -> HttpResponse:
    """What data the city has, who owns them, and who may do what with them."""
    kind = request.GET.get("slag", "")
    rows = known_sets(request.viewer).order_by("name", "pk")
    if kind in DataKind.values:
        rows = rows.filter(kind=kind)
    found = list(rows[: MOST_SETS + 1])
    context = {
        "sets": [(each, *standing(request, each)) for each in found[:MOST_SETS]],
        "more": len(found) > MOST_SETS,
        "kinds": DataKind.choices,
        "kind": kind,
        "may_add": request.viewer.may_write and keeping_units(request.viewer).exists(),
    }
    return render(request, "city/data_set_list.html", context)


def standing(request: Request, data_set: DataSet) -> tuple[str, str, bool]:
    """Who may look into the data set, in words; the tag's class; and whether the viewer may."""
    held = holding(data_set)
    may_look = can_look_into(request.viewer, held)
    if "open_data" in held.released_to:
        return _("Open data"), "tag-ok", may_look
    if "exchange" in held.released_to:
        return _("Other municipalities too"), "tag-ok", may_look
    if held.is_restricted:
        return _("Only those who work with it"), "tag-warn", may_look
    return _("Everyone who works here"), "tag-quiet", may_look


@require_safe
def data_set_csv(request: Request) -> FileResponse:
    """The list of data sets as a file."""
    header = (
        *(_("Name"), _("What it holds"), _("Owner"), _("Keeper"), _("Who may look into it"), _("Rows")),
        *(_("Where it comes from"), _("Licence"), _("Who may do what with it"), _("Last changed")),
    )
    rows = known_sets(request.viewer).order_by("name", "pk")[: MOST_ROWS + 1]
    cells = (
        (
            *(each.name, each.get_kind_display(), each.owner_unit, shown_name(each.keeper, request.viewer)),
            *(
                standing(request, each)[0],
                each.size,
                each.source,
                each.licence,
                each.allowed_use,
                each.updated_at,
            ),
        )
        for each in rows
    )
    return export_response("datamangder", header, cells, kind=request.GET.get("format"))


@require_safe
def data_catalogue(request: Request) -> HttpResponse:
    """The open data sets as a catalogue that data portals gather (DCAT-AP-SE), for anyone."""
    told = json.dumps(catalogue(request.build_absolute_uri("/")), ensure_ascii=False)
    response = HttpResponse(told, content_type="application/ld+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def data_set_new(request: Request) -> HttpResponse:
    """Describes one more data set."""
    if not request.viewer.may_write or not keeping_units(request.viewer).exists():
        raise NotAllowed
    form = DataSetForm(request.POST or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_data_set(by=request.viewer, kind=form.cleaned_data["kind"], told=form.told())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(made)
    return render(request, "city/data_set_edit.html", {"form": form, "data_set": None})


@login_required
@require_http_methods(["GET", "POST"])
def data_set_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Says anew what a data set is, whose, and who may do what with it."""
    data_set = kept_set(request.viewer, uuid)
    form = DataSetForm(request.POST or None, viewer=request.viewer, data_set=data_set)
    if request.method == "POST" and form.is_valid():
        try:
            edit_data_set(by=request.viewer, data_set=data_set, told=form.told())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect(data_set)
    return render(request, "city/data_set_edit.html", {"form": form, "data_set": data_set})


@require_safe
def data_set_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One data set: whose it is, who may do what with it, what came in last, and who outside may have it."""
    data_set = data_set_for(request.viewer, uuid)
    held = holding(data_set)
    may_keep = can_keep(request.viewer, held)
    words, tag, may_look = standing(request, data_set)
    is_ours = request.viewer.is_inside and request.viewer.organisation_id == data_set.organisation_id
    context = {
        "data_set": data_set,
        "standing": words,
        "tag": tag,
        "may_look": may_look,
        "may_keep": may_keep,
        "may_release": can_release(request.viewer, held),
        "is_ours": is_ours,
        "releases": releases_of(data_set) if is_ours else [],
        "imports": list(imports_of(data_set)[:NEWEST_IMPORTS]) if may_keep else [],
    }
    return render(request, "city/data_set_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def data_set_release(request: Request, uuid: UUID) -> HttpResponse:
    """Decides that others may have what is in a data set."""
    data_set = decided_set(request.viewer, uuid)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            release_data_set(by=request.viewer, data_set=data_set, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("It is released. The decision stands on its page, and can be withdrawn.")
            )
            return redirect(data_set)
    return render(request, "city/data_set_release.html", {"form": form, "data_set": data_set})


@login_required
@require_POST
def data_set_withdraw(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Ends a release."""
    data_set = decided_set(request.viewer, uuid)
    release = get_object_or_404(data_set.releases, pk=number)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why: the reason is kept with the decision."))
        return redirect(data_set)
    try:
        withdraw_release(by=request.viewer, release=release, reason=form.cleaned_data["reason"])
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The release is withdrawn: those outside no longer see it."))
    return redirect(data_set)
