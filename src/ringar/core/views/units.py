"""The tree of units, and changes to it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ringar.core.actions import grow_unit, merge_unit, move_unit, rename_unit
from ringar.core.middleware import Request
from ringar.core.models import Unit
from ringar.core.people_forms import UnitNameForm
from ringar.core.people_queries import unit_branches, unit_for
from ringar.core.rules import NotAllowed, Refused, Role, people_units


@login_required
@require_GET
def unit_list(request: Request) -> HttpResponse:
    """All units as a tree, for everyone who works here. 3 queries."""
    viewer = request.viewer
    if viewer.organisation_id is None or not viewer.is_inside:
        raise NotAllowed
    kept = viewer.role_units.get(Role.ADMINISTRATOR, frozenset())
    context = {
        "branches": [(branch, branch.unit.pk in kept) for branch in unit_branches(viewer.organisation_id)],
        "administers": bool(kept),
        "sees_people": bool(people_units(viewer)),
    }
    return render(request, "core/unit_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def unit_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Change one unit: its name, a new one below it, where it hangs, or let another take over what it has."""
    viewer = request.viewer
    unit = unit_for(viewer, uuid)
    if not viewer.holds_in(unit.pk, {Role.ADMINISTRATOR}):
        raise NotAllowed
    forms = {
        "rename": UnitNameForm(initial={"name": unit.name}, prefix="rename"),
        "grow": UnitNameForm(prefix="grow"),
    }
    if request.method == "POST" and (answer := change(request, unit, forms)):
        return answer
    mine = viewer.role_units.get(Role.ADMINISTRATOR, frozenset())
    others = Unit.objects.filter(pk__in=mine - {unit.pk}, organisation_id=unit.organisation_id)
    context = {"unit": unit, "forms": forms, "others": others.order_by("name")}
    return render(request, "core/unit_edit.html", context)


def change(request: Request, unit: Unit, forms: dict[str, UnitNameForm]) -> HttpResponse | None:
    """Does what the pressed button says. None where it could not be done; then the page says why."""
    done = request.POST.get("do", "")
    try:
        if done in forms:
            forms[done] = UnitNameForm(request.POST, prefix=done)
            if not forms[done].is_valid():
                return None
            name = forms[done].cleaned_data["name"]
            if done == "rename":
                rename_unit(by=request.viewer, unit=unit, name=name)
            else:
                grow_unit(by=request.viewer, parent=unit, name=name)
        elif done in PLACES:
            action, argument = PLACES[done]
            other = unit_for(request.viewer, request.POST.get("unit", ""))
            action(by=request.viewer, unit=unit, **{argument: other})
        else:
            raise NotAllowed
    except Refused as refused:
        messages.error(request, str(refused))
        return None
    messages.success(request, _("The tree of units is changed."))
    return redirect("unit_list")


PLACES: dict[str, tuple[Callable[..., object], str]] = {
    "move": (move_unit, "parent"),
    "merge": (merge_unit, "into"),
}
