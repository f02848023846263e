"""Spreadsheets in through pages: hand in a file, see what is understood and what is wrong, then save."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ringar.core.importing import Importer, Reading, read_import
from ringar.core.kit_words import reason
from ringar.core.middleware import Request
from ringar.core.models import Organisation
from ringar.core.registry import declared
from ringar.core.rules import NotAllowed, Refused
from ringar.core.text import tidy_text
from ringar.core.uploads import import_folder
from ringar_kits.errors import InputError

MOST_ROWS = 5000
LONGEST_GIVEN = 300
MOST_UNPACKED = 100_000_000  # bytes: more than 5,000 rows of anything
SUFFIXES = {".csv", ".txt", ".tsv", ".xlsx", ".json", ".jsonl"}


@dataclass(frozen=True)
class Saved:
    """What was saved last in this session: the importer's kind, and the source that its rows came from."""

    kind: str
    source: str


def require_keeper(request: Request) -> Organisation:
    """The organisation, if the viewer may import into it; else NotAllowed."""
    viewer = request.viewer
    if viewer.organisation_id is None or not viewer.keeps:
        raise NotAllowed
    return Organisation.objects.get(pk=viewer.organisation_id)


def importer_of(kind: str) -> Importer:
    """The importer with that name, or 404."""
    importers: tuple[Importer, ...] = declared("imports", "IMPORTERS")
    for importer in importers:
        if importer.kind == kind:
            return importer
    raise Http404


def kept_file(request: Request) -> Path | None:
    """The file that this session handed in, while it waits to be saved."""
    name = request.session.get("import_file", "")
    path = import_folder() / name
    return path if name and path.is_file() else None


def keep_upload(request: Request, upload: "UploadedFile[bytes]") -> Path:
    """Writes the handed-in file where `kept_file` finds it; takes away the one before."""
    suffix = Path(upload.name or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise Refused(_("Hand in a CSV, Excel (.xlsx) or JSON file."))
    if old := kept_file(request):
        old.unlink()
    path = import_folder() / f"{uuid.uuid4().hex}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        for chunk in upload.chunks():
            target.write(chunk)
    request.session["import_file"] = path.name
    request.session["import_name"] = Path(upload.name or "").stem[:60]
    return path


@login_required
@require_http_methods(["GET", "POST"])
def import_start(request: Request) -> HttpResponse:
    """Choose what to import and hand in the file."""
    organisation = require_keeper(request)
    importers = declared("imports", "IMPORTERS")
    problem = ""
    if request.method == "POST":
        importer = importer_of(request.POST.get("kind", ""))
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Refused(
                    _(
                        "No file came with the form, or it was larger than %(most)d MB."
                        " Choose a smaller file, or use the command line."
                    )
                    % {"most": settings.RINGAR_UPLOAD_MB}
                )
            keep_upload(request, upload)
        except Refused as refused:
            problem = str(refused)
        else:
            return redirect("import_check", kind=importer.kind)
    context = {
        "importers": importers,
        "organisation": organisation,
        "problem": problem,
        "most": settings.RINGAR_UPLOAD_MB,
        # What rooms offer to do with what was just saved.
        "saved": Saved(request.GET.get("sparat", ""), request.session.get("import_name", "import")),
    }
    return render(request, "core/import_start.html", context)


def chosen_mapping(request: Request, importer: Importer) -> dict[str, list[str]]:
    """The columns chosen on the page, by field."""
    mapping: dict[str, list[str]] = {}
    for wanted in importer.fields:
        chosen = [column for column in request.POST.getlist(f"map_{wanted.name}") if column]
        if f"map_{wanted.name}" in request.POST:
            mapping[wanted.name] = chosen
    return mapping


def given_texts(request: Request, importer: Importer) -> dict[str, str]:
    """What was written on the page for all rows, by field."""
    return {
        each.name: tidy_text(request.POST.get(f"give_{each.name}", ""))[:LONGEST_GIVEN]
        for each in importer.fields
        if each.for_all
    }


def save_reading(request: Request, importer: Importer, organisation: Organisation, reading: Reading) -> None:
    """Saves all rows in one transaction, and tells the counts."""
    source = request.session.get("import_name", "import")
    with transaction.atomic():
        counts = importer.save(request.viewer, organisation, source, reading.rows, lambda done: None)
    messages.success(
        request,
        _("Saved: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.")
        % {"new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged},
    )


@login_required
@require_http_methods(["GET", "POST"])
def import_check(request: Request, kind: str) -> HttpResponse:
    """Shows how the file is understood and what is wrong; saves it when that is confirmed and nothing is wrong."""
    organisation, importer, path = require_keeper(request), importer_of(kind), kept_file(request)
    if path is None:
        return redirect("import_start")
    reading, problem, given = Reading(), "", given_texts(request, importer)
    try:
        mapping = chosen_mapping(request, importer) if request.method == "POST" else None
        reading = read_import(
            importer,
            path,
            organisation=organisation,
            mapping=mapping,
            given=given,
            most_rows=MOST_ROWS,
            max_unpacked=MOST_UNPACKED,
        )
        if request.POST.get("save") and not reading.errors:
            save_reading(request, importer, organisation, reading)
            path.unlink()
            del request.session["import_file"]
            return redirect(f"{reverse('import_start')}?{urlencode({'sparat': importer.kind})}")
    except (InputError, Refused) as error:
        name = request.session.get("import_name", "") + path.suffix
        problem = reason(error).replace(path.name, name)
    columns = [*dict.fromkeys([c for found in reading.mapping.values() for c in found]), *reading.unused]
    return render(
        request,
        "core/import_check.html",
        {
            "importer": importer,
            "organisation": organisation,
            "reading": reading,
            "problem": problem,
            "most": settings.RINGAR_UPLOAD_MB,
            "columns": columns,
            "fields": [
                (wanted, reading.mapping.get(wanted.name, []), given.get(wanted.name, ""))
                for wanted in importer.fields
            ],
            "examples": reading.rows[:5],
            "problems": [(each, importer.label_of(each.field)) for each in reading.problems[:100]],
        },
    )
