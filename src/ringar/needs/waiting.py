"""What waits for people here: rounds to score, rounds to choose in, needs to choose."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Waiting, Waits
from ringar.core.rules import Viewer
from ringar.needs.round_queries import (
    choosable_needs,
    needs_to_choose,
    rounds_awaiting_choice,
    rounds_awaiting_scores,
)


def rounds_to_score(viewer: Viewer) -> list[Waiting]:
    """Rounds where the viewer has scores to give, each with its last day. 1 query."""
    return [
        Waiting(
            _("Score needs"), row.title, row.get_absolute_url(), row.opened_at, row.deadline, row.language
        )
        for row in rounds_awaiting_scores(viewer)
    ]


def rounds_to_choose(viewer: Viewer) -> list[Waiting]:
    """Rounds that are scored and wait for the viewer to choose. 1 query."""
    return [
        Waiting(
            _("Choose needs, the time for scores is over"),
            row.title,
            row.get_absolute_url(),
            row.closed_at or row.deadline,
            language=row.language,
        )
        for row in rounds_awaiting_choice(viewer)
    ]


def explored_needs(viewer: Viewer) -> list[Waiting]:
    """Needs for the viewer to choose, one by one. 1 query."""
    return [
        Waiting(
            _("Need to choose"),
            need.title,
            need.get_absolute_url(),
            need.changed_at,
            language=need.language,
        )
        for need in needs_to_choose(viewer)
    ]


WAITING = [
    Waits(rounds_awaiting_scores, rounds_to_score),
    Waits(rounds_awaiting_choice, rounds_to_choose),
    Waits(choosable_needs, explored_needs),
]
