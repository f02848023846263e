"""Sensors and what they measure. OGC SensorThings says Thing, Datastream, Observation; here Sensor, Series, Reading."""

import uuid
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.city.rules.sensors import Flag
from ringar.core.models import Organisation, Person, Unit


class Sensor(models.Model):
    """A thing in the city that measures: a resident's or the city's own. It hands in readings by a token."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sensors")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="sensors")
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    is_public = models.BooleanField(_("everyone may see what it measures"), default=False)
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "id"], name="sensors_of_organisation")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("sensor_detail", args=[self.uuid])


class Series(models.Model):
    """One thing that a sensor measures, in one unit of measure, and what values are possible."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sensor = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="series")
    name = models.CharField(_("what is measured"), max_length=100)
    unit_of_measure = models.CharField(_("unit of measure"), max_length=40, blank=True)
    lowest = models.FloatField(_("lowest possible"), null=True, blank=True)
    highest = models.FloatField(_("highest possible"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sensor", "name"], name="series_once_in_sensor")
        ]

    def __str__(self) -> str:
        return f"{self.sensor}: {self.name}"

    @property
    def organisation_id(self) -> int:
        """For the audit trail."""
        return self.sensor.organisation_id


class Reading(models.Model):
    """One value of a series. What can not be right is flagged and kept."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="readings")
    at = models.DateTimeField()
    value = models.FloatField(null=True)
    told = models.CharField(max_length=60, blank=True)  # what came, where it was no number
    flag = models.CharField(max_length=10, choices=Flag, blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["series", "at"], name="reading_once")]
