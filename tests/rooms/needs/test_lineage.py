"""Needs merged into one, split into parts, and all of it undone: exactly as it was."""

import pytest

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
    undo_lineage,
)
from ringar.needs.models import Lineage, Need
from ringar.needs.queries import listed_needs, need_for
from ringar.talk.actions import follow_row
from ringar.talk.models import Follow, Notification
from tests.people import People
from tests.rooms.needs.cast import shared_by

REASON = "Det är samma sak"


def full_need(person, other, symptom: str = "Hissen står still varje vecka.", **more) -> Need:
    """A need with one of everything that hangs on a need; `other` joins and follows it."""
    need, by = shared_by(person, symptom, **more), viewer_of(person)
    add_evidence(by=by, need=need, kind="interview", summary="De boende går i trappan.")
    add_criterion(by=by, need=need, text=f"Fungerar även när {symptom[:12]}")
    add_why(by=by, need=need, answer="Reservdelar saknas.")
    follow_row(by=viewer_of(other), row=need)
    return need_for(by, need.uuid)


def test_merge_needs_when_one_is_kept_then_everything_moves_there(people: People) -> None:
    first = shared_by(people.dag, "Hissen stannar varje måndag.")
    second = full_need(people.bo, people.cilla)
    lineage = merge_needs(by=viewer_of(people.dag), needs=[second], target=first, reason=REASON)
    first, second = Need.objects.get(pk=first.pk), Need.objects.get(pk=second.pk)
    assert (second.state, first.state) == ("closed", "shared")
    assert first.evidence.get().origin == second and first.outside_count == 1
    assert [second.evidence.count(), second.whys.count(), second.criteria.count()] == [0, 0, 0]
    assert [why.answer for why in first.whys.all()] == ["Reservdelar saknas."] and first.criteria_count == 1
    assert first.joinings.get().unit == people.care and first.joined_count == 1
    assert list(lineage.from_needs.all()) == [second] and list(lineage.to_needs.all()) == [first]
    assert Follow.objects.filter(row=first.uuid, person=people.cilla).exists()
    told = Notification.objects.filter(event="needs.merged")
    assert {row.person for row in told} == {people.bo, people.cilla}
    assert first in listed_needs(viewer_of(people.bo)) and second not in listed_needs(viewer_of(people.bo))


def test_undo_lineage_when_nothing_has_happened_then_as_before(people: People) -> None:
    first = shared_by(people.dag, "Hissen stannar varje måndag.")
    second = full_need(people.bo, people.cilla)
    by = viewer_of(people.dag)
    lineage = merge_needs(by=by, needs=[second], target=first, reason=REASON)
    undo_lineage(by=by, lineage=lineage, reason="Det var två hissar")
    assert Need.objects.get(pk=second.pk).state == "shared"
