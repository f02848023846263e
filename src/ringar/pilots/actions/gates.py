"""Gates: asked for, refused with what is missing, opened by a named decider with a reason. Every try is kept."""

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.queries import has_interest
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions import move_need
from ringar.needs.rules import NeedState, can_move
from ringar.pilots.actions.pilots import locked
from ringar.pilots.actions.texts import tidied
from ringar.pilots.gate_rules import GateFacts, Missing, missing_evidence
from ringar.pilots.models import Gate, Pilot
from ringar.pilots.outlook import outlook_of
from ringar.pilots.queries.gates import buying_day, facts_of
from ringar.pilots.queries.pilots import concerned_people, deciders_of
from ringar.pilots.rules import (
    LIGHT_STAGES,
    GateOutcome,
    Stage,
    Step,
    Transition,
    can_edit_pilot,
    can_take,
    transition,
)
from ringar.procurement.actions import plan_purchase
from ringar.procurement.queries import lock_organisation
from ringar.talk.actions import tell_people

LONGEST_REASON = 5_000


@transaction.atomic
def ask_gate(*, by: Viewer, pilot: Pilot, reason: str = "", declares_none: bool = False) -> Gate:
    """Asks to begin the pilot's next stage; returns the try as it is kept, whatever came of it.

    Refused, with the codes of what is missing, for everyone alike. Opened where nothing is and the one who asks may
    decide and says why. Otherwise it waits for somebody who may, and they are told. Raises NotAllowed, Refused.
    """
    pilot, arrow = at_gate(by, pilot)
    facts = facts_of([pilot])[pilot.pk]
    missing = missing_evidence(arrow.to_stage, facts)
    if missing:
        return refuse_for(missing, by=by, pilot=pilot, stage=arrow.to_stage)
    reason = tidied(reason, LONGEST_REASON)
    waiting = pilot.gates.filter(outcome=GateOutcome.ASKED).first()
    if can_take(by, pilot.facts, Step.GATE):
        require_decider(by, pilot, arrow.to_stage, reason, declares_none=declares_none)
        gate = waiting or Gate(pilot=pilot, stage=arrow.to_stage, asked_by_id=by.person_id, at=now())
        gate.reason = reason
        return open_gate(gate, by=by, pilot=pilot, arrow=arrow, facts=facts)
    if waiting:
        raise Refused(_("It is asked for already, and waits for a decision."))
    gate = Gate.objects.create(
        pilot=pilot,
        stage=arrow.to_stage,
        outcome=GateOutcome.ASKED,
        asked_by_id=by.person_id,
        reason=reason,
        at=now(),
    )
    record_audit(by=by, action="ask_gate", target=pilot, changes={"stage": arrow.to_stage, "reason": reason})
    people = set(deciders_of(pilot).values_list("pk", flat=True))
    tell_gate(gate, by=by, pilot=pilot, event="pilots.gate_asked", people=people)
    return gate


def at_gate(by: Viewer, pilot: Pilot) -> tuple[Pilot, Transition]:
    """The pilot, locked with its organisation's sums, and the arrow of its next gate. Raises NotAllowed, Refused."""
    lock_organisation(pilot.organisation_id)
    pilot = locked(pilot)
    if not can_edit_pilot(by, pilot.facts):
        raise NotAllowed
    arrow = transition(pilot.stage, pilot.state, Step.GATE)
    if arrow is None:
        raise Refused(
            _("There is no gate to pass now: the stage runs until it is decided on, or all is over.")
        )
    return pilot, arrow


def require_decider(by: Viewer, pilot: Pilot, stage: Stage, reason: str, *, declares_none: bool) -> None:
    """Raises Refused unless a heavy stage is begun by a person without an interest in it, with a reason."""
    if stage in LIGHT_STAGES:
        return
    if by.person_id is None:
        raise Refused(_("A person decides on this, by name."))
    if has_interest(by, pilot) or not declares_none:
        raise Refused(_("Who has an interest in it does not decide. A colleague does."))
    if not reason:
        raise Refused(_("Write why it should begin: the reason stands beside your name."))


