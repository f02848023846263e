"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

ACTIONS = (("retry_work", _("had a robot try again")),)
KINDS = (("robots.work", _("work for a robot")),)
FIELDS = ()
VALUES = ()
