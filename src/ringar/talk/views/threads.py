"""What is said on a row: read it all, write, reply, answer; follow; say that a comment helped."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.registry import Subject
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions import (
    Ambiguous,
    Written,
    edit_comment,
    follow_row,
    react,
    take_back_comment,
    unfollow_row,
    write_comment,
)
from ringar.talk.forms import CommentForm, EditForm
from ringar.talk.models import Comment
from ringar.talk.queries.moderation import templates_of
from ringar.talk.queries.threads import (
    comment_for,
    comments_on,
    facts_of,
    following_of,
    page_of_comments,
    shown,
    subject_row,
)
from ringar.talk.rules import (
    Purpose,
    can_change_comment,
    can_comment,
    can_write_internally,
    fill_template,
    uuid_in,
)

MOST_REPLIES = 200


def form_options(viewer: Viewer, subject: Subject, row: Any) -> dict[str, Any]:
    """What the form for a comment offers this viewer."""
    return {
        "may_mention": viewer.is_inside,
        "may_answer": can_comment(viewer) and subject.may_write(viewer, row),
        "may_hide": can_write_internally(viewer),
    }


def at_comment(row: Any, comment: Comment) -> str:
    """Where one reads the comment: a thread on the row's page, a reply on its thread's page."""
    return f"{row.get_absolute_url()}#c-{comment.uuid}" if comment.parent_id is None else thread_url(comment)


def thread_url(comment: Comment) -> str:
    """The page of the comment's thread, at the comment."""
    return f"{(comment.parent or comment).get_absolute_url()}#c-{comment.uuid}"


@require_http_methods(["GET", "POST"])
def talk_thread(request: Request, kind: str, uuid: UUID) -> HttpResponse:
    """All that is said on a row, the newest thread first; and where one writes."""
    viewer = request.viewer
    subject, row = subject_row(viewer, kind, uuid)
    if request.method == "POST":
        return write_on(request, subject, row)
    template = templates_of(viewer).filter(uuid=uuid_in(request.GET.get("mall"))).first()
    text = fill_template(template.text, {"title": str(row)}) if template else ""
    initial = {"text": text, "is_answer": bool(template)}
    form = CommentForm(initial=initial, **form_options(viewer, subject, row))
    return show_thread(request, subject, row, form)


def show_thread(request: Request, subject: Subject, row: Any, form: CommentForm) -> HttpResponse:
    """The page of a row's talk."""
    viewer = request.viewer
    comments, more = page_of_comments(viewer, row, after=request.GET.get("after", "")[:40])
    context = {
        "subject": subject,
        "row": row,
        "comments": comments,
        "more": more,
        "form": form,
        "may_write": can_comment(viewer),
        "following": following_of(viewer, row.uuid),
        "templates": list(templates_of(viewer)) if "is_answer" in form.fields else [],
    }
    return render(request, "talk/thread.html", context)


def write_on(request: Request, subject: Subject, row: Any) -> HttpResponse:
    """Writes what the form holds; what is wrong with it is told, and the text is still there."""
    viewer = request.viewer
    if not can_comment(viewer):
        raise NotAllowed
    options = form_options(viewer, subject, row)
    form = CommentForm(request.POST, **options)
    parent = comments_on(viewer, row.uuid).filter(uuid=uuid_in(request.POST.get("parent"))).first()
    if form.is_valid():
        try:
            written = write_comment(
                by=viewer,
                row=row,
                text=form.cleaned_data["text"],
                purpose=Purpose.ANSWER if form.cleaned_data.get("is_answer") else Purpose.COMMENT,
                is_internal=form.cleaned_data.get("is_internal", False),
                parent=parent,
                meant=form.meant(),
                uuid=form.cleaned_data["key"],
            )
        except Ambiguous as several:
            form = CommentForm(request.POST, choices=several.choices, **options)
            form.is_valid()
        except Refused as refused:
            form.add_error("text", str(refused))
        else:
            tell_writer(request, written)
            return redirect(at_comment(row, written.comment))
    return show_thread(request, subject, row, form)


def tell_writer(request: Request, written: Written) -> None:
    """What came of it: who was told, and that one follows from now on."""
    if written.mentioned:
        names = ", ".join(person.name for person in written.mentioned)
        messages.success(request, _("Written. Told of it: %(names)s.") % {"names": names})
    if written.unseeing:
        messages.warning(
            request,
            ngettext(
                "%(count)d whom you mentioned may not see this, and was not told.",
                "%(count)d whom you mentioned may not see this, and were not told.",
                written.unseeing,
            )
            % {"count": written.unseeing},
        )
    if written.follows_now:
        messages.success(
            request, _("You follow this from now on, and are told what happens. “Stop following” ends it.")
        )


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


@login_required
@require_POST
def row_follow(request: Request, kind: str, uuid: UUID) -> HttpResponse:
    """Follows the row, or stops."""
    _subject, row = subject_row(request.viewer, kind, uuid)
    if request.POST.get("follow") == "1":
        follow_row(by=request.viewer, row=row)
        messages.success(request, _("You follow this from now on, and are told what happens."))
    else:
        unfollow_row(by=request.viewer, row=row)
        messages.success(request, _("You do not follow this any more."))
    return redirect(row)
