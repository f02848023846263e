"""What waits for people here: matches to judge, solutions to choose."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Waiting
from ringar.core.rules import Viewer
from ringar.matching.day_queries import own_parties
from ringar.matching.queries import needs_awaiting_word
from ringar.matching.rules import can_choose


def matches(viewer: Viewer) -> list[Waiting]:
    """The viewer's needs with matches: to choose a solution for where they are chosen, else to judge. 1 query."""
    return [
        Waiting(
            _("Choose a solution for") if can_choose(viewer, need.facts) else _("Say which solutions fit"),
            need.title,
            reverse("match_list", args=[need.uuid]),
            need.changed_at,
            language=need.language,
        )
        for need in needs_awaiting_word(viewer)
    ]


def wishes(viewer: Viewer) -> list[Waiting]:
    """Meeting days that wait for the viewer to say when they can come and whom they want to meet. 1 query."""
    return [
        Waiting(
            _("Say whom you want to meet"),
            party.day.title,
            reverse("meeting_party", args=[party.day.uuid, party.uuid]),
            party.invited_at or party.day.created_at,
            by=party.day.wishes_until,
            language=party.day.language,
        )
        for party in own_parties(viewer)
    ]


WAITING: list[Callable[[Viewer], list[Waiting]]] = [matches, wishes]
