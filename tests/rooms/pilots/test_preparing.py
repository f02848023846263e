"""The parts that a gate asks for: facts, effect goal, units, calculation, data check, lots; and what a design sees."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ringar.core import clock
from ringar.core.models import AuditEvent, TeamMember
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.matching.plan_queries import limit_for
from ringar.pilots.actions.gates import ask_gate
from ringar.pilots.actions.lots import draw_lot
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.actions.money import Line, check_data, set_costs
from ringar.pilots.actions.parts import Taking, set_effect_goal, set_units
from ringar.pilots.actions.pilots import edit_pilot, invite_to_pilot, start_pilot
from ringar.pilots.actions.publishing import add_note
from ringar.pilots.models import EffectGoal, Pilot, PilotUnit
from ringar.pilots.outlook import outlook_of
from ringar.pilots.outlook_words import outlook_words
from ringar.pilots.queries.gates import facts_of
from ringar.pilots.rules import Design, PilotKind, Stage, UnitRole
from ringar_kits.effects import draw_start_weeks
from tests.people import People
from tests.rooms.needs.cast import shared_by
from tests.rooms.pilots.measured import BEGUN
from tests.rooms.pilots.prepared import GOAL, LINES, exercise, ready, weeks_before

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
START = date(2026, 9, 7)


def goal_of(people: People, pilot: Pilot, **facts: Any) -> EffectGoal:
    return set_effect_goal(by=viewer_of(people.bo), pilot=pilot, told={**GOAL, **facts})


def begun(people: People) -> Pilot:
    pilot = ready(people)
    ask_gate(by=viewer_of(people.alva), pilot=pilot, reason="Behovet är stort.", declares_none=True)
    return pilot


def test_edit_pilot_then_the_history_tells_before_and_after(people: People) -> None:
    pilot = exercise(people)
    edit_pilot(by=viewer_of(people.bo), pilot=pilot, changes={"cap_sek": 30_000, "hypothesis": "x" * 40})
    told = AuditEvent.objects.get(action="edit_pilot").changes
    assert told == {"cap_sek": [20_000, 30_000], "hypothesis": [0, 40]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "heading"),
        ({"starts_on": date(2027, 1, 1)}, "ends before it begins"),
        ({"goal": "x" * 301}, "at most 300"),
        ({"cap_sek": -1}, "whole kronor"),
    ],
)
def test_edit_pilot_with_what_can_not_be_then_nothing_is_saved(
    people: People, changes: dict[str, Any], said: str
) -> None:
    pilot = exercise(people)
    with pytest.raises(Refused, match=said):
        edit_pilot(by=viewer_of(people.bo), pilot=pilot, changes=changes)
    pilot.refresh_from_db()
    assert (pilot.title, pilot.cap_sek, pilot.starts_on) == ("Larm som ringer rätt", 20_000, None)


def test_edit_pilot_with_broken_text_then_it_is_kept_tidied(people: People) -> None:
    pilot = exercise(people)
    text = "Vi tror 🚨 \u202eatt\x00 det \ud800 hjälper"
    edit_pilot(by=viewer_of(people.bo), pilot=pilot, changes={"hypothesis": text})
    pilot.refresh_from_db()
    assert pilot.hypothesis == "Vi tror 🚨 att det ? hjälper"


def test_edit_pilot_owner_from_elsewhere_then_refused(people: People) -> None:
    with pytest.raises(Refused, match="works in the organisation"):
        edit_pilot(by=viewer_of(people.bo), pilot=exercise(people), changes={"owner": people.sam})


def test_edit_pilot_when_it_runs_then_what_was_promised_stands(people: People) -> None:
    pilot = begun(people)
    by = viewer_of(people.alva)
    with pytest.raises(Refused, match="promised before the start"):
        edit_pilot(by=by, pilot=pilot, changes={"hypothesis": "Något annat."})
    with pytest.raises(Refused, match="promised before the start"):
        set_effect_goal(by=by, pilot=pilot, told={**GOAL, "worthwhile": 1.0})
    with pytest.raises(Refused, match="promised before the start"):
        set_costs(by=by, pilot=pilot, lines=LINES[:1], who_pays="Stadsdelen")
    with pytest.raises(Refused, match="promised before the start"):
        check_data(by=by, pilot=pilot, has_personal_data=False, told={})


def test_edit_pilot_stage_when_the_first_gate_has_opened_then_refused(people: People) -> None:
    pilot = exercise(people)
    by = viewer_of(people.bo)
    edit_pilot(by=by, pilot=pilot, changes={"stage": Stage.PROOF})
    ask_gate(by=by, pilot=pilot)
    with pytest.raises(Refused, match="gates open the next"):
        edit_pilot(by=by, pilot=pilot, changes={"stage": Stage.BETA})


def test_start_pilot_as_a_sprint_then_it_has_five_days(people: People) -> None:
    pilot = exercise(people, kind=PilotKind.SPRINT, stage=Stage.PILOT)
    assert len(pilot.sprint.agenda) == 5
    assert pilot.stage == Stage.EXERCISE


def test_start_pilot_without_a_heading_then_refused(people: People) -> None:
    with pytest.raises(Refused, match="heading"):
        start_pilot(by=viewer_of(people.bo), title="\x00 ", need=shared_by(people.bo))


def test_start_pilot_when_the_same_form_comes_twice_then_it_is_one(people: People) -> None:
    need, draft = shared_by(people.bo), uuid4()
    first = start_pilot(by=viewer_of(people.bo), title="Prova", need=need, uuid=draft)
    assert start_pilot(by=viewer_of(people.bo), title="Prova", need=need, uuid=draft) == first
    assert Pilot.objects.count() == 1
    with pytest.raises(NotAllowed):
        start_pilot(by=viewer_of(people.alva), title="Prova", need=need, uuid=draft)
    start_pilot(by=viewer_of(people.bo), title="Prova", need=need, uuid=uuid4())
    assert Pilot.objects.count() == 2


def test_add_note_when_the_same_words_come_twice_then_they_stand_once(people: People) -> None:
    pilot = exercise(people)
    for text in ("Det gick bra.", "Det gick bra.", "Det gick sämre."):
        add_note(by=viewer_of(people.bo), pilot=pilot, text=text)
    assert sorted(pilot.notes.values_list("text", flat=True)) == ["Det gick bra.", "Det gick sämre."]


def test_invite_to_pilot_then_the_person_sees_and_works_with_it(people: People) -> None:
    pilot = exercise(people, need=shared_by(people.bo, visibility="unit"))
    invite_to_pilot(by=viewer_of(people.bo), pilot=pilot, email="Dag@ringsala-kommun.example ", task="Ser på")
    assert TeamMember.objects.get(row=pilot.uuid).person == people.dag
    with pytest.raises(Refused, match="Nobody who works here"):
        invite_to_pilot(by=viewer_of(people.bo), pilot=pilot, email=people.sam.email)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"metric": ""}, "what is measured"),
        ({"baseline_source": " "}, "comes from"),
        ({"worthwhile": 0.0}, "above 0"),
        ({"worthwhile": 13.0}, "larger than what the target"),
        ({"target": 42.0}, "no better"),
        ({"better": "higher"}, "no better"),
        ({"target": float("nan")}, "as numbers"),
        ({"baseline": None}, "as numbers"),
        ({"scale": "logit"}, "between 0 and 1"),
        ({"scale": "log", "target": -1.0}, "above 0"),
        ({"scale": "stones"}, "Choose among"),
        ({"weeks_planned": 2}, "3 to 104"),
        ({"burn_in": 12}, "longer than"),
    ],
)
def test_set_effect_goal_that_can_not_be_then_says_why(
    people: People, facts: dict[str, Any], said: str
) -> None:
    pilot = exercise(people)
    with pytest.raises(Refused, match=said):
        goal_of(people, pilot, **facts)
    assert not EffectGoal.objects.exists()


def test_set_effect_goal_on_any_day_then_it_begins_on_its_monday(people: People) -> None:
    assert goal_of(people, exercise(people), start_week=date(2026, 9, 10)).start_week == START


def test_set_effect_goal_by_others_then_not_allowed(people: People) -> None:
    pilot = exercise(people)
    with pytest.raises(NotAllowed):
        set_effect_goal(by=viewer_of(people.sam), pilot=pilot, told=GOAL)


def test_set_units_then_those_left_out_leave_and_the_rest_stay(people: People) -> None:
    pilot = ready(people)
    kept = pilot.units.get(unit=people.care)
    takings = [Taking(people.care, UnitRole.TRIES), Taking(people.water, UnitRole.COMPARES, people.dag)]
    rows = set_units(by=viewer_of(people.bo), pilot=pilot, takings=takings)
    assert {(row.unit.name, row.role) for row in rows} == {
        ("Hemtjänst Björkliden", "tries"),
        ("Vattennätet", "compares"),
    }
    assert pilot.units.get(unit=people.care).pk == kept.pk


def test_set_units_twice_or_elsewhere_then_refused(people: People) -> None:
    pilot, by = exercise(people), viewer_of(people.bo)
    with pytest.raises(Refused, match="not both"):
        twice = [Taking(people.care, UnitRole.TRIES), Taking(people.care, UnitRole.COMPARES)]
        set_units(by=by, pilot=pilot, takings=twice)
    with pytest.raises(NotAllowed):
        set_units(by=by, pilot=pilot, takings=[Taking(people.other_care, UnitRole.TRIES)])
    with pytest.raises(Refused, match="must work"):
        set_units(by=by, pilot=pilot, takings=[Taking(people.care, UnitRole.TRIES, people.sam)])


def measure(people: People, pilot: Pilot, weeks: int) -> None:
    """So many weeks before the start in each unit, going up and down."""
    for of in pilot.units.select_related("unit"):
        values = [
            Value(of, week, 40 + (place * 7 % 5) + (place * 3 % 4 if of.role == UnitRole.TRIES else 0))
            for place, week in enumerate(weeks_before(START, weeks))
        ]
        with clock.at(BEGUN + timedelta(weeks=28)):
            record_measurements(by=viewer_of(people.alva), pilot=pilot, values=values)


def test_set_units_without_one_that_is_measured_then_refused(people: People) -> None:
    pilot = ready(people)
    measure(people, pilot, 2)
    with pytest.raises(Refused, match="Hemtjänst Björkliden has measurements"):
        set_units(by=viewer_of(people.bo), pilot=pilot, takings=[Taking(people.water, UnitRole.TRIES)])


def test_set_costs_then_lines_are_kept_by_their_place(people: People) -> None:
    pilot, by = ready(people), viewer_of(people.bo)
    first, *_others, last = pilot.cost_lines.all()
    lines = [
        Line("cost", "Elva mattor", sek=70_000, order=first.order),
        Line("gain", "Färre besök", sek=1, taken_home_by="Enheten"),
    ]
    rows = set_costs(by=by, pilot=pilot, lines=lines, who_pays="Nämnden")
    assert [(row.what, row.order) for row in rows] == [("Elva mattor", 1), ("Färre besök", last.order + 1)]
    told = AuditEvent.objects.filter(action="set_costs").latest("id").changes
    assert told["promised_sek"] == [80_000, 70_000]
    assert told["who_pays"] == ["Stadsdelen", "Nämnden"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line("gain", "Färre besök", sek=1), "takes home"),
        (Line("cost", "", sek=1), "what it is"),
        (Line("cost", "Mattor"), "no sum"),
        (Line("cost", "Mattor", sek=-1), "not below 0"),
        (Line("theft", "Mattor", sek=1), "what it is"),
    ],
)
def test_set_costs_with_a_line_that_is_not_whole_then_nothing_is_saved(
    people: People, line: Line, said: str
) -> None:
    pilot = exercise(people)
    with pytest.raises(Refused, match=said):
        set_costs(by=viewer_of(people.bo), pilot=pilot, lines=[*LINES, line], who_pays="Nämnden")
    assert not pilot.cost_lines.exists()


def test_check_data_with_gaps_then_the_gate_says_so(people: People) -> None:
    pilot, by = exercise(people), viewer_of(people.bo)
    told = {
        "legal_ground": "6.1 e",
        "impact_assessment": "Gjord",
        "processor": "Bolaget",
        "country": "Sverige",
    }
    check_data(by=by, pilot=pilot, has_personal_data=True, told={**told, "country": ""})
    assert facts_of([pilot])[pilot.pk].data_gaps
    check_data(by=by, pilot=pilot, has_personal_data=True, told=told)
    fresh = Pilot.objects.get(pk=pilot.pk)
    assert not facts_of([fresh])[pilot.pk].data_gaps


def by_lot(people: People, design: str = Design.RANDOM_START) -> Pilot:
    pilot = exercise(people, stage=Stage.PILOT)
    goal_of(people, pilot, design=design, start_week=None)
    units = (people.care, people.preschool, people.water)
    takings = [Taking(unit, UnitRole.TRIES) for unit in units]
    set_units(by=viewer_of(people.bo), pilot=pilot, takings=takings)
    return pilot


def test_draw_lot_then_anyone_can_draw_the_same_again(people: People) -> None:
    pilot = by_lot(people)
    goal = draw_lot(by=viewer_of(people.bo), pilot=pilot, earliest=date(2026, 9, 2))
    weeks = [START + timedelta(weeks=n) for n in range(3)]
    drawn = {row.unit.name: row.start_week for row in PilotUnit.objects.select_related("unit")}
    assert goal.seed is not None
    assert drawn == draw_start_weeks(list(drawn), weeks, goal.seed)
    assert sorted(drawn.values()) == weeks  # type: ignore[type-var]
    told = AuditEvent.objects.get(action="draw_lot").changes
    assert told["seed"] == goal.seed


def test_draw_lot_again_then_refused_until_the_units_are_others(people: People) -> None:
    pilot, by = by_lot(people), viewer_of(people.bo)
    draw_lot(by=by, pilot=pilot, earliest=START)
    with pytest.raises(Refused, match="drawn already"):
        draw_lot(by=by, pilot=pilot, earliest=START)
    takings = [Taking(people.care, UnitRole.TRIES), Taking(people.water, UnitRole.TRIES)]
    set_units(by=by, pilot=pilot, takings=takings)
    goal = EffectGoal.objects.get(pilot=pilot)
    assert (goal.seed, goal.start_week) == (None, None)
    assert not pilot.units.exclude(start_week=None).exists()
    assert draw_lot(by=by, pilot=pilot, earliest=START).seed is not None


def test_draw_lot_when_the_same_units_are_saved_then_it_stands(people: People) -> None:
    pilot, by = by_lot(people), viewer_of(people.bo)
    seed = draw_lot(by=by, pilot=pilot, earliest=START).seed
    units = (people.care, people.preschool, people.water)
    set_units(by=by, pilot=pilot, takings=[Taking(unit, UnitRole.TRIES, people.bo) for unit in units])
    assert EffectGoal.objects.get(pilot=pilot).seed == seed


def test_draw_lot_for_alternate_weeks_then_the_start_is_a_monday(people: People) -> None:
    pilot = by_lot(people, Design.ALTERNATE)
    goal = draw_lot(by=viewer_of(people.bo), pilot=pilot, earliest=date(2026, 9, 2), seed=7)
    assert (goal.start_week, goal.seed) == (START, 7)
    assert facts_of([pilot])[pilot.pk].start


def test_draw_lot_without_design_or_units_then_says_what_to_do(people: People) -> None:
    with pytest.raises(Refused, match="design that is drawn"):
        draw_lot(by=viewer_of(people.bo), pilot=ready(people), earliest=START)
    pilot = exercise(people)
    goal_of(people, pilot, design=Design.RANDOM_START, start_week=None)
    with pytest.raises(Refused, match="at least two units"):
        draw_lot(by=viewer_of(people.bo), pilot=pilot, earliest=START)


def test_outlook_with_nothing_measured_then_says_so_and_no_number(people: People) -> None:
    outlook = outlook_of(ready(people))
    assert outlook is not None
    assert outlook.smallest is None
    assert "Nothing is measured yet" in outlook_words(outlook).line


def test_outlook_with_too_few_weeks_then_no_number(people: People) -> None:
    pilot = ready(people)
    measure(people, pilot, 5)
    outlook = outlook_of(pilot)
    assert outlook is not None
    assert outlook.smallest is None
    assert "5 weeks are measured: too few" in outlook_words(outlook).line


def test_outlook_with_half_a_year_then_the_gate_keeps_what_could_be_seen(people: People) -> None:
    pilot = ready(people)
    measure(people, pilot, 26)
    outlook = outlook_of(pilot)
    assert outlook is not None
    words = outlook_words(outlook)
    assert outlook.smallest is not None
    assert 0 < outlook.smallest < 20
    assert "minuter" in words.line
    assert {row.what for row in words.more} >= {"Measure twice as long after the start"}
    assert words.offers[0].what == "A start date that we choose"
    gate = ask_gate(by=viewer_of(people.alva), pilot=pilot, reason="Ja.", declares_none=True)
    assert gate.smallest_seen == pytest.approx(outlook.smallest)


def test_limits_of_many_needs_are_those_of_one_by_one(people: People) -> None:
    pilot = ready(people)
    assert pilot.need is not None
    assert facts_of([pilot])[pilot.pk].limit_sek == limit_for(pilot.need)
