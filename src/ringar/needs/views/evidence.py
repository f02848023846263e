"""Pages where evidence is handed in, looked at and shown."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import add_evidence, edit_evidence, remove_evidence
from ringar.needs.flags import Flag, find_flags
from ringar.needs.forms import EvidenceForm
from ringar.needs.queries import evidence_for, evidence_texts, need_for
from ringar.needs.rules import can_add_evidence


@login_required
@require_http_methods(["GET", "POST"])
def evidence_new(request: Request, uuid: UUID) -> HttpResponse:
    """What somebody learned about a need."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    if request.method == "GET" and not can_add_evidence(viewer, need.facts):
        raise NotAllowed
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        photo = facts.pop("photo")
        try:
            evidence = add_evidence(by=viewer, need=need, photo=photo, **facts)
        except Refused as refused:
            form.add_error("photo" if photo else None, str(refused))
        else:
            if evidence.is_draft:
                return redirect("evidence_edit", uuid=evidence.uuid)
            messages.success(request, _("Thank you. The evidence is kept with the need."))
            return redirect(need)
    return render(request, "needs/evidence_new.html", {"need": need, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def evidence_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Changes one's own evidence, or decides on what is flagged in it."""
    viewer = request.viewer
    evidence = evidence_for(viewer, uuid)
    if viewer.person_id is None or evidence.created_by_id != viewer.person_id:
        raise NotAllowed
    form = EvidenceForm(request.POST or None, evidence=evidence)
    kept = request.POST.getlist("kept")
    flags: list[Flag] = find_flags(evidence_texts(evidence)) if evidence.is_draft else []
    if request.method == "POST" and form.is_valid():
        try:
            evidence = edit_evidence(by=viewer, evidence=evidence, kept=kept, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if not evidence.is_draft:
                messages.success(request, _("Thank you. The evidence is kept with the need."))
                return redirect(evidence.need)
            flags = find_flags(evidence_texts(evidence))
            form.add_error(None, _("Some words need a decision before others see this."))
    context = {"need": evidence.need, "evidence": evidence, "form": form, "flags": flags, "kept": kept}
    return render(request, "needs/evidence_edit.html", context)


@require_GET
def evidence_photo(request: Request, uuid: UUID) -> FileResponse:
    """The photo, for those who may see its need; always served as the JPEG that we made of it."""
    evidence = evidence_for(request.viewer, uuid)
    if not evidence.photo:
        raise Http404
    response = FileResponse(evidence.photo.open("rb"), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_required
@require_POST
def evidence_remove(request: Request, uuid: UUID) -> HttpResponse:
    """Takes evidence away."""
    evidence = evidence_for(request.viewer, uuid)
    need = evidence.need
    remove_evidence(by=request.viewer, evidence=evidence)
    messages.success(request, _("The evidence is taken away."))
    return redirect(need)
