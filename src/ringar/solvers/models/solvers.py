"""Who offers solutions, the solutions, and where they have been used. Shared across the installation."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation
from ringar.solvers.rules import LANGUAGES, Kind, Maturity, PriceClass, SolverState


def once_per_source(name: str) -> models.UniqueConstraint:
    """What is imported again is the same row."""
    return models.UniqueConstraint(
        fields=["source", "external_id"], condition=~models.Q(external_id=""), name=name
    )


class Solver(models.Model):
    """Someone who offers solutions: a startup, a university, an association, or a municipality itself."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.COMPANY)
    # A sole trader's is a personal number: kept to know them by, never shown (`shown_number`).
    organisation_number = models.CharField(_("organisation number"), max_length=10, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)
    about = models.TextField(_("about"), blank=True)
    languages = models.CharField(_("languages"), max_length=100, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded"), null=True, blank=True)
    # Set where the solver is the organisation itself: what it offers is "already solved here".
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="own_solvers"
    )
    # The organisation through which they came: its staff may help with the facts and read what is asked kept secret.
    registered_in = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="registered_solvers"
    )
    state = models.CharField(_("state"), max_length=12, choices=SolverState, default=SolverState.REGISTERED)
    language = models.CharField(max_length=5, default="sv")
    words = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="solvers"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            once_per_source("solver_imported_once"),
            # A legal person is here once. Sole traders are not compared: that would tell of a person.
            models.UniqueConstraint(
                fields=["organisation_number"],
                condition=~models.Q(organisation_number="") & ~models.Q(kind=Kind.SOLE_TRADER),
                name="legal_person_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name", "id"], name="solver_by_name"),
            models.Index(fields=["kind", "name", "id"], name="solver_by_kind"),
            models.Index(fields=["organisation_number"], name="solver_by_number"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("solver_detail", args=[self.uuid])

    @property
    def shown_number(self) -> str:
        """The organisation number as shown and exported: "" for a sole trader, whose number is a personal number."""
        number = self.organisation_number
        return "" if self.kind == Kind.SOLE_TRADER or not number else f"{number[:6]}-{number[6:]}"

    @property
    def web_link(self) -> str:
        """The website where it is a page to open; "" for what begins with anything else than http(s)."""
        return self.website if self.website.lower().startswith(("http://", "https://")) else ""

    @property
    def language_names(self) -> list[str]:
        """The languages they work in, as the page names them."""
        return [str(LANGUAGES[code]) for code in self.languages.split(",") if code in LANGUAGES]


class Solution(models.Model):
    """What a solver offers, in their own words."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    solver = models.ForeignKey(Solver, on_delete=models.CASCADE, related_name="solutions")
    name = models.CharField(_("name"), max_length=200)
    what = models.TextField(_("what it does"))
    for_whom = models.TextField(_("for whom"), blank=True)
    maturity = models.CharField(_("maturity"), max_length=12, choices=Maturity, blank=True)
    price_class = models.CharField(_("price"), max_length=12, choices=PriceClass, blank=True)
    price_note = models.CharField(_("about the price"), max_length=500, blank=True)
    data_needs = models.TextField(_("data it needs"), blank=True)
    integration_needs = models.TextField(_("systems it must be connected to"), blank=True)
    languages = models.CharField(_("languages"), max_length=100, blank=True)
    # Asked for, not promised. Read through `rules.can_see_secrecy` only; never searched, matched or exported.
    secrecy = models.TextField(_("asked to be kept secret"), blank=True)
    secrecy_reason = models.TextField(_("what you would lose if others read it"), blank=True)
    # Who wrote it on the solver's behalf, where somebody did.
    agent = models.ForeignKey(Solver, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=5, default="sv")
    is_published = models.BooleanField(default=False)
    words = models.TextField(blank=True)
    text_hash = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="solutions"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [once_per_source("solution_imported_once")]
        indexes: ClassVar = [
            models.Index(fields=["is_published", "-id"], name="solution_newest"),
            models.Index(fields=["is_published", "maturity", "-id"], name="solution_by_maturity"),
            models.Index(fields=["is_published", "price_class", "-id"], name="solution_by_price"),
            models.Index(fields=["text_hash"], name="solution_by_text"),
            models.Index(fields=["changed_at"], name="solution_changed"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("solution_detail", args=[self.uuid])

    @property
    def organisation_id(self) -> int | None:
        """The organisation that the solution is of, where it solves its own need."""
        return self.solver.organisation_id

    @property
    def own_texts(self) -> list[str]:
        """What the solution itself says to matching and search; never the secret part."""
        return [self.name, self.what, self.for_whom]

    @property
    def match_text(self) -> str:
        """All that matching reads: the solution's own texts and what came of it elsewhere."""
        told = [*self.own_texts, *(reference.as_text for reference in self.references.all())]
        return "\n".join(text for text in told if text)

    @property
    def language_names(self) -> list[str]:
        """The languages they work in, as the page names them."""
        return [str(LANGUAGES[code]) for code in self.languages.split(",") if code in LANGUAGES]


class Reference(models.Model):
    """Where a solution has been used, and what came of it, as the solver tells it."""

    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="references")
    municipality = models.CharField(_("municipality"), max_length=100)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    what = models.TextField(_("what was done"), blank=True)
    effect = models.TextField(_("what came of it"), blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="solution_references"
    )

    class Meta:
        ordering: ClassVar = ["id"]

    @property
    def as_text(self) -> str:
        """What matching reads of it; not the place, which says nothing of the need."""
        return " ".join(part for part in (self.what, self.effect) if part)
