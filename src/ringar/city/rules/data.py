"""Data sets: what they hold, who may look, keep and release, and where an import stands."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import LEADING_ROLES, Refused, Role, Viewer

KEEPERS = LEADING_ROLES | {Role.MANAGER.value}
"""Who takes data in and says who may do what with it, in the units where the role holds."""
LONGEST_TEXT = 5_000


class DataKind(models.TextChoices):
    """What a data set holds."""

    PIPES = "pipes", _("Pipes")
    BREAKS = "breaks", _("Breaks and leaks")
    ROADS = "roads", _("Streets and roads")
    BUILDINGS = "buildings", _("Buildings")
    PLACES = "places", _("Places that need water")
    DISTRICTS = "districts", _("Districts")
    OTHER = "other", _("Other")


BORN_RESTRICTED = frozenset({DataKind.PIPES.value, DataKind.BREAKS.value, DataKind.PLACES.value})
"""Where the whole of it is a matter of security: only those with business there, until a leader decides otherwise."""


class ReleaseTo(models.TextChoices):
    """To whom a data set is released."""

    OPEN = "open_data", _("Everyone, as open data")
    EXCHANGE = "exchange", _("Other municipalities here")


class ImportState(models.TextChoices):
    """Where an import stands: nothing is saved before somebody has seen its report and said so."""

    READING = "reading", _("Is being read")
    READ = "read", _("Read: look at the report")
    SAVING = "saving", _("Is being saved")
    SAVED = "saved", _("Saved")
    FAILED = "failed", _("Could not be read")


class ObservationKind(models.TextChoices):
    """What somebody saw of an asset."""

    LEAK = "leak", _("Leak")
    WEAR = "wear", _("Wear or rust")
    SOUND = "sound", _("In good order")
    WRONG_DATA = "wrong_data", _("Our data are wrong")
    OTHER = "other", _("Something else")


@dataclass(frozen=True)
class Holding:
    """What a decision on a data set needs to know: whose it is, who keeps it, and to whom it is open."""

    organisation_id: int
    unit_id: int
    keeper_id: int | None = None
    is_restricted: bool = True
    released_to: Collection[str] = ()


def has_business(viewer: Viewer, held: Holding) -> bool:
    """Whether the viewer works with it: in the owning unit or one above it, as its leader, or as its keeper."""
    if viewer.organisation_id != held.organisation_id or not viewer.is_inside:
        return False
    keeps = viewer.person_id is not None and viewer.person_id == held.keeper_id
    return keeps or viewer.leads_in(held.unit_id) or held.unit_id in viewer.unit_ids


def can_know_of(viewer: Viewer, held: Holding) -> bool:
    """Whether the viewer may know that it is there, who owns it and who may do what: all who work there."""
    inside = viewer.organisation_id == held.organisation_id and viewer.is_inside
    exchanged = ReleaseTo.EXCHANGE in held.released_to and viewer.is_inside
    return inside or exchanged or ReleaseTo.OPEN in held.released_to


def can_look_into(viewer: Viewer, held: Holding) -> bool:
    """Whether the viewer may see what is in it. Restricted: those with business there, and whom it is released to."""
    if ReleaseTo.OPEN in held.released_to or has_business(viewer, held):
        return True
    if ReleaseTo.EXCHANGE in held.released_to and viewer.is_inside:
        return True
    return not held.is_restricted and viewer.organisation_id == held.organisation_id and viewer.is_inside


def can_keep(viewer: Viewer, held: Holding) -> bool:
    """Whether the viewer may describe it and take data in: who keeps it, and those who manage or lead its unit."""
    if viewer.organisation_id != held.organisation_id or not viewer.may_write:
        return False
    return viewer.holds_in(held.unit_id, KEEPERS) or (
        viewer.person_id is not None and viewer.person_id == held.keeper_id
    )


def can_release(viewer: Viewer, held: Holding) -> bool:
    """Whether the viewer decides who outside may have it: a leader of the owning unit, never a machine."""
    return (
        viewer.organisation_id == held.organisation_id
        and viewer.person_id is not None
        and viewer.leads_in(held.unit_id)
    )


def refuse_release(reason: str, *, to: str, released_to: Collection[str]) -> None:
    """Raises Refused where a release says no reason, or says what holds already."""
    if to in released_to:
        raise Refused(_now("It is released so already."))
    if not reason.strip():
        raise Refused(_now("Say why: the reason is kept with the decision."))
