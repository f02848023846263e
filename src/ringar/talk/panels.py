"""What this room shows on other pages: the discussion, following, how many notifications, the moderators' way in."""

from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.template.loader import render_to_string

from ringar.core.registry import Panel, subject_kind
from ringar.core.rules import Viewer
from ringar.talk.queries.moderation import can_read_log
from ringar.talk.queries.notices import unread_count
from ringar.talk.queries.threads import FEW, following_of, page_of_comments
from ringar.talk.rules import can_answer_many, can_comment, can_moderate, can_write_internally


def discussion(request: HttpRequest, row: Any) -> str:
    """The newest of what is said on the row, who follows it, and where one writes. 2 queries."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if getattr(row, "is_draft", False):
        return ""
    subject = subject_kind(row)
    comments, more = page_of_comments(viewer, row, size=FEW)
    may_answer = can_comment(viewer) and subject.may_write(viewer, row)
    context = {
        "subject": subject,
        "row": row,
        "viewer": viewer,
        "comments": comments,
        "more": more,
        "following": following_of(viewer, row.uuid),
        "may_write": can_comment(viewer),
        "may_answer": may_answer,
        "may_hide": can_write_internally(viewer),
        "key": uuid4(),
    }
    return render_to_string("talk/panel_thread.html", context, request)


def follow(request: HttpRequest, row: Any) -> str:
    """Following the row, without a discussion. 1 query."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    context = {"subject": subject_kind(row), "row": row, "viewer": viewer}
    context["following"] = following_of(viewer, row.uuid)
    return render_to_string("talk/follow.html", context, request)


def bell(request: HttpRequest, viewer: Viewer) -> str:
    """The way to the notifications, and how many are new. 1 query."""
    if viewer.person_id is None:
        return ""
    return render_to_string("talk/panel_header.html", {"unread": unread_count(viewer)}, request)


def moderators_menu(request: HttpRequest, viewer: Viewer) -> str:
    """What moderators and those who answer find in their menu."""
    context = {
        "may_moderate": can_moderate(viewer, viewer.organisation_id) and viewer.organisation_id is not None,
        "may_read_log": can_read_log(viewer),
        "may_answer_many": can_answer_many(viewer),
    }
    return render_to_string("talk/panel_menu.html", context, request) if any(context.values()) else ""


def tick(request: HttpRequest, row: Any) -> str:
    """A box to tick in a list, for those who answer several at once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not can_answer_many(viewer) or row.organisation_id != viewer.organisation_id:
        return ""
    return render_to_string("talk/panel_tick.html", {"row": row}, request)


def answer_ticked(request: HttpRequest, rows: Any) -> str:
    """The button that answers what is ticked."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not can_answer_many(viewer) or not any(row.organisation_id == viewer.organisation_id for row in rows):
        return ""
    return render_to_string("talk/panel_ticked.html", {"kind": subject_kind(rows[0]).kind}, request)


PANELS = [
    Panel("header", 10, bell),
    Panel("person_menu", 20, moderators_menu),
    Panel("need_detail", 50, discussion),
    Panel("solution_detail", 50, discussion),
    Panel("call_detail", 50, discussion),
    Panel("solver_detail", 50, discussion),
    Panel("pilot_detail", 60, discussion),
    Panel("case_detail", 60, discussion),
    Panel("robot_queue", 10, follow),
    Panel("need_list_row", 50, tick),
    Panel("need_list", 50, answer_ticked),
]
