"""What one is told: read it, choose how often by mail, end the mail."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.registry import subject_of
from ringar.core.rules import NotAllowed
from ringar.talk.actions import choose_digest, mark_read, unsubscribe
from ringar.talk.actions.digests import person_of_token
from ringar.talk.forms import DigestForm
from ringar.talk.models import Notification
from ringar.talk.queries.notices import digest_of, page_of_groups, unread_count, viewers_in
from ringar.talk.rules import uuid_in


@login_required
@require_GET
def notification_list(request: Request) -> HttpResponse:
    """All that one is told, by the thing it is about, newest first."""
    groups, more = page_of_groups(request.viewer, after=request.GET.get("after", ""))
    context = {"groups": groups, "more": more, "unread": unread_count(request.viewer)}
    return render(request, "talk/notification_list.html", context)


@login_required
@require_GET
def notification_open(request: Request, uuid: UUID) -> HttpResponse:
    """Leads to the thing, and marks what is told of it as read: the reader has seen it. Asked again, the same."""
    viewer = request.viewer
    note = Notification.objects.filter(uuid=uuid, person_id=viewer.person_id or 0).first()
    if note is None:
        raise NotAllowed
    mark_read(by=viewer, row=note.row)
    subject = subject_of(note.kind)
    reader = viewers_in(viewer, {note.organisation_id})[note.organisation_id]
    row = subject.find(reader, note.row) if subject else None
    if row is None:
        raise NotAllowed
    return redirect(row)


@login_required
@require_POST
def notification_read(request: Request) -> HttpResponse:
    """Marks one thing's notifications as read, or all."""
    note = Notification.objects.filter(
        uuid=uuid_in(request.POST.get("of", "")), person_id=request.viewer.person_id or 0
    ).first()
    if note is None and request.POST.get("of"):
        raise NotAllowed
    mark_read(by=request.viewer, row=note.row if note else None)
    return redirect("notification_list")


@login_required
@require_http_methods(["GET", "POST"])
def notification_settings(request: Request) -> HttpResponse:
    """How often one wants mail."""
    form = DigestForm.of(request.POST or None, digest_of(request.viewer))
    if request.method == "POST" and form.is_valid():
        choose_digest(by=request.viewer, **form.cleaned_data)
        messages.success(request, _("Saved. It holds from now on."))
        return redirect("notification_settings")
    return render(request, "talk/notification_settings.html", {"form": form})


@csrf_exempt  # mail programs post here without a page of ours; the signed address says who
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: Request, token: str) -> HttpResponse:
    """Ends the mail without a log-in. Looking changes nothing, as mail filters look at every link (RFC 8058)."""
    if person_of_token(token) is None:
        raise NotAllowed
    if request.method == "POST":
        unsubscribe(token=token)
    return render(request, "talk/unsubscribe.html", {"is_done": request.method == "POST"})
