"""How a routine goes: event logs, maps and their versions, and what those who work in it say of them."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person, Unit
from ringar.robots.rules.maps import LogState, MapKind, MapState, MarkKind, Ruling


class EventLog(models.Model):
    """What a system has kept of a routine: which case, what happened, when. Never who."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="event_logs")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="event_logs")
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(upload_to="logs/")
    columns = models.JSONField(default=dict)  # {"case": …, "activity": …, "time": …, "seq": …}
    source = models.CharField(_("where it comes from"), max_length=300, blank=True)
    figures = models.JSONField(default=dict)  # what the kit counted
    state = models.CharField(max_length=10, choices=LogState, default=LogState.UPLOADED)
    error = models.TextField(blank=True)
    is_simulated = models.BooleanField(default=False)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class ProcessMap(models.Model):
    """A routine that is mapped, and what is decided about it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="process_maps")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="process_maps")
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(max_length=80)
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    legal_basis = models.TextField(_("legal basis"), blank=True)
    is_authority = models.BooleanField(_("decides about somebody"), default=False)
    is_procurement = models.BooleanField(_("part of a procurement"), default=False)
    delegation = models.CharField(_("the board's delegation"), max_length=300, blank=True)
    decision = models.CharField(max_length=10, choices=Ruling, blank=True)
    reason = models.TextField(_("why"), blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "slug"], name="one_map_of_that_name")
        ]

    def __str__(self) -> str:
        return self.name


class MapVersion(models.Model):
    """One drawing of a routine. What is signed is never changed: a new version is drawn."""

    process_map = models.ForeignKey(ProcessMap, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=MapKind, default=MapKind.AS_IS)
    bpmn = models.TextField(blank=True)
    log = models.ForeignKey(
        EventLog, on_delete=models.SET_NULL, null=True, blank=True, related_name="versions"
    )
    state = models.CharField(max_length=6, choices=MapState, default=MapState.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["process_map", "number"], name="one_version_of_that_number")
        ]

    def __str__(self) -> str:
        return f"{self.process_map.slug}@{self.number}"

    @property
    def organisation_id(self) -> int:
        """For the audit trail."""
        return self.process_map.organisation_id


class MapMark(models.Model):
    """What somebody who works in the routine says of a step, and what was answered."""

    version = models.ForeignKey(MapVersion, on_delete=models.CASCADE, related_name="marks")
    bpmn_id = models.CharField(max_length=200, blank=True)  # empty: of the whole
    kind = models.CharField(max_length=10, choices=MarkKind)
    text = models.TextField(blank=True)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    replied_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.version} {self.bpmn_id}"

    @property
    def organisation_id(self) -> int:
        """For the audit trail."""
        return self.version.organisation_id
