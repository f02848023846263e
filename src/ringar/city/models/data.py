"""What data the city has: whose, who may do what with it, how it came in, and who outside may have it."""

import uuid
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.city.rules.data import DataKind, ImportState, ReleaseTo
from ringar.core.models import Organisation, Person, Unit


class DataSet(models.Model):
    """One set of data that the city has: pipes, breaks, buildings."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="data_sets")
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("what it holds"), max_length=10, choices=DataKind)
    owner_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="data_sets", verbose_name=_("unit that owns it")
    )
    keeper = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who keeps it"),
    )
    description = models.TextField(_("description"), blank=True)
    source = models.CharField(_("where it comes from"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    allowed_use = models.TextField(_("who may do what with it"), blank=True)
    is_restricted = models.BooleanField(_("only for those who work with it"), default=True)
    is_invented = models.BooleanField(default=False)
    size = models.PositiveIntegerField(default=0)  # how many assets in use, or incidents, are in it
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)  # when what is in it last changed

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_data_set_of_that_name")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("data_set_detail", args=[self.uuid])

    @property
    def unit_id(self) -> int:
        """The owning unit, as other rooms call it."""
        return self.owner_unit_id


class Release(models.Model):
    """A decision that others may have what is in a data set; kept when it is withdrawn."""

    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="releases")
    to = models.CharField(_("released to"), max_length=10, choices=ReleaseTo)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(_("reason"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["data_set", "to"], condition=models.Q(withdrawn_at=None), name="released_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.data_set}: {self.to}"

    @property
    def organisation_id(self) -> int:
        """For the audit trail."""
        return self.data_set.organisation_id


class DataImport(models.Model):
    """Files handed in for a data set: read first, with a report, then saved whole or not at all."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="imports")
    # Breaks that came in the same reading, since they are placed on these pipes.
    breaks_set = models.ForeignKey(
        DataSet, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    pipes_file = models.FileField(upload_to="city/", blank=True)
    breaks_file = models.FileField(upload_to="city/", blank=True)
    roads_file = models.FileField(upload_to="city/", blank=True)
    names = models.JSONField(default=dict)  # what the person calls the files
    mapping = models.JSONField(default=dict)  # {field: column}
    crs = models.CharField(_("coordinate system"), max_length=40, blank=True)
    is_whole = models.BooleanField(default=True)  # what is not in the files is gone
    report = models.JSONField(default=list)  # [[place, what, count, remedy]]
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["data_set", "id"], name="imports_of_data_set")]

    def __str__(self) -> str:
        return f"{self.data_set}: {', '.join(self.names.values())}"

    def get_absolute_url(self) -> str:
        return reverse("data_import", args=[self.uuid])

    @property
    def organisation_id(self) -> int:
        """For the audit trail."""
        return self.data_set.organisation_id
