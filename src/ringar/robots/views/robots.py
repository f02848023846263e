"""Pages of the robot keeper: queues and robots as they stand, a queue paused, one robot with what it saves."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.robots.actions.changed_code import is_changed, what_holds
from ringar.robots.actions.publishing import find_version, publish_robot, what_is_missing, withdraw_robot
from ringar.robots.actions.robots import pause_queue, record_upkeep, resume_queue, time_by_hand
from ringar.robots.case_shown import history_of
from ringar.robots.finding import robot_named
from ringar.robots.forms.cases import ReasonForm, TimingForm, UpkeepForm
from ringar.robots.models.cases import Robot, RobotQueue
from ringar.robots.queries.cases import QueueRow, queue_rows, saved_by, visible_queues, visible_robots
from ringar.robots.queries.maps import require_inside
from ringar.robots.queries.work import living_workers, reading_faults
from ringar.robots.rules.cases import KEEPERS, CaseState, RobotState, can_keep_robots
from ringar.robots.step_words import words_of
from ringar.robots.views.robot_setup import settings_of

MOST_UPKEEP = 20


def keeps(request: Request, queue: RobotQueue) -> bool:
    """Whether the viewer publishes robots and pauses queues there."""
    return can_keep_robots(request.viewer, organisation_id=queue.organisation_id, unit_id=queue.unit_id)


def shown_queue(request: Request, row: QueueRow) -> dict[str, object]:
    """A queue as the page shows it."""
    queue = row.queue
    return {
        "row": row,
        "queue": queue,
        "states": [(state, CaseState(state).label, count) for state, count in row.counts.items()],
        "may_keep": keeps(request, queue),
    }


@login_required
@require_safe
def robot_list(request: Request) -> HttpResponse:
    """The viewer's queues, how many of their cases stand where, which robots are alive, and what they have saved."""
    require_inside(request.viewer)
    rows = queue_rows(request.viewer)
    saved = [each.hours for row in rows for _robot, each in row.robots]
    timed = [hours for hours in saved if hours is not None]
    workers = living_workers()
    context = {
        "may_set_up": any(role in KEEPERS and ids for role, ids in request.viewer.role_units.items()),
        "queues": [shown_queue(request, row) for row in rows],
        "waiting": sum(row.counts[CaseState.WAITING] for row in rows),
        "failed": sum(row.counts[CaseState.FAILED] for row in rows),
        "oldest": min((row.oldest for row in rows if row.oldest), default=None),
        "hours": sum(timed) if timed else None,
        "untimed": len(saved) - len(timed),
        "unread": reading_faults(robot for row in rows for robot, _saved in row.robots),
        "workers": workers,
        "beside": settings.RINGAR_ROBOTS_BESIDE,
        "last_sign": max((worker.seen_at for worker in workers), default=None),
        "State": CaseState,
    }
    return render(request, "robots/robot_list.html", context)


def queue_for(request: Request, uuid: UUID) -> RobotQueue:
    """The queue, for who keeps it. Raises 404, NotAllowed."""
    queue = get_object_or_404(visible_queues(request.viewer), uuid=uuid)
    if not keeps(request, queue):
        raise NotAllowed
    return queue


@login_required
@require_http_methods(["GET", "POST"])
def queue_pause(request: Request, uuid: UUID) -> HttpResponse:
    """Asks why, and pauses the queue."""
    queue = queue_for(request, uuid)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            pause_queue(by=request.viewer, queue=queue, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("“%(queue)s” is paused. Nothing is lost.") % {"queue": queue})
            return redirect("robot_list")
    return render(request, "robots/queue_pause.html", {"queue": queue, "form": form})


@login_required
@require_POST
def queue_resume(request: Request, uuid: UUID) -> HttpResponse:
    """Lets the queue go on."""
    queue = queue_for(request, uuid)
    try:
        resume_queue(by=request.viewer, queue=queue)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("“%(queue)s” goes on.") % {"queue": queue})
    return redirect("robot_list")


