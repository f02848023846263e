"""What is said on a row: read it all, write, reply, answer; follow it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.registry import Subject
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions import (
    Ambiguous,
    Written,
    follow_row,
    unfollow_row,
    write_comment,
)
from ringar.talk.forms import CommentForm
from ringar.talk.models import Comment
from ringar.talk.queries.moderation import templates_of
from ringar.talk.queries.threads import (
    comments_on,
    following_of,
    page_of_comments,
    subject_row,
)
from ringar.talk.rules import (
    Purpose,
    can_comment,
    can_write_internally,
    fill_template,
    uuid_in,
)


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