def refuse_for(missing: list[Missing], *, by: Viewer, pilot: Pilot, stage: Stage) -> Gate:
    """Keeps a try that was refused because something is missing; one that waited for a decision ends so too."""
    codes = [each.code for each in missing]
    gate = pilot.gates.filter(outcome=GateOutcome.ASKED).first() or Gate(
        pilot=pilot, stage=stage, asked_by_id=by.person_id, at=now()
    )
    gate.outcome, gate.missing, gate.decided_at = GateOutcome.REFUSED, codes, now()
    gate.save()
    record_audit(by=by, action="refuse_gate", target=pilot, changes={"stage": stage, "missing": codes})
    return gate


def open_gate(gate: Gate, *, by: Viewer, pilot: Pilot, arrow: Transition, facts: GateFacts) -> Gate:
    """Opens the gate: the stage begins, room below the ceiling is kept, the need moves on, people are told."""
    outlook = outlook_of(pilot) if arrow.to_stage not in LIGHT_STAGES else None
    gate.outcome, gate.decider_id, gate.decided_at = GateOutcome.OPENED, by.person_id, now()
    gate.smallest_seen = outlook.smallest if outlook else None
    gate.missing = []
    gate.save()
    before = {"stage": pilot.stage, "state": pilot.state}
    pilot.stage, pilot.state = arrow.to_stage, arrow.to_state
    pilot.stage_since = pilot.changed_at = now()
    pilot.starts_on = pilot.starts_on or buying_day(pilot)
    pilot.save(update_fields=["stage", "state", "stage_since", "changed_at", "starts_on"])
    changes: dict[str, object] = {name: [was, getattr(pilot, name)] for name, was in before.items()}
    record_audit(by=by, action="open_gate", target=pilot, changes={**changes, "reason": gate.reason})
    if arrow.to_stage not in LIGHT_STAGES:
        if facts.cost_sek:
            plan_purchase(
                by=by,
                row=pilot.uuid,
                unit=pilot.unit,
                what=pilot.title,
                sek=facts.cost_sek,
                date=buying_day(pilot),
            )
        move_its_need(by, pilot)
    tell_gate(gate, by=by, pilot=pilot, event="pilots.gate_opened", people=concerned_people(pilot))
    return gate


def move_its_need(by: Viewer, pilot: Pilot) -> None:
    """A need that was met for comes to the state pilot, where the decider may move it."""
    need = pilot.need
    if need is not None and need.state == NeedState.MEETING and can_move(by, need.facts, NeedState.PILOT):
        move_need(by=by, need=need, to=NeedState.PILOT, has_match=True)


@transaction.atomic
def refuse_gate(*, by: Viewer, gate: Gate, reason: str) -> Gate:
    """Somebody who may decide says no to a gate that waits, and why. Raises NotAllowed, Refused."""
    pilot, arrow = at_gate(by, gate.pilot)
    if not can_take(by, pilot.facts, Step.GATE):
        raise NotAllowed
    gate = Gate.objects.select_for_update().get(pk=gate.pk)
    if gate.outcome != GateOutcome.ASKED:
        raise Refused(_("It is decided on already."))
    gate.reason = tidied(reason, LONGEST_REASON)
    if not gate.reason:
        raise Refused(_("Write why not: whoever asked deserves to know."))
    gate.outcome, gate.decider_id, gate.decided_at = GateOutcome.REFUSED, by.person_id, now()
    gate.save()
    told: dict[str, object] = {"stage": arrow.to_stage, "reason": gate.reason}
    record_audit(by=by, action="refuse_gate", target=pilot, changes=told)
    tell_gate(gate, by=by, pilot=pilot, event="pilots.gate_refused", people=concerned_people(pilot))
    return gate


def tell_gate(gate: Gate, *, by: Viewer, pilot: Pilot, event: str, people: set[int]) -> None:
    """Tells what came of a gate; the stage by its code, which is written out when it is shown."""
    facts = {"stage": Stage(gate.stage).label, "reason": gate.reason}
    tell_people(by=by, row=pilot, event=event, people=people, facts={k: str(v) for k, v in facts.items()})
