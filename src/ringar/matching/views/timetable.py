"""A meeting day's timetable: as a picture and lists, on paper, and as a file."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Role, Viewer
from ringar.matching.day_models import MeetingDay, Party, Wish
from ringar.matching.day_queries import day_for, slots_of_day
from ringar.matching.day_rules import STANDING, DayState, can_run_day
from ringar.matching.meeting_queries import meeting_rows
from ringar.matching.meeting_rules import can_see_timetable
from ringar.matching.timetable import DateTable, lay_out


def tables_of(day: MeetingDay) -> list[DateTable]:
    """The day's timetable, date by date. 3 queries."""
    meetings = meeting_rows().filter(day=day, state__in=STANDING)
    parties = day.parties.filter(cancelled_at=None).select_related("unit")
    return lay_out(
        meetings,
        parties,
        slots=slots_of_day(day),
        zone=day.zone,
        minutes=day.slot_minutes,
        pause=day.pause_minutes,
    )


def own_row(viewer: Viewer, table: DateTable | None) -> Party | None:
    """The viewer as a party in the table, or None."""
    strips = [*table.managers, *table.startups] if table and viewer.person_id else []
    return next((each.party for each in strips if each.party.person_id == viewer.person_id), None)


@login_required
@require_safe
def meeting_timetable(request: Request, uuid: UUID) -> HttpResponse:
    """Who meets whom, when and where: a date at a time, as a picture, a table, and a list by time."""
    day = day_for(request.viewer, uuid)
    is_seen = can_see_timetable(request.viewer, day.organisation_id, day.state)
    tables = tables_of(day) if is_seen else []
    wanted = request.GET.get("datum", "")
    shown = next((table for table in tables if f"{table.date}" == wanted), tables[0] if tables else None)
    context = {
        "day": day,
        "is_seen": is_seen,
        "tables": tables,
        "table": shown,
        "mine": own_row(request.viewer, shown),
        "as_list": request.GET.get("visa") == "lista",
        "may_run": can_run_day(request.viewer, day.organisation_id),
        "is_sent": day.state == DayState.PUBLISHED,
        "asked": f"datum={shown.date}" if shown else "",
    }
    return render(request, "matching/timetable.html", context)


@login_required
@require_safe
def meeting_day_print(request: Request, uuid: UUID) -> HttpResponse:
    """The whole timetable for paper: a picture of each date, and a sheet for each party to be cut out."""
    day = day_for(request.viewer, uuid)
    if not can_see_timetable(request.viewer, day.organisation_id, day.state):
        raise NotAllowed
    tables = tables_of(day)
    sheets: dict[int, tuple[object, list[object]]] = {}
    for table in tables:
        for strip in [*table.managers, *table.startups]:
            sheets.setdefault(strip.party.pk, (strip.party, []))[1].extend(strip.meetings)
    context = {"day": day, "tables": tables, "sheets": sheets.values()}
    return render(request, "matching/timetable_print.html", context)


@login_required
@require_safe
def meeting_day_csv(request: Request, uuid: UUID) -> FileResponse:
    """The timetable as a file; with ?vad=onskemal what was wished, for who runs the day or audits."""
    viewer, day = request.viewer, day_for(request.viewer, uuid)
    kind = request.GET.get("format")
    if request.GET.get("vad") == "onskemal":
        if not (can_run_day(viewer, day.organisation_id) or Role.AUDITOR in viewer.roles):
            raise NotAllowed
        wished = (_("Party"), _("Side"), _("Wish"), _("Other party"))
        return export_response("onskemal", wished, wish_rows(day), kind=kind)
    if not can_see_timetable(viewer, day.organisation_id, day.state):
        raise NotAllowed
    header = (
        *(_("Begins"), _("Minutes"), _("Room"), _("Video link"), _("Manager"), _("Unit"), _("Startup")),
        *(_("Need"), _("Solution"), _("State"), _("Placed by hand")),
    )
    return export_response("motesdag", header, meeting_cells(day), kind=kind)


def meeting_cells(day: MeetingDay) -> Iterator[tuple[object, ...]]:
    """The timetable's rows, as they are held. Times are the organisation's."""
    rows = meeting_rows().filter(day=day, state__in=STANDING)
    for meeting in rows[: MOST_ROWS + 1].iterator(chunk_size=2000):
        yield (
            meeting.starts_at.astimezone(day.zone).replace(tzinfo=None),
            day.slot_minutes,
            meeting.room.name,
            meeting.room.link,
            meeting.manager.name,
            meeting.manager.unit.name if meeting.manager.unit else "",
            meeting.startup.name,
            meeting.need.title if meeting.need else "",
            meeting.solution.name if meeting.solution else "",
            meeting.get_state_display(),
            _("yes") if meeting.is_fixed else "",
        )


def wish_rows(day: MeetingDay) -> Iterator[tuple[object, ...]]:
    """What each party said of each other, by side and name."""
    rows = Wish.objects.filter(party__day=day).select_related("party", "other")
    for wish in rows.order_by("party__kind", "party__name", "other__name", "id")[: MOST_ROWS + 1].iterator(
        chunk_size=2000
    ):
        yield wish.party.name, wish.party.get_kind_display(), wish.get_kind_display(), wish.other.name
