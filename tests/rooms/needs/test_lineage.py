"""Needs merged into one and split into parts: what moves, who may, who is told, and what shows afterwards."""

import threading

import pytest
from django.db import connection

from ringar.core.models import AuditEvent, Person, TeamMember
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import (
    Flagged,
    add_criterion,
    add_evidence,
    add_why,
    edit_need,
    join_need,
    merge_needs,
    move_need,
    split_need,
    undo_lineage,
)
from ringar.needs.ancestry import ancestry_of
from ringar.needs.lineage import Part, plan_merge
from ringar.needs.models import Criterion, Lineage, Need
from ringar.needs.queries import listed_needs, need_for, search_ids
from ringar.talk.actions import follow_row
from ringar.talk.models import Follow, Notification
from tests.people import People
from tests.rooms.needs.cast import shared_by

REASON = "Det är samma sak"
LIFT = "Hissen står still varje vecka."


def full_need(person: Person, follower: Person, symptom: str = LIFT, **more: str) -> Need:
    """A need with one of everything that hangs on a need."""
    need, by = shared_by(person, symptom, **more), viewer_of(person)
    add_evidence(by=by, need=need, kind="interview", summary="De boende går i trappan.")
    add_criterion(by=by, need=need, text=f"Fungerar när {symptom[:12].lower()}")
    add_why(by=by, need=need, answer="Reservdelar saknas.")
    follow_row(by=viewer_of(follower), row=need)
    return need_for(by, need.uuid)


def fresh(need: Need) -> Need:
    return Need.objects.get(pk=need.pk)


@pytest.fixture
def pair(people: People) -> tuple[Need, Need]:
    """Dag's need, and Bo's of another unit with one of everything."""
    return shared_by(people.dag, "Hissen stannar varje måndag."), full_need(people.bo, people.cilla)


def test_merge_needs_when_one_is_kept_then_everything_moves_there(people: People, pair) -> None:
    lineage = merge_needs(by=viewer_of(people.dag), needs=[pair[1]], target=pair[0], reason=REASON)
    living, closed = map(fresh, pair)
    assert (closed.state, living.state) == ("closed", "shared")
    assert living.evidence.get().origin == closed and living.outside_count == 1
    assert [closed.evidence.count(), closed.whys.count(), closed.criteria.count()] == [0, 0, 0]
    assert [why.answer for why in living.whys.all()] == ["Reservdelar saknas."]
    assert (living.criteria_count, closed.criteria_count, closed.evidence_count) == (1, 0, 0)
    assert living.joinings.get().unit == people.care and living.joined_count == 1
    assert list(lineage.from_needs.all()) == [closed] and list(lineage.to_needs.all()) == [living]


def test_merge_needs_when_done_then_those_concerned_are_told_and_followers_follow_along(
    people: People, pair
) -> None:
    living, closed = pair
    join_need(by=viewer_of(people.alva), need=closed)
    merge_needs(by=viewer_of(people.dag), needs=[closed], target=living, reason=REASON)
    told = Notification.objects.filter(event="needs.merged")
    assert sorted(row.person.name for row in told) == ["Alva", "Bo", "Cilla"]
    assert {row.facts["reason"] for row in told} == {REASON}
    assert Follow.objects.filter(row=living.uuid, person=people.cilla).exists()
    assert TeamMember.objects.get(row=living.uuid).person == people.bo, "whoever wrote it works on with it"
    moves = AuditEvent.objects.filter(action="move_need", target_id=str(closed.uuid)).latest("id")
    assert moves.changes == {"state": ["shared", "closed"], "reason": REASON}
    assert AuditEvent.objects.filter(action="merge_needs", target_id=str(living.uuid)).exists()


def test_merge_needs_when_done_then_lists_and_searches_show_the_living_one_alone(
    people: People, pair
) -> None:
    living, closed = pair
    bo = viewer_of(people.bo)
    assert set(listed_needs(bo)) == {living, closed} and set(search_ids(bo, "hissen")) == {
        living.pk,
        closed.pk,
    }
    lineage = merge_needs(by=viewer_of(people.dag), needs=[closed], target=living, reason=REASON)
    assert list(listed_needs(bo)) == [living] and search_ids(bo, "hissen") == [living.pk]
    assert need_for(bo, closed.uuid) == closed, "its page stays"
    undo_lineage(by=viewer_of(people.dag), lineage=lineage, reason="Två hissar")
    assert set(listed_needs(bo)) == {living, closed}


