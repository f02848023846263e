"""What waits for people here: weeks to measure, hindrances to take away, gates to decide on, pilots to make ready."""

from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Waiting, Waits
from ringar.core.rules import Viewer
from ringar.pilots.measure_rules import WEEK
from ringar.pilots.queries.gates import gates_asked, gates_awaiting, pilots_to_prepare
from ringar.pilots.queries.hindrances import own_hindrances
from ringar.pilots.queries.measurements import units_to_measure, weeks_awaited


def weeks_to_measure(viewer: Viewer) -> list[Waiting]:
    """The units whose values the viewer hands in, where a week has ended without one. 0–2 queries."""
    return [
        Waiting(
            _("Measure"),
            f"{of.unit.name}: {of.pilot.title}",
            reverse("measurement_edit", args=[of.pilot.uuid, of.unit.uuid]),
            timezone.make_aware(datetime.combine(weeks[0] + WEEK, time())),
            language=of.pilot.language,
        )
        for of, weeks in weeks_awaited(viewer)
    ]


def hindrances_to_remove(viewer: Viewer) -> list[Waiting]:
    """What the viewer has been asked to take out of the way. 0–1 queries."""
    return [
        Waiting(
            _("Take away a hindrance"),
            str(each),
            reverse("hindrance_gone", args=[each.uuid]),
            each.created_at,
            timezone.make_aware(datetime.combine(each.due, time(23, 59, 59))) if each.due else None,
            language=each.language,
        )
        for each in own_hindrances(viewer)
    ]


def gates_to_decide(viewer: Viewer) -> list[Waiting]:
    """Gates that wait for the viewer to decide. 0–1 queries."""
    return [
        Waiting(
            _("Decide whether it begins"),
            gate.pilot.title,
            reverse("pilot_gate", args=[gate.pilot.uuid]),
            gate.at,
            language=gate.pilot.language,
        )
        for gate in gates_awaiting(viewer)
    ]


def pilots_to_make_ready(viewer: Viewer) -> list[Waiting]:
    """Pilots of the viewer's own that wait for what their gate asks for. 1 query."""
    return [
        Waiting(
            _("Make ready for its gate"),
            pilot.title,
            pilot.get_absolute_url(),
            pilot.stage_since,
            language=pilot.language,
        )
        for pilot in pilots_to_prepare(viewer)
    ]


WAITING = [
    Waits(units_to_measure, weeks_to_measure),
    Waits(own_hindrances, hindrances_to_remove),
    Waits(gates_asked, gates_to_decide),
    Waits(pilots_to_prepare, pilots_to_make_ready),
]
