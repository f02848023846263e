"""Robots and their queues, the cases that they handle, and each run with its steps."""

import uuid
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person, Unit
from ringar.robots.models.maps import MapVersion
from ringar.robots.rules.cases import CaseState, Outcome, RobotState, StepKind


class RobotQueue(models.Model):
    """Cases of one kind that wait for robots, in one unit; paused by a person, or because its target is down."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="robot_queues")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="robot_queues")
    name = models.SlugField(max_length=80)
    label = models.CharField(_("name"), max_length=200)
    is_paused = models.BooleanField(default=False)
    paused_reason = models.CharField(max_length=500, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=200, blank=True)  # empty: the breaker
    faults_in_row = models.PositiveIntegerField(default=0)
    probe_at = models.DateTimeField(null=True, blank=True)  # when the breaker lets one case try
    worker_limit = models.PositiveIntegerField(_("cases at a time"), default=4)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_queue_of_that_name")
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        """Its cases."""
        return f"{reverse('case_list')}?ko={self.uuid}"


class Robot(models.Model):
    """A robot of an organisation: what its code says of itself, and whether it may work."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="robots")
    queue = models.ForeignKey(RobotQueue, on_delete=models.PROTECT, related_name="robots")
    name = models.SlugField(max_length=80)  # the name in code
    label = models.CharField(max_length=200)
    source_hash = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=RobotState, default=RobotState.DRAFT)
    map_version = models.ForeignKey(
        MapVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="robots"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    minutes_by_hand = models.FloatField(_("minutes by hand, the median"), null=True, blank=True)
    minutes_per_exception = models.FloatField(
        _("minutes for an exception, the median"), null=True, blank=True
    )
    timed_source = models.CharField(_("how it was timed"), max_length=300, blank=True)
    timed_on = models.DateField(_("timed on"), null=True, blank=True)
    max_per_hour = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_robot_of_that_name")
        ]

    def __str__(self) -> str:
        return self.label


class Case(models.Model):
    """One thing that a robot is to handle, from its arrival to its end, through all its runs."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    robot = models.ForeignKey(Robot, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=250)  # of the outside world: the same reference is the same case
    title = models.CharField(max_length=300)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=CaseState, default=CaseState.NEW)
    run_number = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)  # technical faults in a row
    not_before = models.DateTimeField(default=timezone.now)
    question = models.TextField(blank=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    asked_at = models.DateTimeField(null=True, blank=True)
    exceptions = models.PositiveIntegerField(default=0)  # how often a person had to answer
    answer = models.JSONField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_by_hand = models.BooleanField(default=False)  # a person finished it
    is_dry_run = models.BooleanField(default=False)
    result = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["robot", "reference"],
                condition=Q(is_dry_run=False),
                name="one_case_of_that_reference",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["robot", "state", "not_before"], name="case_due"),
            models.Index(fields=["robot", "-id"], name="case_newest"),
            models.Index(fields=["state", "created_at"], name="case_oldest"),
        ]

    def __str__(self) -> str:
        return self.title or self.reference

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("case_detail", args=[self.uuid])


class Run(models.Model):
    """One go at a case: from its beginning to done, to a question, or to a fault. A crash only interrupts it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=120)  # the process that has it now
    starts = models.PositiveIntegerField(default=0)  # how often begun since its last finished step
    source_hash = models.CharField(max_length=64)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="one_run_of_that_number")
        ]
        indexes: ClassVar = [models.Index(fields=["started_at"], name="run_by_start")]

    def __str__(self) -> str:
        return f"{self.case} · {self.number}"


class Step(models.Model):
    """One read or effect of a run: what was intended before it, what came of it after.

    An effect's `key` is the case's, not the run's: it stands once, in the run that did it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    bpmn_id = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=StepKind)
    key = models.CharField(max_length=250, blank=True)
    intended_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "key"], condition=~Q(key=""), name="an_effect_stands_once"
            ),
            models.UniqueConstraint(fields=["run", "number"], name="one_step_of_that_number"),
        ]
        indexes: ClassVar = [models.Index(fields=["bpmn_id", "done_at"], name="step_on_map")]

    def __str__(self) -> str:
        return self.name


class CaseNote(models.Model):
    """A line that a robot or the layer wrote about a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, related_name="notes")
    at = models.DateTimeField(default=timezone.now)
    text = models.CharField(max_length=1000)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    def __str__(self) -> str:
        return self.text


class CaseFile(models.Model):
    """A screenshot or trace that a run kept."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="files")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, related_name="files")
    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="cases/")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Upkeep(models.Model):
    """Hours that somebody spent on keeping a robot going: they are taken from what it saves."""

    robot = models.ForeignKey(Robot, on_delete=models.CASCADE, related_name="upkeep")
    on = models.DateField(_("day"))
    hours = models.FloatField(_("hours"))
    what = models.CharField(_("what was done"), max_length=300)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.on}: {self.what}"
