"""The first steps in this room: write down a need, say that you have one too, choose among them."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import GuideStep
from ringar.core.rules import LEADING_ROLES, OUTSIDE_ROLES, Role, Viewer
from ringar.needs.models import Evidence, Joining, Need

WORKS_HERE = frozenset(Role.values) - OUTSIDE_ROLES - {Role.AUDITOR.value, Role.ADMINISTRATOR.value}


def has_written(viewer: Viewer) -> bool:
    """Whether the viewer has written and shared a need."""
    return Need.objects.filter(created_by_id=viewer.person_id, is_draft=False).exists()


def has_helped(viewer: Viewer) -> bool:
    """Whether the viewer has joined another's need or added evidence to one."""
    joined = Joining.objects.filter(person_id=viewer.person_id or 0).exists()
    return joined or Evidence.objects.filter(created_by_id=viewer.person_id).exists()


def has_owned(viewer: Viewer) -> bool:
    """Whether the viewer answers for a need."""
    return Need.objects.filter(owner_id=viewer.person_id, is_draft=False).exists()


STEPS = [
    GuideStep(
        order=5,
        url="need_new",
        title=_("Write down something that does not work"),
        text=_("Two sentences in your own words are enough. You are asked about the rest later."),
        roles=WORKS_HERE,
        is_done=has_written,
    ),
    GuideStep(
        order=30,
        url="need_list",
        title=_("See whether you have what others have written"),
        text=_("Press “We have this too” on a need, or add what you have seen yourself."),
        roles=WORKS_HERE - LEADING_ROLES,
        is_done=has_helped,
    ),
    GuideStep(
        order=32,
        url="overview",
        title=_("See all that is under way"),
        text=_("Every administration and how far its needs have come, on one page."),
        roles=LEADING_ROLES | {Role.AUDITOR.value},
    ),
    GuideStep(
        order=34,
        url="need_list",
        title=_("Answer for a need"),
        text=_("A need moves when somebody owns it. Take one on, or ask the one who wrote it."),
        roles=frozenset({Role.DEVELOPMENT_MANAGER, Role.CIO}),
        is_done=has_owned,
    ),
    GuideStep(
        order=36,
        url="need_list",
        title=_("Read what the municipality works with"),
        text=_("Needs that are open to everyone, each with what has been tried and what happens next."),
        roles=OUTSIDE_ROLES | {Role.AUDITOR.value},
    ),
]
