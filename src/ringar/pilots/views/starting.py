"""Pages where pilots are found and begun: the list, a new one from a need, a meeting or a solution."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.day_models import Meeting
from ringar.matching.meeting_queries import meeting_for
from ringar.needs.models import Need
from ringar.needs.queries import need_for
from ringar.pilots.actions.pilots import start_pilot
from ringar.pilots.forms.preparing import PilotNewForm
from ringar.pilots.models import Pilot
from ringar.pilots.queries.pilots import PAGE, cursor_of, listed_pilots, older_than
from ringar.pilots.rules import PilotState, Stage, can_start_pilot
from ringar.solvers.models import Solution
from ringar.solvers.queries.offers import solution_for


@require_GET
def pilot_list(request: Request) -> HttpResponse:
    """The pilots that the viewer may see, the latest change first, a page at a time."""
    stage, state = request.GET.get("stage", ""), request.GET.get("state", "")
    stage, state = stage if stage in Stage.values else "", state if state in PilotState.values else ""
    rows = older_than(listed_pilots(request.viewer, stage=stage, state=state), request.GET.get("after", ""))
    shown = list(rows[: PAGE + 1])
    context = {
        "pilots": shown[:PAGE],
        "more": cursor_of(shown[PAGE - 1]) if len(shown) > PAGE else "",
        "after": request.GET.get("after", ""),
        "stage": stage,
        "state": state,
        "stages": Stage.choices,
        "states": PilotState.choices,
        "may_start": can_start_pilot(request.viewer),
    }
    return render(request, "pilots/pilot_list.html", context)


def asked_uuid(request: Request, name: str) -> UUID | None:
    """The uuid in the address, or None where there is none."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def sources(request: Request) -> tuple[Need | None, Meeting | None, Solution | None]:
    """The need, meeting and solution that the address names, as far as the viewer may see them."""
    viewer: Viewer = request.viewer
    need, meeting, solution = (asked_uuid(request, name) for name in ("behov", "mote", "losning"))
    met = meeting_for(viewer, meeting) if meeting else None
    found = need_for(viewer, need) if need else met.need if met else None
    return found, met, solution_for(viewer, solution) if solution else met.solution if met else None


@login_required
@require_http_methods(["GET", "POST"])
def pilot_new(request: Request) -> HttpResponse:
    """Begins to prepare a pilot: little is asked for, the rest when its gate asks for it."""
    viewer = request.viewer
    if not can_start_pilot(viewer):
        raise NotAllowed
    need, meeting, solution = sources(request)
    start = {"title": solution.name if solution else need.title if need else ""}
    if meeting or solution:
        start["kind"] = "pilot"
    form = PilotNewForm(request.POST or None, viewer=viewer, need=need, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            pilot = begin(request, form, meeting, solution)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Begun. Below stands what is missing before it can start."))
            return redirect(pilot)
    context = {"form": form, "need": need, "meeting": meeting, "solution": solution}
    return render(request, "pilots/pilot_new.html", context)


def begin(request: Request, form: PilotNewForm, meeting: Meeting | None, solution: Solution | None) -> Pilot:
    """The pilot that the form tells of. Raises Refused, NotAllowed."""
    said = form.cleaned_data
    need = need_for(request.viewer, said["need"]) if said["need"] else None
    kind, stage = form.kind_and_stage()
    names = ("title", "goal", "unit", "owner", "cap_sek", "cap_hours", "ends_on")
    return start_pilot(
        by=request.viewer,
        need=need,
        meeting=meeting,
        solution=solution,
        kind=kind,
        stage=stage,
        uuid=said["draft"],
        **{name: said[name] for name in names},
    )
