"""What the audit trail calls this room's writes."""

from django.utils.translation import gettext_lazy as _

ACTIONS = (
    ("add_purchase", _("wrote down a purchase")),
    ("document_choice", _("documented a choice of supplier")),
    ("import_purchase", _("imported a purchase")),
    ("plan_purchase", _("planned a purchase")),
    ("set_ceiling", _("set the ceiling for direct award")),
)
KINDS = (("procurement.ceiling", _("ceiling")), ("procurement.purchase", _("purchase")))
FIELDS = (
    ("alternatives", _("others that were looked at")),
    ("date", _("date")),
    ("kind", _("kind")),
    ("sek", _("SEK without VAT")),
    ("source", _("source")),
    ("supplier", _("supplier")),
    ("unit", _("unit")),
    ("valid_from", _("valid from")),
    ("what", _("what")),
)
VALUES = ()
