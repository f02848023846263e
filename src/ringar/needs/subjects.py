"""Needs as rows that can be followed, discussed and worked with as a team; and what people are told of them.

`move_need`, `merge_needs` and the other writes of this room tell people themselves; who calls them does not tell
the same again.
"""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Event, Subject
from ringar.core.rules import Viewer
from ringar.needs.models import Need
from ringar.needs.queries import concerned_people, visible_needs
from ringar.needs.round_models import Round
from ringar.needs.round_queries import concerned_by_round, visible_rounds
from ringar.needs.round_rules import can_lead_round
from ringar.needs.rules import can_edit_need


def may_write(viewer: Viewer, need: Need) -> bool:
    """Whether the viewer may change the need."""
    return can_edit_need(viewer, need.facts)


def may_lead(viewer: Viewer, round: Round) -> bool:
    """Whether the viewer may close the round and choose in it."""
    return can_lead_round(viewer, round.facts)


SUBJECTS = [
    Subject(
        kind="need",
        label=_("need"),
        visible=visible_needs,
        concerned=concerned_people,
        model=Need._meta.label,
        may_write=may_write,
    ),
    Subject(
        kind="round",
        label=_("round"),
        visible=visible_rounds,
        concerned=concerned_by_round,
        model=Round._meta.label,
        may_write=may_lead,
    ),
]

EVENTS = [
    Event("needs.shared", _("%(actor)s shared the need “%(title)s”.")),
    Event("needs.joined", _("%(actor)s has “%(title)s” too: %(unit)s.")),
    Event("needs.evidence", _("%(actor)s added evidence to “%(title)s”.")),
    Event("needs.explored", _("“%(title)s” is explored: there is evidence from outside the building.")),
    Event("needs.chosen", _("“%(title)s” is chosen. %(reason)s"), is_answer=True),
    Event("needs.not_chosen", _("“%(title)s” was not chosen this time. %(reason)s"), is_answer=True),
    Event("needs.matched", _("A solution is chosen to meet for “%(title)s”.")),
    Event("needs.meeting", _("“%(title)s” has come to a meeting with a supplier.")),
    Event("needs.pilot", _("A pilot begins for “%(title)s”.")),
    Event("needs.decided", _("“%(title)s” is decided: %(reason)s"), is_answer=True),
    Event("needs.adopted", _("What solves “%(title)s” is in use."), is_answer=True),
    Event("needs.moved", _("%(actor)s took “%(title)s” a step back. %(reason)s")),
    Event("needs.closed", _("%(actor)s closed “%(title)s”: %(reason)s"), is_answer=True),
    Event("needs.reopen_asked", _("%(actor)s asks that “%(title)s” is opened again: %(reason)s")),
    Event("needs.reopened", _("%(actor)s opened “%(title)s” again: %(reason)s"), is_answer=True),
    Event("needs.merged", _("%(actor)s merged “%(title)s” with others: %(reason)s")),
    Event("needs.split", _("%(actor)s split “%(title)s”: %(reason)s")),
    Event("needs.undone", _("%(actor)s undid what was done to “%(title)s”: %(reason)s")),
    Event("needs.team_added", _("%(actor)s added you to the team of “%(title)s”.")),
    Event(
        "needs.round_opened",
        _("%(actor)s asks you to score the needs in “%(title)s”. The last day is %(deadline)s."),
    ),
    Event("needs.round_later", _("You have more time to score in “%(title)s”: until %(deadline)s.")),
    Event("needs.round_reminder", _("“%(title)s” waits for your scores. The last day is %(deadline)s.")),
    Event("needs.round_all_in", _("All assessors have handed in their scores in “%(title)s”.")),
    Event("needs.round_closed", _("“%(title)s” has closed: the result is there to read.")),
    Event("needs.round_withdrawn", _("“%(title)s” is withdrawn: nothing is scored or chosen in it.")),
]
