"""Calls, what answers are compared by, and the answers: an organisation's own."""

import secrets
import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation
from ringar.solvers.models.solvers import Solution, Solver
from ringar.solvers.rules import AnswerState, CallState


def new_token() -> str:
    """A secret for a private link: 256 bits."""
    return secrets.token_urlsafe(32)


class Call(models.Model):
    """A public page for one or more needs, with criteria and a deadline that are the same for all."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calls")
    title = models.CharField(_("heading"), max_length=200)
    text = models.TextField(_("what we look for"))
    deadline = models.DateTimeField(_("deadline"))
    state = models.CharField(_("state"), max_length=10, choices=CallState, default=CallState.DRAFT)
    language = models.CharField(max_length=5, default="sv")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "deadline", "id"], name="call_by_state")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("call_detail", args=[self.uuid])

    def takes_answers(self, at: datetime) -> bool:
        """Whether an answer that arrives at that time is in time."""
        return self.state == CallState.OPEN and at < self.deadline

    def state_at(self, at: datetime) -> CallState:
        """Where the call stands at that time: the deadline closes it by itself."""
        past = self.state == CallState.OPEN and at >= self.deadline
        return CallState.CLOSED if past else CallState(self.state)


class CallCriterion(models.Model):
    """One of at most five criteria that every answer is compared against."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="criteria")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(_("criterion"), max_length=300)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "order"], name="call_criterion_order")
        ]


class CallNeed(models.Model):
    """A need that the call is for. Kept by uuid and title: rooms `needs` and `solvers` do not know each other."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="needs")
    need_uuid = models.UUIDField(db_index=True)
    need_title = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "need_uuid"], name="call_need_once")]


class Answer(models.Model):
    """What someone answered to a call, in their own words. `token` opens their private page."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.CharField(max_length=64, default=new_token, unique=True, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="answers")
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"))
    text = models.TextField(_("your answer"))
    # Asked for, not promised, and read by those who read the answers; never searched, matched or exported.
    secrecy = models.TextField(_("what you ask us to keep secret"), blank=True)
    secrecy_reason = models.TextField(_("what you would lose if others read it"), blank=True)
    # Whose answer it is, where that is a solver here; and who wrote it on the solver's behalf.
    solver = models.ForeignKey(
        Solver, on_delete=models.SET_NULL, null=True, blank=True, related_name="answers"
    )
    agent = models.ForeignKey(Solver, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="answers"
    )
    solution = models.ForeignKey(
        Solution, on_delete=models.SET_NULL, null=True, blank=True, related_name="answers"
    )
    language = models.CharField(max_length=5, default="sv")
    state = models.CharField(_("state"), max_length=10, choices=AnswerState, default=AnswerState.RECEIVED)
    reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    email_verified_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="decided_answers",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["call", "state", "id"], name="answer_by_state"),
            models.Index(fields=["email", "created_at"], name="answer_by_email"),
        ]

    def __str__(self) -> str:
        # No e-mail or name here: this text goes into the audit trail, which is never erased.
        return f"{self.call}: {self.uuid}"

    def get_absolute_url(self) -> str:
        """Where those who decide read it; the sender's own page opens by the token."""
        return f"{reverse('call_answers', args=[self.call.uuid])}#{self.uuid}"

    @property
    def organisation_id(self) -> int:
        """Whose call it answers."""
        return self.call.organisation_id
