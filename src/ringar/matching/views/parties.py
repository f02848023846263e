"""Those invited to a meeting day: chosen, written to, corrected; and their own page, opened by a personal link."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.clock import now
from ringar.core.middleware import Request
from ringar.core.rules import Refused
from ringar.matching.actions import (
    add_managers,
    add_party,
    add_startups,
    cancel_party,
    change_party,
    invite_parties,
    remind_parties,
    remove_party,
    save_wishes,
)
from ringar.matching.day_matches import answers_to_bring, needs_to_bring, others_of, solutions_to_bring
from ringar.matching.day_models import MeetingDay, Party
from ringar.matching.day_queries import (
    day_for,
    meetings_of,
    parties_of,
    party_for,
    party_with_token,
    run_day,
    slots_of_day,
)
from ringar.matching.day_rules import MOST_MUSTS, DayState, can_run_day, is_over, takes_wishes
from ringar.matching.views.day_forms import LeaveForm, NewPartyForm, PartiesForm, PartyForm
from ringar.matching.views.wishes_form import WishesForm


@login_required
@require_http_methods(["GET", "POST"])
def meeting_day_parties(request: Request, uuid: UUID) -> HttpResponse:
    """Who is invited and what they have answered; more are added from needs, answers and solutions."""
    viewer = request.viewer
    day = run_day(viewer, uuid)
    needs = needs_to_bring(viewer, day)
    answers = answers_to_bring(viewer, day)
    solutions = solutions_to_bring(day)
    form = PartiesForm(
        request.POST if "pick" in request.POST else None,
        needs=[(each.uuid, f"{each.title} ({each.unit})") for each in needs],
        answers=[(each.uuid, str(each.solver or each.name or each.email)) for each in answers],
        solutions=[(each.uuid, f"{each.solver}: {each.name}") for each in solutions],
    )
    new = NewPartyForm(request.POST if "add" in request.POST else None, prefix="new")
    if form.is_valid() or new.is_valid():
        try:
            if form.is_bound:
                told = {name: set(rows) for name, rows in form.cleaned_data.items()}
                wanted = told.get("needs", set())
                add_managers(by=viewer, day=day, needs=[each for each in needs if each.uuid in wanted])
                add_startups(
                    by=viewer,
                    day=day,
                    solutions=[each for each in solutions if each.uuid in told.get("solutions", set())],
                    answers=[each for each in answers if each.uuid in told.get("answers", set())],
                )
            else:
                add_party(by=viewer, day=day, **new.cleaned_data)
        except Refused as refused:
            (form if form.is_bound else new).add_error(None, str(refused))
        else:
            messages.success(request, _("Added. They hear nothing before you invite them."))
            return redirect("meeting_day_parties", uuid=day.uuid)
    context = {"day": day, "parties": list(parties_of(day)), "form": form, "new": new}
    return render(request, "matching/day_parties.html", context)


@login_required
@require_POST
def meeting_day_invite(request: Request, uuid: UUID) -> HttpResponse:
    """Sends invitations to those who have had none, or reminders to those who have not answered."""
    day = run_day(request.viewer, uuid)
    write = remind_parties if request.POST.get("do") == "remind" else invite_parties
    try:
        sent = len(write(by=request.viewer, day=day))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        text = ngettext("%(sent)d letter is on its way.", "%(sent)d letters are on their way.", sent)
        messages.success(request, text % {"sent": sent})
    return redirect(day)


def wishes_form(request: Request, party: Party) -> WishesForm:
    """The party's answer as it stands, or as it is handed in."""
    return WishesForm(
        request.POST if "answer" in request.POST else None,
        day=party.day,
        slots=slots_of_day(party.day),
        others=others_of(party),
        busy=party.busy.values_list("starts_at", flat=True),
        wishes=dict(party.wishes.values_list("other_id", "kind")),
    )


def answered(request: Request, party: Party, form: WishesForm) -> bool:
    """Whether the answer was right and is saved; what is refused becomes the form's error."""
    if not form.is_valid():
        return False
    try:
        save_wishes(by=request.viewer, party=party, busy=form.busy(), wishes=form.wishes())
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, _("Thank you, your answer is saved."))
    return True


