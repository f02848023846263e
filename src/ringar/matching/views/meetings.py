"""One meeting and what came of it, by account and by a party's personal link; and what came of all meetings."""

import logging
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.core.actions.limits import allow, seconds_left
from ringar.core.clock import now
from ringar.core.limiting import client_address, too_many
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused
from ringar.matching.actions.meetings import mark_held, mark_no_show, save_answer
from ringar.matching.day_calendar import other_side, write_meetings
from ringar.matching.day_mail import own_links
from ringar.matching.day_models import Meeting, MeetingAnswer, Party
from ringar.matching.day_queries import party_with_token
from ringar.matching.day_rules import MeetingState, can_run_day
from ringar.matching.meeting_forms import HELD, AnswerForm, AttendanceForm
from ringar.matching.meeting_queries import (
    answers_by_side,
    days_held,
    facts_of,
    figures_by_day,
    meeting_for,
    meetings_of_party,
)
from ringar.matching.meeting_rules import (
    FIELD_COLLABORATIONS,
    FIELD_FOLLOW_UP,
    can_mark,
    can_read_answers,
    has_begun,
    side_of,
)
from ringar.needs.rules import can_see_need

log = logging.getLogger("ringar.trust")
GUESSES, SPAN = 60, 3600  # wrong personal links from one place in so many seconds
MOST_DAYS = 24


@dataclass(frozen=True)
class Card:
    """A meeting as one side has it: whom it meets, what it has said, and the forms to fill in."""

    meeting: Meeting
    other: Party
    answer: MeetingAnswer | None
    has_begun: bool
    form: AnswerForm
    attendance: AttendanceForm


def answer_form(meeting: Meeting, answer: MeetingAnswer | None, data: QueryDict | None = None) -> AnswerForm:
    """The three questions, with what was answered before."""
    said = ("go_on", "learned", "in_the_way")
    initial = {name: getattr(answer, name) for name in said} if answer else {}
    return AnswerForm(data, prefix=f"m{meeting.pk}", initial=initial)


def attendance_form(meeting: Meeting, data: QueryDict | None = None) -> AttendanceForm:
    """Was it held? With what was said before."""
    held = HELD if meeting.state == MeetingState.HELD else ""
    return AttendanceForm(
        data, meeting=meeting, prefix=f"h{meeting.pk}", initial={"who": meeting.no_show or held}
    )


def take_in(
    request: Request,
    meeting: Meeting,
    *,
    party: Party | None = None,
    answer: MeetingAnswer | None = None,
    is_attendance: bool = False,
) -> tuple[bool, AnswerForm, AttendanceForm]:
    """Saves the form that was sent; (whether it was saved, both forms as they stand then). A refusal is an error."""
    by = request.viewer
    asked, came = answer_form(meeting, answer), attendance_form(meeting)
    try:
        if is_attendance:
            came = attendance_form(meeting, request.POST)
            if not came.is_valid():
                return False, asked, came
            who = came.cleaned_data["who"]
            if who == HELD:
                mark_held(by=by, meeting=meeting, party=party)
            else:
                mark_no_show(by=by, meeting=meeting, who=who, party=party)
        else:
            asked = answer_form(meeting, answer, request.POST)
            if not asked.is_valid():
                return False, asked, came
            save_answer(by=by, meeting=meeting, party=party, **asked.cleaned_data)
    except Refused as refused:
        messages.error(request, str(refused))
        return False, asked, came
    messages.success(request, _("Thank you, it is saved. You can change it later."))
    return True, asked, came


@login_required
@require_safe
def meeting_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One meeting: who, when, where, about what; and afterwards what was said of it."""
    return show_meeting(request, meeting_for(request.viewer, uuid))


def show_meeting(
    request: Request, meeting: Meeting, asked: AnswerForm | None = None, came: AttendanceForm | None = None
) -> HttpResponse:
    """The meeting's page, with forms as they were sent where something in them is wrong."""
    viewer, facts = request.viewer, facts_of(meeting)
    side, answers = side_of(viewer, facts), answers_by_side([meeting])
    sides = [(party, answers.get((meeting.pk, party.pk))) for party in (meeting.manager, meeting.startup)]
    mine = next((answer for party, answer in sides if side == party.kind), None)
    context = {
        "meeting": meeting,
        "day": meeting.day,
        "sides": sides,
        "side": side,
        "has_begun": has_begun(facts, now()),
        "sees_words": can_read_answers(viewer, facts),
        "may_mark": can_mark(viewer, facts, is_side=bool(side)),
        "may_move": can_run_day(viewer, meeting.day.organisation_id),
        "need_seen": meeting.need is not None and can_see_need(viewer, meeting.need.facts),
        "form": asked or answer_form(meeting, mine),
        "attendance": came or attendance_form(meeting),
        "ends_at": meeting.ends_at(meeting.day.slot_minutes),
    }
    return render(request, "matching/meeting_detail.html", context)


