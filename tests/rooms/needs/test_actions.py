"""Writes on needs: drafts, sharing, moving, joining."""

import uuid

import pytest

from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions import (
    Flagged,
    add_criterion,
    add_why,
    discard_draft,
    edit_need,
    join_need,
    leave_need,
    move_need,
    remove_last_why,
    save_draft,
    set_criteria,
    share_need,
    start_need,
)
from ringar.needs.diagram import PAGE, states_page
from ringar.needs.flags import find_flags
from ringar.needs.models import Need
from ringar.needs.queries import texts_of
from ringar.robots.models.work import Work
from tests.people import People
from tests.rooms.needs.cast import SYMPTOM, draft_of, ready_to_choose, shared_by


def audited(need: Need) -> list[str]:
    return list(
        AuditEvent.objects.filter(target_id=str(need.uuid)).order_by("id").values_list("action", flat=True)
    )


def test_start_need_when_two_fields_then_draft_with_all_it_needs(people: People) -> None:
    need = draft_of(people.bo)
    assert (need.state, need.is_draft, need.unit, need.language) == ("draft", True, people.care, "sv")
    assert need.title == "De äldre sitter ensamma framför teven hela kvällen"
    assert audited(need) == ["start_need"]
    assert Work.objects.filter(name="needs.embed", key__contains=str(need.uuid)).count() == 1


def test_start_need_when_english_then_language_is_known(people: People) -> None:
    assert (
        draft_of(
            people.bo, "The children are silent when the group speaks, and we have no time for each of them."
        ).language
        == "en"
    )


@pytest.mark.parametrize("symptom", ["", "   \n", "\x00"])
def test_start_need_when_nothing_is_seen_then_refused(people: People, symptom: str) -> None:
    with pytest.raises(Refused):
        draft_of(people.bo, symptom)


def test_start_need_when_too_long_then_refused_and_told_by_how_much(people: People) -> None:
    with pytest.raises(Refused, match=r"50000.*20000"):
        draft_of(people.bo, "å" * 50_000)
    assert not Need.objects.exists()


@pytest.mark.parametrize(
    "symptom",
    ["Läcka 👩‍👩‍👧‍👦 i köket", "الماء يتسرب ‏هنا‏ كل يوم", "trasig \ud800 text", "noll\x00byte", "a\r\nb"],
)
def test_start_need_when_odd_text_then_kept_as_it_can_be(people: People, symptom: str) -> None:
    need = Need.objects.get(pk=draft_of(people.bo, symptom).pk)
    assert need.symptom == symptom.encode("utf-8", "replace").decode().replace("\x00", "").replace(
        "\r\n", "\n"
    )


def test_start_need_when_outside_or_anothers_unit_then_not_allowed(people: People) -> None:
    for person in (people.farid, people.elif_):
        with pytest.raises(NotAllowed):
            draft_of(person)
    with pytest.raises(NotAllowed):
        start_need(by=Viewer(), symptom=SYMPTOM)
    for unit in (people.water, people.other_care):
        with pytest.raises(NotAllowed):
            start_need(by=viewer_of(people.bo), symptom=SYMPTOM, unit=unit)


def test_save_draft_when_saved_again_then_one_draft(people: People) -> None:
    key, by = uuid.uuid4(), viewer_of(people.bo)
    save_draft(by=by, uuid=key, symptom="Först")
    save_draft(by=by, uuid=key, symptom="Sedan mer", title="Namn")
    need = Need.objects.get()
    assert (need.symptom, need.title, need.uuid) == ("Sedan mer", "Namn", key)
    with pytest.raises(NotAllowed):
        save_draft(by=viewer_of(people.alva), uuid=key, symptom="Kapad")
    share_need(by=by, need=need)
    with pytest.raises(NotAllowed):
        save_draft(by=by, uuid=key, symptom="Efteråt")


def test_discard_draft_when_anothers_or_shared_then_not_allowed(people: People) -> None:
    need = draft_of(people.bo)
    with pytest.raises(NotAllowed):
        discard_draft(by=viewer_of(people.alva), need=need)
    discard_draft(by=viewer_of(people.bo), need=need)
    assert not Need.objects.exists()
    with pytest.raises(NotAllowed):
        discard_draft(by=viewer_of(people.bo), need=shared_by(people.bo))


def test_share_need_when_flagged_then_waits_until_each_is_decided(people: People) -> None:
    by, need = viewer_of(people.bo), draft_of(people.bo, "Kerstin Wallgren, 850101-1236, har demens.")
    with pytest.raises(Flagged) as caught:
        share_need(by=by, need=need)
    # the title is made of the symptom, and flagged as well
    assert {flag.kind for flag in caught.value.flags} == {"name", "personal_number", "health"}
    need.refresh_from_db()
    assert need.is_draft
    keys = [flag.key for flag in find_flags(texts_of(need))]
    with pytest.raises(Flagged):
        share_need(by=by, need=need, kept=keys[:-1])
    need = share_need(by=by, need=need, kept=keys)
    assert (need.state, need.is_draft) == ("shared", False)
    told = AuditEvent.objects.get(action="share_need").changes
    assert ["personal_number", "symptom", 1] in told["flags_kept"]
    assert "850101" not in str(told) and "Wallgren" not in str(told)


