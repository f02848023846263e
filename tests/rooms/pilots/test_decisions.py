"""Decisions on pilots, their notes and publishing: who may, what is kept, who is told."""

from datetime import date, timedelta
from typing import Any

import pytest

from ringar.core.flags import Flagged
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer, Visibility
from ringar.needs.actions import move_need
from ringar.pilots.actions.decisions import decide_pilot, step_aside
from ringar.pilots.actions.publishing import add_note, publish_pilot, unpublish_pilot
from ringar.pilots.decision_rules import answers_need, can_decide, can_publish, kinds_open
from ringar.pilots.models import Decision, EffectGoal, Pilot
from ringar.pilots.queries.published import disclosures, lessons, published_pilots
from ringar.pilots.queries.story import decisions_of, money_of, story_of
from ringar.pilots.rules import DecisionKind, PilotFacts, PilotState, Stage
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.matching.cast import chosen_need
from tests.rooms.needs.cast import shared_by
from tests.rooms.pilots.measured import measured, running

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
REASON = "Väntetiden sjönk i alla veckor efter starten."
LEARNED = "Larmen måste ställas in på varje avdelning för sig."


def decide(person: Person, pilot: Pilot, kind: str, **facts: Any) -> Decision:
    told: dict[str, Any] = {"reason": REASON, "learned": LEARNED, "declares_none": True} | facts
    return decide_pilot(by=viewer_of(person), pilot=pilot, kind=kind, **told)


def events_of(person: Person) -> list[str]:
    return list(Notification.objects.filter(person=person).values_list("event", flat=True))


def test_decide_pilot_when_it_worked_then_next_stage_waits_for_its_gate(people: People) -> None:
    pilot = measured(people, before=26)
    decision = decide(people.bo, pilot, "scale")
    pilot.refresh_from_db()
    assert (pilot.stage, pilot.state) == (Stage.PROOF, PilotState.PLANNED)
    assert decision.stage == Stage.EXERCISE and decision.estimate["verdict"] == "scale"
    assert decision.estimate["effect"] == pytest.approx(-12, abs=3)
    told = AuditEvent.objects.get(action="decide_pilot").changes
    assert told["stage"] == ["exercise", "proof"] and told["verdict"] == "scale"


def test_decide_pilot_when_numbers_change_later_then_keeps_what_it_was_made_on(people: People) -> None:
    pilot = measured(people)
    decision = decide(people.bo, pilot, "adjust")
    effect = decision.estimate["effect"]
    unit = pilot.units.first()
    assert unit is not None
    unit.measurements.update(value=1.0)
    decision.refresh_from_db()
    assert decision.estimate["effect"] == effect and pilot.state == PilotState.RUNNING


def test_decide_pilot_when_stopped_then_is_a_result_and_the_need_is_answered(people: People) -> None:
    need = shared_by(people.alva)
    pilot = running(people, need=need)
    decide(people.bo, pilot, "stop")
    pilot.refresh_from_db()
    assert pilot.state == PilotState.STOPPED
    answered = Notification.objects.get(person=people.alva, event="pilots.answer")
    assert answered.is_answer and answered.facts["learned"] == LEARNED
    assert [each.pilot for each in lessons(viewer_of(people.dag), kind="stop")] == [pilot]


def test_decide_pilot_when_the_need_waits_for_it_alone_then_it_is_decided(people: People) -> None:
    dag = viewer_of(people.dag)
    need = chosen_need(people.bo, people.dag, "De äldre sitter ensamma hela kvällen.")
    for to in ("matched", "meeting", "pilot"):
        move_need(by=dag, need=need, to=to, has_match=True)
    need.refresh_from_db()
    first, second = running(people, need=need), running(people, need=need)
    decide(people.dag, first, "stop")
    need.refresh_from_db()
    assert need.state == "pilot", "another try goes on"
    decide(people.dag, second, "stop")
    need.refresh_from_db()
    assert need.state == "decided"
    assert events_of(people.bo).count("needs.decided") == 1


@pytest.mark.parametrize("kind", ["scale", "adjust"])
def test_decide_pilot_when_it_goes_on_then_those_with_the_need_know(people: People, kind: str) -> None:
    pilot = running(people, need=shared_by(people.alva))
    decide(people.bo, pilot, kind)
    assert "pilots.answer" in events_of(people.alva) and "pilots.answer" not in events_of(people.bo)


