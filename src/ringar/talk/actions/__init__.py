"""Every write of this room."""

from ringar.talk.actions.answers import answer_rows, remove_template, save_template
from ringar.talk.actions.changes import edit_comment, react, take_back_comment
from ringar.talk.actions.comments import Ambiguous, Written, add_comment, write_comment
from ringar.talk.actions.digests import choose_digest, forget_old_notifications, mark_read, unsubscribe
from ringar.talk.actions.following import pass_on_follows, take_back_follows
from ringar.talk.actions.mailing import send_due_mail
from ringar.talk.actions.moderation import hide_comment, keep_report, show_comment
from ringar.talk.actions.reports import object_to_hiding, report_row
from ringar.talk.actions.telling import follow_row, tell_people, unfollow_row

__all__ = [
    "Ambiguous",
    "Written",
    "add_comment",
    "answer_rows",
    "choose_digest",
    "edit_comment",
    "follow_row",
    "forget_old_notifications",
    "hide_comment",
    "keep_report",
    "mark_read",
    "object_to_hiding",
    "pass_on_follows",
    "react",
    "remove_template",
    "report_row",
    "save_template",
    "send_due_mail",
    "show_comment",
    "take_back_comment",
    "take_back_follows",
    "tell_people",
    "unfollow_row",
    "unsubscribe",
    "write_comment",
]
