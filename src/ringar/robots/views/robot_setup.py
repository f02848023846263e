"""A robot set up in a unit: which there are to choose from, and what each is told by whoever runs it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.publishing import add_robot
from ringar.robots.authoring import RobotCode
from ringar.robots.finding import known_robots, robot_named
from ringar.robots.forms.cases import RobotForm
from ringar.robots.models.cases import Robot
from ringar.robots.queries.maps import kept_units, require_inside
from ringar.robots.robot_settings import is_set, name_of


def settings_of(code: RobotCode) -> list[dict[str, object]]:
    """What the robot is told by whoever runs it, by name: whether it is set where these pages run. No values."""
    return [
        {
            "name": name_of(code.name, each.word),
            "what": each.what,
            "is_secret": each.is_secret,
            "is_needed": each.is_needed,
            "is_set": is_set(code.name, each.word),
        }
        for each in code.settings
    ]


def left_to_set_up(viewer: Viewer) -> list[RobotCode]:
    """The robots whose code is at hand and that the organisation has not set up yet. 1 query."""
    there = set(Robot.objects.filter(organisation_id=require_inside(viewer)).values_list("name", flat=True))
    return [code for name in known_robots() if name not in there and (code := robot_named(name))]


@login_required
@require_http_methods(["GET", "POST"])
def robot_new(request: Request) -> HttpResponse:
    """Asks which robot is to work for which unit, and sets it up as a draft."""
    codes, units = left_to_set_up(request.viewer), kept_units(request.viewer)
    if not units.exists():
        raise NotAllowed
    choices = [(code.name, str(code.label)) for code in codes]
    form = RobotForm(request.POST if request.method == "POST" else None, choices=choices, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            robot = add_robot(by=request.viewer, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        except NotAllowed:
            form.add_error("unit", _("The queue of that robot belongs to another unit. Choose that one."))
        else:
            messages.success(
                request, _("It is set up as a draft. What is missing before it may work stands here.")
            )
            return redirect("robot_detail", robot.uuid)
    told = [(code, settings_of(code)) for code in codes]
    return render(request, "robots/robot_new.html", {"form": form, "codes": told})
