"""The page of a need's team, and the page where somebody asks that a closed need is opened."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ringar.core.actions import remove_team_member
from ringar.core.middleware import Request
from ringar.core.models import Person
from ringar.core.queries import findable_people, team_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.needs.actions import Flagged, ask_reopen, invite_to_team
from ringar.needs.flags import Flag
from ringar.needs.models import Need
from ringar.needs.queries import need_for, people_of
from ringar.needs.rules import can_ask_reopen, can_edit_need
from ringar.needs.views.lineage_forms import ReasonForm, TeamForm
from ringar.needs.views.writing import uuid_or_none

MOST_FOUND = 10


@login_required
@require_http_methods(["GET", "POST"])
def need_team(request: Request, uuid: UUID) -> HttpResponse:
    """Who works with the need; who may change it adds people from any unit, and takes them away."""
    viewer, need = request.viewer, need_for(request.viewer, uuid)
    if not viewer.is_inside or viewer.organisation_id != need.organisation_id:
        raise NotAllowed
    error = ""
    if request.method == "POST":
        try:
            return change_team(request, need)
        except Refused as refused:
            error = str(refused)
    wanted = tidy_text(request.GET.get("q", "")).strip()[:200]
    team = list(team_of(need.uuid))
    members = {member.person_id for member in team}
    can_edit = can_edit_need(viewer, need.facts)
    context = {
        "need": need,
        "team": team,
        "can_edit": can_edit,
        "found": find_people(viewer, need, wanted, members) if can_edit and wanted else [],
        "joined": joined_people(viewer, need, members) if can_edit else [],
        "q": wanted,
        "error": error,
    }
    return render(request, "needs/need_team.html", context)


def change_team(request: Request, need: Need) -> HttpResponse:
    """Adds or takes away the person that the form names. Raises Refused, NotAllowed."""
    key = uuid_or_none(request.POST.get("remove", ""))
    if key is not None:
        person = Person.objects.filter(uuid=key).first()
        if person is None:
            raise NotAllowed
        remove_team_member(by=request.viewer, row=need, person=person)
        messages.success(request, _("The team is changed."))
        stays = person.pk != request.viewer.person_id
        return redirect("need_team", uuid=need.uuid) if stays else redirect("need_list")
    form = TeamForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    said = form.cleaned_data
    person = (
        findable_people(request.viewer, people_of(need.organisation_id)).filter(uuid=said["person"]).first()
    )
    if person is None:
        raise NotAllowed
    invite_to_team(by=request.viewer, need=need, person=person, task=said["task"])
    messages.success(request, _("The team is changed. Whoever you added has been told."))
    return redirect("need_team", uuid=need.uuid)


def find_people(viewer: Viewer, need: Need, text: str, besides: set[int]) -> list[Person]:
    """People in the organisation whose name, title or address holds the text. 1 query."""
    people = findable_people(viewer, people_of(need.organisation_id)).exclude(pk__in=besides)
    found = people.filter(Q(name__icontains=text) | Q(email__icontains=text) | Q(title__icontains=text))
    return list(found[:MOST_FOUND])


def joined_people(viewer: Viewer, need: Need, besides: set[int]) -> list[Person]:
    """Those who said that their unit has the need too, and are not in the team. 1 query."""
    people = findable_people(viewer, people_of(need.organisation_id)).exclude(pk__in=besides)
    return list(people.filter(pk__in=need.joinings.order_by().values("person_id"))[:MOST_FOUND])


@login_required
@require_http_methods(["GET", "POST"])
def need_reopen_ask(request: Request, uuid: UUID) -> HttpResponse:
    """Closed but not solved: says so to those who may open the need again."""
    viewer, need = request.viewer, need_for(request.viewer, uuid)
    if not can_ask_reopen(viewer, need.facts):
        raise NotAllowed
    form = ReasonForm(request.POST or None)
    form.fields["reason"].label = _("What is not solved?")
    flags, kept = list[Flag](), request.POST.getlist("kept")
    if request.method == "POST" and form.is_valid():
        try:
            ask_reopen(by=viewer, need=need, reason=form.cleaned_data["reason"], kept=kept)
        except Flagged as refused:
            flags = refused.flags
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Thank you. Those who can open it have been told."))
            return redirect(need)
    context = {"need": need, "form": form, "flags": flags, "kept": kept}
    return render(request, "needs/need_reopen_ask.html", context)
