"""A pilot, and what its gates ask for."""

import uuid
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person, Unit
from ringar.core.rules import Visibility
from ringar.matching.day_models import Meeting
from ringar.needs.models import Need
from ringar.pilots.rules import (
    Better,
    CostKind,
    Design,
    GateOutcome,
    PilotFacts,
    PilotKind,
    PilotState,
    Scale,
    Stage,
    UnitRole,
)
from ringar.solvers.models import Solution, Solver


class Pilot(models.Model):
    """Something tried for a need: from a light exercise to use everywhere. One row through all its stages."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="pilots")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="pilots")
    title = models.CharField(_("heading"), max_length=200)
    need = models.ForeignKey(Need, on_delete=models.PROTECT, null=True, blank=True, related_name="pilots")
    solution = models.ForeignKey(
        Solution, on_delete=models.PROTECT, null=True, blank=True, related_name="pilots"
    )
    solver = models.ForeignKey(Solver, on_delete=models.PROTECT, null=True, blank=True, related_name="pilots")
    meeting = models.ForeignKey(
        Meeting, on_delete=models.SET_NULL, null=True, blank=True, related_name="pilots"
    )
    kind = models.CharField(max_length=10, choices=PilotKind, default=PilotKind.TEST)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.EXERCISE)
    state = models.CharField(max_length=10, choices=PilotState, default=PilotState.PLANNED)
    stage_since = models.DateTimeField(default=timezone.now)
    owner = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_pilots"
    )
    goal = models.CharField(_("effect goal in one sentence"), max_length=300, blank=True)
    cap_sek = models.PositiveBigIntegerField(_("most to spend, SEK"), null=True, blank=True)
    cap_hours = models.PositiveIntegerField(_("most hours of our own"), null=True, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    hypothesis = models.TextField(_("what we believe, and why"), blank=True)
    stop_rule = models.TextField(_("when we stop early"), blank=True)
    who_pays = models.CharField(_("who pays"), max_length=200, blank=True)
    language = models.CharField(max_length=5, default="sv")
    visibility = models.CharField(max_length=20, choices=Visibility.choices, default=Visibility.ORGANISATION)
    published_at = models.DateTimeField(null=True, blank=True)
    is_simulated = models.BooleanField(
        default=False
    )  # its numbers were made by a computer, and the page says so
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-changed_at", "-id"], name="pilot_newest"),
            models.Index(fields=["visibility", "-changed_at", "-id"], name="pilot_public_newest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="pilot_imported_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pilot_detail", args=[self.uuid])

    @property
    def facts(self) -> PilotFacts:
        """What the rules look at."""
        return PilotFacts(
            organisation_id=self.organisation_id,
            unit_id=self.unit_id,
            author_id=self.created_by_id,
            owner_id=self.owner_id,
            stage=self.stage,
            state=self.state,
            visibility=self.visibility,
            uuid=self.uuid,
        )


class EffectGoal(models.Model):
    """What must change, by how much, told before the start: the metric, its start value, target, least worth having."""

    pilot = models.OneToOneField(Pilot, on_delete=models.CASCADE, related_name="effect_goal")
    metric = models.CharField(_("what is measured"), max_length=200)
    measured_in = models.CharField(_("unit of measurement"), max_length=60)
    better = models.CharField(_("direction"), max_length=6, choices=Better, default=Better.LOWER)
    scale = models.CharField(_("scale"), max_length=10, choices=Scale, default=Scale.IDENTITY)
    baseline = models.FloatField(_("value today"))
    baseline_source = models.CharField(_("where that value comes from"), max_length=300)
    target = models.FloatField(_("target"))
    worthwhile = models.FloatField(_("smallest effect worth having"))  # a size, above 0, in the metric's unit
    burn_in = models.PositiveSmallIntegerField(_("weeks to get used to it"), default=0)
    weeks_planned = models.PositiveSmallIntegerField(_("weeks of measuring after the start"), default=12)
    design = models.CharField(_("design"), max_length=14, choices=Design, default=Design.FIXED)
    start_week = models.DateField(_("start week"), null=True, blank=True)  # its Monday
    seed = models.PositiveIntegerField(null=True, blank=True)  # of the lot, so that anyone can draw it again

    def __str__(self) -> str:
        return self.metric


class PilotUnit(models.Model):
    """A unit that tries, or is compared with. `measurer` hands in its value each week."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="units", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="in_pilots")
    role = models.CharField(max_length=10, choices=UnitRole)
    measurer = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="measures"
    )
    start_week = models.DateField(null=True, blank=True)  # where start weeks are drawn by lot: its Monday
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-role", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["pilot", "unit"], name="pilot_unit_once")]

    def __str__(self) -> str:
        return str(self.unit)


