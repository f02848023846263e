"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

ACTIONS = (
    ("kill_robot", _("killed a robot process, to see the work go on")),
    ("mark_simulated", _("marked a pilot's numbers as simulated")),
    ("move_clock", _("moved the demo's clock")),
    ("send_more_mails", _("had invented mails sent to a robot")),
    ("simulate_staff", _("made up answers of staff")),
)
KINDS = (("core.democlock", _("the demo's clock")),)
FIELDS = (
    ("batch", _("batch of mails")),
    ("is_simulated", _("simulated")),
    ("process", _("process")),
    ("weeks", _("weeks")),
)
VALUES = ()
