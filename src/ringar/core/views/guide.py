"""The first steps for whoever is new, and which organisation one looks at."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ringar.core.actions import end_guide
from ringar.core.middleware import Request
from ringar.core.people_queries import organisations_of
from ringar.core.queries import roles_of
from ringar.core.registry import guide_steps
from ringar.core.rules import Role
from ringar.core.views.people import me


@login_required
@require_http_methods(["GET", "POST"])
def guide(request: Request) -> HttpResponse:
    """Three or four steps that fit the viewer's roles, with a mark at what is done already."""
    viewer = request.viewer
    if request.method == "POST":
        end_guide(by=viewer)
        messages.success(request, _("The first steps are put away. You find them in your menu."))
        return redirect("home")
    steps = [(step, step.is_done is not None and step.is_done(viewer)) for step in guide_steps(viewer)]
    context = {
        "steps": steps,
        "left": sum(not is_done for _step, is_done in steps),
        "roles": [role.label for role in Role if role in viewer.roles],
        "is_put_away": me(request).guided_at is not None,
    }
    return render(request, "core/guide.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def my_organisations(request: Request) -> HttpResponse:
    """Where the viewer has roles; and a press changes which organisation the pages are about."""
    organisations = organisations_of(me(request))
    if request.method == "POST":
        wanted = request.POST.get("organisation", "")
        chosen = next((each for each in organisations if str(each.uuid) == wanted), None)
        if chosen is not None:
            request.session["organisation_id"] = chosen.pk
            messages.success(request, _("You now look at %(organisation)s.") % {"organisation": chosen})
            return redirect("home")
        messages.error(request, _("You have no role there. Choose one of these."))
    held = roles_of(me(request))
    rows = [(each, [role for role in held if role.unit.organisation_id == each.pk]) for each in organisations]
    return render(request, "core/my_organisations.html", {"rows": rows})
