"""Who acts for a solver, who asks to, who acts on its behalf, and who has checked what it is."""

import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation
from ringar.solvers.models.solvers import Solver
from ringar.solvers.rules import CheckState, MemberRole, RequestState, Scope


class SolverMember(models.Model):
    """A person who acts for a solver: writes its solutions and answers. An owner also says who else may."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    solver = models.ForeignKey(Solver, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="solver_members"
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole, default=MemberRole.MEMBER)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["solver", "person"], name="solver_member_once")
        ]

    def __str__(self) -> str:
        # No name: this text goes into the audit trail, which is never erased.
        return f"{self.solver}: {self.role}"


class JoinRequest(models.Model):
    """Somebody asks to act for a solver that is here already. Its owners answer; where it has none, those who check."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    solver = models.ForeignKey(Solver, on_delete=models.CASCADE, related_name="join_requests")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests"
    )
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.WAITING)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["solver", "person"],
                condition=models.Q(state=RequestState.WAITING),
                name="join_request_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.solver)


class SolverCheck(models.Model):
    """An organisation's check of who a solver is: what was looked at, and what was found."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    solver = models.ForeignKey(Solver, on_delete=models.CASCADE, related_name="checks")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=CheckState, default=CheckState.BEGUN)
    saw_number = models.BooleanField(_("the organisation number belongs to that name"), default=False)
    saw_domain = models.BooleanField(_("the e-mail address belongs to the website"), default=False)
    note = models.TextField(_("what you looked at"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["solver", "organisation"], name="solver_check_once")
        ]

    def __str__(self) -> str:
        return str(self.solver)

    def get_absolute_url(self) -> str:
        return self.solver.get_absolute_url()


class OnBehalf(models.Model):
    """One solver (an incubator) may act for another, once the other has said yes, until it ends."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agent = models.ForeignKey(Solver, on_delete=models.CASCADE, related_name="acts_for")
    solver = models.ForeignKey(Solver, on_delete=models.CASCADE, related_name="agents")
    scopes = models.JSONField(_("what it may do"), default=list)
    until = models.DateField(_("until"), null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agent", "solver"], condition=models.Q(ended_at=None), name="on_behalf_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(agent=models.F("solver")), name="on_behalf_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} – {self.solver}"

    def get_absolute_url(self) -> str:
        return reverse("solver_people", args=[self.solver.uuid])

    def holds_on(self, day: date) -> bool:
        """Whether it may be acted on that day."""
        return (
            self.approved_at is not None and self.ended_at is None and not (self.until and self.until < day)
        )

    @property
    def scope_names(self) -> list[str]:
        """What it may do, as the page names it."""
        return [str(Scope(scope).label) for scope in self.scopes if scope in Scope.values]
