"""The page of one need: its state, what the reader can do, who has it, and what is known."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ringar.core.middleware import Request
from ringar.core.queries import team_of
from ringar.core.rules import Viewer
from ringar.needs.ancestry import ancestry_of, can_undo
from ringar.needs.likeness import similar_needs
from ringar.needs.models import Evidence, Joining, Need
from ringar.needs.queries import evidence_of, joinings_of, need_for, visible_needs, whys_and_criteria
from ringar.needs.rules import (
    ASKS,
    NEXT_ACTIONS,
    SET_BY_OTHERS,
    STEPS,
    TRANSITIONS,
    NeedState,
    Transition,
    Who,
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

FEW = 1
"""Pieces of evidence that stand open on the page; the rest unfolds."""


def state_line(need: Need) -> list[tuple[str, str]]:
    """The steps with "done", "now" or "" each; the later ones only once the need has come that far."""
    state = STEPS.index(NeedState(need.state)) if need.state in STEPS else -1
    shown = STEPS if state > STEPS.index(NeedState.MATCHED) else STEPS[:5]
    return [
        (str(step.label), "now" if place == state else "done" if place < state else "")
        for place, step in enumerate(shown)
    ]


def ask_link(ask: str, need: Need, viewer: Viewer) -> str:
    """Where this viewer gives what `ask` asks for; "" where somebody else does, or there is no page."""
    if ask == "evidence":
        return reverse("evidence_new", args=[need.uuid]) if can_add_evidence(viewer, need.facts) else ""
    if ask == "reason" or not can_edit_need(viewer, need.facts):
        return ""
    if ask == "match":
        return "#matches"  # the room above shows them further down on the page
    if ask == "criteria":
        return reverse("need_criteria", args=[need.uuid])
    return f"{reverse('need_edit', args=[need.uuid])}#id_{ask}"


def who_takes(arrow: Transition, need: Need, viewer: Viewer) -> str:
    """Who takes the step, said to this viewer."""
    if arrow.who == Who.LEADERS:
        return _("you, who lead development") if viewer.leads_in(need.unit_id) else str(arrow.who.label)
    return _("your unit") if need.unit_id in viewer.own_unit_ids else need.unit.name


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
    missing = missing_for(step, facts) if step else []
    return {
        "next": NeedState(step) if step else None,
        "next_action": NEXT_ACTIONS[step] if step else "",
        "who": who_takes(arrow, need, viewer) if arrow else "",
        "missing": [(ASKS[ask], ask_link(ask, need, viewer)) for ask in missing],
        "can_step": bool(step) and step not in SET_BY_OTHERS and can_move(viewer, facts, str(step)),
        "moves": [(t.to, NeedState(t.to).label, "reason" in t.asks, t.to == NeedState.CLOSED) for t in moves],
    }


def who_has(need: Need, viewer: Viewer, joinings: list[Joining]) -> dict[str, object]:
    """The units that have the need; the viewer's own among them, and those that the viewer may still add."""
    own, all_below = viewer.own_unit_ids, viewer.unit_ids
    mine = [j for j in joinings if j.unit_id in own or (viewer.person_id and j.person_id == viewer.person_id)]
    below = [j for j in joinings if j.unit_id in all_below and j not in mine] if viewer.may_write else []
    is_open = can_join(viewer, need.facts)
    taken = {need.unit_id, *(joining.unit_id for joining in joinings)}
    return {
        "joinings": joinings,
        "unit_count": len(joinings) + 1,
        "my_joinings": mine if viewer.may_write else [],
        "joinings_below": below,
        "joinings_told": [j for j in joinings if (j.note and viewer.is_inside) or j in below],
        "can_join": is_open and need.unit_id not in all_below,
        "can_join_more": is_open and bool(mine) and (viewer.leads or bool(all_below - taken)),
        "is_our_unit": need.unit_id in own,
        "is_below_us": is_open and need.unit_id in all_below,
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
    """One need, whole: where it stands, what happens next, who else has it, what is known."""
    viewer = request.viewer
    need = need_for(viewer, uuid)
    whys, criteria = whys_and_criteria(need)
    joinings = list(joinings_of(need)) if need.joined_count else []
    evidence = with_origins(evidence_of(need, viewer), viewer)
    evidence.sort(key=lambda row: not row.is_draft)  # what the reader has begun is never folded away
    ancestry = ancestry_of(need, viewer)
    has_become = need.state == NeedState.CLOSED and bool(ancestry.became)
    can_see_team = viewer.is_inside and viewer.organisation_id == need.organisation_id and not need.is_draft
    context = {
        "need": need,
        "steps": state_line(need),
        "whys": whys,
        "criteria": criteria,
        "evidence": evidence[:FEW],
        "more_evidence": evidence[FEW:],
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
        **who_has(need, viewer, joinings),
        **next_of(need, viewer, has_become=has_become),
    }
    return render(request, "needs/need_detail.html", context)
