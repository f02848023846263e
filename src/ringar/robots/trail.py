"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

ACTIONS = (
    ("add_webhook", _("set up a webhook")),
    ("remove_webhook", _("removed a webhook")),
    ("retry_work", _("had a robot try again")),
    ("set_webhook", _("paused a webhook, or let it go on")),
    ("try_webhook", _("tried a webhook")),
)
KINDS = (("robots.work", _("work for a robot")), ("robots.webhook", _("webhook")))
FIELDS = (("actions", _("is told of")), ("is_paused", _("paused")))
VALUES = ()