def page_of(party: Party, form: WishesForm) -> dict[str, object]:
    """What the page of a party shows, by link or logged in."""
    day: MeetingDay = party.day
    is_published, slots = day.state == DayState.PUBLISHED, slots_of_day(day)
    return {
        "party": party,
        "day": day,
        "form": form,
        "dates": sorted({each.date for each in day.hours.all()}),
        "takes_wishes": takes_wishes(day.state, day.wishes_until, now()) and party.cancelled_at is None,
        "most_musts": MOST_MUSTS,
        "is_published": is_published,
        "is_over": is_over(slots, day.slot_minutes, now()),
        "meetings": meetings_of(party) if is_published else [],
        "leave": LeaveForm(),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def party_page(request: Request, token: str) -> HttpResponse:
    """The invited party's own page, without an account: free times, wishes, and later the timetable."""
    party = party_with_token(token)
    if party is None:
        return lost(request)
    has_chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    with translation.override(translation.get_language() if has_chosen else party.language):
        form = wishes_form(request, party)
        if answered(request, party, form):
            return redirect("party_page", token=token)
        context = {**page_of(party, form), "token": token}
        response = render(request, "matching/party_page.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def lost(request: Request) -> HttpResponse:
    """The link leads nowhere: says kindly what to do."""
    return render(request, "matching/party_lost.html", status=404)


@never_cache
@require_POST
def party_cancel(request: Request, token: str) -> HttpResponse:
    """The party says that it does not come."""
    party = party_with_token(token)
    if party is None:
        return lost(request)
    leave_day(request, party)
    return redirect("party_page", token=token)


def leave_day(request: Request, party: Party) -> None:
    """Notes that the party does not come, and says what came of it."""
    form = LeaveForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return
    try:
        cancel_party(by=request.viewer, party=party, why=form.cleaned_data["why"])
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is noted. Whoever had a meeting there is told."))


@login_required
@require_http_methods(["GET", "POST"])
def meeting_party(request: Request, uuid: UUID, party_uuid: UUID) -> HttpResponse:
    """The same for who is logged in: one's own answer, or another's that is taken by telephone, or corrected."""
    viewer = request.viewer
    day = day_for(viewer, uuid)
    party = party_for(viewer, day, party_uuid)
    may_run = can_run_day(viewer, day.organisation_id)
    facts = PartyForm(
        request.POST if may_run and "facts" in request.POST else None,
        initial={"name": party.name, "email": party.email, "most_meetings": party.most_meetings},
    )
    if may_run and facts.is_valid():
        try:
            change_party(by=viewer, party=party, **facts.cleaned_data)
        except Refused as refused:
            facts.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("meeting_party", uuid=day.uuid, party_uuid=party.uuid)
    form = wishes_form(request, party)
    if answered(request, party, form):
        return redirect("meeting_party", uuid=day.uuid, party_uuid=party.uuid)
    context = {
        **page_of(party, form),
        "facts": facts,
        "may_run": may_run,
        "is_own": party.person_id == viewer.person_id,
    }
    context["takes_wishes"] = context["takes_wishes"] or (
        may_run and party.cancelled_at is None and day.state in (DayState.DRAFT, DayState.INVITED)
    )
    return render(request, "matching/day_party.html", context)


@login_required
@require_POST
def meeting_party_leave(request: Request, uuid: UUID, party_uuid: UUID) -> HttpResponse:
    """Notes that a party does not come, or (`do=remove`) takes one back that nobody has written to."""
    viewer = request.viewer
    day = day_for(viewer, uuid)
    party = party_for(viewer, day, party_uuid)
    if request.POST.get("do") != "remove":
        leave_day(request, party)
        return redirect("meeting_party", uuid=day.uuid, party_uuid=party.uuid)
    try:
        remove_party(by=viewer, party=party)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Taken away."))
    return redirect("meeting_day_parties", uuid=day.uuid)
