"""Judged, chosen, checked, called for: by those who may, in one transaction with the audit."""

from datetime import timedelta

import pytest

from ringar.core.clock import now
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions import (
    ask_match,
    check_criterion,
    choose_solution,
    judge_match,
    start_call_for,
    take_back_judgement,
    unchoose_solution,
)
from ringar.matching.models import Choice, CriterionCheck, Judgement, Match
from ringar.needs.actions import edit_need
from ringar.needs.models import Need
from ringar.robots.models.work import Work
from ringar.solvers.actions import edit_solution
from tests.people import People
from tests.rooms.matching.cast import chosen_need, make_market, ranked, shared_need


def audited(need: Need) -> list[str]:
    rows = AuditEvent.objects.filter(target_id=str(need.uuid)).order_by("id")
    return [
        row.action
        for row in rows
        if row.action.split("_")[0] in {"judge", "take", "choose", "unchoose", "check"}
    ]


def test_judge_match_when_judged_again_keeps_one_and_the_audit_both(people: People) -> None:
    market, need, by = make_market(people), shared_need(people.bo), viewer_of(people.bo)
    ranked(need)
    judge_match(by=by, need=need, solution=market["Långbord"], fits=True, why="De bor nära.", rank_shown=2)
    judge_match(by=by, need=need, solution=market["Långbord"], fits=False, rank_shown=99)
    judgement = Judgement.objects.get()
    assert (judgement.fits, judgement.why, judgement.rank_shown) == (False, "", 30)
    assert judgement.parts == need.matches.get(solution=market["Långbord"]).parts
    changes = [row.changes["fits"] for row in AuditEvent.objects.filter(action="judge_match").order_by("id")]
    assert changes == [[True], [True, False]]
    assert Work.objects.filter(name="matching.learn", organisation=people.city).count() == 1
    take_back_judgement(by=by, need=need, solution=market["Långbord"])
    take_back_judgement(by=by, need=need, solution=market["Långbord"])
    assert not Judgement.objects.exists()
    assert audited(need) == ["judge_match", "judge_match", "take_back_judgement"]


def test_judge_match_when_two_people_judge_keeps_both(people: People) -> None:
    market, need = make_market(people), shared_need(people.bo)
    for person, fits in ((people.bo, True), (people.alva, False)):
        judge_match(by=viewer_of(person), need=need, solution=market["Långbord"], fits=fits)
    assert list(Judgement.objects.order_by("id").values_list("fits", flat=True)) == [True, False]


@pytest.mark.parametrize("name", ["elif_", "farid", "sam"])
def test_writing_when_outside_is_not_allowed(people: People, name: str) -> None:
    market, need = make_market(people), chosen_need(people.bo, people.alva)
    by, solution = viewer_of(getattr(people, name)), market["Kaffesällskap"]
    for write in (
        lambda: judge_match(by=by, need=need, solution=solution, fits=True),
        lambda: take_back_judgement(by=by, need=need, solution=solution),
        lambda: ask_match(by=by, need=need, solution=solution),
        lambda: choose_solution(by=by, need=need, solution=solution),
        lambda: check_criterion(
            by=by, need=need, solution=solution, criterion="Ingen ny inloggning", verdict="yes"
        ),
        lambda: start_call_for(by=by, needs=[need], title="Hjälp", deadline=now() + timedelta(days=9)),
    ):
        with pytest.raises(NotAllowed):
            write()
    assert not (Judgement.objects.exists() or Choice.objects.exists() or Match.objects.exists())


def test_judge_match_when_text_is_too_long_or_solution_gone_refuses_and_saves_nothing(people: People) -> None:
    market, need, by = make_market(people), shared_need(people.bo), viewer_of(people.bo)
    with pytest.raises(Refused, match=r"50000|50 000"):
        judge_match(by=by, need=need, solution=market["Långbord"], fits=True, why="x" * 50_000)
    edit_solution(by=Viewer.of_command_line(), solution=market["Långbord"], is_published=False)
    with pytest.raises(Refused):
        judge_match(by=by, need=need, solution=market["Långbord"], fits=True)
    assert not Judgement.objects.exists()


