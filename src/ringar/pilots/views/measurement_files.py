"""Measurements from a spreadsheet: handed in, shown as understood, then saved; all of it or nothing."""

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ringar.core.importing import Importer, Reading, read_import
from ringar.core.kit_words import reason
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.core.views.imports import MOST_ROWS, MOST_UNPACKED, keep_upload, kept_file
from ringar.pilots.forms.measuring import FileForm
from ringar.pilots.imports import IMPORTERS
from ringar.pilots.models import Pilot
from ringar.pilots.queries.measurements import goal_of, may_measure, measured_pilot, sees_pilot
from ringar.pilots.views.measurements import told_counts
from ringar_kits.errors import InputError

SHOWN_PROBLEMS = 100


def importer() -> Importer:
    """The one that takes measurements."""
    return next(each for each in IMPORTERS if each.kind == "measurements")


def read_file(pilot: Pilot, path: Path, why: str) -> Reading:
    """The file as understood, with every row checked against this pilot. Raises InputError, Refused.

    A column that names pilots is not looked at: the page says which one it is.
    """
    given = {"pilot": str(pilot.uuid), "why": why}
    return read_import(
        importer(),
        path,
        organisation=pilot.organisation,
        mapping={"pilot": []},
        given=given,
        most_rows=MOST_ROWS,
        max_unpacked=MOST_UNPACKED,
    )


@login_required
@require_http_methods(["GET", "POST"])
def measurement_import(request: Request, uuid: UUID) -> HttpResponse:
    """Hand in a file; see what is understood and what is wrong; save it when nothing is."""
    viewer = request.viewer
    pilot = measured_pilot(viewer, uuid)
    if not any(may_measure(viewer, pilot, of) for of in pilot.units.select_related("unit")):
        raise NotAllowed
    form, reading, problem = FileForm(), None, ""
    why = request.session.get("import_why", "")
    try:
        if request.method == "POST" and "save" in request.POST:
            path = kept_file(request)
            if path is None:
                raise Refused(_("The file is not here any more. Hand it in again."))
            reading = read_file(pilot, path, why)
            if not reading.errors:
                return save_file(request, pilot, reading, path)
        elif request.method == "POST":
            form = FileForm(request.POST, request.FILES)
            if form.is_valid():
                why = request.session["import_why"] = form.cleaned_data["why"]
                reading = read_file(pilot, keep_upload(request, form.cleaned_data["file"]), why)
    except (InputError, Refused) as error:
        path = kept_file(request)
        name = request.session.get("import_name", "")
        problem = reason(error).replace(path.name, name + path.suffix) if path else reason(error)
    context = {
        "pilot": pilot,
        "goal": goal_of(pilot),
        "sees": sees_pilot(viewer, pilot),
        "form": form,
        "problem": problem,
        "reading": reading,
        "problems": told_problems(reading),
        "examples": reading.rows[:5] if reading and not reading.errors else [],
    }
    return render(request, "pilots/measurement_import.html", context)


def told_problems(reading: Reading | None) -> list[tuple[object, str]]:
    """What is wrong, each with the name of its column."""
    if reading is None:
        return []
    return [(each, importer().label_of(each.field)) for each in reading.problems[:SHOWN_PROBLEMS]]


def save_file(request: Request, pilot: Pilot, reading: Reading, path: Path) -> HttpResponse:
    """Saves all rows in one transaction, and tells the counts."""
    source = request.session.get("import_name", "import")
    with transaction.atomic():
        counts = importer().save(request.viewer, pilot.organisation, source, reading.rows, lambda done: None)
    path.unlink(missing_ok=True)
    request.session.pop("import_file", None)
    request.session.pop("import_why", None)
    messages.success(request, told_counts(counts))
    return redirect("measurement_list", uuid=pilot.uuid)
