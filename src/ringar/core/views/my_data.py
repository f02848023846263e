"""A person's own data: see it, take it home, be erased; and erasure by an administrator on request."""

import io
import zipfile
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.actions import erase_person, export_personal_data
from ringar.core.actions.personal import personal_data
from ringar.core.middleware import Request
from ringar.core.people_forms import ReasonForm
from ringar.core.people_queries import person_for, places_of
from ringar.core.registry import personal_tables
from ringar.core.rules import NotAllowed, Refused, administers, is_theirs_alone
from ringar.core.views.people import me

SHOWN = 20
"""Rows of each table on the page; the file has all of them."""


FATES = {
    "removed": ("tag-warn", gettext_lazy("Removed")),
    "anonymised": ("", gettext_lazy("Made nameless")),
    "archived": ("tag-quiet", gettext_lazy("Kept, without your name")),
}
"""What becomes of rows on erasure: the tag's class, and the words."""


@login_required
@require_GET
def my_data(request: Request) -> HttpResponse:
    """What is kept about the person, and what would become of it."""
    tables = []
    for each in personal_tables():
        rows = each.export(me(request))
        tables.append({"table": each, "count": len(rows), "rows": rows[:SHOWN], "fate": FATES[each.fate]})
    return render(request, "core/my_data.html", {"tables": tables, "most": SHOWN})


@never_cache
@login_required
@require_POST
def my_data_file(request: Request) -> FileResponse:
    """Everything in one zip: data.json for programs, data.html to read."""
    person = me(request)
    page = {"tables": personal_data(person), "person": person, "at": timezone.now()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", export_personal_data(by=request.viewer, person=person))
        archive.writestr("data.html", render_to_string("core/my_data_file.html", page))
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename="mina-uppgifter.zip", content_type="application/zip"
    )


@never_cache
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
@require_http_methods(["GET", "POST"])
def my_erasure(request: Request) -> HttpResponse:
    """Asks whether the person wants to be erased, says what becomes of each thing, and does it."""
    problem = ""
    if request.method == "POST" and request.POST.get("sure") == "yes":
        try:
            erase_person(by=request.viewer, person=me(request))
        except Refused as refused:
            problem = str(refused)
        else:
            logout(request)
            messages.success(request, _("You are erased, and logged out."))
            return redirect("home")
    elif request.method == "POST":
        problem = _("Tick the box first: erasing can not be undone.")
    context = {"tables": [(each, FATES[each.fate]) for each in personal_tables()], "problem": problem}
    return render(request, "core/my_erasure.html", context)


@never_cache
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
@require_http_methods(["GET", "POST"])
def person_erase(request: Request, uuid: UUID) -> HttpResponse:
    """An administrator erases a person who has asked for it."""
    viewer = request.viewer
    person = person_for(viewer, uuid)
    places = places_of(person)
    if not administers(viewer, works_in=places) or person.pk == viewer.person_id:
        raise NotAllowed
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_person(by=viewer, person=person, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The person is erased."))
            return redirect("people_list")
    context = {
        "person": person,
        "form": form,
        "tables": [(each, FATES[each.fate]) for each in personal_tables()],
        "is_theirs_alone": is_theirs_alone(viewer, works_in=places),
    }
    return render(request, "core/person_erase.html", context)
