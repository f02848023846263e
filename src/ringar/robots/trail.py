"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

ACTIONS = (
    ("add_webhook", _("set up a webhook")),
    ("remove_webhook", _("removed a webhook")),
    ("retry_work", _("had a robot try again")),
    ("set_webhook", _("paused a webhook, or let it go on")),
    ("try_webhook", _("tried a webhook")),
    ("add_log", _("handed in an event log")),
    ("choose_columns", _("said what the columns of an event log hold")),
    ("measure_log", _("measured an event log")),
    ("remove_log", _("removed an event log")),
    ("add_map", _("began the map of a routine")),
    ("draw_version", _("began a version of a map")),
    ("link_log", _("said which log measures a map")),
    ("save_drawing", _("drew on a map")),
    ("open_version", _("opened a map for comments")),
    ("sign_version", _("signed a map")),
    ("decide_map", _("decided what becomes of a routine")),
    ("mark_step", _("said something of a step on a map")),
    ("answer_mark", _("answered what was said of a step")),
)
KINDS = (
    ("robots.work", _("work for a robot")),
    ("robots.webhook", _("webhook")),
    ("robots.eventlog", _("event log")),
    ("robots.processmap", _("map of a routine")),
    ("robots.mapversion", _("version of a map")),
    ("robots.mapmark", _("comment on a map")),
)
FIELDS = (
    ("actions", _("is told of")),
    ("is_paused", _("paused")),
    ("cases", _("cases")),
    ("columns", _("columns")),
    ("delegation", _("the board’s delegation")),
    ("decision", _("decision")),
    ("drawing", _("mark of the drawing")),
    ("is_authority", _("decides about somebody")),
    ("log", _("event log")),
    ("steps", _("steps")),
)
VALUES = ()
