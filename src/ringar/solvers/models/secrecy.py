"""Trials of secrecy: somebody asks to read a record whose sender has asked for secrecy, and somebody decides."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation
from ringar.solvers.models.calls import Answer
from ringar.solvers.models.solvers import Solution
from ringar.solvers.rules import TrialDecision


class SecrecyTrial(models.Model):
    """One request to read an answer or a solution, and how it was decided. Kept: it is itself a public record.

    `ask` and `ask_reason` are what the sender had asked for when the trial began: as secret as the text itself.
    Who asks to read may be anonymous by law, so that is not asked.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="secrecy_trials")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, null=True, related_name="trials")
    solution = models.ForeignKey(Solution, on_delete=models.PROTECT, null=True, related_name="trials")
    wanted = models.TextField(_("what somebody asks to read"))
    ask = models.TextField(blank=True)
    ask_reason = models.TextField(blank=True)
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decision = models.CharField(_("decision"), max_length=10, choices=TrialDecision, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    ground = models.CharField(_("paragraph in the law"), max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answer=None) ^ models.Q(solution=None), name="trial_of_one_record"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "-id"], name="trial_newest")]

    def __str__(self) -> str:
        return str(self.answer or self.solution)

    def get_absolute_url(self) -> str:
        return reverse("trial_detail", args=[self.uuid])
