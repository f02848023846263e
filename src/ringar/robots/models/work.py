"""Queued work, the processes that do it, and outgoing mail."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from ringar.core.models import Organisation
from ringar.robots.rules.work import MailState, State


class Work(models.Model):
    """One thing to be done: a task's name, what it needs to know, and how it went.

    Each handing over to the engine is a `revision`, so that (uuid, revision) names one workflow for ever.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    queued_by = models.CharField(max_length=200, blank=True)
    is_urgent = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    revision = models.PositiveIntegerField(default=1)
    run_again = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    handed_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)
    progress = models.FloatField(default=0)
    message = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "is_urgent", "handed_at", "id"], name="work_to_hand_over"),
            models.Index(fields=["state", "id"], name="work_by_state"),
            models.Index(fields=["organisation", "id"], name="work_of_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class Worker(models.Model):
    """A process that does queued work, as it tells of itself. Whether it lives, its lock decides (`liveness`)."""

    name = models.CharField(max_length=120, unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.name


class OutgoingMail(models.Model):
    """One message, whole (`raw`, exactly what is sent) and in parts that can be read on a page."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message_id = models.CharField(max_length=250, unique=True)
    sender = models.CharField(max_length=400)
    recipients = models.JSONField(default=list)
    subject = models.CharField(max_length=1000, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    raw = models.BinaryField()
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.subject
