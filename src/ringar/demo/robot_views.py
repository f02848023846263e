"""The demo's robots at work, to watch: cases move, one may be killed, more mails be sent."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ringar.core.middleware import Request
from ringar.core.rules import Refused, Viewer
from ringar.demo.robot_actions import kill_robot, send_more_mails
from ringar.demo.robot_queries import demo_robot, watched
from ringar.demo.surroundings import world_folder
from ringar.demo.world.keep import is_kept, missing_packages, told
from ringar.robots.models.cases import Robot
from ringar.robots.rules.cases import can_keep_robots


def robot_of(viewer: Viewer) -> Robot:
    """The demo's robot. Raises 404 outside the demo, and for who may not see it."""
    if not settings.DEMO:
        raise Http404
    return demo_robot(viewer)


@require_safe
def demo_robots(request: Request) -> HttpResponse:
    """What the robots are at right now."""
    robot, folder = robot_of(request.viewer), world_folder()
    queue = robot.queue
    context = {
        "seen": watched(robot),
        "missing": " ".join(missing_packages()),
        "is_kept": is_kept(folder),
        "finance": told(folder, "finance_url"),
        "may_keep": can_keep_robots(
            request.viewer, organisation_id=queue.organisation_id, unit_id=queue.unit_id
        ),
    }
    return render(request, "demo/robots.html", context)


@require_POST
def demo_kill(request: Request) -> HttpResponse:
    """Kills a robot process, as a power failure would."""
    try:
        pid = kill_robot(by=request.viewer, robot=robot_of(request.viewer))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        text = _(
            "Process %(pid)s was killed. What it was at goes on in another; a new one starts in a moment."
        )
        messages.success(request, text % {"pid": pid})
    return redirect("demo_robots")


@require_POST
def demo_mails(request: Request) -> HttpResponse:
    """Has more mails sent to the robot."""
    send_more_mails(by=request.viewer, robot=robot_of(request.viewer))
    messages.success(
        request, _("Ten invented mails are on their way. The robots see them within some seconds.")
    )
    return redirect("demo_robots")


def watch_them(request: HttpRequest, viewer: Viewer) -> str:
    """A panel on the robots' page: where to watch them; nothing outside the demo."""
    if not settings.DEMO:
        return ""
    try:
        demo_robot(viewer)
    except Http404:
        missing = " ".join(missing_packages()) if viewer.leads else ""
        return render_to_string("demo/no_robots.html", {"missing": missing}, request) if missing else ""
    return render_to_string("demo/watch.html", {}, request)
