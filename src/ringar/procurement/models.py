"""Ceilings, kinds of purchases, purchases, and why a supplier was chosen."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person, Unit
from ringar.solvers.models import Solver


class Ceiling(models.Model):
    """The most that may be bought by direct award in a financial year, from a date on. Without VAT."""

    valid_from = models.DateField(_("valid from"), unique=True)
    sek = models.PositiveBigIntegerField(_("SEK without VAT"))
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        ordering: ClassVar = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.sek} SEK ({self.valid_from})"


class PurchaseKind(models.Model):
    """What counts as purchases of the same kind in an organisation."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="purchase_kinds")
    name = models.CharField(_("name"), max_length=120)
    code = models.CharField(_("CPV code"), max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="purchase_kind_once")
        ]

    def __str__(self) -> str:
        return self.name


class Purchase(models.Model):
    """Something bought, or meant to be bought (`is_planned`), by a unit: without VAT, in the year of its date."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="purchases")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="purchases")
    kind = models.ForeignKey(PurchaseKind, on_delete=models.PROTECT, related_name="purchases")
    what = models.CharField(_("what"), max_length=300)
    supplier = models.CharField(_("supplier"), max_length=200)
    solver = models.ForeignKey(
        Solver, on_delete=models.SET_NULL, null=True, blank=True, related_name="purchases"
    )
    sek = models.PositiveBigIntegerField(_("SEK without VAT"))
    date = models.DateField(_("date"))
    is_planned = models.BooleanField(default=False)
    row = models.UUIDField(null=True, blank=True)  # the pilot that it is for
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "kind", "date"], name="purchase_same_kind"),
            models.Index(fields=["row"], name="purchase_of_row"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="purchase_imported_once",
            ),
        ]

    def __str__(self) -> str:
        return self.what


class SupplierChoice(models.Model):
    """Who was chosen to deliver to a row (a pilot), and why."""

    row = models.UUIDField(unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(PurchaseKind, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    supplier = models.CharField(_("chosen supplier"), max_length=200)
    reason = models.TextField(_("why this one"))
    no_alternatives = models.TextField(_("why no other was asked"), blank=True)
    chosen_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    chosen_at = models.DateTimeField(default=timezone.now)


class Alternative(models.Model):
    """Another supplier that was looked at, and why not."""

    choice = models.ForeignKey(SupplierChoice, on_delete=models.CASCADE, related_name="alternatives")
    order = models.PositiveSmallIntegerField()
    supplier = models.CharField(_("supplier"), max_length=200)
    why_not = models.TextField(_("why not"))

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["choice", "order"], name="alternative_order_once")
        ]
