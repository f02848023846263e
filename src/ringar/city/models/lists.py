"""What a model says of the pipes, and the lists that crews work by: kept, to be held against what came."""

import uuid
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.city.models.assets import Asset
from ringar.city.models.data import DataSet
from ringar.city.rules.fits import Arm, AsBefore, CapacityIn, ChosenBy, FitState, Found, ListState, OrderedBy
from ringar.city.rules.outlooks import Outlook, outlooks_of
from ringar.core.models import Organisation, Person, Unit


class Fit(models.Model):
    """One reckoning of how many breaks to expect on each pipe, as known on a day."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="fits")
    pipes = models.ForeignKey(DataSet, on_delete=models.PROTECT, related_name="fits")
    breaks = models.ForeignKey(DataSet, on_delete=models.PROTECT, null=True, related_name="+")
    places = models.ForeignKey(DataSet, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    as_of = models.DateField(_("as known on"))
    horizon = models.PositiveSmallIntegerField(_("years ahead"), default=1)
    seed = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=FitState, default=FitState.WAITING)
    result = models.JSONField(default=dict)  # figures, notes, look back, versions
    error = models.TextField(blank=True)
    is_invented = models.BooleanField(default=False)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["pipes", "state", "id"], name="fits_of_pipes")]

    def __str__(self) -> str:
        return f"{self.pipes} {self.as_of:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("fit_detail", args=[self.uuid])

    @property
    def unit_id(self) -> int:
        """The unit that owns the pipes."""
        return self.pipes.owner_unit_id


class PipeRisk(models.Model):
    """What a fit says of one pipe: breaks to expect, between which bounds, why; and what a break would mean."""

    fit = models.ForeignKey(Fit, on_delete=models.CASCADE, related_name="risks")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="risks")
    expected = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    within = models.JSONField(default=dict)  # other years ahead: {"3": [expected, low, high]}
    rank = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)  # [{"kind", "times", "words", "facts"}]
    imputed = models.JSONField(default=list)
    consequence = models.FloatField(null=True, blank=True)
    consequence_parts = models.JSONField(default=dict)
    risk = models.FloatField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["fit", "asset"], name="risk_once_in_fit")]
        indexes: ClassVar = [
            models.Index(fields=["fit", "rank"], name="risks_by_rank"),
            models.Index(fields=["fit", "risk", "id"], name="risks_by_risk"),
            models.Index(fields=["fit", "expected", "id"], name="risks_by_expected"),
        ]

    def outlooks(self) -> list[Outlook]:
        """What is expected within each number of years that the fit tells of, the fewest first."""
        return outlooks_of(Outlook(self.fit.horizon, self.expected, self.low, self.high), self.within)


class WorkList(models.Model):
    """The pipes that a crew inspects in a year, at its capacity. What is closed is never changed."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="work_lists")
    fit = models.ForeignKey(Fit, on_delete=models.PROTECT, related_name="work_lists")
    name = models.CharField(_("name"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="work_lists")
    capacity = models.FloatField(_("capacity"))
    capacity_in = models.CharField(max_length=10, choices=CapacityIn, default=CapacityIn.PIPES)
    chosen_by = models.CharField(_("who chooses"), max_length=10, choices=ChosenBy, default=ChosenBy.MODEL)
    ordered_by = models.CharField(
        _("in what order"), max_length=10, choices=OrderedBy, default=OrderedBy.RATE
    )
    as_before = models.CharField(_("as before"), max_length=10, choices=AsBefore, default=AsBefore.OLDEST)
    seed = models.PositiveBigIntegerField(default=0)  # of the lot
    state = models.CharField(max_length=10, choices=ListState, default=ListState.DRAFT)
    figures = models.JSONField(default=dict)
    pilot_uuid = models.UUIDField(null=True, blank=True)  # the pilot that it belongs to, in a room above
    made_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "year", "id"], name="lists_by_year")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("work_list_detail", args=[self.uuid])


class WorkListItem(models.Model):
    """One pipe on a work list, as it stood when the list was made, and what the crew found."""

    work_list = models.ForeignKey(WorkList, on_delete=models.CASCADE, related_name="items")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="work_list_items")
    place = models.PositiveIntegerField()
    arm = models.CharField(max_length=10, choices=Arm, default=Arm.MODEL)
    length_m = models.FloatField(default=0)
    expected = models.FloatField(default=0)
    risk = models.FloatField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    found = models.CharField(_("what you found"), max_length=10, choices=Found, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["work_list", "asset"], name="pipe_once_on_list"),
            models.UniqueConstraint(fields=["work_list", "place"], name="place_once_on_list"),
        ]

    def __str__(self) -> str:
        return f"{self.work_list} {self.place}"

    @property
    def organisation_id(self) -> int:
        """For the audit trail."""
        return self.work_list.organisation_id