class CostLine(models.Model):
    """One line of the calculation: what was promised, and ever after beside it what came true."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="cost_lines")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=CostKind)
    what = models.CharField(_("what"), max_length=200)
    taken_home_by = models.CharField(_("who takes home the gain"), max_length=200, blank=True)
    promised_sek = models.BigIntegerField(_("promised, SEK"), null=True, blank=True)
    promised_hours = models.PositiveIntegerField(_("promised, hours"), null=True, blank=True)
    realised_sek = models.BigIntegerField(_("realised, SEK"), null=True, blank=True)
    realised_hours = models.PositiveIntegerField(_("realised, hours"), null=True, blank=True)
    realised_source = models.CharField(_("how we know"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pilot", "order"], name="cost_line_order_once")
        ]

    def __str__(self) -> str:
        return self.what


class DataCheck(models.Model):
    """What was found about personal data before the start."""

    pilot = models.OneToOneField(Pilot, on_delete=models.CASCADE, related_name="data_check")
    has_personal_data = models.BooleanField(_("are personal data handled?"))
    legal_ground = models.CharField(_("legal ground"), max_length=300, blank=True)
    impact_assessment = models.TextField(_("impact assessment, or why none is needed"), blank=True)
    processor = models.CharField(_("who handles the data for us"), max_length=200, blank=True)
    country = models.CharField(_("country where they are stored"), max_length=100, blank=True)
    checked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)


class Gate(models.Model):
    """A try to begin a stage: who decided, why, and what was missing. Refusals are kept too."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="gates")
    stage = models.CharField(max_length=12, choices=Stage)  # that was to begin
    outcome = models.CharField(max_length=10, choices=GateOutcome)
    missing = models.JSONField(default=list, blank=True)  # codes of rules.missing_evidence
    asked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    decider = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(_("reason"), blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    smallest_seen = models.FloatField(null=True, blank=True)  # smallest effect that the design could see then
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pilot"], condition=models.Q(outcome="asked"), name="gate_asked_once"
            )
        ]


class Sprint(models.Model):
    """An exercise of five days: its agenda, the prototype, and what five users made of it."""

    pilot = models.OneToOneField(Pilot, on_delete=models.CASCADE, related_name="sprint")
    agenda = models.JSONField(default=list)  # five texts, a day each
    prototype_link = models.URLField(_("link to the prototype"), max_length=500, blank=True)
    prototype_file = models.FileField(_("file of the prototype"), upload_to="sprints/", blank=True)
    outcome = models.TextField(_("what came out"), blank=True)


class UserTest(models.Model):
    """One user's try of a sprint's prototype. Nobody is named."""

    sprint = models.ForeignKey(Sprint, on_delete=models.CASCADE, related_name="tests")
    order = models.PositiveSmallIntegerField()
    who = models.CharField(_("what kind of user"), max_length=120)
    worked = models.BooleanField(_("did it work?"), null=True, blank=True)
    seen = models.TextField(_("what we saw"), blank=True)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sprint", "order"], name="user_test_order_once")
        ]
