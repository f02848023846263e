"""The first step in this room: say what fits."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import GuideStep
from ringar.core.rules import Role, Viewer
from ringar.matching.models import Judgement


def has_judged(viewer: Viewer) -> bool:
    """Whether the viewer has said of a solution that it fits or does not."""
    return Judgement.objects.filter(person_id=viewer.person_id or 0).exists()


STEPS = [
    GuideStep(
        order=40,
        url="need_list",
        title=_("Say which solutions fit a need"),
        text=_(
            "Open a need, see what was found for it, and say of each whether it fits. The search learns by it."
        ),
        roles=frozenset({Role.DEVELOPMENT_MANAGER, Role.BUYER, Role.CIO}),
        is_done=has_judged,
    ),
]
