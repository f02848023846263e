"""Needs and what hangs on them: whys, criteria, evidence, and the units that have them too."""

import uuid
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from ringar.core.models import Organisation, Person, Unit
from ringar.core.rules import Visibility
from ringar.needs import round_models  # noqa: F401 (its tables belong to the room)
from ringar.needs.rules import EvidenceKind, LineageKind, NeedFacts, NeedState, Often, seen_by


class Need(models.Model):
    """Something a unit lacks, told as what is seen; everything but that is asked later."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="needs", db_index=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="needs", db_index=False)
    title = models.CharField(max_length=200)
    symptom = models.TextField()
    who_affected = models.TextField(blank=True)
    people_affected = models.PositiveIntegerField(null=True, blank=True)
    how_often = models.CharField(max_length=10, choices=Often.choices, blank=True)
    cause = models.TextField(blank=True)
    cost_of_nothing = models.TextField(blank=True)
    cost_sek_year = models.PositiveBigIntegerField(null=True, blank=True)
    good_effect = models.TextField(blank=True)
    tried = models.TextField(blank=True)
    owner = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_needs"
    )
    created_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, related_name="written_needs", db_index=False
    )
    visibility = models.CharField(max_length=20, choices=Visibility.choices, default=Visibility.ORGANISATION)
    state = models.CharField(max_length=20, choices=NeedState.choices, default=NeedState.DRAFT)
    is_draft = models.BooleanField(default=True)
    language = models.CharField(max_length=5, default="sv")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    # Search words and who may find them (core.search); text_hash is the key of the vector of `match_text`.
    words = models.TextField(blank=True, editable=False)
    text_hash = models.CharField(max_length=64, blank=True, editable=False)
    joined_count = models.PositiveIntegerField(default=0, editable=False)
    evidence_count = models.PositiveIntegerField(default=0, editable=False)
    outside_count = models.PositiveIntegerField(default=0, editable=False)  # of the evidence, from outside
    criteria_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="need_imported_once",
            ),
            models.CheckConstraint(
                condition=models.Q(is_draft=True, state="draft")
                | (models.Q(is_draft=False) & ~models.Q(state="draft")),
                name="need_draft_is_state",
            ),
        ]
        # Each list walks one of these, newest first, and stops after a page: as quick at 100,000 needs as at 100.
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-changed_at", "-id"], name="need_newest"),
            models.Index(fields=["organisation", "state", "-changed_at", "-id"], name="need_state_newest"),
            models.Index(fields=["unit", "-changed_at", "-id"], name="need_unit_newest"),
            models.Index(fields=["created_by", "-changed_at", "-id"], name="need_mine_newest"),
            models.Index(fields=["visibility", "-changed_at", "-id"], name="need_public_newest"),
            models.Index(fields=["text_hash"], name="need_text_hash"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("need_detail", args=[self.uuid])

    @property
    def match_text(self) -> str:
        """What is compared with solutions and other needs."""
        return "\n".join(
            t for t in (self.title, self.symptom, self.cause, self.good_effect, self.who_affected) if t
        )

    @property
    def seen_by(self) -> str:
        """Who sees the need, by name."""
        return seen_by(self.visibility, unit=self.unit.name, organisation=self.organisation.name)

    @property
    def facts(self) -> NeedFacts:
        """What the rules ask about, from this row alone (no query)."""
        return NeedFacts(
            organisation_id=self.organisation_id,
            unit_id=self.unit_id,
            author_id=self.created_by_id,
            owner_id=self.owner_id,
            state=self.state,
            visibility=self.visibility,
            symptom=bool(self.symptom.strip()),
            who_affected=bool(self.who_affected.strip()),
            good_effect=bool(self.good_effect.strip()),
            evidence=self.outside_count,
            criteria=self.criteria_count,
            uuid=self.uuid,
        )


class Why(models.Model):
    """One answer of the five whys; each digs below the one before."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="whys", db_index=False)
    order = models.PositiveSmallIntegerField()
    answer = models.TextField()

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["need", "order"], name="why_order_once")]


class Criterion(models.Model):
    """What a solution must meet, decided by the need and not by what is for sale."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="criteria", db_index=False)
    order = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["need", "order"], name="criterion_order_once")
        ]

    def __str__(self) -> str:
        return self.text


class Joining(models.Model):
    """Another unit that says "we have this too"."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="joinings", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="joinings")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="joinings")
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    # The need that it was joined to before a merge or a split moved it here.
    origin = models.ForeignKey(Need, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["need", "unit"], name="joining_once")]


class Evidence(models.Model):
    """What somebody learned about the need, best outside the building; a draft until its flags are answered."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=20, choices=EvidenceKind.choices, default=EvidenceKind.INTERVIEW)
    met = models.CharField(max_length=200, blank=True)
    summary = models.TextField()
    surprise = models.TextField(blank=True)
    happened_on = models.DateField()
    is_outside = models.BooleanField(default=True)
    photo = models.FileField(upload_to="needs/", blank=True)
    is_draft = models.BooleanField(default=False)
    language = models.CharField(max_length=5, default="sv")
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="evidence")
    created_at = models.DateTimeField(default=timezone.now)
    # The need that it was gathered for before a merge or a split moved it here.
    origin = models.ForeignKey(Need, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-happened_on", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.met}" if self.met else str(self.get_kind_display())

    @property
    def organisation_id(self) -> int:
        """Where the audit row belongs."""
        return self.need.organisation_id


class Lineage(models.Model):
    """Needs that were merged into one, or a need that was split: who came from whom, and what undoing puts back."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=LineageKind.choices)
    from_needs = models.ManyToManyField(Need, related_name="became")
    to_needs = models.ManyToManyField(Need, related_name="came_from")
    is_closing = models.BooleanField(default=True)  # the needs in `from_needs` were closed by it
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    # Ids and texts of what was moved, made or closed: see actions.lineage.
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
