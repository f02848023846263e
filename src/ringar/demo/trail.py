"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

ACTIONS = (
    ("mark_simulated", _("marked a pilot's numbers as simulated")),
    ("move_clock", _("moved the demo's clock")),
    ("simulate_staff", _("made up answers of staff")),
)
KINDS = (("core.democlock", _("the demo's clock")),)
FIELDS = (("is_simulated", _("simulated")), ("weeks", _("weeks")))
VALUES = ()
