"""What this room keeps about a person: who wrote down purchases and chose suppliers. A public record."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Personal, keep_all, told
from ringar.procurement.models import Purchase, SupplierChoice

RECORD = _("It tells what the municipality bought and why: a public record. Your name is taken from it.")
PERSONAL = [
    Personal(
        table="procurement.Purchase",
        label=_("Purchases that you wrote down"),
        export=lambda person: told(
            Purchase.objects.filter(created_by=person), "what", "supplier", "sek", "date", "unit__name"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="procurement.SupplierChoice",
        label=_("Suppliers that you chose"),
        export=lambda person: told(
            SupplierChoice.objects.filter(chosen_by=person), "supplier", "reason", "chosen_at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
]
