"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

ACTIONS = (("move_clock", _("moved the demo's clock")),)
KINDS = (("core.democlock", _("the demo's clock")),)
FIELDS = (("weeks", _("weeks")),)
VALUES = ()