@pytest.mark.parametrize("why", ["😀 passar", "مرحبا بكم", "halv \ud800 tecken", "noll\x00tecken"])
def test_judge_match_when_text_is_odd_keeps_what_can_be_kept(people: People, why: str) -> None:
    market, need = make_market(people), shared_need(people.bo)
    judge_match(by=viewer_of(people.bo), need=need, solution=market["Långbord"], fits=True, why=why)
    kept = Judgement.objects.get().why
    assert kept == why.replace("\ud800", "?").replace("\x00", "")


def test_choose_solution_when_first_moves_the_need_and_the_last_taken_back_moves_it_back(
    people: People,
) -> None:
    market, need, by = make_market(people), chosen_need(people.bo, people.alva), viewer_of(people.bo)
    choose_solution(by=by, need=need, solution=market["Långbord"])
    choose_solution(by=by, need=need, solution=market["Långbord"])
    choose_solution(by=by, need=need, solution=market["Kaffesällskap"])
    assert Choice.objects.count() == 2
    assert Need.objects.get(pk=need.pk).state == "matched"
    unchoose_solution(by=by, need=need, solution=market["Långbord"])
    assert Need.objects.get(pk=need.pk).state == "matched"
    unchoose_solution(by=by, need=need, solution=market["Kaffesällskap"])
    assert Need.objects.get(pk=need.pk).state == "chosen"
    assert audited(need) == ["choose_solution"] * 2 + ["unchoose_solution"] * 2


def test_choose_solution_when_need_is_not_chosen_is_not_allowed(people: People) -> None:
    market, need = make_market(people), shared_need(people.bo)
    with pytest.raises(NotAllowed):
        choose_solution(by=viewer_of(people.bo), need=need, solution=market["Långbord"])


def test_check_criterion_when_changed_keeps_the_latest_and_the_audit_both(people: People) -> None:
    market, need, by = make_market(people), chosen_need(people.bo, people.alva), viewer_of(people.bo)
    for verdict, note in (("unclear", ""), ("yes", "Det står i avtalet."), ("yes", "Det står i avtalet.")):
        check_criterion(
            by=by,
            need=need,
            solution=market["Långbord"],
            criterion="Ingen ny inloggning",
            verdict=verdict,
            note=note,
        )
    check = CriterionCheck.objects.get()
    assert (check.verdict, check.note, check.person) == ("yes", "Det står i avtalet.", people.bo)
    assert audited(need) == ["check_criterion"] * 2


def test_check_criterion_when_there_is_no_such_criterion_refuses(people: People) -> None:
    market, need = make_market(people), chosen_need(people.bo, people.alva)
    for criterion, verdict in (("Något annat", "yes"), ("Ingen ny inloggning", "kanske")):
        with pytest.raises(Refused):
            check_criterion(
                by=viewer_of(people.bo),
                need=need,
                solution=market["Långbord"],
                criterion=criterion,
                verdict=verdict,
            )


def test_start_call_for_when_needs_have_criteria_takes_them_along(people: People) -> None:
    need, other = (
        chosen_need(people.bo, people.alva),
        shared_need(people.alva, "Lekplatsen är mörk klockan fyra."),
    )
    by = viewer_of(people.alva)
    with pytest.raises(Refused, match="offentlig"):
        start_call_for(by=by, needs=[need, other], title="Hjälp oss", deadline=now() + timedelta(days=20))
    for row in (need, other):
        edit_need(by=by, need=row, changes={"visibility": "public"})
        row.refresh_from_db()
    call = start_call_for(by=by, needs=[need, other], title="Hjälp oss", deadline=now() + timedelta(days=20))
    assert call.state == "draft"
    assert [row.need_uuid for row in call.needs.all()] == [need.uuid, other.uuid]
    assert [row.text for row in call.criteria.all()] == ["Minst ett samtal om dagen", "Ingen ny inloggning"]
    assert "mörk klockan fyra" in call.text
    with pytest.raises(Refused):
        start_call_for(by=by, needs=[], title="Hjälp oss", deadline=now() + timedelta(days=20))
