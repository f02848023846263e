"""Decisions on a pilot: scale, adjust, extend or stop; always by a person, with a reason and what was learned."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import declare_interest, record_audit
from ringar.core.clock import now, today
from ringar.core.flags import find_flags
from ringar.core.queries import has_interest
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions import move_need
from ringar.needs.rules import NeedState, can_move
from ringar.pilots.actions.pilots import locked
from ringar.pilots.actions.texts import decided_flags, tidied
from ringar.pilots.decision_rules import (
    LONGEST_TEXT,
    SHORTEST_REASON,
    STEPS,
    answers_need,
    can_decide,
    kinds_open,
)
from ringar.pilots.models import Decision, EffectGoal, Pilot
from ringar.pilots.queries.pilots import concerned_people
from ringar.pilots.rules import DecisionKind, PilotState, transition
from ringar.pilots.standing import standing_of
from ringar.talk.actions import tell_people
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words

EVENTS = {
    DecisionKind.SCALE: "pilots.scaled",
    DecisionKind.ADJUST: "pilots.adjusted",
    DecisionKind.EXTEND: "pilots.extended",
    DecisionKind.STOP: "pilots.stopped",
}
MOST_EXTENDED = timedelta(days=366)


@transaction.atomic
def decide_pilot(
    *,
    by: Viewer,
    pilot: Pilot,
    kind: str,
    reason: str,
    learned: str,
    to_disclose: str = "",
    extended_to: date | None = None,
    declares_none: bool,
    kept: Iterable[str] = (),
) -> Decision:
    """Decides on the stage that runs, and keeps the estimate as it stands this day beside the decision.

    `declares_none`: the decider says to have no interest in it (jäv). `to_disclose`, what the supplier learned that
    could favour it later, is shown to all bidders at once. `extended_to` is the new last day, for extend. Raises
    NotAllowed; Refused where something is missing or somebody else was quicker; Flagged for words to look at.
    """
    pilot = locked(pilot)
    require_decider(by, pilot, kind, declares_none=declares_none)
    decision = Decision(
        pilot=pilot,
        stage=pilot.stage,
        kind=DecisionKind(kind),
        decider_id=by.person_id,
        reason=said(reason, _("Write why, in at least %(shortest)d characters.")),
        learned=said(
            learned, _("Write what was learned, in at least %(shortest)d characters: failures too.")
        ),
        to_disclose=tidied(to_disclose, LONGEST_TEXT),
        extended_to=extended_to if kind == DecisionKind.EXTEND else None,
        estimate=standing_of(pilot).figures.as_json(),
        at=now(),
    )
    told = decided_flags(texts_of(decision), kept)
    decision.language = guess_language(words(f"{decision.reason} {decision.learned}"))
    decision.disclosed_at = decision.at if decision.to_disclose else None
    changes = take_step(pilot, decision)
    decision.save()
    pilot.changed_at = decision.at
    pilot.save(update_fields=["stage", "state", "stage_since", "ends_on", "changed_at"])
    about = {"decision": kind, "verdict": decision.estimate["verdict"], "reason": decision.reason}
    record_audit(
        by=by,
        action="decide_pilot",
        target=pilot,
        changes={**changes, **about, "interest": "none declared", **told},
    )
    tell_decision(by, decision)
    return decision


def require_decider(by: Viewer, pilot: Pilot, kind: str, *, declares_none: bool) -> None:
    """Raises NotAllowed or Refused unless the viewer may decide so, and has no interest in it."""
    if kind not in DecisionKind.values:
        raise Refused(_("Choose what is decided."))
    if not can_decide(by, pilot.facts, kind):
        if kinds_open(by, pilot.facts) or pilot.state in {PilotState.STOPPED, PilotState.DONE}:
            raise Refused(_("That can not be decided now: it is decided on already, or has not started."))
        raise NotAllowed
    if has_interest(by, pilot) or not declares_none:
        raise Refused(_("Who has an interest in it does not decide. A colleague does."))


def said(text: str, missing: str) -> str:
    """The text, where it says something; raises Refused where it is too short or long."""
    text = tidied(text, LONGEST_TEXT)
    if len(text) < SHORTEST_REASON:
        raise Refused(missing % {"shortest": SHORTEST_REASON})
    return text


def texts_of(decision: Decision) -> dict[str, str]:
    """What others will read; the pilot's heading too where the decision goes out to all bidders."""
    texts = {"reason": decision.reason, "learned": decision.learned, "to_disclose": decision.to_disclose}
    if decision.to_disclose:
        texts["title"] = decision.pilot.title
    return texts


