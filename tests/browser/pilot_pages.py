"""Pages where a pilot is made ready, in the demo's city: one that waits for its gate, and a sprint."""

from collections.abc import Callable

from django.urls import reverse

from ringar.core.queries import viewer_of
from ringar.needs.models import Need
from ringar.pilots.actions.pilots import start_pilot
from ringar.pilots.models import Pilot
from ringar.pilots.rules import PilotKind, Stage
from tests.browser.talk_pages import Place
from tests.city import person_of

TITLE = "Att titta på"
PARTS = ("detail", "team", "edit", "goal", "units", "costs", "data", "gate")


def made_ready(kind: str) -> Pilot:
    """A pilot of Bo's, being prepared."""
    if found := Pilot.objects.filter(title=TITLE, kind=kind).first():
        return found
    bo = person_of("bo")
    assert bo is not None
    need = Need.objects.filter(state="chosen", organisation__slug="ringsala")[0]
    stage = Stage.PILOT if kind == PilotKind.TEST else Stage.EXERCISE
    return start_pilot(by=viewer_of(bo), title=TITLE, need=need, kind=kind, stage=stage, owner=bo)


def page_of(name: str, kind: str = PilotKind.TEST) -> Callable[[], Place]:
    return lambda: (person_of("bo"), reverse(name, args=[made_ready(kind).uuid]))


PILOT_PAGES: dict[str, Callable[[], Place]] = {
    **{f"pilot_{part}": page_of(f"pilot_{part}") for part in PARTS},
    "pilot_sprint": page_of("pilot_sprint", PilotKind.SPRINT),
    "pilot_tests": page_of("pilot_tests", PilotKind.SPRINT),
    "supplier_choice": lambda: (
        person_of("bo"),
        reverse("supplier_choice", args=["pilot", made_ready(PilotKind.TEST).uuid]),
    ),
    "purchase_list": lambda: (person_of("dag"), reverse("purchase_list")),
    "purchase_new": lambda: (person_of("dag"), reverse("purchase_new")),
    "ceiling_list": lambda: (person_of("cilla"), reverse("ceiling_list")),
}
