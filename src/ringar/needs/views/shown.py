"""Pages that show needs, and the steps that a need takes."""

from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.models import Unit
from ringar.core.queries import team_of, with_shown_labels
from ringar.core.rules import Viewer
from ringar.core.text import tidy_text
from ringar.needs.ancestry import ancestry_of, can_undo
from ringar.needs.likeness import similar_needs
from ringar.needs.models import Evidence, Need
from ringar.needs.queries import (
    NOT_IN_LISTS,
    PAGE,
    cursor_of,
    evidence_of,
    filtered_needs,
    history_of,
    joined_units,
    joinings_of,
    listed_needs,
    need_for,
    older_than,
    search_ids,
    visible_needs,
    whys_and_criteria,
)
from ringar.needs.rules import (
    ASKS,
    SET_BY_OTHERS,
    STEPS,
    TRANSITIONS,
    NeedState,
    can_absorb,
    can_add_evidence,
    can_ask_reopen,
    can_edit_need,
    can_give_up,
    can_join,
    can_move,
    missing_for,
    next_step,
    transition,
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


def state_line(need: Need) -> list[tuple[str, str]]:
    """The steps with "done", "now" or "" each; the later ones only once the need has come that far."""
    state = STEPS.index(NeedState(need.state)) if need.state in STEPS else -1
    shown = STEPS if state > STEPS.index(NeedState.MATCHED) else STEPS[:5]
    return [
        (str(step.label), "now" if place == state else "done" if place < state else "")
        for place, step in enumerate(shown)
    ]


def ask_link(ask: str, need: Need) -> str:
    """Where on our pages one gives what `ask` asks for."""
    if ask == "evidence":
        return reverse("evidence_new", args=[need.uuid])
    if ask == "criteria":
        return reverse("need_criteria", args=[need.uuid])
    return "" if ask in {"match", "reason"} else f"{reverse('need_edit', args=[need.uuid])}#id_{ask}"


def next_of(need: Need, viewer: Viewer, *, has_become: bool) -> dict[str, object]:
    """What happens next: the step, who takes it, what is missing, and the steps that this viewer may take.

    `has_become`: the need was merged or split, and other needs live on in its place.
    """
    step = next_step(need.state)
    facts = replace(need.facts, match=need.state in SET_BY_OTHERS)  # a matched need has its solution chosen
    arrow = transition(need.state, step) if step else None
    moves = [
        t
        for t in TRANSITIONS
        if t.start == need.state and t.to not in {*SET_BY_OTHERS, step} and can_move(viewer, facts, t.to)
        if "undo" not in t.asks and not has_become
    ]
    return {
        "next": NeedState(step) if step else None,
        "who": arrow.who.label if arrow else "",
        "missing": [(ASKS[ask], ask_link(ask, need)) for ask in missing_for(step, facts)] if step else [],
        "can_step": bool(step) and step not in SET_BY_OTHERS and can_move(viewer, facts, str(step)),
        "moves": [(t.to, NeedState(t.to).label, "reason" in t.asks, t.to == NeedState.CLOSED) for t in moves],
    }


def with_origins(evidence: list[Evidence], viewer: Viewer) -> list[Evidence]:
    """Marks the evidence that came from another need with that need, where the viewer may see it. 0–1 queries."""
    ids = {row.origin_id for row in evidence if row.origin_id}
    origins = visible_needs(viewer).defer("words").in_bulk(ids) if ids else {}
    for row in evidence:
        row.from_need = origins.get(row.origin_id or 0)  # type: ignore[attr-defined]
    return evidence


@require_GET
def need_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One need, whole: where it stands, what is known, who else has it, what happens next."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    whys, criteria = whys_and_criteria(need)
    joinings = list(joinings_of(need)) if need.joined_count else []
    evidence = with_origins(evidence_of(need, viewer), viewer)
    ancestry = ancestry_of(need, viewer)
    has_become = need.state == NeedState.CLOSED and bool(ancestry.became)
    can_see_team = viewer.is_inside and viewer.organisation_id == need.organisation_id and not need.is_draft
    context = {
        "need": need,
        "steps": state_line(need),
        "whys": whys,
        "criteria": criteria,
        "evidence": evidence,
        "joinings": joinings,
        "similar": similar_needs(viewer, need.match_text, exclude=need) if need.is_draft else [],
        "ancestry": ancestry,
        "lineages": [(step, can_undo(viewer, step)) for step in ancestry.steps],
        "can_see_team": can_see_team,
        "team": list(team_of(need.uuid)) if can_see_team else [],
        "can_absorb": can_absorb(viewer, need.facts),
        "can_give_up": can_give_up(viewer, need.facts),
        "can_ask_reopen": not has_become and can_ask_reopen(viewer, need.facts),
        "can_edit": can_edit_need(viewer, need.facts) and not has_become,
        "can_add_evidence": can_add_evidence(viewer, need.facts),
        "can_join": can_join(viewer, need.facts) and need.unit_id not in viewer.unit_ids,
        "our_joinings": [j for j in joinings if j.unit_id in viewer.unit_ids],
        **next_of(need, viewer, has_become=has_become),
    }
    return render(request, "needs/need_detail.html", context)


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
