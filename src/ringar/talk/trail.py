"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

from ringar.talk.rules import Digest

ACTIONS = (
    ("add_comment", _("wrote a comment")),
    ("add_template", _("wrote a template")),
    ("answer_rows", _("answered several at once")),
    ("change_template", _("changed a template")),
    ("choose_digest", _("chose how often to be told")),
    ("edit_comment", _("changed a comment")),
    ("follow_row", _("began to follow")),
    ("hide_comment", _("hid a comment")),
    ("keep_report", _("left what was reported as it is")),
    ("object_to_hiding", _("asked for another look at what was hidden")),
    ("react", _("reacted to a comment")),
    ("remove_template", _("removed a template")),
    ("report_row", _("reported something to the moderators")),
    ("show_comment", _("showed a hidden comment again")),
    ("take_back_comment", _("took back a comment")),
    ("unfollow_row", _("ceased to follow")),
)
KINDS = (
    ("talk.comment", _("comment")),
    ("talk.follow", _("following")),
    ("talk.report", _("report")),
    ("talk.answertemplate", _("template")),
    ("talk.reaction", _("reaction")),
    ("talk.digestchoice", _("how often to be told")),
)
FIELDS = (
    ("closed", _("closed")),
    ("digest", _("how often")),
    ("helpful", _("helpful")),
)
VALUES = (("digest", Digest),)
