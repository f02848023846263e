"""Meeting days: listed, made, shown with where they stand and who is late, planned, sent out, called off."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.clock import now
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.matching.actions import (
    cancel_day,
    change_meeting_day,
    create_meeting_day,
    publish_day,
    queue_plan,
)
from ringar.matching.day_models import MeetingDay
from ringar.matching.day_queries import (
    PAGE,
    day_for,
    listed_days,
    parties_of,
    planning_of,
    run_day,
    slots_of_day,
)
from ringar.matching.day_rules import (
    STEPS,
    DayState,
    can_run_day,
    can_run_days,
    is_over,
    share_of,
    step_of,
    takes_wishes,
)
from ringar.matching.day_words import Names, unmet_words
from ringar.matching.meeting_queries import figures_by_day, untold_meetings
from ringar.matching.views.day_forms import DayForm, ReasonForm
from ringar.robots.rules.work import UNFINISHED, State

FEW = 12
UNMET_PAGE = 50


@login_required
@require_GET
def meeting_day_list(request: Request) -> HttpResponse:
    """The organisation's meeting days, newest first, a page at a time."""
    viewer = request.viewer
    if not viewer.is_inside:
        raise NotAllowed
    after = request.GET.get("after", "")
    rows = listed_days(viewer)
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    shown = list(rows[: PAGE + 1])
    context = {
        "days": shown[:PAGE],
        "more": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "after": after,
        "may_make": can_run_days(viewer),
    }
    return render(request, "matching/day_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def meeting_day_new(request: Request) -> HttpResponse:
    """Makes a draft of a meeting day."""
    viewer = request.viewer
    if not can_run_days(viewer):
        raise NotAllowed
    form = DayForm(request.POST or None, organisation_id=viewer.organisation_id or 0)
    if form.is_valid():
        try:
            day = create_meeting_day(by=viewer, facts=form.facts())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The draft is made. Add those who are to meet."))
            return redirect("meeting_day_parties", uuid=day.uuid)
    return render(request, "matching/day_form.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def meeting_day_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Changes the day; meetings whose time or room goes fall away before the timetable is sent out."""
    day = run_day(request.viewer, uuid)
    form = DayForm(request.POST or None, organisation_id=day.organisation_id, day=day)
    if form.is_valid():
        try:
            lost = change_meeting_day(by=request.viewer, day=day, facts=form.facts())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            if lost:
                text = ngettext(
                    "%(lost)d planned meeting fell away with its time or room. Plan the day again.",
                    "%(lost)d planned meetings fell away with their times or rooms. Plan the day again.",
                    lost,
                )
                messages.warning(request, text % {"lost": lost})
            return redirect(day)
    return render(request, "matching/day_form.html", {"form": form, "day": day})


@login_required
@require_GET
def meeting_day(request: Request, uuid: UUID) -> HttpResponse:
    """Where the day stands, what to do next, how good the plan is, and who is late."""
    day = day_for(request.viewer, uuid)
    viewer = request.viewer
    may_run = can_run_day(viewer, day.organisation_id)
    prefetch_related_objects([day], "hours", "rooms")
    parties = list(parties_of(day))
    coming = [party for party in parties if party.cancelled_at is None]
    late = [party for party in coming if party.invited_at and not party.answered_at]
    met = sum(party.meeting_count for party in coming) // 2  # type: ignore[attr-defined]
    slots = slots_of_day(day)
    work = planning_of(day) if may_run else None
    over = is_over(slots, day.slot_minutes, now())
    now_at = step_of(day.state, is_planned=met > 0, is_over=over)
    answers = [party.answered_at for party in coming if party.answered_at]
    context = {
        "day": day,
        "hours": list(day.hours.all()),
        "rooms": list(day.rooms.all()),
        "slots": len(slots),
        "steps": [(label, place, now_at) for place, label in enumerate(STEPS)],
        "managers": sum(party.kind == "manager" for party in coming),
        "startups": sum(party.kind == "startup" for party in coming),
        "coming": len(coming),
        "answered": len(answers),
        "late": late,
        "unmailed": [party for party in coming if not party.email],
        "uninvited": [party for party in coming if party.email and not party.invited_at],
        "cancelled": [party for party in parties if party.cancelled_at],
        "meetings": met,
        "unmet_count": len(day.unmet),
        "idle": [party for party in coming if met and not party.meeting_count],  # type: ignore[attr-defined]
        "is_stale": bool(day.planned_at and answers and max(answers) > day.planned_at),
        "share": share_of(day.plan_value, day.plan_bound),
        "takes_wishes": takes_wishes(day.state, day.wishes_until, now()),
        "may_run": may_run,
        "mine": next((party for party in parties if viewer.person_id in {party.person_id} - {None}), None),
        "work": work,
        "is_planning": bool(work and work.state in UNFINISHED),
        "plan_failed": bool(work and work.state == State.FAILED),
        "few": FEW,
        "is_over": over,
        **(what_came_of(day) if over and day.state == DayState.PUBLISHED else {}),
    }
    return render(request, "matching/day_detail.html", context)


def what_came_of(day: MeetingDay) -> dict[str, object]:
    """A day that is over: its figures, and the meetings of which nobody has told. 4 queries."""
    figures, _by_day = figures_by_day([day])
    return {"figures": figures, "untold": list(untold_meetings(day))}


@login_required
@require_POST
def meeting_day_plan(request: Request, uuid: UUID) -> HttpResponse:
    """Asks the robots for a timetable."""
    day = run_day(request.viewer, uuid)
    return after(
        request, day, lambda: queue_plan(by=request.viewer, day=day), _("The robots plan the day now.")
    )


def after(request: Request, day: MeetingDay, action: Callable[[], object], text: str) -> HttpResponse:
    """Does it and leads back to the day's page, with what came of it."""
    try:
        action()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, text)
    return redirect(day)


@login_required
@require_GET
def meeting_day_unmet(request: Request, uuid: UUID) -> HttpResponse:
    """The wishes that became no meeting, each with why; a page at a time, for who runs the day."""
    day = run_day(request.viewer, uuid)
    wanted = request.GET.get("fran", "")
    start = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 0
    names = Names.of_day(day, slots_of_day(day))
    rows = [
        {
            "manager": names.parties.get(row["manager"], ""),
            "startup": names.parties.get(row["startup"], ""),
            "must": row.get("must", False),
            "why": unmet_words(row, names),
        }
        for row in day.unmet[start : start + UNMET_PAGE]
    ]
    more = start + UNMET_PAGE if len(day.unmet) > start + UNMET_PAGE else None
    context = {"day": day, "rows": rows, "count": len(day.unmet), "start": start, "more": more}
    return render(request, "matching/day_unmet.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def meeting_day_publish(request: Request, uuid: UUID) -> HttpResponse:
    """Sends the timetable out, after a look at who gets it and who has nothing in it."""
    day = run_day(request.viewer, uuid)
    if request.method == "POST":
        return after(
            request, day, lambda: publish_day(by=request.viewer, day=day), _("The timetable is sent out.")
        )
    coming = [party for party in parties_of(day) if party.cancelled_at is None]
    context = {
        "day": day,
        "letters": sum(bool(party.email and party.meeting_count) for party in coming),  # type: ignore[attr-defined]
        "unmailed": [party for party in coming if not party.email and party.meeting_count],  # type: ignore[attr-defined]
        "idle": [party for party in coming if not party.meeting_count],  # type: ignore[attr-defined]
        "takes_wishes": takes_wishes(day.state, day.wishes_until, now()),
    }
    return render(request, "matching/day_publish.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def meeting_day_cancel(request: Request, uuid: UUID) -> HttpResponse:
    """Calls the day off, with a reason that those invited read."""
    day = run_day(request.viewer, uuid)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            cancel_day(by=request.viewer, day=day, why=form.cleaned_data["why"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The day is called off. Those invited are told."))
            return redirect(day)
    return render(request, "matching/day_cancel.html", {"day": day, "form": form})
