"""Reporting, and the moderators' pages: what waits, hiding with a reason, showing again, the log."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.talk.actions import hide_comment, keep_report, object_to_hiding, report_row, show_comment
from ringar.talk.forms import ReasonForm
from ringar.talk.models import Comment, Report
from ringar.talk.queries.moderation import (
    PAGE,
    can_read_log,
    cases_of,
    log_page,
    report_for,
    waiting_reports,
)
from ringar.talk.queries.showing import facts_of, shown
from ringar.talk.queries.threads import comment_for, subject_row
from ringar.talk.rules import can_comment, can_moderate, can_object


def ask_reason(
    request: Request, template: str, context: dict[str, Any], act: Any, **form: Any
) -> HttpResponse:
    """Shows the page that asks why; once it is told, `act(reason)` says where to go."""
    asked = ReasonForm(request.POST or None, **form)
    if request.method == "POST" and asked.is_valid():
        try:
            return redirect(act(asked.cleaned_data["reason"]))
        except Refused as refused:
            asked.add_error("reason", str(refused))
    return render(request, template, {**context, "form": asked})


@login_required
@require_http_methods(["GET", "POST"])
def row_report(request: Request, kind: str, uuid: UUID) -> HttpResponse:
    """Asks the moderators to look at a row."""
    subject, row = subject_row(request.viewer, kind, uuid)
    return report(request, subject.label, row, None)


@login_required
@require_http_methods(["GET", "POST"])
def comment_report(request: Request, uuid: UUID) -> HttpResponse:
    """Asks the moderators to look at a comment."""
    comment, row = comment_for(request.viewer, uuid)
    if comment.is_gone:
        raise NotAllowed
    return report(request, _("comment"), row, comment)


def report(request: Request, label: Any, row: Any, comment: Comment | None) -> HttpResponse:
    """The page that asks what is wrong."""
    viewer = request.viewer
    if not can_comment(viewer):
        raise NotAllowed

    def act(why: str) -> Any:
        report_row(by=viewer, row=row, why=why, comment=comment)
        messages.success(request, _("Thank you. The moderators look at it, and you get an answer."))
        return row

    context = {"row": row, "label": label, "shown": shown(viewer, comment) if comment else None}
    return ask_reason(request, "talk/report.html", context, act, label=_("What is wrong with it?"))


@login_required
@require_http_methods(["GET", "POST"])
def comment_object(request: Request, uuid: UUID) -> HttpResponse:
    """The author of a hidden comment asks for another look."""
    viewer = request.viewer
    comment, row = comment_for(viewer, uuid)
    if not can_object(viewer, facts_of(comment)):
        raise NotAllowed

    def act(why: str) -> Any:
        object_to_hiding(by=viewer, comment=comment, row=row, why=why)
        messages.success(request, _("The moderators look at it again, and you get an answer."))
        return row

    context = {"row": row, "shown": shown(viewer, comment), "comment": comment}
    return ask_reason(
        request, "talk/comment_object.html", context, act, label=_("Why should it be shown again?")
    )


@login_required
@require_GET
def moderation_queue(request: Request) -> HttpResponse:
    """What waits for a decision, oldest first."""
    viewer = request.viewer
    reports = waiting_reports(viewer)
    waiting = reports.count()
    context = {"cases": cases_of(viewer, list(reports[:PAGE])), "waiting": waiting, "left": waiting - PAGE}
    return render(request, "talk/moderation_queue.html", context)


@login_required
@require_GET
def moderation_log(request: Request) -> HttpResponse:
    """What moderators have done: who, what, when and why."""
    if not can_read_log(request.viewer):
        raise NotAllowed
    lines, more = log_page(request.viewer, after=request.GET.get("after", ""))
    may_decide = can_moderate(request.viewer, request.viewer.organisation_id)
    return render(
        request, "talk/moderation_log.html", {"lines": lines, "more": more, "may_decide": may_decide}
    )


def moderated(request: Request, uuid: UUID) -> Comment:
    """The comment, where the viewer moderates; it may lie on a row that the moderator does not see."""
    comment = Comment.objects.filter(uuid=uuid).select_related("author", "author_organisation").first()
    if comment is None or not can_moderate(request.viewer, comment.organisation_id):
        raise NotAllowed
    is_reported = comment.reports.exists() or comment.hidden_at is not None
    if not is_reported:
        comment_for(request.viewer, uuid)
    return comment


@login_required
@require_http_methods(["GET", "POST"])
def comment_hide(request: Request, uuid: UUID) -> HttpResponse:
    """Hides a comment, with a reason that everybody reads."""
    comment = moderated(request, uuid)

    def act(reason: str) -> str:
        hide_comment(by=request.viewer, comment=comment, reason=reason)
        messages.success(request, _("Hidden. The one who wrote it is told why."))
        return "moderation_queue"

    context = {"comment": comment, "shown": shown(request.viewer, comment), "is_hiding": True}
    help_text = _("Everybody reads it in place of the text, so name nobody.")
    return ask_reason(request, "talk/decide.html", context, act, help_text=help_text)


@login_required
@require_http_methods(["GET", "POST"])
def comment_show(request: Request, uuid: UUID) -> HttpResponse:
    """Shows a hidden comment again."""
    comment = moderated(request, uuid)

    def act(reason: str) -> str:
        show_comment(by=request.viewer, comment=comment, reason=reason)
        messages.success(request, _("Shown again. The one who wrote it is told."))
        return "moderation_queue"

    context = {"comment": comment, "shown": shown(request.viewer, comment)}
    return ask_reason(request, "talk/decide.html", context, act)


@login_required
@require_http_methods(["GET", "POST"])
def report_keep(request: Request, uuid: UUID) -> HttpResponse:
    """Leaves what was reported as it is, and answers who reported it."""
    report: Report = report_for(request.viewer, uuid)

    def act(reason: str) -> str:
        keep_report(by=request.viewer, report=report, reason=reason)
        messages.success(request, _("Decided. Whoever asked is told why."))
        return "moderation_queue"

    of = shown(request.viewer, report.comment) if report.comment else None
    context = {"report": report, "shown": of, "comment": report.comment}
    return ask_reason(request, "talk/decide.html", context, act)