def take_step(pilot: Pilot, decision: Decision) -> dict[str, object]:
    """Moves the pilot as the decision says, in memory; returns what the audit row tells of it."""
    if decision.kind == DecisionKind.EXTEND:
        return extend(pilot, decision)
    step = STEPS.get(DecisionKind(decision.kind))
    arrow = transition(pilot.stage, pilot.state, step) if step else None
    if arrow is None:
        return {}
    changes: dict[str, object] = {
        "stage": [pilot.stage, arrow.to_stage.value],
        "state": [pilot.state, arrow.to_state.value],
    }
    pilot.stage, pilot.state, pilot.stage_since = arrow.to_stage, arrow.to_state, decision.at
    return changes


def extend(pilot: Pilot, decision: Decision) -> dict[str, object]:
    """A later last day, and as many more weeks of measuring."""
    before, after = pilot.ends_on or today(), decision.extended_to
    if after is None or after <= before or after > before + MOST_EXTENDED:
        raise Refused(
            _("Give a new last day after %(day)s, and at most a year later.") % {"day": before.isoformat()}
        )
    changes: dict[str, object] = {
        "ends_on": [pilot.ends_on.isoformat() if pilot.ends_on else None, after.isoformat()]
    }
    pilot.ends_on = after
    goal = EffectGoal.objects.filter(pilot=pilot).first()
    if goal:
        weeks = goal.weeks_planned
        goal.weeks_planned += -(-(after - before).days // 7)
        goal.save(update_fields=["weeks_planned"])
        changes["weeks_planned"] = [weeks, goal.weeks_planned]
    return changes


def tell_decision(by: Viewer, decision: Decision) -> None:
    """Those who work with the pilot and follow it are told; those who have the need are answered, once."""
    pilot, facts = decision.pilot, {"reason": decision.reason, "learned": decision.learned}
    people = concerned_people(pilot)
    tell_people(by=by, row=pilot, event=EVENTS[DecisionKind(decision.kind)], people=people, facts=facts)
    need = pilot.need
    if need is None:
        return
    if answers_need(decision.kind, decision.stage) and may_settle(by, pilot):
        # its flags were decided on with the decision's own
        kept = [flag.key for flag in find_flags({"reason": decision.reason})]
        move_need(by=by, need=need, to=NeedState.DECIDED, reason=decision.reason[:2_000], kept=kept)
        return
    authors = {pk for pk in (need.created_by_id, need.owner_id) if pk}
    tell_people(by=by, row=need, event="pilots.answer", people=authors, facts=facts, besides=people)


def may_settle(by: Viewer, pilot: Pilot) -> bool:
    """Whether the decision settles the pilot's need: it waits for this pilot alone, and the decider may move it."""
    need = pilot.need
    if need is None or need.state != NeedState.PILOT or not can_move(by, need.facts, NeedState.DECIDED):
        return False
    return not Pilot.objects.filter(need=need, state=PilotState.RUNNING).exclude(pk=pilot.pk).exists()


@transaction.atomic
def step_aside(*, by: Viewer, pilot: Pilot, reason: str = "") -> None:
    """The viewer has an interest in the pilot (jäv), and decides nothing about it."""
    if not kinds_open(by, pilot.facts):
        raise NotAllowed
    declare_interest(by=by, row=pilot, reason=reason)