def test_merge_needs_when_newly_written_then_the_others_close(people: People, pair) -> None:
    lineage = merge_needs(
        by=viewer_of(people.dag),
        needs=list(pair),
        target=None,
        title="Hissarna",
        symptom="Hissarna står still.",
        reason=REASON,
    )
    made = lineage.to_needs.get()
    assert (made.title, made.state, made.visibility) == ("Hissarna", "shared", "organisation")
    assert {fresh(need).state for need in pair} == {"closed"}
    assert made.evidence_count == made.criteria_count == made.joined_count == 1
    with pytest.raises(Refused):
        merge_needs(by=viewer_of(people.dag), needs=list(pair), target=None, symptom="Igen", reason=REASON)


def test_merge_needs_when_both_have_joined_units_then_each_unit_once(people: People, pair) -> None:
    living, closed = pair
    for need in pair:
        join_need(by=viewer_of(people.cilla), need=need, unit=people.water, note="Här med")
    merge_needs(by=viewer_of(people.dag), needs=[closed], target=living, reason=REASON)
    units = list(living.joinings.values_list("unit__name", flat=True))
    assert sorted(units) == sorted([people.water.name, people.care.name])
    assert closed.joinings.get().unit == people.water, "it stays where it is"


def test_merge_needs_when_criteria_do_not_fit_then_the_ticked_ones_move(people: People, pair) -> None:
    living, closed = pair
    for number in range(4):
        add_criterion(by=viewer_of(people.dag), need=living, text=f"Krav {number}")
        add_criterion(by=viewer_of(people.bo), need=closed, text=f"KRAV {number}" if number else "Annat")
    rows = {row.text: row.pk for row in Criterion.objects.filter(need=closed)}
    plan = plan_merge([fresh(closed)], target=fresh(living), unit=living.unit, visibility="")
    assert [len(plan.moves[0].criteria), len(plan.left_out)] == [1, 1], "those with the same words are one"
    by, told = viewer_of(people.dag), {"needs": [closed], "target": living, "reason": REASON}
    with pytest.raises(Refused):
        merge_needs(by=by, criteria=list(rows.values()), **told)
    merge_needs(by=by, criteria=[rows["Annat"]], **told)
    assert [row.text for row in living.criteria.all()] == ["Krav 0", "Krav 1", "Krav 2", "Krav 3", "Annat"]


@pytest.mark.parametrize("who", ["bo", "alva", "elif_", "sam"])
def test_merge_needs_when_not_allowed_on_all_then_nothing_happens(people: People, pair, who: str) -> None:
    closed = pair[1]
    hidden = shared_by(people.dag, "Porten går inte att öppna.", visibility="unit")
    by = viewer_of(getattr(people, who))
    with pytest.raises(NotAllowed):
        merge_needs(by=by, needs=[closed], target=hidden, reason=REASON)
    assert not Lineage.objects.exists() and fresh(closed).state == "shared"


def test_merge_needs_when_a_supplier_has_been_chosen_then_it_can_only_live_on(people: People, pair) -> None:
    living, closed = pair
    Need.objects.filter(pk=closed.pk).update(state="meeting")
    dag = viewer_of(people.dag)
    with pytest.raises(NotAllowed):
        merge_needs(by=dag, needs=[closed], target=living, reason=REASON)
    merge_needs(by=dag, needs=[living], target=closed, reason=REASON)
    assert (fresh(closed).state, fresh(living).state) == ("meeting", "closed")


@pytest.mark.parametrize("reason", ["", "   "])
def test_merge_needs_when_there_is_no_reason_then_refused(people: People, pair, reason: str) -> None:
    with pytest.raises(Refused):
        merge_needs(by=viewer_of(people.dag), needs=[pair[1]], target=pair[0], reason=reason)


