"""Decisions about process maps: kinds, states, who may what, what a routine may become. No database, no clock."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ringar.core.rules import LEADING_ROLES, Refused, Role, Viewer


class MapKind(models.TextChoices):
    """How it is, or how it is to be."""

    AS_IS = "as_is", _("As it is today")
    TO_BE = "to_be", _("As it is to be")


class MapState(models.TextChoices):
    """Where a version of a map stands."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for comments")
    SIGNED = "signed", _("Signed")


class Ruling(models.TextChoices):
    """What is to become of a routine, once it is known how it goes."""

    DROP = "drop", _("Drop it")
    SIMPLIFY = "simplify", _("Make it simpler")
    INTEGRATE = "integrate", _("Connect the systems")
    ROBOT = "robot", _("Let a robot do it")


class MarkKind(models.TextChoices):
    """What somebody says of a step on the map."""

    WRONG = "wrong", _("This is wrong")
    MISSING = "missing", _("Something is missing")
    AUTHORITY = "authority", _("Here we decide about somebody (exercise of public authority)")
    AGREE = "agree", _("This is right")


class LogState(models.TextChoices):
    """Where an event log stands."""

    UPLOADED = "uploaded", _("Handed in")
    MEASURED = "measured", _("Measured")
    UNREADABLE = "unreadable", _("Could not be read")


KEEPERS = LEADING_ROLES | {Role.MANAGER.value}
"""Who draws, decides and signs, in the units where the role holds."""
OBJECTIONS = frozenset({MarkKind.WRONG.value, MarkKind.MISSING.value, MarkKind.AUTHORITY.value})
"""Marks that are answered before a map is signed."""
LONGEST_MARK = 2_000
LOG_DAYS = 30
"""So long a log that is not measured is kept: its file holds cases."""
LONGEST_BPMN = 1_000_000


def can_keep(viewer: Viewer, *, organisation_id: int, unit_id: int) -> bool:
    """Whether the viewer may hand in logs, draw, decide and sign for that unit."""
    return viewer.organisation_id == organisation_id and viewer.holds_in(unit_id, KEEPERS)


def can_own(viewer: Viewer, *, organisation_id: int, owner_id: int | None) -> bool:
    """Whether the routine is the viewer's own: then they answer, draw and sign like who keeps the unit."""
    mine = viewer.person_id is not None and viewer.person_id == owner_id
    return mine and can_mark(viewer, organisation_id=organisation_id)


def only_prepares(*, is_authority: bool, delegation: str, is_procurement: bool) -> bool:
    """Whether a person must say yes in each case before a robot does anything in it.

    So it is where the routine decides about somebody (exercise of public authority), unless the board has delegated
    it, and in procurement always.
    """
    return is_procurement or (is_authority and not delegation.strip())


def can_mark(viewer: Viewer, *, organisation_id: int) -> bool:
    """Whether the viewer may say what a map has wrong: everyone who works in the organisation."""
    return viewer.may_write and viewer.organisation_id == organisation_id


@dataclass(frozen=True)
class GateFacts:
    """What there is of a routine."""

    has_as_is: bool
    as_is_signed: bool
    is_measured: bool
    decision: str
    to_be_signed: bool
    is_published: bool


@dataclass(frozen=True)
class GateStep:
    """A step on the way from a routine to a robot; `todo` tells who does what next."""

    label: str | Promise
    todo: str | Promise
    is_done: bool


def gate(facts: GateFacts) -> list[GateStep]:
    """The steps in their order. What is dropped has no more steps; only what a robot is to do ends with one."""
    draw = _("The unit’s manager draws it, from a log or by hand, and opens it for comments.")
    sign = _("Those who work in it comment; the manager answers and signs.")
    steps = [
        GateStep(_("Drawn as it is"), sign if facts.has_as_is else draw, facts.as_is_signed),
        GateStep(
            _("Measured"),
            _("The manager hands in an event log of the system where the work is done."),
            facts.is_measured,
        ),
        GateStep(
            _("Decided"),
            _("The manager decides what becomes of it, with an owner and a legal basis."),
            bool(facts.decision),
        ),
    ]
    if facts.decision == Ruling.DROP:
        return steps
    to_be = _("The manager draws how it is to be; those who work in it comment; the manager signs.")
    steps.append(GateStep(_("Signed as it is to be"), to_be, facts.to_be_signed))
    if facts.decision in ("", Ruling.ROBOT):
        publish = _("The robot keeper publishes a robot that is bound to the signed map.")
        steps.append(GateStep(_("Robot at work"), publish, facts.is_published))
    return steps


def refuse_decision(facts: GateFacts, decision: str) -> None:
    """Raises Refused where it is too early to decide (first the map as it is, signed and measured) or too late."""
    if not facts.as_is_signed:
        raise Refused(
            _now("First the map as it is today must be signed: nobody decides on what is not known.")
        )
    if not facts.is_measured:
        raise Refused(_now("First the routine is measured: hand in an event log, and draw the map from it."))
    if facts.is_published and decision != Ruling.ROBOT:
        raise Refused(_now("A robot does this routine. Withdraw it first; then decide anew."))


def refuse_signature(
    *, state: str, kind: str, steps: Collection[object], unanswered: int, decision: str
) -> None:
    """Raises Refused where a version can not be signed, saying what is missing."""
    if state == MapState.SIGNED:
        raise Refused(_now("It is signed already."))
    if state != MapState.OPEN:
        raise Refused(_now("Open it for comments first: those who work in it have not seen it."))
    if not steps:
        raise Refused(_now("There is no step on the map. Draw at least one."))
    if unanswered:
        raise Refused(
            ngettext(
                "%(count)d objection has no answer. Answer it first, below its step.",
                "%(count)d objections have no answer. Answer them first, each below its step.",
                unanswered,
            )
            % {"count": unanswered}
        )
    if kind == MapKind.TO_BE and decision in ("", Ruling.DROP):
        raise Refused(
            _now(
                "Decide first what becomes of the routine: to make it simpler, connect or let a robot do it."
            )
        )