def test_decide_pilot_when_extended_then_end_and_weeks_move(people: People) -> None:
    pilot = measured(people, after=4)
    before = pilot.ends_on
    assert before is not None
    decision = decide(people.bo, pilot, "extend", extended_to=before + timedelta(weeks=4))
    pilot.refresh_from_db()
    assert pilot.ends_on == before + timedelta(weeks=4) and pilot.state == PilotState.RUNNING
    assert EffectGoal.objects.get(pilot=pilot).weeks_planned == 16
    assert decision.extended_to == pilot.ends_on


@pytest.mark.parametrize("days", [None, 0, -7, 400])
def test_decide_pilot_when_new_end_is_no_later_then_is_refused(people: People, days: int | None) -> None:
    pilot = running(people)
    assert pilot.ends_on is not None
    end = None if days is None else pilot.ends_on + timedelta(days=days)
    with pytest.raises(Refused, match="new last day"):
        decide(people.bo, pilot, "extend", extended_to=end)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("missing", ["reason", "learned"])
def test_decide_pilot_when_nothing_is_said_then_is_refused_and_nothing_kept(
    people: People, missing: str
) -> None:
    pilot = running(people)
    with pytest.raises(Refused, match="at least 20"):
        decide(people.bo, pilot, "stop", **{missing: "Nej."})
    pilot.refresh_from_db()
    assert pilot.state == PilotState.RUNNING and not Decision.objects.exists()


def test_decide_pilot_when_decided_already_then_the_second_is_refused(people: People) -> None:
    """Two have the page open: the second sees what the first did, and nothing is decided twice."""
    pilot = running(people)
    stale = Pilot.objects.get(pk=pilot.pk)
    decide(people.bo, pilot, "stop")
    with pytest.raises(Refused, match="decided on already"):
        decide(people.bo, stale, "scale")
    assert Decision.objects.count() == 1


def test_decide_pilot_when_one_has_an_interest_then_steps_aside(people: People) -> None:
    pilot = running(people)
    with pytest.raises(Refused, match="interest"):
        decide(people.bo, pilot, "stop", declares_none=False)
    step_aside(by=viewer_of(people.bo), pilot=pilot)
    with pytest.raises(Refused, match="A colleague"):
        decide(people.bo, pilot, "stop")
    assert decide(people.alva, pilot, "stop").decider == people.alva


def test_step_aside_when_one_decides_nothing_here_then_is_not_allowed(people: People) -> None:
    with pytest.raises(NotAllowed):
        step_aside(by=viewer_of(people.sam), pilot=running(people))


@pytest.mark.parametrize("name", ["sam", "elif_", "farid"])
def test_decide_pilot_when_an_outsider_then_is_not_allowed(people: People, name: str) -> None:
    with pytest.raises(NotAllowed):
        decide(getattr(people, name), running(people), "stop")


def test_decide_pilot_when_kind_is_unknown_then_is_refused(people: People) -> None:
    with pytest.raises(Refused, match="Choose"):
        decide(people.bo, running(people), "bury")


def test_decide_pilot_when_a_name_is_told_then_is_looked_at_first(people: People) -> None:
    pilot = running(people)
    told = "Sköterskan Eva Lindberg fick ringa själv varje kväll."
    with pytest.raises(Flagged) as flagged:
        decide(people.bo, pilot, "stop", learned=told)
    kept = [flag.key for flag in flagged.value.flags]
    assert decide(people.bo, pilot, "stop", learned=told, kept=kept).learned == told


@pytest.mark.parametrize("text", ["👩‍⚕️ مرحبا " + "ö" * 100, "a\x00b\ud800 " * 10])
def test_decide_pilot_when_text_is_strange_then_is_kept_tidy(people: People, text: str) -> None:
    decision = decide(people.bo, running(people), "stop", reason=text)
    decision.refresh_from_db()
    assert "\x00" not in decision.reason and len(decision.reason) >= 20


def test_decide_pilot_when_text_is_too_long_then_says_how_long(people: People) -> None:
    with pytest.raises(Refused, match="50000 characters"):
        decide(people.bo, running(people), "stop", reason="x" * 50_000)