def test_merge_needs_when_a_units_own_goes_to_all_then_its_words_are_decided_on_first(people: People) -> None:
    dag, bo = viewer_of(people.dag), viewer_of(people.bo)
    living = shared_by(people.dag, "Larmen kommer för sent.", visibility="public")
    hidden = shared_by(people.bo, "Larmet ringer inte.", visibility="unit")
    key = add_evidence(by=bo, need=hidden, kind="data", summary="Astrid Karlsson väntade en timme.")
    assert key.is_draft, "names are decided on when evidence is written"
    add_evidence(by=bo, need=hidden, kind="data", summary="Kön är lång.")
    add_why(by=bo, need=hidden, answer="Ingen har diabetes i tankarna.", kept=kept_in("why", bo, hidden))
    plan = plan_merge([fresh(hidden)], target=living, unit=living.unit, visibility="")
    assert plan.moves[0].is_wider and not plan.moves[0].is_narrower and plan.moves[0].drafts == 1
    assert "Kön är lång." in plan.texts["evidence"] and "Astrid" not in plan.texts["evidence"]
    with pytest.raises(Flagged) as stopped:
        merge_needs(by=dag, needs=[hidden], target=living, reason=REASON)
    merge_needs(
        by=dag, needs=[hidden], target=living, reason=REASON, kept=[flag.key for flag in stopped.value.flags]
    )
    assert living.evidence.get(is_draft=True).summary.startswith("Astrid"), "still seen by its writer alone"
    assert fresh(living).evidence_count == 1


def kept_in(name: str, by, need: Need) -> list[str]:
    """The keys of the flags in the why that the test is about."""
    with pytest.raises(Flagged) as stopped:
        add_why(by=by, need=need, answer="Ingen har diabetes i tankarna.")
    return [flag.key for flag in stopped.value.flags if flag.field == name]


def test_merge_needs_when_two_units_own_then_the_other_unit_counts_as_more_people(people: People) -> None:
    care = shared_by(people.bo, "Larmet ringer inte.", visibility="unit")
    top = shared_by(people.dag, "Larmen kommer för sent.", visibility="unit")
    plan = plan_merge([care], target=top, unit=top.unit, visibility="")
    assert plan.moves[0].is_wider and plan.moves[0].is_narrower
    merge_needs(by=viewer_of(people.dag), needs=[care], target=top, reason=REASON)
    assert need_for(viewer_of(people.bo), top.uuid) == top, (
        "whoever wrote the other sees the one that lives on"
    )


def test_merge_needs_when_something_changed_since_it_was_looked_at_then_looked_at_again(
    people: People, pair
) -> None:
    living, closed = pair
    mark = plan_merge([closed], target=living, unit=living.unit, visibility="").mark
    add_evidence(by=viewer_of(people.bo), need=closed, kind="data", summary="Trettio stopp på en månad.")
    told = {"needs": [closed], "target": living, "reason": REASON}
    with pytest.raises(Refused):
        merge_needs(by=viewer_of(people.dag), mark=mark, **told)
    mark = plan_merge([fresh(closed)], target=fresh(living), unit=living.unit, visibility="").mark
    merge_needs(by=viewer_of(people.dag), mark=mark, **told)