def robot_for(request: Request, uuid: UUID) -> Robot:
    """The robot, for who may see its queue. Raises Http404."""
    robot = visible_robots(request.viewer).select_related("published_by").filter(uuid=uuid).first()
    if robot is None:
        raise Http404
    return robot


def show_robot(
    request: Request, robot: Robot, *, timing: TimingForm | None = None, upkeep: UpkeepForm | None = None
) -> HttpResponse:
    """The page of one robot."""
    code = robot_named(robot.name)
    version = find_version(code, robot.organisation_id) if code else None
    context = {
        "robot": robot,
        "code": code,
        "version": robot.map_version or version,
        "unread": reading_faults([robot]),
        "missing": what_is_missing(code, version) if code and robot.state != RobotState.PUBLISHED else [],
        "is_changed": bool(code and is_changed(robot, code)),
        "held": what_holds(robot, code) if code else [],
        "told": settings_of(code) if code and keeps(request, robot.queue) else [],
        "saved": saved_by([robot])[robot.pk],
        "upkeep": robot.upkeep.select_related("by").order_by("-on", "-id")[:MOST_UPKEEP],
        "history": history_of(robot, request.viewer, words_of(robot)),
        "may_keep": keeps(request, robot.queue),
        "timing": timing or TimingForm(robot=robot),
        "upkeep_form": upkeep or UpkeepForm(),
        "RobotState": RobotState,
    }
    return render(request, "robots/robot_detail.html", context)


@login_required
@require_safe
def robot_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One robot: its map, whether it may work and what is missing, what it saves, and what was done to it."""
    return show_robot(request, robot_for(request, uuid))


def kept_robot(request: Request, uuid: UUID) -> Robot:
    """The robot, for who keeps it. Raises Http404, NotAllowed."""
    robot = robot_for(request, uuid)
    if not keeps(request, robot.queue):
        raise NotAllowed
    return robot


@login_required
@require_POST
def robot_publish(request: Request, uuid: UUID) -> HttpResponse:
    """Lets the robot work, or says what is missing."""
    robot = kept_robot(request, uuid)
    try:
        publish_robot(by=request.viewer, robot=robot)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("“%(robot)s” is published, and takes its first case.") % {"robot": robot})
    return redirect("robot_detail", uuid)


@login_required
@require_http_methods(["GET", "POST"])
def robot_withdraw(request: Request, uuid: UUID) -> HttpResponse:
    """Asks why, and lets the robot begin nothing more."""
    robot = kept_robot(request, uuid)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_robot(by=request.viewer, robot=robot, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("“%(robot)s” is withdrawn. Its cases stay.") % {"robot": robot})
            return redirect("robot_detail", uuid)
    return render(request, "robots/robot_withdraw.html", {"robot": robot, "form": form})


def save_figures(form: forms.Form, save: Callable[..., object]) -> bool:
    """Saves a form's figures; False where the form now says what is wrong."""
    if not form.is_valid():
        return False
    try:
        save(**form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


@login_required
@require_POST
def robot_time(request: Request, uuid: UUID) -> HttpResponse:
    """Takes in how long the work takes by hand."""
    robot = kept_robot(request, uuid)
    form = TimingForm(request.POST, robot=robot)
    if save_figures(form, lambda **told: time_by_hand(by=request.viewer, robot=robot, **told)):
        messages.success(request, _("Saved."))
        return redirect("robot_detail", uuid)
    return show_robot(request, robot, timing=form)


@login_required
@require_POST
def robot_upkeep(request: Request, uuid: UUID) -> HttpResponse:
    """Takes in hours of upkeep."""
    robot = kept_robot(request, uuid)
    form = UpkeepForm(request.POST)
    if save_figures(form, lambda **told: record_upkeep(by=request.viewer, robot=robot, **told)):
        messages.success(request, _("Saved."))
        return redirect("robot_detail", uuid)
    return show_robot(request, robot, upkeep=form)
