"""Rounds: made, filled, stepped through, reminded of, and read with few queries."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError
from django.utils.translation import override

from ringar.core.actions import add_person
from ringar.core.clock import at, now, today
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.matching.actions.days import DayFacts
from ringar.matching.actions.matches import choose_solution
from ringar.matching.actions.round_plan_day import draft_plan_day
from ringar.matching.actions.round_plan_steps import (
    begin_weighing,
    open_to_all,
    remind_everywhere,
    remind_late,
    start_plan_call,
)
from ringar.matching.actions.round_plans import (
    add_needs,
    change_round_plan,
    create_round_plan,
    end_round_plan,
    remove_need,
)
from ringar.matching.day_rules import Stretch
from ringar.matching.plan_gathering import (
    gatherable_needs,
    needs_of_units,
    plans_lacking_needs,
    plans_to_lead,
)
from ringar.matching.plan_late import late_in as late_beside
from ringar.matching.plan_models import RoundPlan, RoundPlanNeed
from ringar.matching.plan_queries import entries_of, limit_for, plan_for, steps_of
from ringar.matching.plan_report import month_of, report_of
from ringar.matching.plan_rows import pilots_in, rows_of
from ringar.matching.plan_rules import Late, LateKind, PlanStep, StepState, Wait
from ringar.needs.actions import edit_need, import_needs
from ringar.needs.models import Need
from ringar.robots.engine.running import run_waiting
from ringar.talk.actions import send_due_mail
from ringar.talk.models import Notification
from tests.people import People
from tests.rooms.matching.cast import chosen_need, make_market, shared_need
from tests.rooms.matching.plan_cast import again, dates_from, plan_facts, plan_of
from tests.rooms.needs.rounds import CRITERIA, TITLES, need_of

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


def late_in(by: Viewer, plan: RoundPlan) -> list[Late]:
    return late_beside(by, plan, pilots_in(by, plan))


def in_days(days: int) -> Any:
    """Everything inside happens so many days from now."""
    return at(now() + timedelta(days=days))


def day_facts(**changes: Any) -> DayFacts:
    on = today() + timedelta(days=20)
    told: dict[str, Any] = {
        "title": "Mötesdag",
        "wishes_until": datetime.combine(on - timedelta(days=3), time(12), STOCKHOLM),
        "stretches": [Stretch(on, time(9), time(12))],
        "rooms": [("Rum 1", "")],
    }
    return DayFacts(**(told | changes))


# Made and changed


def test_create_when_told_all_then_holds_it_and_the_trail_says_so(people: People) -> None:
    need = shared_need(people.bo)
    plan = plan_of(people, [need])
    assert (plan.budget_sek, plan.limit_sek, plan.language) == (300_000, 100_000, "sv")
    assert {unit.name for unit in plan.units.all()} == {people.care.name, people.water.name}
    assert set(plan.members.all()) == {people.alva, people.cilla}
    told = AuditEvent.objects.get(action="create_round_plan").changes
    assert told["needs"] == [str(need.uuid)] and told["limit_sek"] == 100_000


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": " "}, "name"),
        ({"dates": dates_from(today() - timedelta(days=90), days=1)}, "to come"),
        ({"dates": dates_from(today() + timedelta(days=60), days=-1)}, "before"),
        ({"budget_sek": -1}, "whole kronor"),
        ({"limit_sek": 10**12}, "whole kronor"),
        ({"about": "å" * 50_000}, "50000"),
    ],
)
def test_create_when_something_is_wrong_then_refused_and_nothing_is_made(
    people: People, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        plan_of(people, **changes)
    assert not AuditEvent.objects.filter(action="create_round_plan").exists()


def test_create_when_text_is_odd_then_is_kept_or_tidied(people: People) -> None:
    plan = plan_of(people, title="Omgång 🚀 \ud800\x00 مرحبا", may_decide="😀" * 100)
    assert plan.title == "Omgång 🚀 ? مرحبا" and plan.may_decide == "😀" * 100


def test_create_when_somebody_elsewhere_is_named_then_refused(people: People) -> None:
    with pytest.raises(Refused):
        plan_of(people, members=[people.sam])
    with pytest.raises(NotAllowed):
        plan_of(people, units=[people.other_care])


@pytest.mark.parametrize("who", ["bo", "elif_", "farid", "sam"])
def test_writes_when_not_leading_then_not_allowed(people: People, who: str) -> None:
    plan, by = plan_of(people), viewer_of(getattr(people, who))
    need = shared_need(people.bo)
    with pytest.raises(NotAllowed):
        create_round_plan(by=by, facts=plan_facts(people))
    with pytest.raises(NotAllowed):
        change_round_plan(by=by, plan=plan, facts=plan_facts(people))
    with pytest.raises(NotAllowed):
        add_needs(by=by, plan=plan, needs=[need])
    with pytest.raises(NotAllowed):
        remind_late(by=by, plan=plan)
    with pytest.raises(NotAllowed):
        end_round_plan(by=by, plan=plan)


def test_change_when_dates_and_mandate_move_then_the_trail_has_before_and_after(people: People) -> None:
    plan = plan_of(people)
    facts = plan_facts(people, limit_sek=50_000, members=[people.alva], dates=plan_facts(people).dates)
    change_round_plan(by=viewer_of(people.dag), plan=plan, facts=facts)
    told = AuditEvent.objects.get(action="change_round_plan").changes
    assert told["limit_sek"] == [100_000, 50_000] and set(told) == {"limit_sek", "members"}
    change_round_plan(by=viewer_of(people.dag), plan=plan, facts=facts)
    assert AuditEvent.objects.filter(action="change_round_plan").count() == 1, "nothing more was changed"


def test_change_when_it_has_run_for_long_then_its_past_dates_may_stand(people: People) -> None:
    plan = plan_of(people)
    facts = plan_facts(people, limit_sek=50_000, dates=plan_facts(people).dates)
    with in_days(300):
        change_round_plan(by=viewer_of(people.dag), plan=plan, facts=facts)
    plan.refresh_from_db()
    assert plan.limit_sek == 50_000


def test_end_when_ended_then_nothing_is_changed_and_needs_are_free(people: People) -> None:
    need, by = shared_need(people.bo), viewer_of(people.dag)
    plan = plan_of(people, [need])
    assert limit_for(need) == 100_000 and not gatherable_needs(by).exists()
    end_round_plan(by=by, plan=plan)
    assert limit_for(need) is None and list(gatherable_needs(by)) == [need]
    for write in (end_round_plan, remind_late):
        with pytest.raises(Refused, match="ended"):
            write(by=by, plan=plan)


# Needs


def test_limit_when_two_rounds_hold_the_need_then_the_lowest_holds(people: People) -> None:
    need = shared_need(people.bo)
    plan = plan_of(people, [need], limit_sek=None)
    assert limit_for(need) is None
    other = plan_of(people, limit_sek=40_000)
    RoundPlanNeed.objects.create(plan=other, need=need)
    assert limit_for(need) == 40_000
    end_round_plan(by=viewer_of(people.dag), plan=other)
    assert limit_for(need) is None and plan.ended_at is None


def test_add_when_a_need_may_not_be_there_then_refused_by_name(people: People) -> None:
    by, plan = viewer_of(people.dag), plan_of(people)
    hidden = shared_need(people.bo, title="Bara vårt", visibility="unit")
    free = shared_need(people.bo, title="Allas")
    with pytest.raises(Refused, match="Bara vårt"):
        add_needs(by=by, plan=plan, needs=[free, hidden])
    assert not plan.entries.exists(), "all or none"
    assert add_needs(by=by, plan=plan, needs=[free]) == 1
    assert add_needs(by=by, plan=plan, needs=[free]) == 0, "twice is once"
    with pytest.raises(Refused, match="Allas"):
        plan_of(people, [free])
    with pytest.raises(IntegrityError):
        RoundPlanNeed.objects.create(plan=plan, need=free)


def test_needs_of_units_when_units_take_part_then_only_theirs(people: People) -> None:
    ours = shared_need(people.bo)
    other = shared_need(people.dag, "Bussen kommer aldrig i tid.")
    by = viewer_of(people.dag)
    assert list(needs_of_units(by, plan_of(people, units=[people.district]))) == [ours]
    assert set(needs_of_units(by, plan_of(people, units=[]))) == {ours, other}


def test_entries_when_a_need_is_hidden_since_then_others_do_not_see_it(people: People) -> None:
    need = shared_need(people.bo)
    plan = plan_of(people, [need])
    edit_need(by=viewer_of(people.bo), need=need, changes={"visibility": "unit"})
    water = add_person(
        by=Viewer.of_command_line(people.city.pk),
        email="r@ringsala.example",
        name="Rör",
        unit=people.water,
        role=Role.STAFF,
    )
    assert not entries_of(viewer_of(water), plan).exists()
    assert entries_of(viewer_of(people.bo), plan).exists()


def test_remove_when_the_need_is_scored_then_refused_until_it_is_over(people: People) -> None:
    by, needs = viewer_of(people.dag), [need_of(people.bo, title) for title in TITLES]
    plan = plan_of(people, needs)
    told: dict[str, Any] = {"title": "Prio", "criteria": CRITERIA, "may_choose": 1}
    begin_weighing(
        by=by,
        plan=plan,
        needs=needs[:3],
        assessors=[people.alva, people.cilla],
        deadline=now() + timedelta(days=3),
        **told,
    )
    with pytest.raises(Refused, match="scored"):
        remove_need(by=by, plan=plan, need=needs[0])
    remove_need(by=by, plan=plan, need=needs[3])
    assert plan.entries.count() == 3 and Need.objects.filter(pk=needs[3].pk).exists()
    with pytest.raises(Refused, match="already"):
        begin_weighing(
            by=by, plan=plan, needs=needs, assessors=[], deadline=now() + timedelta(days=3), **told
        )


# Steps


def test_steps_when_all_needs_were_chosen_before_then_they_are_prioritised_already(people: People) -> None:
    plan = plan_of(people, [chosen_need(people.bo, people.alva)])
    assert steps_of(again(people, plan), has_pilots=False)[PlanStep.WEIGH] == StepState.DONE
    add_needs(by=viewer_of(people.dag), plan=plan, needs=[shared_need(people.bo)])
    assert steps_of(again(people, plan), has_pilots=False)[PlanStep.WEIGH] == StepState.LATER


def test_steps_when_the_needs_are_weighed_then_that_is_where_the_round_is(people: People) -> None:
    by, needs = viewer_of(people.dag), [need_of(people.bo, title) for title in TITLES]
    plan = plan_of(people, needs)
    assert steps_of(plan, has_pilots=False)[PlanStep.GATHER] == StepState.NOW
    weighing = begin_weighing(
        by=by,
        plan=plan,
        title="Prio",
        needs=needs,
        criteria=CRITERIA,
        assessors=[people.alva, people.cilla],
        deadline=now() + timedelta(days=3),
        may_choose=1,
    )
    plan = again(people, plan)
    assert plan.weighing == weighing and weighing.entries.count() == 4
    assert steps_of(plan, has_pilots=False)[PlanStep.WEIGH] == StepState.NOW


def test_open_to_all_when_words_are_flagged_then_those_are_left(people: People) -> None:
    by = viewer_of(people.dag)
    texts = {"Utan nummer": "Bilarna är slut.", "Med nummer": "Ring 19911231-0009 om nycklarna."}
    rows = [{"external_id": title, "title": title, "symptom": text} for title, text in texts.items()]
    import_needs(by=by, organisation=people.city, source="blad", rows=rows)
    clean, flagged = (Need.objects.get(title=title) for title in texts)
    plan = plan_of(people, [clean, flagged])
    assert open_to_all(by=by, plan=plan, needs=[clean, flagged]) == (1, [flagged])
    clean.refresh_from_db()
    flagged.refresh_from_db()
    assert (clean.visibility, flagged.visibility) == ("public", "organisation")
    assert open_to_all(by=by, plan=plan, needs=[clean]) == (0, [])
    with pytest.raises(NotAllowed):
        open_to_all(by=viewer_of(people.bo), plan=plan, needs=[clean])


def test_call_when_a_need_is_not_public_then_refused_else_drafted_once(people: People) -> None:
    by, need = viewer_of(people.dag), shared_need(people.bo)
    plan = plan_of(people, [need])
    told: dict[str, Any] = {"title": "Sällskap", "deadline": now() + timedelta(days=20)}
    with pytest.raises(Refused, match="public"):
        start_plan_call(by=by, plan=plan, needs=[need], **told)
    open_to_all(by=by, plan=plan, needs=[need])
    call = start_plan_call(by=by, plan=plan, needs=[need], **told)
    assert call.state == "draft" and call.needs.get().need_uuid == need.uuid
    with pytest.raises(Refused, match="already"):
        start_plan_call(by=by, plan=plan, needs=[need], **told)
    row = rows_of(by, again(people, plan), entries_of(by, plan))[0]
    assert row.is_called and row.wait == Wait.FILL_IN


def test_draft_day_when_nothing_fits_then_refused_and_nothing_is_made(people: People) -> None:
    plan = plan_of(people, [shared_need(people.bo)])
    with pytest.raises(Refused, match="nobody to meet"):
        draft_plan_day(by=viewer_of(people.dag), plan=plan, facts=day_facts())
    assert again(people, plan).meeting_day is None
    assert not AuditEvent.objects.filter(action="create_meeting_day").exists()


def test_draft_day_when_a_solution_is_chosen_then_only_that_is_invited(people: People) -> None:
    market, by = make_market(people), viewer_of(people.dag)
    need = chosen_need(people.bo, people.dag)
    plan = plan_of(people, [need])
    run_waiting()
    choose_solution(by=viewer_of(people.bo), need=need, solution=market["Byabuss"])
    draft = draft_plan_day(by=by, plan=plan, facts=day_facts())
    assert (draft.managers, draft.startups) == (1, 1)
    assert {party.name for party in draft.day.parties.all()} == {"Bo", "Byabuss AB"}
    with pytest.raises(Refused, match="already"):
        draft_plan_day(by=by, plan=plan, facts=day_facts())


def test_draft_day_when_a_need_has_no_owner_then_its_units_manager_answers(people: People) -> None:
    make_market(people)
    need = shared_need(people.dag)
    edit_need(by=viewer_of(people.dag), need=need, changes={"unit": people.care})
    plan = plan_of(people, [need])
    run_waiting()
    draft = draft_plan_day(by=viewer_of(people.dag), plan=plan, facts=day_facts())
    need.refresh_from_db()
    assert need.owner == people.bo
    assert draft.day.parties.get(kind="manager").person == people.bo


# Late and reminded


def lates(people: People, plan: Any) -> list[tuple[str, str, set[int]]]:
    found = late_in(viewer_of(people.dag), again(people, plan))
    return [(late.kind.value, late.title, set(late.people)) for late in found]


def test_late_when_a_unit_has_given_no_need_then_its_managers_are_named(people: People) -> None:
    plan = plan_of(people, [])
    assert lates(people, plan) == []
    with in_days(8):
        told = lates(people, plan)
    assert ("unit", people.care.name, {people.bo.pk}) in told
    assert ("unit", people.water.name, set()) in told, "nobody manages it: nobody can be reminded"
    add_needs(by=viewer_of(people.dag), plan=plan, needs=[shared_need(people.bo)])
    with in_days(8):
        assert [title for _kind, title, _people in lates(people, plan)] == [people.water.name]


def test_late_when_needs_stand_still_then_whoever_acts_is_named(people: People) -> None:
    make_market(people)
    lacking = shared_need(people.bo, title="Utan underlag")
    chosen = chosen_need(people.bo, people.dag)
    plan = plan_of(people, [lacking, chosen], units=[])
    with in_days(18):
        assert lates(people, plan) == [("need", "Utan underlag", {people.bo.pk})]
    with in_days(28):
        found = late_in(viewer_of(people.dag), again(people, plan))
        assert [late.title for late in found] == ["Utan underlag", str(chosen)], "the longest first"
        assert [late.since for late in found] == [plan.weigh_until, plan.call_until]


def test_late_when_scores_are_missing_then_assessors_and_then_who_chooses(people: People) -> None:
    by, needs = viewer_of(people.dag), [need_of(people.bo, title) for title in TITLES]
    plan = plan_of(people, needs, units=[], dates=dates_from(today() + timedelta(days=1), days=1))
    begin_weighing(
        by=by,
        plan=plan,
        title="Prio",
        needs=needs,
        criteria=CRITERIA,
        assessors=[people.alva, people.cilla],
        deadline=now() + timedelta(days=5),
        may_choose=1,
    )
    with in_days(3):
        assert lates(people, plan) == [("scores", "Prio", {people.alva.pk, people.cilla.pk})]
    with in_days(6):
        assert lates(people, plan) == [("choice", "Prio", {people.dag.pk})]


def test_late_when_the_call_is_a_draft_then_who_wrote_it_is_named(people: People) -> None:
    by, need = viewer_of(people.dag), shared_need(people.bo, visibility="public")
    plan = plan_of(people, [need], units=[])
    start_plan_call(by=by, plan=plan, needs=[need], title="Sällskap", deadline=now() + timedelta(days=60))
    with in_days(18):
        assert ("open_call", "Sällskap", {people.dag.pk}) in lates(people, plan)


def test_remind_when_pressed_then_each_hears_once_with_all_that_waits(people: People) -> None:
    first, second = shared_need(people.bo, title="Ett"), shared_need(people.bo, title="Två")
    plan = plan_of(people, [first, second], units=[])
    with in_days(18):
        assert remind_late(by=viewer_of(people.dag), plan=plan) == 1
        told = Notification.objects.get(event="matching.round_late")
        assert told.person == people.bo and told.facts["what"] == "“Ett”, “Två”"
        assert told.facts["day"] == f"{plan.weigh_until}"
        assert remind_late(by=viewer_of(people.dag), plan=plan) == 0, "not again within a day"
    with in_days(20):
        assert remind_late(by=viewer_of(people.dag), plan=plan) == 1
    assert AuditEvent.objects.filter(action="remind_late").count() == 2


def test_remind_when_the_robots_look_then_at_most_once_a_week_and_by_mail(people: People) -> None:
    plan_of(people, [shared_need(people.bo, title="Ett")], units=[])
    assert remind_everywhere() == 0, "nobody is late yet"
    with in_days(18):
        assert remind_everywhere() == 1
    with in_days(24):
        assert remind_everywhere() == 0
    with in_days(26):
        assert remind_everywhere() == 1
    with in_days(28):
        assert send_due_mail() == 1
        assert any("Vårens omgång" in str(letter.body) for letter in mail.outbox)


def test_remind_when_another_leads_then_whoever_presses_is_not_told(people: People) -> None:
    need = need_of(people.bo, "Ett")
    plan = plan_of(people, [need], units=[])
    with in_days(18):
        assert [late.kind for late in late_in(viewer_of(people.dag), again(people, plan))] == [LateKind.NEED]
        assert remind_late(by=viewer_of(people.dag), plan=plan) == 0, "it is Dag's own to choose"
        assert remind_late(by=viewer_of(people.alva), plan=plan) == 1
    assert Notification.objects.get(event="matching.round_late").person == people.dag


# Read


def test_waiting_when_a_unit_gathers_then_its_manager_is_asked_and_leaders_see_the_step(
    people: People,
) -> None:
    plan = plan_of(people)
    assert list(plans_lacking_needs(viewer_of(people.bo))) == [plan]
    assert plans_to_lead(viewer_of(people.dag)) == [(plan, PlanStep.GATHER)]
    assert plans_to_lead(viewer_of(people.alva)) == [(plan, PlanStep.GATHER)], "decides in it"
    assert plans_to_lead(viewer_of(people.bo)) == []
    add_needs(by=viewer_of(people.dag), plan=plan, needs=[shared_need(people.bo)])
    assert not plans_lacking_needs(viewer_of(people.bo))


def test_plan_when_read_by_others_then_only_by_who_works_there(people: People) -> None:
    plan = plan_of(people)
    assert plan_for(viewer_of(people.bo), plan.uuid) == plan
    for person in (people.sam, people.elif_, people.farid):
        with pytest.raises(NotAllowed):
            plan_for(viewer_of(person), plan.uuid)


def rows_queries(people: People, count: int, counter: Any) -> int:
    needs = [shared_need(people.bo, f"Det här är fel nummer {n}.", title=f"Fel {n}") for n in range(count)]
    plan = again(people, plan_of(people, needs))
    run_waiting()
    by = viewer_of(people.dag)
    with counter() as queries:
        rows_of(by, plan, entries_of(by, plan))
    return len(queries)


def test_rows_when_there_are_more_then_no_more_queries(
    people: People, django_assert_max_num_queries: Any
) -> None:
    make_market(people)

    def counter() -> Any:
        return django_assert_max_num_queries(8)

    assert rows_queries(people, 3, counter) == rows_queries(people, 20, counter)


def test_report_when_a_month_is_asked_for_then_counts_that_month(people: People) -> None:
    needs = [shared_need(people.bo, title="Ett"), shared_need(people.bo, title="Två")]
    plan = plan_of(people, needs[:1])
    with in_days(40):
        add_needs(by=viewer_of(people.dag), plan=plan, needs=needs[1:])
        plan = again(people, plan)
        report = report_of(plan, month_of(""), [])
        gathered = report.figures[0]
        assert (gathered.total, gathered.month) == (2, 1)
        assert [each.title.partition(",")[0] for each in report.wanted] == ["Prioritise"], "a step is late"
        assert report.money.left == 300_000


def test_month_when_the_address_says_nonsense_or_the_future_then_this_month() -> None:
    this = today().replace(day=1)
    assert month_of("") == month_of("9999-01") == month_of("nu") == month_of("2026-13") == this
    assert month_of("2025-02").isoformat() == "2025-02-01"


def test_erased_person_when_made_the_round_then_it_stands(people: People) -> None:
    plan = plan_of(people)
    assert {person.pk for person in Person.objects.filter(round_plans=plan)} == {
        people.alva.pk,
        people.cilla.pk,
    }
