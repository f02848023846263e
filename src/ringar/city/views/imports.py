"""Pages of files with the city's data: handed in, what a robot made of them, saved or thrown away."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ringar.city.actions.imports import ask_saving, drop_import, read_again, take_in, work_key
from ringar.city.forms.data import ColumnsForm, FilesForm
from ringar.city.models import DataImport
from ringar.city.queries.data import import_for, kept_set
from ringar.city.report_words import fault_words, remark_words
from ringar.city.rules.data import DataKind, ImportState
from ringar.city.words import FILE_WORDS, TALLY_WORDS
from ringar.core.kit_words import error_of, place_words
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.robots.models.work import Work
from ringar.robots.rules.work import UNFINISHED
from ringar_kits.leaks.columns import FILES

UNDER_WAY = (ImportState.READING, ImportState.SAVING)
SHOWN_REMARKS = 100


@login_required
@require_http_methods(["GET", "POST"])
def data_import_new(request: Request, uuid: UUID) -> HttpResponse:
    """Hands files in for a data set."""
    data_set = kept_set(request.viewer, uuid)
    if data_set.kind == DataKind.BREAKS:  # they come with the pipes that they lie on
        raise NotAllowed
    sent = request.method == "POST"
    form = FilesForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        viewer=request.viewer,
        data_set=data_set,
    )
    if sent and form.is_valid():
        try:
            made = take_in(
                by=request.viewer,
                data_set=data_set,
                files=form.files_in(),
                breaks_set=form.cleaned_data.get("breaks_set"),
                crs=form.cleaned_data["crs"],
                is_whole=form.cleaned_data["is_whole"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(made)
    context = {"form": form, "data_set": data_set, "most": settings.RINGAR_UPLOAD_MB}
    return render(request, "city/data_import_new.html", context)


def tallies(data_import: DataImport) -> list[tuple[object, list[str]]]:
    """What saving does, for each file: "12 new", "3 changed" …"""
    return [
        (
            FILE_WORDS.get(part, data_import.data_set.get_kind_display()),
            [f"{count} {TALLY_WORDS[name]}" for name, count in told.items() if count],
        )
        for part, told in data_import.counts.items()
    ]


def columns_form(request: Request, data_import: DataImport, report: dict[str, Any]) -> ColumnsForm | None:
    """The form for which column holds what, of pipes, and the coordinate system; none where no file could be opened."""
    if not report.get("columns"):
        return None
    is_network = data_import.data_set.kind == DataKind.PIPES
    return ColumnsForm(
        request.POST if request.method == "POST" else None,
        columns=report["columns"] if is_network else {},
        known=FILES,
        chosen=data_import.mapping,
        crs=data_import.crs,
    )


@login_required
@require_http_methods(["GET", "POST"])
def data_import(request: Request, uuid: UUID) -> HttpResponse:
    """How the reading goes; then what was used, changed and kept out, and what saving would do."""
    found = import_for(request.viewer, uuid)
    report: dict[str, Any] = found.report or {}
    work = None
    if found.state in UNDER_WAY:
        work = Work.objects.filter(key=work_key(found), state__in=UNFINISHED).first()
    form = (
        columns_form(request, found, report)
        if found.state in (ImportState.READ, ImportState.FAILED)
        else None
    )
    if request.method == "POST":
        try:
            if form is None:
                read_again(by=request.viewer, data_import=found, mapping=found.mapping, crs=found.crs)
                return redirect(found)
            if form.is_valid():
                crs = form.cleaned_data["crs"]
                read_again(by=request.viewer, data_import=found, mapping=form.mapping(), crs=crs)
                return redirect(found)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(found)
    remarks = report.get("remarks", [])
    context = {
        "import": found,
        "data_set": found.data_set,
        "work": work,
        "is_stuck": found.state in UNDER_WAY and work is None,
        "problem": fault_words(error_of(found.error)) if found.error else "",
        "remarks": [
            (each, place_words(each["place"]), remark_words(each)) for each in remarks[:SHOWN_REMARKS]
        ],
        "tallies": tallies(found),
        "form": form,
        "may_save": found.state == ImportState.READ,
    }
    return render(request, "city/data_import.html", context)


@login_required
@require_POST
def data_import_save(request: Request, uuid: UUID) -> HttpResponse:
    """Says that what the report tells is right, and has it saved."""
    found = import_for(request.viewer, uuid)
    try:
        ask_saving(by=request.viewer, data_import=found)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(found)


@login_required
@require_POST
def data_import_drop(request: Request, uuid: UUID) -> HttpResponse:
    """Throws files away that were handed in and not saved."""
    found = import_for(request.viewer, uuid)
    data_set = found.data_set
    try:
        drop_import(by=request.viewer, data_import=found)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(found)
    messages.success(request, _("The files are thrown away; nothing of them was saved."))
    return redirect(data_set)