@pytest.mark.django_db(transaction=True)
def test_merge_needs_when_two_merge_the_same_at_once_then_one_does(people: People) -> None:
    needs = [
        shared_by(people.dag, f"Hissen {word} varje måndag.") for word in ("stannar", "fastnar", "tjuter")
    ]
    by, started, ended = viewer_of(people.dag), threading.Barrier(2), []

    def merge(target: Need) -> None:
        connection.ensure_connection()
        started.wait()
        try:
            merge_needs(by=by, needs=[needs[1]], target=target, reason=REASON)
            ended.append("merged")
        except Refused:
            ended.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=[need]) for need in (needs[0], needs[2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["merged", "refused"] and Lineage.objects.count() == 1


def test_split_need_when_closing_then_each_part_gets_what_was_chosen(people: People, pair) -> None:
    need, bo = pair[1], viewer_of(people.bo)
    join_need(by=viewer_of(people.alva), need=need)
    parts = [
        Part("Hissen", "Hissen stannar.", evidence=[need.evidence.get().pk]),
        Part("Trappan", "Trappan är hal.", joinings=[need.joinings.get().pk]),
    ]
    lineage = split_need(by=bo, need=need, parts=parts, reason="Det är två saker")
    first, second = lineage.to_needs.order_by("pk")
    assert (first.evidence_count, first.joined_count) == (1, 0)
    assert (second.evidence_count, second.joined_count) == (0, 1)
    assert fresh(need).state == "closed" and need.whys.count() == 1, "what was not moved stays"
    assert {first.visibility, second.visibility} == {need.visibility} and first.state == "shared"
    assert {row.person for row in Notification.objects.filter(event="needs.split")} == {
        people.alva,
        people.cilla,
    }
    assert Follow.objects.filter(person=people.cilla, row__in=[first.uuid, second.uuid]).count() == 2


def test_split_need_when_it_lives_on_then_it_stays_in_lists(people: People, pair) -> None:
    need, dag = pair[1], viewer_of(people.dag)
    lineage = split_need(
        by=dag, need=need, parts=[Part("", "Trappan är hal.")], reason="En sak till", closes=False
    )
    part = lineage.to_needs.get()
    assert fresh(need).state == "shared" and {need, part} <= set(listed_needs(dag))
    assert TeamMember.objects.get(row=part.uuid).person == people.bo, (
        "whoever wrote the first works with both"
    )
    undo_lineage(by=dag, lineage=lineage, reason="Nej")
    assert fresh(part).state == "closed" and fresh(need).state == "shared"


@pytest.mark.parametrize(
    "parts", [[], [Part("", "En enda.")], [Part("Utan text", ""), Part("", "En.")], [Part("", "Del.")] * 6]
)
def test_split_need_when_the_parts_do_not_hold_then_refused(people: People, pair, parts: list[Part]) -> None:
    with pytest.raises(Refused):
        split_need(by=viewer_of(people.bo), need=pair[1], parts=parts, reason="Två saker")
    assert not Lineage.objects.exists()


def test_split_need_when_a_part_names_somebody_then_flagged(people: People, pair) -> None:
    parts = [Part("", "Astrid Karlsson faller i trappan."), Part("", "Hissen stannar.")]
    with pytest.raises(Flagged):
        split_need(by=viewer_of(people.bo), need=pair[1], parts=parts, reason="Två saker")


def test_ancestry_of_when_merged_in_steps_then_the_tree_shows_what_each_may_see(people: People) -> None:
    dag = viewer_of(people.dag)
    hidden = shared_by(people.bo, "Larmet ringer inte.", "HEMLIGT", visibility="unit")
    middle, last = (shared_by(people.dag, f"Larm {n} är sent.", f"Larm {n}", "public") for n in (1, 2))
    merge_needs(by=dag, needs=[hidden], target=middle, reason=REASON)
    merge_needs(by=dag, needs=[middle], target=last, reason=REASON)
    seen = ancestry_of(last, dag).origins
    assert [branch.need for branch in seen] == [middle] and seen[0].relatives[0].need == hidden
    outside = ancestry_of(last, viewer_of(people.farid)).origins
    assert outside[0].need == middle and outside[0].relatives[0].need is None
    below = ancestry_of(hidden, dag).became
    assert below[0].need == middle and below[0].relatives[0].need == last
    assert not ancestry_of(shared_by(people.dag, "Ensamt."), dag)


def test_move_need_when_it_became_another_then_not_opened_by_itself(people: People, pair) -> None:
    living, closed = pair
    merge_needs(by=viewer_of(people.dag), needs=[closed], target=living, reason=REASON)
    for state in ("shared", "explored"):
        with pytest.raises(Refused):
            move_need(by=viewer_of(people.dag), need=closed, to=state, reason="Ändå inte")
    with pytest.raises(NotAllowed):
        move_need(by=viewer_of(people.bo), need=closed, to="chosen", reason="Ändå inte")


def test_edit_need_when_the_owner_is_of_another_unit_then_the_owner_sees_and_writes(people: People) -> None:
    need = shared_by(people.dag, "Avtalet löper ut.", visibility="unit")
    with pytest.raises(NotAllowed):
        need_for(viewer_of(people.bo), need.uuid)
    edit_need(by=viewer_of(people.dag), need=need, changes={"owner": people.bo})
    bo = viewer_of(people.bo)
    assert need_for(bo, need.uuid) == need and need in listed_needs(bo)
    assert search_ids(bo, "avtalet") == [need.pk]
    edit_need(by=bo, need=need, changes={"tried": "Förlängning"})