def test_edit_need_when_shared_then_only_new_words_are_flagged(people: People) -> None:
    by, need = viewer_of(people.bo), shared_by(people.bo)
    with pytest.raises(Flagged):
        edit_need(by=by, need=need, changes={"cause": "Ingrid Sandberg har slutat"})
    need = edit_need(by=by, need=need, changes={"cause": "Ingen har tid att ringa", "people_affected": 40})
    assert (need.cause, need.people_affected) == ("Ingen har tid att ringa", 40)


def test_edit_need_when_seen_by_more_then_all_is_flagged_again(people: People) -> None:
    by, need = viewer_of(people.bo), draft_of(people.bo, "Personer med demens larmar om natten")
    keys = [flag.key for flag in find_flags(texts_of(need))]
    need = share_need(by=by, need=need, visibility="unit", kept=keys)
    with pytest.raises(Flagged):
        edit_need(by=by, need=need, changes={"visibility": "public"})
    assert edit_need(by=by, need=need, changes={"visibility": "public"}, kept=keys).visibility == "public"


def test_edit_need_when_changed_then_the_audit_holds_lengths_and_not_texts(people: People) -> None:
    need = shared_by(people.bo)
    edit_need(by=viewer_of(people.bo), need=need, changes={"cause": "hemligt skäl", "how_often": "daily"})
    assert AuditEvent.objects.get(action="edit_need").changes == {
        "cause": [0, 12],
        "how_often": ["", "daily"],
    }
    edit_need(by=viewer_of(people.bo), need=need, changes={"cause": "hemligt skäl"})
    assert AuditEvent.objects.filter(action="edit_need").count() == 1


def test_edit_need_when_owner_works_elsewhere_then_refused(people: People) -> None:
    with pytest.raises(Refused):
        edit_need(by=viewer_of(people.bo), need=shared_by(people.bo), changes={"owner": people.sam})


def test_move_need_when_something_is_missing_then_refused_with_what(people: People) -> None:
    need = shared_by(people.bo)
    with pytest.raises(Refused, match=r"outside the building|utifrån"):
        move_need(by=viewer_of(people.bo), need=need, to="explored")
    with pytest.raises(NotAllowed):
        move_need(by=viewer_of(people.bo), need=need, to="adopted")


def test_move_need_when_all_is_there_then_to_the_end(people: People) -> None:
    need, bo, alva = ready_to_choose(people.bo), viewer_of(people.bo), viewer_of(people.alva)
    need = move_need(by=bo, need=need, to="explored")
    with pytest.raises(NotAllowed):
        move_need(by=bo, need=need, to="chosen")
    need = move_need(by=alva, need=need, to="chosen")
    with pytest.raises(Refused):
        move_need(by=alva, need=need, to="matched")
    need = move_need(by=alva, need=need, to="matched", has_match=True)
    with pytest.raises(Refused):
        move_need(by=alva, need=need, to="closed")
    need = move_need(by=alva, need=need, to="closed", reason="Löst på annat sätt")
    assert AuditEvent.objects.filter(action="move_need").last().changes == {
        "state": ["matched", "closed"],
        "reason": "Löst på annat sätt",
    }


def test_add_why_when_five_are_answered_then_refused(people: People) -> None:
    by, need = viewer_of(people.bo), draft_of(people.bo)
    for number in range(5):
        assert add_why(by=by, need=need, answer=f"därför {number}").order == number + 1
    with pytest.raises(Refused):
        add_why(by=by, need=need, answer="en till")
    remove_last_why(by=by, need=need)
    assert [why.answer for why in need.whys.all()] == [f"därför {n}" for n in range(4)]


def test_set_criteria_when_more_than_five_then_refused_and_nothing_lost(people: People) -> None:
    by, need = viewer_of(people.bo), draft_of(people.bo)
    set_criteria(by=by, need=need, texts=["a", "", "b", "a"])
    with pytest.raises(Refused):
        set_criteria(by=by, need=need, texts=list("abcdef"))
    add_criterion(by=by, need=need, text="c")
    need.refresh_from_db()
    assert [row.text for row in need.criteria.all()] == ["a", "b", "c"]
    assert need.criteria_count == 3


def test_join_need_when_another_unit_then_counted_once(people: People) -> None:
    need = shared_by(people.bo)
    dag = viewer_of(people.dag)
    join_need(by=dag, need=need, unit=people.water, note="Hos oss också")
    with pytest.raises(Refused):
        join_need(by=dag, need=need, unit=people.water)
    with pytest.raises(Refused):
        join_need(by=viewer_of(people.bo), need=need)
    for outsider in (people.sam, people.farid, people.elif_):
        with pytest.raises(NotAllowed):
            join_need(by=viewer_of(outsider), need=need)
    need.refresh_from_db()
    assert need.joined_count == 1
    leave_need(by=dag, need=need, unit=people.water)
    need.refresh_from_db()
    assert need.joined_count == 0


def test_join_need_when_not_seen_then_not_allowed(people: People) -> None:
    need = shared_by(people.dag, visibility="unit")
    with pytest.raises(NotAllowed):
        join_need(by=viewer_of(people.bo), need=need)


def test_states_page_when_the_table_changes_then_written_anew() -> None:
    assert PAGE.read_text(encoding="utf-8") == states_page(), "run: python -m ringar.needs.diagram"
