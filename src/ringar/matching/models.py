"""What the robots found for each need, and what people made of it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person
from ringar.matching import day_models, plan_models  # noqa: F401 (their tables belong to the room)
from ringar.matching.rules import Finding, Verdict, finding_of
from ringar.needs.models import Need
from ringar.solvers.models import Solution


class Ranking(models.Model):
    """How the solutions were ranked for a need: when, by what, and whether anything truly fits."""

    need = models.OneToOneField(Need, on_delete=models.CASCADE, related_name="ranking")
    computed_at = models.DateTimeField()
    # What the ranking was made of; where either differs from now, it is made anew.
    text_hash = models.CharField(max_length=64)
    mark = models.CharField(max_length=64)
    looked_through = models.PositiveIntegerField()
    by_meaning = models.BooleanField()
    is_learned = models.BooleanField(default=False)
    confidence = models.FloatField()  # how likely it is that the first one fits, 0 to 1

    def __str__(self) -> str:
        return str(self.need)

    @property
    def finding(self) -> Finding:
        """Whether something fits, as far as can be told."""
        return finding_of(self.confidence)


class Match(models.Model):
    """One solution at its place for one need. `rank` is empty while an asked-for one is being compared."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="matches")
    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="matches")
    rank = models.PositiveIntegerField(null=True)
    score = models.FloatField(default=0)
    # The kit's reasons as data, [{"kind", "need_word", "solution_words", "weight"}]: sentences are made on the page.
    reasons = models.JSONField(default=list)
    # Reasons by shared words come at once; those by meaning cost the language model a second, and come after.
    to_explain = models.BooleanField(default=False)
    texts = models.CharField(
        max_length=64, blank=True
    )  # which versions of both texts the reasons are true of
    missing = models.JSONField(default=list)  # telling words of the need that the solution says nothing of
    parts = models.JSONField(default=dict)  # each ranker's score, what judgements teach from
    is_here = models.BooleanField(default=False)  # already solved in the organisation that has the need
    is_trial = models.BooleanField(default=False)  # a newcomer, put there to be seen
    is_asked = models.BooleanField(default=False)  # somebody asked why it is not among the first

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["need", "solution"], name="match_once")]
        indexes: ClassVar = [
            models.Index(fields=["need", "rank"], name="match_by_rank"),
            models.Index(fields=["solution", "rank"], name="match_of_solution"),
            models.Index(fields=["need"], condition=models.Q(to_explain=True), name="match_to_explain"),
        ]

    def __str__(self) -> str:
        return f"{self.need}: {self.solution}"


class Judgement(models.Model):
    """One person's word on whether a solution fits a need. It teaches the ranking of the whole organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="judgements")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="judgements")
    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="judgements")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="judgements")
    fits = models.BooleanField(_("does it fit?"))
    why = models.TextField(_("why?"), blank=True)
    rank_shown = models.PositiveSmallIntegerField()
    parts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["need", "solution", "person"], name="judged_once_each")
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "-at"], name="judgement_newest")]


class Choice(models.Model):
    """A solution chosen for a need, to be met and tried. A need may have several."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="choices")
    solution = models.ForeignKey(Solution, on_delete=models.PROTECT, related_name="choices")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="choices")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["need", "solution"], name="chosen_once")]


class CriterionCheck(models.Model):
    """Whether a candidate meets a criterion of the need. Kept by the criterion's text, which is what was judged."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="checks")
    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="checks")
    criterion = models.CharField(max_length=300)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.UNCLEAR)
    note = models.CharField(_("note"), max_length=300, blank=True)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="checks")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["need", "solution", "criterion"], name="criterion_checked_once")
        ]


class Preference(models.Model):
    """What an organisation's judgements have taught the ranking: weights by part of a score, {} for none as yet.

    `gain`: how much likelier (nats a pair) they make judgements that were held back from the learning.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="preference")
    weights = models.JSONField(default=dict)
    judgements = models.PositiveIntegerField(default=0)
    gain = models.FloatField(default=0)
    learned_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.organisation)
