"""One comment: its thread, changed, taken back, found helpful."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.talk.actions import (
    edit_comment,
    react,
    take_back_comment,
)
from ringar.talk.forms import CommentForm, EditForm
from ringar.talk.models import Comment
from ringar.talk.queries.showing import facts_of, shown
from ringar.talk.queries.threads import (
    comment_for,
    comments_on,
    subject_row,
)
from ringar.talk.rules import (
    can_change_comment,
    can_comment,
)
from ringar.talk.views.threads import at_comment, form_options, thread_url

MOST_REPLIES = 200


@require_GET
def comment_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One thread: the comment, its replies, and where one replies."""
    viewer = request.viewer
    comment, row = comment_for(viewer, uuid)
    if comment.parent is not None:
        return redirect(thread_url(comment))
    subject, row = subject_row(viewer, comment.kind, comment.row)
    options = {**form_options(viewer, subject, row), "may_hide": False}
    replies = comments_on(viewer, row.uuid).filter(parent=comment).order_by("pk")
    replies = replies.select_related("author", "author_organisation")[:MOST_REPLIES]
    context = {
        "subject": subject,
        "row": row,
        "comments": [shown(viewer, each) for each in (comment, *replies)],
        "form": CommentForm(initial={"parent": comment.uuid}, **options),
        "may_write": can_comment(viewer) and not comment.is_gone,
        "is_internal": comment.is_internal,
    }
    return render(request, "talk/comment_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def comment_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Changes one's own text, or takes it back."""
    comment, row = comment_for(request.viewer, uuid)
    if not can_change_comment(request.viewer, facts_of(comment)):
        raise NotAllowed
    form = EditForm(request.POST or None, initial={"text": comment.text})
    if request.method == "POST" and form.is_valid():
        try:
            edit_comment(by=request.viewer, comment=comment, text=form.cleaned_data["text"])
        except Refused as refused:
            form.add_error("text", str(refused))
        else:
            return redirect(at_comment(row, comment))
    return render(request, "talk/comment_edit.html", {"form": form, "comment": comment, "row": row})


@login_required
@require_POST
def comment_take_back(request: Request, uuid: UUID) -> HttpResponse:
    """Takes back one's own comment."""
    comment, row = comment_for(request.viewer, uuid)
    take_back_comment(by=request.viewer, comment=comment)
    messages.success(request, _("Taken back. Others see that something was here, but not what."))
    return redirect(at_comment(row, comment))


@login_required
@require_POST
def comment_react(request: Request, uuid: UUID) -> HttpResponse:
    """Says that a comment helped, or takes that back."""
    comment, row = comment_for(request.viewer, uuid)
    react(by=request.viewer, comment=comment, is_helpful=request.POST.get("helpful") == "1")
    return redirect(way_back(request, row, comment))


def way_back(request: Request, row: Any, comment: Comment) -> str:
    """The page that the button was on, where it is one of ours; else the row's."""
    path = request.POST.get("next", "")
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return f"{path if is_ours else row.get_absolute_url()}#c-{comment.uuid}"
