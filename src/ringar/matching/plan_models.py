"""Rounds: what holds the way from needs to pilots together, and the needs in them."""

import uuid
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person, Unit
from ringar.matching.day_models import MeetingDay
from ringar.needs.models import Need
from ringar.solvers.models import Call


class RoundPlan(models.Model):
    """What holds a round together from the first need to the pilots: dates, units, budget, mandate."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="round_plans")
    title = models.CharField(_("heading"), max_length=200)
    about = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="sv")
    # The steps' last days: gather needs, weigh them, call for answers, meet, begin the pilots.
    gather_until = models.DateField()
    weigh_until = models.DateField()
    call_until = models.DateField()
    meet_until = models.DateField()
    pilots_from = models.DateField()
    units = models.ManyToManyField(Unit, related_name="round_plans", blank=True)
    budget_sek = models.PositiveBigIntegerField(_("budget, SEK"), null=True, blank=True)
    # The mandate of those who steer it.
    members = models.ManyToManyField(Person, related_name="round_plans", blank=True)
    limit_sek = models.PositiveBigIntegerField(_("most for one pilot, SEK"), null=True, blank=True)
    may_decide = models.TextField(_("what the group may decide"), blank=True)
    weighing = models.OneToOneField(
        "needs.Round", on_delete=models.SET_NULL, null=True, blank=True, related_name="plan"
    )
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    meeting_day = models.ForeignKey(
        MeetingDay, on_delete=models.SET_NULL, null=True, blank=True, related_name="round_plans"
    )
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "-id"], name="round_plan_newest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("round_plan", args=[self.uuid])

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone, in which its days end."""
        return ZoneInfo(self.organisation.time_zone)


class RoundPlanNeed(models.Model):
    """A need in a round, gathered from one of its units."""

    plan = models.ForeignKey(RoundPlan, on_delete=models.CASCADE, related_name="entries", db_index=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="round_plan_entries")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "need"], name="round_plan_need_once")
        ]
