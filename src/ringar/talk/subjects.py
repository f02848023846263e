"""What people are told of what is said. Talk has no rows of its own that are followed or discussed."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Event, Subject

SUBJECTS: list[Subject] = []

EVENTS = [
    Event("talk.commented", _("%(actor)s wrote about “%(title)s”.")),
    Event("talk.replied", _("%(actor)s replied to you about “%(title)s”.")),
    Event("talk.mentioned", _("%(actor)s mentioned you, about “%(title)s”.")),
    Event("talk.answered", _("%(actor)s answered about “%(title)s”."), is_answer=True),
    Event("talk.reported", _("Somebody asks the moderators to look at “%(title)s”.")),
    Event("talk.hidden", _("A moderator hid what you wrote about “%(title)s”: %(reason)s"), is_answer=True),
    Event("talk.shown", _("A moderator shows again what you wrote about “%(title)s”."), is_answer=True),
    Event("talk.kept_hidden", _("What you wrote about “%(title)s” stays hidden: %(reason)s"), is_answer=True),
    Event("talk.report_hidden", _("What you reported about “%(title)s” is hidden now."), is_answer=True),
    Event("talk.report_kept", _("What you reported about “%(title)s” stays: %(reason)s"), is_answer=True),
]
