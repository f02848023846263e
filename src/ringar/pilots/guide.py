"""The first steps in this room: try something small, decide from numbers."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import GuideStep
from ringar.core.rules import Role, Viewer
from ringar.pilots.models import Pilot


def has_tried(viewer: Viewer) -> bool:
    """Whether the viewer has begun or owns a pilot."""
    began = Pilot.objects.filter(created_by_id=viewer.person_id).exists()
    return began or Pilot.objects.filter(owner_id=viewer.person_id).exists()


STEPS = [
    GuideStep(
        order=38,
        url="pilot_list",
        title=_("Try something small"),
        text=_("A test of two weeks with five people: a goal in one sentence, a cap and an end are enough."),
        roles=frozenset({Role.MANAGER.value}),
        is_done=has_tried,
    ),
    GuideStep(
        order=40,
        url="purchase_list",
        title=_("See what is bought of the same kind"),
        text=_("Sums across the organisation against the ceiling for direct award, before anyone passes it."),
        roles=frozenset({Role.BUYER.value}),
    ),
]
