"""The first steps in this room: who belongs where, and that the right people are here."""

from django.utils.translation import gettext_lazy as _

from ringar.core.models import Invitation, Membership, Unit
from ringar.core.registry import GuideStep
from ringar.core.rules import Role, Viewer


def has_units(viewer: Viewer) -> bool:
    """Whether the organisation has more than its top unit."""
    return Unit.objects.filter(organisation_id=viewer.organisation_id or 0, parent__isnull=False).exists()


def has_invited(viewer: Viewer) -> bool:
    """Whether the viewer has invited somebody, or somebody else works in the same units."""
    sent = Invitation.objects.filter(invited_by_id=viewer.person_id, unit_id__in=viewer.unit_ids)
    others = Membership.objects.filter(unit_id__in=viewer.own_unit_ids).exclude(
        person_id=viewer.person_id or 0
    )
    return sent.exists() or others.exists()


STEPS = [
    GuideStep(
        order=10,
        url="unit_list",
        title=_("Put up the tree of units"),
        text=_("The whole organisation on top, and below it as far down as somebody works together."),
        roles=frozenset({Role.ADMINISTRATOR}),
        is_done=has_units,
    ),
    GuideStep(
        order=20,
        url="invitation_new",
        title=_("Invite those who see what does not work"),
        text=_("Paste their addresses. They get a letter with a link, and choose a password themselves."),
        roles=frozenset({Role.ADMINISTRATOR, Role.MANAGER}),
        is_done=has_invited,
    ),
]
