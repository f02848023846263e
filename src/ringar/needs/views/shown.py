"""Pages that show needs, and the steps that a need takes."""

from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.models import Unit
from ringar.core.queries import with_shown_labels
from ringar.core.rules import Viewer
from ringar.core.text import tidy_text
from ringar.needs.models import Need
from ringar.needs.queries import (
    NOT_IN_LISTS,
    PAGE,
    cursor_of,
    filtered_needs,
    history_of,
    joined_units,
    listed_needs,
    need_for,
    older_than,
    search_ids,
    whys_and_criteria,
)
from ringar.needs.rules import (
    NeedState,
    can_edit_need,
)

EXCERPT = 240


def asked_for(request: Request) -> dict[str, str]:
    """What the address asks the list for; nothing but known and tidy values."""
    wanted = {
        name: tidy_text(request.GET.get(name, "")).strip()[:300]
        for name in ("q", "state", "unit", "after", "show")
    }
    if wanted["state"] not in NeedState.values:
        wanted["state"] = ""
    return wanted


def unit_asked_for(viewer: Viewer, wanted: dict[str, str]) -> tuple[list[Unit], Unit | None]:
    """The units to choose among, and the chosen one."""
    if not viewer.is_inside:
        return [], None
    units = list(Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name"))
    return units, next((unit for unit in units if str(unit.uuid) == wanted["unit"]), None)


def page_of(request: Request, wanted: dict[str, str], unit: Unit | None) -> tuple[list[Need], str]:
    """One page of needs, and the cursor of the next page ("" at the end)."""
    viewer, everywhere = request.viewer, wanted["show"] == "public"
    if wanted["q"]:
        ids = search_ids(viewer, wanted["q"], state=wanted["state"], unit=unit, everywhere=everywhere)
        start = int(wanted["after"]) if wanted["after"].isdecimal() and len(wanted["after"]) < 5 else 0
        shown = ids[start : start + PAGE]
        rows = with_excerpt(Need.objects.filter(pk__in=shown))
        return sorted(rows, key=lambda need: shown.index(need.pk)), str(start + PAGE) if len(
            ids
        ) > start + PAGE else ""
    needs = filtered_needs(listed_needs(viewer, everywhere=everywhere), state=wanted["state"], unit=unit)
    rows = with_excerpt(older_than(needs, wanted["after"])[: PAGE + 1])
    return rows[:PAGE], cursor_of(rows[PAGE - 1]) if len(rows) > PAGE else ""


def with_excerpt(needs: "QuerySet[Need]") -> list[Need]:
    """The needs with the beginning of their symptom only, and the units that have them too: 2 queries."""
    rows = needs.select_related("unit", "organisation").annotate(excerpt=Substr("symptom", 1, EXCERPT))
    return list(rows.defer("symptom", *NOT_IN_LISTS).prefetch_related(joined_units()))


@require_GET
def need_list(request: Request) -> HttpResponse:
    """Needs, newest first, or what a search finds."""
    wanted = asked_for(request)
    units, unit = unit_asked_for(request.viewer, wanted)
    needs, more = page_of(request, wanted, unit)
    kept = {name: value for name, value in wanted.items() if value and name != "after"}
    context = {
        "needs": needs,
        "wanted": wanted,
        "units": units,
        "unit": unit,
        "states": [(s.value, s.label) for s in NeedState if s != NeedState.DRAFT],
        "more": urlencode({**kept, "after": more}) if more else "",
        "newest": urlencode(kept),
        "csv": urlencode(kept),
    }
    return render(request, "needs/need_list.html", context)


@require_GET
def need_list_csv(request: Request) -> FileResponse:
    """The list as a file for spreadsheets: at most the 20,000 newest."""
    wanted = asked_for(request)
    viewer, everywhere = request.viewer, wanted["show"] == "public"
    _units, unit = unit_asked_for(viewer, wanted)
    if wanted["q"]:
        ids = search_ids(viewer, wanted["q"], state=wanted["state"], unit=unit, everywhere=everywhere)
        needs = listed_needs(viewer, everywhere=everywhere).filter(pk__in=ids)
    else:
        needs = filtered_needs(listed_needs(viewer, everywhere=everywhere), state=wanted["state"], unit=unit)
    header = (
        _("Need"),
        _("What is seen"),
        _("Unit"),
        _("Organisation"),
        _("State"),
        _("People affected"),
        _("How often"),
        _("Kronor a year"),
        _("Evidence"),
        _("Units that have it too"),
        _("Changed"),
        _("Address"),
    )
    rows = (csv_row(request, need) for need in needs[: MOST_ROWS + 1].iterator(chunk_size=2000))
    return export_response("behov", header, rows, kind=request.GET.get("format"))


def csv_row(request: Request, need: Need) -> tuple[object, ...]:
    """One need as a row of the file."""
    return (
        need.title,
        need.symptom,
        need.unit.name,
        need.organisation.name,
        need.get_state_display(),
        need.people_affected,
        need.get_how_often_display(),
        need.cost_sek_year,
        need.evidence_count,
        need.joined_count,
        timezone.localdate(need.changed_at),
        request.build_absolute_uri(need.get_absolute_url()),
    )


@require_GET
def need_compare(request: Request, uuid: UUID) -> HttpResponse:
    """The criteria, and each candidate and attempt held against them."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    _whys, criteria = whys_and_criteria(need)
    attempts = [line.strip() for line in need.tried.splitlines() if line.strip()]
    context = {
        "need": need,
        "criteria": criteria,
        "attempts": attempts,
        "can_edit": can_edit_need(viewer, need.facts),
    }
    return render(request, "needs/need_compare.html", context)


@require_GET
def need_history(request: Request, uuid: UUID) -> HttpResponse:
    """How the need has moved: who, when and why."""
    need = need_for(request.viewer, uuid)
    names = dict(NeedState.choices)
    moves = [
        {
            "at": event.at,
            "who": event.label,
            "to": names.get((event.changes.get("state") or ["", "shared"])[1])
            if event.action != "start_need"
            else names["draft"],
            "reason": event.changes.get("reason", ""),
        }
        for event in with_shown_labels(history_of(need), request.viewer)
    ]
    return render(request, "needs/need_history.html", {"need": need, "moves": moves})
