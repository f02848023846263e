"""The list of cases, as a page and as a file."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.robots.fact_words import value_text
from ringar.robots.models.cases import RobotQueue
from ringar.robots.queries.cases import case_page, newest_cases, visible_queues
from ringar.robots.queries.maps import require_inside
from ringar.robots.rules.cases import CaseState

PAGE = 25


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to: one of the viewer's queues, a state. What is neither counts as nothing."""

    queues: list[RobotQueue]
    queue: RobotQueue | None
    state: str

    @property
    def query(self) -> str:
        """The same as in an address."""
        told = {"ko": str(self.queue.uuid) if self.queue else "", "lage": self.state}
        return urlencode({name: value for name, value in told.items() if value})


def asked_in(request: Request) -> Asked:
    """What the address asks for. Raises NotAllowed for who does not work in an organisation."""
    require_inside(request.viewer)
    queues = list(visible_queues(request.viewer))
    queue = next((queue for queue in queues if str(queue.uuid) == request.GET.get("ko")), None)
    state = request.GET.get("lage", "")
    return Asked(queues, queue, state if state in CaseState.values else "")


@login_required
@require_safe
def case_list(request: Request) -> HttpResponse:
    """The newest cases that the viewer may see, of one queue and in one state, or all."""
    asked, before = asked_in(request), request.GET.get("before", "")
    is_number = before.isascii() and before.isdecimal() and len(before) < 18
    start = int(before) if is_number else None
    rows = case_page(request.viewer, queue=asked.queue, state=asked.state, before=start, size=PAGE)
    context = {
        "rows": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "asked": asked,
        "states": CaseState.choices,
    }
    return render(request, "robots/case_list.html", context)


@login_required
@require_safe
def case_csv(request: Request) -> FileResponse:
    """The list as a file: where each case stands and what came of it, without what came in and without people."""
    asked = asked_in(request)
    header = [_("Case"), _("Reference"), _("State"), _("Dry run"), _("Robot"), _("Queue"), _("Unit")]
    header += [_("Came"), _("Ended"), _("Done by hand"), _("Questions"), _("What came of it")]
    cases = newest_cases(request.viewer, queue=asked.queue, state=asked.state)[: MOST_ROWS + 1]
    rows = (
        (
            case.title,
            case.reference,
            case.get_state_display(),
            value_text(case.is_dry_run),
            case.robot.label,
            case.robot.queue.label,
            case.robot.queue.unit.name,
            case.created_at,
            case.finished_at,
            value_text(case.is_by_hand),
            case.exceptions,
            case.question or case.error or value_text(case.result),
        )
        for case in cases.iterator(chunk_size=2000)
    )
    return export_response("arenden", header, rows, kind=request.GET.get("format"))
