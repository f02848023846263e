"""Who follows what, and what people are told."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from ringar.core.models import Organisation, Person


class Follow(models.Model):
    """A person who wants to know what happens to a row."""

    row = models.UUIDField()
    kind = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    followed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["row", "person"], name="follow_once")]


class Notification(models.Model):
    """Something that a person is told: the event's key and facts, put into words in the reader's language."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", null=True)
    row = models.UUIDField()
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=500)
    event = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    is_answer = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "-at", "-id"], name="notification_newest"),
            models.Index(
                fields=["person", "row"], condition=models.Q(read_at=None), name="notification_unread"
            ),
        ]
