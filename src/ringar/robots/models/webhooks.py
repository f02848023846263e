"""Who is told by machine when something happens, and each telling."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation


class Webhook(models.Model):
    """An address that an organisation's administrators want told of what happens to its rows.

    `position` is the place in the audit trail up to which it has been told.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(_("name"), max_length=200)
    url = models.URLField(_("address"), max_length=500)
    actions = models.JSONField(default=list)  # of the audit trail
    secret = models.TextField()  # encrypted (core.secrets)
    position = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One event told to one webhook: the same id however often it is tried, so that receivers can tell."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    position = models.BigIntegerField(null=True)  # of the audit row; none for a trial
    action = models.CharField(max_length=80)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    status = models.PositiveIntegerField(null=True)  # the last answer's code; none where nothing answered
    answer = models.CharField(max_length=300, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["webhook", "position"], condition=~models.Q(position=None), name="event_told_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["webhook", "-id"], name="delivery_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.uuid}"
