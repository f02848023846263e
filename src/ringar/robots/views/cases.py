"""Pages of one case: its runs, and what people do with it: answer, retry, take over, finish, try."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.cases import answer_case, finish_by_hand, retry_case, state_now, take_over_case
from ringar.robots.actions.changed_code import is_held
from ringar.robots.case_shown import history_of, run_line
from ringar.robots.dry_runs import begin_dry_run
from ringar.robots.fact_words import facts_of
from ringar.robots.forms.cases import BY_HAND, YES, AnswerForm, FinishForm
from ringar.robots.models.cases import Case, CaseFile
from ringar.robots.queries.cases import case_for, real_case, runs_of
from ringar.robots.rules.cases import TAKEABLE, CaseState, can_handle_cases, can_keep_robots
from ringar.robots.step_words import words_of

RETRYABLE = (CaseState.FAILED, CaseState.RETRYING, CaseState.TAKEN)


def opened_case(request: Request, uuid: UUID) -> Case:
    """The case, for who may see it. Raises NotAllowed."""
    case = case_for(request.viewer, uuid)
    if case is None:
        raise NotAllowed
    return case


def show_case(
    request: Request, case: Case, *, answer: AnswerForm | None = None, finish: FinishForm | None = None
) -> HttpResponse:
    """The page of one case."""
    viewer, queue, words = request.viewer, case.robot.queue, words_of(case.robot)
    place = {"organisation_id": queue.organisation_id, "unit_id": queue.unit_id}
    context = {
        "case": case,
        "queue": queue,
        "may_handle": can_handle_cases(viewer, **place),
        "may_keep": can_keep_robots(viewer, **place),
        "is_held": is_held(case.robot),
        "is_takeable": case.state in TAKEABLE and not case.is_dry_run,
        "is_retryable": case.state in RETRYABLE,
        "facts": facts_of(case.facts),
        "payload": facts_of(case.payload),
        "answer": facts_of(case.answer),
        "result": facts_of(case.result),
        "real": real_case(case),
        "runs": [run_line(run, words) for run in runs_of(case)],
        "history": history_of(case, viewer, words),
        "form": answer or AnswerForm(),
        "finish": finish or FinishForm(),
        "spoken": settings.LANGUAGE_CODE,
        "State": CaseState,
    }
    return render(request, "robots/case_detail.html", context)


@login_required
@require_safe
def case_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One case: where it stands, what comes next and who acts, and every run with its steps."""
    return show_case(request, opened_case(request, uuid))


def handled_case(request: Request, uuid: UUID) -> Case:
    """The case, for who may handle it. Raises NotAllowed."""
    case = opened_case(request, uuid)
    queue = case.robot.queue
    if not can_handle_cases(request.viewer, organisation_id=queue.organisation_id, unit_id=queue.unit_id):
        raise NotAllowed
    return case


def stands_otherwise(request: Request, case: Case) -> HttpResponse:
    """The case's page, which has no place for what was sent (any more): says so."""
    messages.error(request, state_now(case))
    return redirect("case_detail", case.uuid)


def take_answer(by: Viewer, case: Case, form: AnswerForm) -> str:
    """Does what the form says, and says what comes next. Raises Refused where the case waits for no answer any more."""
    choice, text = form.cleaned_data["choice"], form.cleaned_data["text"]
    if choice == BY_HAND:
        take_over_case(by=by, case=case)
        return _("You have taken the case over. When it is done, say on its page what you did.")
    answer_case(by=by, case=case, approved=choice == YES, text=text)
    return _("Thank you. The robot goes on with your answer.")


@login_required
@require_POST
def case_answer(request: Request, uuid: UUID) -> HttpResponse:
    """Takes an answer to the robot's question in."""
    case = handled_case(request, uuid)
    form = AnswerForm(request.POST)
    if not form.is_valid() and case.state == CaseState.WAITING:
        return show_case(request, case, answer=form)
    if not form.is_valid():
        return stands_otherwise(request, case)
    try:
        messages.success(request, take_answer(request.viewer, case, form))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("case_detail", uuid)


@login_required
@require_POST
def case_retry(request: Request, uuid: UUID) -> HttpResponse:
    """Has the robot try again."""
    case = handled_case(request, uuid)
    try:
        retry_case(by=request.viewer, case=case)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The robot tries again. What it has done before is not done again."))
    return redirect("case_detail", uuid)


@login_required
@require_http_methods(["GET", "POST"])
def case_take(request: Request, uuid: UUID) -> HttpResponse:
    """Asks whether to take the case over from the robot, and does so."""
    case = handled_case(request, uuid)
    if request.method != "POST":
        return render(request, "robots/case_take.html", {"case": case})
    try:
        take_over_case(by=request.viewer, case=case)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The case is yours. The robot does nothing more in it."))
    return redirect("case_detail", uuid)


@login_required
@require_POST
def case_finish(request: Request, uuid: UUID) -> HttpResponse:
    """Takes in what a person did by hand."""
    case = handled_case(request, uuid)
    form = FinishForm(request.POST)
    if not form.is_valid() and case.state == CaseState.TAKEN:
        return show_case(request, case, finish=form)
    if not form.is_valid():
        return stands_otherwise(request, case)
    try:
        finish_by_hand(by=request.viewer, case=case, text=form.cleaned_data["text"])
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The case is done."))
    return redirect("case_detail", uuid)


@login_required
@require_POST
def case_try(request: Request, uuid: UUID) -> HttpResponse:
    """Opens a dry run of the case: a robot process reads, and writes what it would have done."""
    case = handled_case(request, uuid)
    try:
        made = begin_dry_run(by=request.viewer, robot=case.robot, reference=case.reference)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("case_detail", uuid)
    return redirect("case_detail", made.uuid)


@login_required
@require_safe
def case_file(request: Request, uuid: UUID, file: int) -> FileResponse:
    """A screenshot or a trace of the case, to download, for who may see the case."""
    row = CaseFile.objects.filter(case=opened_case(request, uuid), pk=file).first()
    if row is None:
        raise Http404
    try:
        content = row.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = FileResponse(
        content, as_attachment=True, filename=row.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