def test_decide_pilot_when_it_favours_the_supplier_then_all_bidders_are_told(people: People) -> None:
    pilot = running(people)
    decide(people.bo, pilot, "adjust")
    assert not disclosures().exists()
    decision = decide(people.bo, pilot, "stop", to_disclose="Vi har 1 400 larm i 22 hus, i systemet Larmo.")
    assert list(disclosures()) == [decision] and decision.disclosed_at == decision.at


def test_can_decide_when_the_stage_is_heavy_then_leaders_alone(people: People) -> None:
    facts = PilotFacts(
        organisation_id=people.city.pk,
        unit_id=people.care.pk,
        author_id=people.bo.pk,
        owner_id=people.bo.pk,
        stage=Stage.PILOT,
        state=PilotState.RUNNING,
        visibility=Visibility.ORGANISATION,
    )
    bo, alva = viewer_of(people.bo), viewer_of(people.alva)
    assert kinds_open(bo, facts) == [] and kinds_open(alva, facts) == list(DecisionKind)
    assert can_publish(bo, facts) and can_publish(alva, facts) and not can_publish(Viewer(), facts)
    assert not can_decide(viewer_of(people.sam), facts, "stop")


def test_answers_need_when_a_light_stage_goes_on_then_not() -> None:
    assert answers_need("stop", Stage.EXERCISE) and answers_need("scale", Stage.PILOT)
    assert not answers_need("scale", Stage.EXERCISE) and not answers_need("extend", Stage.PILOT)


def test_add_note_when_told_then_stands_in_the_story(people: People) -> None:
    pilot = running(people)
    add_note(
        by=viewer_of(people.bo),
        pilot=pilot,
        text="Systemet låg nere i två dagar.",
        happened_on=date(2026, 3, 4),
    )
    decide(people.bo, pilot, "stop")
    decisions = list(decisions_of(pilot))
    inside, outside = (story_of(pilot, decisions, for_everyone=each) for each in (False, True))
    assert {each.what for each in inside} == {"Note", "Decision: stop", "Gate to exercise: opened"}
    assert {each.who for each in inside} == {people.bo} and {each.who for each in outside} == {None}
    assert not [each for each in outside if "liten skala" in each.text], "a gate's reason is for those inside"


def test_add_note_when_day_has_not_come_or_text_is_empty_then_is_refused(people: People) -> None:
    pilot, by = running(people), viewer_of(people.bo)
    with pytest.raises(Refused, match="not come"):
        add_note(by=by, pilot=pilot, text="Snart.", happened_on=date(2999, 1, 1))
    with pytest.raises(Refused, match="Write what"):
        add_note(by=by, pilot=pilot, text=" ")
    with pytest.raises(NotAllowed):
        add_note(by=viewer_of(people.sam), pilot=pilot, text="Jag ser er.")


def test_publish_pilot_when_flags_are_decided_on_then_everyone_reads(people: People) -> None:
    pilot, by = running(people, title="Larm hos Eva Lindberg"), viewer_of(people.bo)
    with pytest.raises(Flagged) as flagged:
        publish_pilot(by=by, pilot=pilot)
    assert not published_pilots().exists()
    publish_pilot(by=by, pilot=pilot, kept=[flag.key for flag in flagged.value.flags])
    assert [each.pk for each in published_pilots()] == [pilot.pk]
    assert AuditEvent.objects.get(action="publish_pilot").changes["visibility"] == ["organisation", "public"]
    unpublish_pilot(by=by, pilot=pilot)
    assert not published_pilots().exists()


def test_publish_pilot_when_neither_owner_nor_leader_then_is_not_allowed(people: People) -> None:
    pilot = running(people)
    for person in (people.sam, people.elif_):
        with pytest.raises(NotAllowed):
            publish_pilot(by=viewer_of(person), pilot=pilot)
        with pytest.raises(NotAllowed):
            unpublish_pilot(by=viewer_of(person), pilot=pilot)


def test_money_of_when_nothing_is_promised_then_the_cap_is_the_budget(people: People) -> None:
    money = money_of(running(people))
    assert (money.spent, money.budget, money.is_over) == (None, 60_000, False)
