"""What pilots bring in: measurements with their history, answers from staff, hindrances, decisions."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person
from ringar.pilots.hindrance_rules import HindranceFacts
from ringar.pilots.models.pilots import Pilot, PilotUnit
from ringar.pilots.rules import DecisionKind, HindranceKind, Phase, Stage


class Measurement(models.Model):
    """The metric's value in one unit in one week, as it stands now."""

    of = models.ForeignKey(PilotUnit, on_delete=models.PROTECT, related_name="measurements", db_index=False)
    week = models.DateField()  # its Monday
    value = models.FloatField()
    via = models.CharField(max_length=10, default="form")  # form, file, api, list, clock (the demo's)
    entered_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    is_late = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["week"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["of", "week"], name="measured_once_a_week")]

    def __str__(self) -> str:
        return f"{self.of.unit.name}, {self.week}"


class Gap(models.Model):
    """A week that a unit could not measure, and why. It stays where a value is handed in later."""

    of = models.ForeignKey(PilotUnit, on_delete=models.PROTECT, related_name="gaps", db_index=False)
    week = models.DateField()  # its Monday
    why = models.CharField(_("why"), max_length=300)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["week"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["of", "week"], name="gap_once_a_week")]

    def __str__(self) -> str:
        return f"{self.of.unit.name}, {self.week}"


class Correction(models.Model):
    """What a measurement was before it was corrected, and why."""

    measurement = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="corrections")
    before = models.FloatField()
    after = models.FloatField()
    why = models.CharField(_("why"), max_length=300)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["id"]


class StaffAnswer(models.Model):
    """One nameless answer of staff: what we believe is possible, joy at work, wish to go on. From 1 to 5 each.

    Its key is drawn by lot and no time is kept, so that nothing tells whose it is. `batch` counts by fives: means are
    shown of full batches only, since one more answer would otherwise be what the mean moved by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="staff_answers")
    phase = models.CharField(max_length=6, choices=Phase)
    possible = models.PositiveSmallIntegerField(_("what we believe is possible"))
    joy = models.PositiveSmallIntegerField(_("joy at work"))
    go_on = models.PositiveSmallIntegerField(_("wish to go on"))
    batch = models.PositiveSmallIntegerField(default=0)


class StaffAnswered(models.Model):
    """That somebody has answered, never what: so that nobody answers twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="staff_answered")
    phase = models.CharField(max_length=6, choices=Phase)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pilot", "phase", "person"], name="staff_answered_once")
        ]


class Hindrance(models.Model):
    """What holds a need or a pilot back, whose it is to remove, and by when."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="hindrances")
    row = models.UUIDField(db_index=True)
    row_kind = models.CharField(max_length=60)  # as in core.registry.Subject
    kind = models.CharField(_("kind"), max_length=12, choices=HindranceKind)
    what = models.TextField(_("what stands in the way"))
    language = models.CharField(max_length=5, default="sv")
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    due = models.DateField(_("by when"), null=True, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True, blank=True)
    how_gone = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "kind"], condition=models.Q(gone_at=None), name="hindrance_standing"
            )
        ]

    def __str__(self) -> str:
        return self.what[:80]

    @property
    def facts(self) -> HindranceFacts:
        """What the rules ask."""
        return HindranceFacts(self.organisation_id, self.created_by_id, self.owner_id)


class PilotNote(models.Model):
    """What happened along the way, told in a line or two."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="notes")
    date = models.DateField()
    text = models.TextField()
    language = models.CharField(max_length=5, default="sv")
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["date", "id"]


class Decision(models.Model):
    """What was decided on a stage, why, and what was learned; with the estimate as it stood that day."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="decisions")
    stage = models.CharField(max_length=12, choices=Stage)
    kind = models.CharField(max_length=8, choices=DecisionKind)
    decider = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(_("reason"))
    learned = models.TextField(_("what we learned"))
    language = models.CharField(max_length=5, default="sv")
    # What the supplier learned here that could favour it in a later procurement: shown to all bidders.
    to_disclose = models.TextField(_("to be told to all bidders"), blank=True)
    disclosed_at = models.DateTimeField(null=True, blank=True)
    estimate = models.JSONField(default=dict, blank=True)
    extended_to = models.DateField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["id"]
