"""The queue with each run, and (in the demo) the outbox with every message that would be sent."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.rules import Refused
from ringar.robots.actions.work import retry_work
from ringar.robots.mail import attachments_of
from ringar.robots.models.work import Work
from ringar.robots.queries.work import (
    COUNTED,
    living_workers,
    mail_for,
    mail_page,
    newest_work,
    queue_now,
    visible_work,
    work_page,
)
from ringar.robots.registry import task_named
from ringar.robots.rules.work import State

PAGE = 25


def row_before(request: Request) -> int | None:
    """The row that the page begins after: `?before=`. What is no number counts as nothing."""
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def label_of(work: Work) -> str:
    """What the page calls the work."""
    task = task_named(work.name)
    return str(task.label) if task else work.name


@require_safe
def work_list(request: Request) -> HttpResponse:
    """The queue by state, the workers, and each run."""
    state = request.GET.get("state", "")
    now = queue_now(request.viewer)
    works = work_page(request.viewer, state=state, before=row_before(request), size=PAGE)
    context = {
        "states": [(value, label, now.counts[value]) for value, label in State.choices],
        "state": state if state in State.values else "",
        "counted": COUNTED,
        "oldest_waiting": now.oldest_waiting,
        "workers": living_workers(),
        "beside": settings.RINGAR_ROBOTS_BESIDE,
        "rows": [(work, label_of(work)) for work in works[:PAGE]],
        "next": works[PAGE - 1].pk if len(works) > PAGE else None,
        "State": State,
    }
    return render(request, "robots/work_list.html", context)


@require_safe
def work_csv(request: Request) -> FileResponse:
    """The list as a file."""
    header = [_("What"), _("State"), _("How it goes"), _("Tries"), _("Queued"), _("Ended")]
    works = newest_work(request.viewer, state=request.GET.get("state", ""))[: MOST_ROWS + 1]
    rows = (
        (
            label_of(work),
            work.get_state_display(),
            work.error if work.state == State.FAILED else work.message,
            work.attempts,
            work.created_at,
            work.finished_at,
        )
        for work in works.iterator(chunk_size=2000)
    )
    return export_response("robotar", header, rows, kind=request.GET.get("format"))


@require_POST
def work_retry(request: Request, uuid: UUID) -> HttpResponse:
    """Puts failed work back in the queue."""
    work = get_object_or_404(visible_work(request.viewer), uuid=uuid)
    try:
        retry_work(by=request.viewer, work=work)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("“%(work)s” is in the queue again.") % {"work": label_of(work)})
    return redirect("work_list")


@require_safe
def outbox(request: Request) -> HttpResponse:
    """Every message that the demo would send, newest first."""
    mails = mail_page(before=row_before(request), size=PAGE)
    next_row = mails[PAGE - 1].pk if len(mails) > PAGE else None
    return render(request, "robots/outbox.html", {"mails": mails[:PAGE], "next": next_row})


@require_safe
def outbox_mail(request: Request, uuid: UUID) -> HttpResponse:
    """One message as its reader would see it."""
    mail = mail_for(uuid)
    if mail is None:
        raise Http404
    context = {
        "mail": mail,
        "text": mail.text or strip_tags(mail.html),
        "attachments": attachments_of(mail),
    }
    return render(request, "robots/outbox_mail.html", context)
