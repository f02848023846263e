"""What lies in the ground and along the streets, what happened to it, and what somebody saw of it."""

import json
import uuid
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.city.models.data import DataImport, DataSet
from ringar.city.rules.data import ObservationKind
from ringar.core.models import Organisation, Person


class Asset(models.Model):
    """One thing that the city looks after: a pipe first of all."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="assets")
    kind = models.CharField(_("kind"), max_length=10)
    external_id = models.CharField(_("own number"), max_length=200)
    label = models.CharField(_("name"), max_length=200, blank=True)
    geometry = models.TextField(blank=True)  # GeoJSON geometry in WGS 84, [longitude, latitude]
    west = models.FloatField(null=True, blank=True)
    south = models.FloatField(null=True, blank=True)
    east = models.FloatField(null=True, blank=True)
    north = models.FloatField(null=True, blank=True)
    length_m = models.FloatField(_("length, metres"), null=True, blank=True)
    installed = models.FloatField(_("installed"), null=True, blank=True)  # decimal year
    material = models.CharField(_("material"), max_length=60, blank=True)
    diameter_mm = models.FloatField(_("diameter, millimetres"), null=True, blank=True)
    zone = models.CharField(_("pressure zone"), max_length=100, blank=True)
    area = models.CharField(_("shut-off area"), max_length=100, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    lined = models.FloatField(_("lined"), null=True, blank=True)  # decimal year
    extra = models.JSONField(default=dict, blank=True)
    imputed = models.JSONField(default=list, blank=True)  # fields that were not known and are filled in
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)  # no longer in the inventory

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["data_set", "external_id"], name="asset_once_in_data_set")
        ]
        indexes: ClassVar = [
            models.Index(fields=["data_set", "retired_at", "id"], name="assets_of_data_set"),
            models.Index(fields=["data_set", "area"], name="assets_by_area"),
            models.Index(fields=["data_set", "street"], name="assets_by_street"),
            models.Index(fields=["data_set", "label"], name="assets_by_label"),
        ]

    def __str__(self) -> str:
        return self.label or self.external_id

    def get_absolute_url(self) -> str:
        return reverse("asset_detail", args=[self.uuid])

    def shape(self) -> dict[str, Any] | None:
        """Where it lies, as GeoJSON; None where that is not known."""
        return json.loads(self.geometry) if self.geometry else None


class AssetChange(models.Model):
    """What an import changed of an asset that was there before: {"field": [before, after]}."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="asset_changes")
    data_import = models.ForeignKey(DataImport, on_delete=models.SET_NULL, null=True, related_name="+")
    changes = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)


class Incident(models.Model):
    """Something that happened on a day: a break. `former`: to what lay there before the asset."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data_set = models.ForeignKey(DataSet, on_delete=models.CASCADE, related_name="incidents")
    asset = models.ForeignKey(
        Asset, on_delete=models.SET_NULL, null=True, blank=True, related_name="incidents"
    )
    external_id = models.CharField(max_length=200)
    day = models.DateField(_("day"))
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    former = models.BooleanField(default=False)
    # What the break's own record says of the pipe that broke: lets pipes be seen that are gone.
    material = models.CharField(_("material"), max_length=60, blank=True)
    installed = models.FloatField(_("installed"), null=True, blank=True)
    diameter_mm = models.FloatField(_("diameter, millimetres"), null=True, blank=True)
    area = models.CharField(_("shut-off area"), max_length=100, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["data_set", "external_id"], name="incident_once_in_data_set")
        ]
        indexes: ClassVar = [
            models.Index(fields=["data_set", "day", "id"], name="incidents_by_day"),
            models.Index(fields=["asset", "day"], name="incidents_of_asset"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class Observation(models.Model):
    """What somebody saw of an asset, often in the field."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="observations")
    kind = models.CharField(_("what you saw"), max_length=10, choices=ObservationKind)
    text = models.TextField(_("in your own words"), blank=True)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["asset", "id"], name="observations_of_asset")]

    def __str__(self) -> str:
        return f"{self.asset} {self.at:%Y-%m-%d}"

    @property
    def organisation_id(self) -> int:
        """For the audit trail."""
        return self.asset.organisation_id
