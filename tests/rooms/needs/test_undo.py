"""Undoing a merge or a split: whatever the needs were, every row is as it was; and what stands in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringar.core.models import TeamMember
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import (
    add_criterion,
    add_evidence,
    add_why,
    edit_need,
    invite_to_team,
    join_need,
    merge_needs,
    set_criteria,
    split_need,
    undo_lineage,
)
from ringar.needs.ancestry import obstacles
from ringar.needs.lineage import Part
from ringar.needs.models import Criterion, Evidence, Joining, Lineage, Need, Why
from ringar.talk.actions import follow_row
from ringar.talk.models import Follow
from tests.people import People
from tests.rooms.needs.cast import shared_by

TABLES = (Need, Evidence, Joining, Criterion, Why, TeamMember, Follow)
REASON = "Det är samma sak"


def rows() -> dict[str, dict[int, dict[str, Any]]]:
    """Every row of every table that a merge or a split touches."""
    return {table.__name__: {row["id"]: row for row in table.objects.values()} for table in TABLES}


needs_drawn = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.sampled_from(["bo", "alva", "dag"]),
            "visibility": st.sampled_from(["unit", "organisation", "public"]),
            "evidence": st.integers(0, 2),
            "criteria": st.integers(0, 3),
            "whys": st.integers(0, 3),
            "joins": st.booleans(),
            "follows": st.booleans(),
            "team": st.booleans(),
        }
    ),
    min_size=2,
    max_size=4,
)


def build(people: People, number: int, told: dict[str, Any]) -> Need:
    by = viewer_of(getattr(people, told["person"]))
    need = shared_by(
        getattr(people, told["person"]), f"Hiss {number} står still.", visibility=told["visibility"]
    )
    for place in range(told["evidence"]):
        add_evidence(by=by, need=need, kind="data", summary=f"Stopp {place}", is_outside=place == 0)
    for place in range(told["criteria"]):
        add_criterion(by=by, need=need, text=f"Krav {number if place else 0} {place}")
    for place in range(told["whys"]):
        add_why(by=by, need=need, answer=f"Därför {place}")
    if told["joins"]:
        join_need(
            by=by, need=need, unit=people.water if by.leads else people.care, note=""
        ) if by.leads else None
    if told["follows"]:
        follow_row(by=viewer_of(people.cilla), row=need)
    if told["team"]:
        invite_to_team(by=by, need=need, person=people.cilla)
    return Need.objects.get(pk=need.pk)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=needs_drawn, is_new=st.booleans())
def test_undo_lineage_when_a_merge_is_undone_then_every_row_is_as_before(
    people: People, drawn, is_new
) -> None:
    with transaction.atomic():
        made = [build(people, number, told) for number, told in enumerate(drawn)]
        before, by = rows(), viewer_of(people.dag)
        target = None if is_new else made[0]
        lineage = merge_needs(
            by=by, needs=made if is_new else made[1:], target=target, symptom="Hissarna.", reason=REASON
        )
        undo_lineage(by=by, lineage=lineage, reason="Det var två")
        after = rows()
        for pk in lineage.to_needs.exclude(pk__in=before["Need"]).values_list("pk", flat=True):
            assert after["Need"].pop(pk)["state"] == "closed"
        assert after == before
        transaction.set_rollback(True)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=needs_drawn, closes=st.booleans(), places=st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_undo_lineage_when_a_split_is_undone_then_every_row_is_as_before(
    people: People, drawn, closes, places
) -> None:
    with transaction.atomic():
        need = build(people, 0, drawn[0])
        before, by, waiting = rows(), viewer_of(people.dag), list(places)
        parts = [
            Part("", f"Del {number}", *({pk for pk, place in shares.items() if place == number} for shares in [
                {pk: waiting[i % 8] for i, pk in enumerate(rows_.values_list("pk", flat=True))}
                for rows_ in (need.evidence, need.joinings, need.criteria)
            ]))
            for number in (1, 2)
        ]  # fmt: skip
        lineage = split_need(by=by, need=need, parts=parts, reason=REASON, closes=closes)
        undo_lineage(by=by, lineage=lineage, reason="Det var en")
        after = rows()
        for pk in lineage.to_needs.values_list("pk", flat=True):
            assert after["Need"].pop(pk)["state"] == "closed"
        assert after == before
        transaction.set_rollback(True)


@pytest.fixture
def merged(people: People) -> tuple[Need, Need, Lineage]:
    """A need that lives on, the one that was merged into it, and the step."""
    living, closed = shared_by(people.dag, "Hissen stannar."), shared_by(people.bo, "Hissen fastnar.")
    add_criterion(by=viewer_of(people.bo), need=closed, text="Går alltid")
    add_why(by=viewer_of(people.bo), need=closed, answer="Gammal motor")
    lineage = merge_needs(by=viewer_of(people.dag), needs=[closed], target=living, reason=REASON)
    return living, closed, lineage


def test_undo_lineage_when_the_living_one_got_more_since_then_it_keeps_that(people: People, merged) -> None:
    living, closed, lineage = merged
    dag = viewer_of(people.dag)
    add_evidence(by=dag, need=living, kind="data", summary="Ny mätning")
    add_why(by=dag, need=living, answer="Ingen service")
    set_criteria(by=dag, need=living, texts=["Går alltid", "Tyst"])
    edit_need(by=dag, need=living, changes={"tried": "Omstart"})
    undo_lineage(by=dag, lineage=lineage, reason="Två hissar")
    living, closed = (Need.objects.get(pk=need.pk) for need in (living, closed))
    assert (living.evidence_count, living.tried, closed.state) == (1, "Omstart", "shared")
    assert [row.text for row in closed.criteria.all()] == ["Går alltid"], "written anew where it was"
    assert [(row.order, row.answer) for row in living.whys.all()] == [(1, "Ingen service")]
    assert [row.answer for row in closed.whys.all()] == ["Gammal motor"]
    add_why(by=dag, need=living, answer="Ingen budget")


def test_undo_lineage_when_merged_again_since_then_that_is_undone_first(people: People, merged) -> None:
    living, _closed, lineage = merged
    dag = viewer_of(people.dag)
    third = shared_by(people.dag, "Alla hissar.")
    later = merge_needs(by=dag, needs=[living], target=third, reason=REASON)
    assert len(obstacles(lineage)) == 1
    with pytest.raises(Refused):
        undo_lineage(by=dag, lineage=lineage, reason="Nej")
    undo_lineage(by=dag, lineage=later, reason="Nej")
    undo_lineage(by=dag, lineage=lineage, reason="Nej")
    with pytest.raises(Refused):
        undo_lineage(by=dag, lineage=lineage, reason="En gång till")


def test_undo_lineage_when_a_supplier_is_met_then_not(people: People, merged) -> None:
    living, _closed, lineage = merged
    Need.objects.filter(pk=living.pk).update(state="meeting")
    with pytest.raises(Refused, match="Hissen stannar"):
        undo_lineage(by=viewer_of(people.dag), lineage=lineage, reason="Nej")


def test_undo_lineage_when_a_new_need_has_got_evidence_then_says_so(people: People) -> None:
    dag = viewer_of(people.dag)
    needs = [shared_by(people.dag, f"Hiss {n} stannar.") for n in range(2)]
    lineage = merge_needs(by=dag, needs=needs, target=None, symptom="Hissarna.", reason=REASON)
    add_evidence(by=dag, need=lineage.to_needs.get(), kind="data", summary="Ny mätning")
    with pytest.raises(Refused, match="Hissarna"):
        undo_lineage(by=dag, lineage=lineage, reason="Nej")
    assert Need.objects.filter(state="closed").count() == 2


def test_undo_lineage_when_too_late_then_refused(people: People, merged, settings) -> None:
    lineage = merged[2]
    Lineage.objects.filter(pk=lineage.pk).update(
        at=lineage.at - timedelta(days=settings.RINGAR_UNDO_DAYS, hours=1)
    )
    with pytest.raises(Refused, match=str(settings.RINGAR_UNDO_DAYS)):
        undo_lineage(by=viewer_of(people.dag), lineage=lineage, reason="Nej")


@pytest.mark.parametrize("who", ["bo", "alva", "sam", "elif_"])
def test_undo_lineage_when_not_all_are_theirs_then_not_allowed(people: People, who: str) -> None:
    needs = [shared_by(people.dag, f"Hiss {n} stannar.", visibility="unit") for n in range(2)]
    lineage = merge_needs(by=viewer_of(people.dag), needs=needs[1:], target=needs[0], reason=REASON)
    with pytest.raises(NotAllowed):
        undo_lineage(by=viewer_of(getattr(people, who)), lineage=lineage, reason="Nej")


def test_undo_lineage_when_the_reason_is_empty_then_refused(people: People, merged) -> None:
    with pytest.raises(Refused):
        undo_lineage(by=viewer_of(people.dag), lineage=merged[2], reason=" ")