@login_required
@require_POST
def meeting_answer(request: Request, uuid: UUID) -> HttpResponse:
    """One's own answers to the three questions."""
    meeting = meeting_for(request.viewer, uuid)
    side = side_of(request.viewer, facts_of(meeting))
    if not side:
        raise NotAllowed
    answer = answers_by_side([meeting]).get((meeting.pk, getattr(meeting, side).pk))
    is_saved, asked, came = take_in(request, meeting, answer=answer)
    return redirect(meeting) if is_saved else show_meeting(request, meeting, asked, came)


@login_required
@require_POST
def meeting_no_show(request: Request, uuid: UUID) -> HttpResponse:
    """Whether the meeting was held, and else who did not come."""
    meeting = meeting_for(request.viewer, uuid)
    side = side_of(request.viewer, facts_of(meeting))
    if not can_mark(request.viewer, facts_of(meeting), is_side=bool(side)):
        raise NotAllowed
    is_saved, asked, came = take_in(request, meeting, is_attendance=True)
    return redirect(meeting) if is_saved else show_meeting(request, meeting, asked, came)


def opened_party(request: HttpRequest, token: str) -> Party | HttpResponse:
    """Whose personal link it is. Whoever tries many wrong ones is told to wait, else it is not found."""
    party = party_with_token(token)
    if party is not None:
        return party
    who = client_address(request)
    log.warning("Refused: a party's link that is none, from %s", who)
    if not allow("party link", who, most=GUESSES, seconds=SPAN):
        return too_many(request, seconds_left("party link", who, seconds=SPAN))
    raise Http404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def party_answer(request: Request, token: str) -> HttpResponse:
    """A party's own meetings, and after each the three questions. Without an account; looking changes nothing."""
    party = opened_party(request, token)
    if not isinstance(party, Party):
        return party
    rows = meetings_of_party(party)
    answers, at = answers_by_side(rows), now()
    sent = request.POST.get("meeting", "")
    cards = []
    for meeting in rows:
        answer = answers.get((meeting.pk, party.pk))
        asked, came = answer_form(meeting, answer), attendance_form(meeting)
        if str(meeting.uuid) == sent:
            is_attendance = request.POST.get("do") == "who"
            is_saved, asked, came = take_in(
                request, meeting, party=party, answer=answer, is_attendance=is_attendance
            )
            if is_saved:
                return redirect(reverse("party_answer", args=[token]) + f"#m-{meeting.uuid}")
        begun = has_begun(facts_of(meeting), at)
        cards.append(Card(meeting, other_side(meeting, party), answer, begun, asked, came))
    context = {"party": party, "day": party.day, "cards": cards, "token": token, **own_links(token)}
    response = render(request, "matching/party_answer.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def party_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """A party's meetings for calendar programs: with the UIDs of the letters, and those cancelled as cancelled."""
    party = opened_party(request, token)
    if not isinstance(party, Party):
        return party
    rows = meetings_of_party(party, cancelled=True)
    stamp = max((meeting.told_at for meeting in rows if meeting.told_at), default=now())
    with translation.override(party.language):
        url = own_links(token)["own_link"]
        text = write_meetings(party, rows, method="PUBLISH", stamp=stamp, url=url)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    patch_cache_control(response, max_age=300, private=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@login_required
@require_safe
def meeting_figures(request: Request) -> HttpResponse:
    """What came of the meetings: of all days, or with ?dag= of one; beside what the field has told of its own."""
    viewer = request.viewer
    if not viewer.is_inside:
        raise NotAllowed
    days = list(days_held(viewer)[:MOST_DAYS])
    wanted = next((day for day in days if str(day.uuid) == request.GET.get("dag", "")), None)
    everything, by_day = figures_by_day(days)
    context = {
        "figures": by_day[wanted.pk] if wanted else everything,
        "wanted": wanted,
        "rows": [(day, by_day[day.pk]) for day in days],
        "most": MOST_DAYS if len(days) == MOST_DAYS else 0,
        "field_follow_up": FIELD_FOLLOW_UP,
        "field": FIELD_COLLABORATIONS,
    }
    return render(request, "matching/meeting_figures.html", context)
