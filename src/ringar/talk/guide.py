"""The first step in this room: how often one wants to be told."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import GuideStep
from ringar.core.rules import Role, Viewer
from ringar.talk.models import DigestChoice


def has_chosen(viewer: Viewer) -> bool:
    """Whether the viewer has chosen how often to be told."""
    return DigestChoice.objects.filter(person_id=viewer.person_id or 0).exists()


STEPS = [
    GuideStep(
        order=50,
        url="notification_settings",
        title=_("Choose how often you are told"),
        text=_("At once, once a day, once a week or never. Answers to what you wrote always come."),
        roles=frozenset(Role.values) - {Role.AUDITOR.value},
        is_done=has_chosen,
    ),
]
