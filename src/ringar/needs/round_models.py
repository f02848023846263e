"""A round: which needs are weighed against each other, by what, by whom; their scores, and what was chosen."""

import uuid
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.urls import reverse
from django.utils import timezone

from ringar.core.models import Organisation, Person
from ringar.needs.round_rules import RoundFacts


class Round(models.Model):
    """Needs that are scored by named assessors, blind, until a deadline; then a person chooses among them."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="rounds", db_index=False
    )
    title = models.CharField(max_length=200)
    about = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="sv")
    may_choose = models.PositiveSmallIntegerField()
    own_allowed = models.BooleanField(default=False)  # whether writers may score their own need
    deadline = models.DateTimeField()
    opened_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="opened_rounds")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    why_withdrawn = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-id"], name="round_newest"),
            # What the robots look for: rounds that run, the soonest deadline first.
            models.Index(
                fields=["deadline"],
                condition=models.Q(closed_at=None, withdrawn_at=None),
                name="round_running",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("round_detail", args=[self.uuid])

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone: the last day ends there."""
        return ZoneInfo(self.organisation.time_zone)

    @property
    def facts(self) -> RoundFacts:
        """What the rules ask about, from this row alone (no query)."""
        return RoundFacts(
            organisation_id=self.organisation_id,
            deadline=self.deadline,
            is_closed=self.closed_at is not None,
            is_decided=self.decided_at is not None,
            is_withdrawn=self.withdrawn_at is not None,
            own_allowed=self.own_allowed,
        )


class RoundCriterion(models.Model):
    """What needs are scored by in a round, from 1 to 5, and how much it weighs."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="criteria", db_index=False)
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    low = models.CharField(max_length=200)  # what 1 means
    high = models.CharField(max_length=200)  # what 5 means
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "order"], name="round_criterion_order_once")
        ]

    def __str__(self) -> str:
        return self.name


class RoundNeed(models.Model):
    """A need in a round, and what a person chose. Until `decided_at` the choice is a draft that nobody is told of."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="entries", db_index=False)
    need = models.ForeignKey("needs.Need", on_delete=models.PROTECT, related_name="rounds")
    order = models.PositiveSmallIntegerField()
    is_chosen = models.BooleanField(null=True, blank=True)
    reason = models.TextField(blank=True)
    why_out_of_order = models.TextField(blank=True)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)  # when it was decided on
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "need"], name="round_need_once")]

    def __str__(self) -> str:
        return str(self.need)


class Assessor(models.Model):
    """Somebody named to score a round's needs. From `handed_in_at` on the scores are fixed, and others' are shown."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="assessors", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assessing")
    handed_in_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "person"], name="assessor_once")]


class Score(models.Model):
    """What one assessor gives one need: a value from 1 to 5 for each criterion in order, None for "can not judge"."""

    entry = models.ForeignKey(RoundNeed, on_delete=models.CASCADE, related_name="scores", db_index=False)
    assessor = models.ForeignKey(Assessor, on_delete=models.CASCADE, related_name="scores")
    values = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=timezone.now)
    stepped_aside = models.BooleanField(default=False)  # had an interest when the round closed: never counts

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "assessor"], name="score_once")]
