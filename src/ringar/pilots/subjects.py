"""Pilots as rows that can be followed, discussed and worked with as a team; and what people are told of them."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Event, Subject
from ringar.core.rules import Viewer
from ringar.pilots.models import Pilot
from ringar.pilots.queries.pilots import concerned_people, visible_pilots
from ringar.pilots.rules import can_edit_pilot


def may_write(viewer: Viewer, pilot: Pilot) -> bool:
    """Whether the viewer may change the pilot."""
    return can_edit_pilot(viewer, pilot.facts)


SUBJECTS = [
    Subject(
        kind="pilot",
        label=_("pilot"),
        visible=visible_pilots,
        concerned=concerned_people,
        model=Pilot._meta.label,
        may_write=may_write,
    ),
]

EVENTS = [
    Event("pilots.begun", _("%(actor)s prepares “%(title)s” for the need “%(need)s”.")),
    Event("pilots.team_added", _("%(actor)s added you to the team of “%(title)s”.")),
    Event("pilots.gate_asked", _("%(actor)s asks to begin “%(title)s”: it waits for your decision.")),
    Event("pilots.gate_opened", _("“%(title)s” begins: its gate is open. %(reason)s"), is_answer=True),
    Event("pilots.scaled", _("“%(title)s” is to be scaled up. %(reason)s")),
    Event("pilots.adjusted", _("“%(title)s” is adjusted and goes on. %(reason)s")),
    Event("pilots.extended", _("“%(title)s” is measured longer. %(reason)s")),
    Event("pilots.stopped", _("“%(title)s” is stopped: this is what was learned. %(learned)s")),
    Event(
        "pilots.answer",
        _("What was tried for “%(title)s” is decided. %(reason)s What was learned: %(learned)s"),
        is_answer=True,
    ),
    Event("pilots.measure", _("“%(title)s” waits for the value of week %(week)s, %(unit)s.")),
    Event("pilots.corrected", _("%(actor)s corrected measurements in “%(title)s”.")),
    Event(
        "pilots.staff_asked", _("%(actor)s asks you three questions about “%(title)s”. They take a minute.")
    ),
    Event(
        "pilots.hindrance",
        _("%(actor)s asks you to help “%(title)s”. In its way stands: %(hindrance)s"),
    ),
    Event("pilots.hindrance_gone", _("What stood in the way of “%(title)s” is gone: %(hindrance)s")),
    Event("pilots.gate_refused", _("“%(title)s” does not begin yet. %(reason)s"), is_answer=True),
]
