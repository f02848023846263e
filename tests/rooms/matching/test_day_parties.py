"""Who is invited to a meeting day, what they are written, and what they answer."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from ringar.core import clock
from ringar.core.actions import erase_person
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.registry import waiting_for
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions import (
    add_managers,
    add_party,
    add_startups,
    cancel_party,
    change_party,
    choose_solution,
    invite_parties,
    remind_late_parties,
    remind_parties,
    remove_party,
    save_wishes,
)
from ringar.matching.day_matches import fits_between, needs_to_bring, others_of, solutions_to_bring
from ringar.matching.day_models import Busy, PartyKey, Wish
from ringar.matching.day_queries import party_with_token, slots_of_day
from ringar.matching.day_rules import MOST_PARTIES
from ringar.robots.engine.running import run_waiting
from ringar.solvers.actions import answer_call, open_call, start_call
from tests.people import People
from tests.rooms.matching.cast import chosen_need, make_market, shared_need
from tests.rooms.matching.days import day_of, draft_day, party, planned_day, token_of, wish


def test_add_managers_when_one_person_has_two_needs_then_one_party_with_both(people: People) -> None:
    by, day = viewer_of(people.dag), draft_day(people)
    needs = [shared_need(people.bo), shared_need(people.bo, "Nycklarna är borta varje morgon.")]
    made = add_managers(by=by, day=day, needs=needs)
    assert [each.name for each in made] == ["Bo"] and made[0].needs.count() == 2
    assert (made[0].email, made[0].unit) == (people.bo.email, people.care)
    assert add_managers(by=by, day=day, needs=needs) == []
    assert day.parties.count() == 1


def test_add_managers_when_somebody_has_protected_identity_then_the_name_is_nowhere(people: People) -> None:
    people.bo.is_protected = True
    people.bo.save()
    day = draft_day(people)
    made = add_managers(by=viewer_of(people.dag), day=day, needs=[shared_need(people.bo)])
    assert "Bo" not in made[0].name and made[0].name


def test_add_startups_when_chosen_or_matched_then_they_come_up_first(people: People) -> None:
    market = make_market(people)
    need = chosen_need(people.bo, people.dag)
    run_waiting()
    choose_solution(by=viewer_of(people.bo), need=need, solution=market["Långbord"])
    by, day = viewer_of(people.dag), draft_day(people)
    assert need in needs_to_bring(by, day)
    add_managers(by=by, day=day, needs=[need])
    assert need not in needs_to_bring(by, day)
    found = solutions_to_bring(day)
    assert found[0] == market["Långbord"] and market["Kaffesällskap"] in found
    add_startups(by=by, day=day, solutions=found[:2])
    fits = fits_between(day)
    manager, chosen = party(day, "Bo"), party(day, "Långbord")
    assert fits[manager.pk, chosen.pk].chance == 1.0
    assert next(other.name for other, _chance in others_of(manager)) == "Långbord AB"
    assert all(0 <= fit.chance <= 1 for fit in fits.values())


def test_add_startups_when_they_answered_the_call_then_with_that_address(people: People) -> None:
    by = viewer_of(people.dag)
    deadline, need = clock.now() + timedelta(days=3), shared_need(people.bo, visibility="public")
    call = start_call(
        by=by,
        title="Ensamhet",
        text="Vad kan ni?",
        needs=[(need.uuid, need.title)],
        criteria=["Pris"],
        deadline=deadline,
    )
    open_call(by=by, call=call)
    answer = answer_call(by=Viewer(), call=call, email="nytt@startup.example", name="Nytt AB", text="Vi kan.")
    day = draft_day(people, call=call)
    made = add_startups(by=by, day=day, answers=[answer])
    assert [(each.name, each.email) for each in made] == [("Nytt AB", "nytt@startup.example")]
    assert add_startups(by=by, day=day, answers=[answer]) == []


def test_add_party_when_two_have_the_same_name_then_told_apart(people: People) -> None:
    by, day = viewer_of(people.dag), draft_day(people)
    names = [add_party(by=by, day=day, kind="startup", name="Nytt AB").name for _ in range(3)]
    assert names == ["Nytt AB", "Nytt AB (2)", "Nytt AB (3)"]
    with pytest.raises(Refused, match="e-postadress"):
        add_party(by=by, day=day, kind="startup", name="X", email="inte en adress")
    with pytest.raises(Refused, match="namnet"):
        add_party(by=by, day=day, kind="startup", name=" ")


def test_add_party_when_the_day_is_full_then_refused(people: People, monkeypatch) -> None:
    assert MOST_PARTIES >= 69 + 135
    monkeypatch.setattr("ringar.matching.actions.parties.MOST_PARTIES", 1)
    by, day = viewer_of(people.dag), draft_day(people)
    add_party(by=by, day=day, kind="startup", name="En")
    with pytest.raises(Refused, match="Högst 1"):
        add_party(by=by, day=day, kind="startup", name="Två")


def test_invite_parties_when_sent_then_each_gets_a_link_of_their_own_once(people: People) -> None:
    day = day_of(people, invited=False)
    add_party(by=viewer_of(people.dag), day=day, kind="startup", name="Utan adress")
    sent = invite_parties(by=viewer_of(people.dag), day=day)
    assert len(sent) == 5 == len(mail.outbox)
    tokens = [token_of(each) for each in sent]
    assert [party_with_token(token) for token in tokens] == sent
    assert not set(tokens) & set(PartyKey.objects.values_list("token_hash", flat=True))  # kept as a hash
    day.refresh_from_db()
    assert day.state == "invited" and "Ingång från gården" in str(mail.outbox[0].body)
    with pytest.raises(Refused, match="redan inbjudna"):
        invite_parties(by=viewer_of(people.dag), day=day)


def test_invite_parties_when_a_side_is_empty_or_it_is_too_late_then_refused(people: People) -> None:
    by = viewer_of(people.dag)
    day = draft_day(people)
    add_party(by=by, day=day, kind="startup", name="Nytt AB", email="a@b.example")
    with pytest.raises(Refused, match="minst en chef"):
        invite_parties(by=by, day=day)
    day = day_of(people, invited=False, title="Andra")
    with clock.at(day.wishes_until + timedelta(hours=1)), pytest.raises(Refused, match="har varit"):
        invite_parties(by=by, day=day)
    assert not mail.outbox


def test_invite_parties_when_english_then_the_letter_is(people: People) -> None:
    by, day = viewer_of(people.dag), day_of(people, invited=False)
    add_party(by=by, day=day, kind="startup", name="Anna", email="anna@b.example", language="en")
    invite_parties(by=by, day=day)
    letter = next(each for each in mail.outbox if each.to == ["anna@b.example"])
    assert "Say when you can come" in letter.body and "Säg när" not in letter.body


def test_remind_parties_when_some_have_answered_then_only_the_others_and_not_at_once(people: People) -> None:
    day, by = day_of(people), viewer_of(people.dag)
    with pytest.raises(Refused, match="påminnas"):
        remind_parties(by=by, day=day)
    wish(day, "Bo", Ordlek="want")
    with clock.at(timezone.now() + timedelta(days=2)):
        assert {each.name for each in remind_parties(by=by, day=day)} == {
            "Alva",
            "Kaffesällskap AB",
            "Läckörat AB",
            "Ordlek AB",
        }
        with pytest.raises(Refused, match="påminnas"):
            remind_parties(by=by, day=day)


def test_remind_late_parties_when_the_last_day_is_near_then_once(people: People) -> None:
    day = day_of(people)
    assert remind_late_parties() == 0
    with clock.at(day.wishes_until - timedelta(days=1)):
        assert remind_late_parties() == 5
        assert remind_late_parties() == 0
    assert AuditEvent.objects.filter(action="remind_meeting_parties").count() == 1


def test_save_wishes_when_answered_twice_then_the_last_holds(people: People) -> None:
    day = day_of(people)
    wish(day, "Bo", (0, 1), Ordlek="must", Läckörat="no")
    wish(day, "Bo", (2,), Ordlek="want")
    bo = party(day, "Bo")
    assert list(bo.busy.values_list("starts_at", flat=True)) == [slots_of_day(day)[2]]
    assert [(row.other.name, row.kind) for row in bo.wishes.all()] == [("Ordlek AB", "want")]
    rows = list(AuditEvent.objects.filter(action="save_meeting_wishes").order_by("id"))
    assert rows[1].changes == {"busy": [2, 1], "must": [1, 0], "want": [0, 1], "no": [1, 0]}
    assert (rows[0].label, rows[0].organisation_id) == ("invited party", people.city.pk)
    assert "Läckörat" not in str(rows[0].changes)  # who said no to whom is not told


def test_save_wishes_when_something_does_not_hold_then_refused_and_the_old_stays(people: People) -> None:
    day = day_of(people)
    bo = wish(day, "Bo", Ordlek="want")
    slots, others = slots_of_day(day), [party(day, name).pk for name in ("Ordlek", "Läckörat", "Kaffe")]
    alva = party(day, "Alva").pk

    def refuse(match: str, busy: list, wishes: dict) -> None:
        with pytest.raises(Refused, match=match):
            save_wishes(by=Viewer(), party=bo, busy=busy, wishes=wishes)

    refuse("Tiderna", [slots[0] + timedelta(minutes=1)], {})
    refuse("inbjudna", [], {alva: "want"})
    refuse("inbjudna", [], {bo.pk: "want"})
    refuse("inbjudna", [], {999_999: "want"})
    refuse("inbjudna", [], {others[0]: "perhaps"})
    with clock.at(day.wishes_until + timedelta(minutes=1)):
        refuse("längre emot", [], {})
    assert Wish.objects.count() == 1 and not Busy.objects.exists()


def test_save_wishes_when_more_than_three_musts_then_refused(people: People) -> None:
    day, by = day_of(people), viewer_of(people.dag)
    more = [add_party(by=by, day=day, kind="startup", name=f"Fler {n}") for n in range(4)]
    with pytest.raises(Refused, match="Högst 3"):
        save_wishes(by=Viewer(), party=party(day, "Bo"), busy=[], wishes={each.pk: "must" for each in more})


def test_save_wishes_when_a_no_hits_a_planned_meeting_then_it_falls_away(people: People) -> None:
    day = planned_day(people)
    before = day.meetings.count()
    wish(day, "Ordlek", Bo="no", Alva="want")
    left = {(row.manager.name, row.startup.name) for row in day.meetings.all()}
    assert ("Bo", "Ordlek AB") not in left and len(left) == before - 1


def test_save_wishes_when_a_leader_fills_it_in_after_the_last_day_then_saved(people: People) -> None:
    day = day_of(people)
    with clock.at(day.wishes_until + timedelta(hours=1)):
        save_wishes(
            by=viewer_of(people.dag),
            party=party(day, "Bo"),
            busy=[],
            wishes={party(day, "Ordlek").pk: "want"},
        )
    assert AuditEvent.objects.get(action="save_meeting_wishes").label == "Dag"


def test_change_party_when_the_address_changes_then_the_trail_does_not_tell_it(people: People) -> None:
    day = day_of(people)
    change_party(
        by=viewer_of(people.dag), party=party(day, "Ordlek"), name="Ordlek AB", email="ny@ordlek.example"
    )
    row = AuditEvent.objects.get(action="change_meeting_party")
    assert row.changes == {"email": "changed"} and party(day, "Ordlek").email == "ny@ordlek.example"


def test_remove_party_when_written_to_then_refused(people: People) -> None:
    by, day = viewer_of(people.dag), day_of(people)
    with pytest.raises(Refused, match="redan inbjuden"):
        remove_party(by=by, party=party(day, "Ordlek"))
    new = add_party(by=by, day=day, kind="startup", name="Fel")
    remove_party(by=by, party=new)
    assert not day.parties.filter(name="Fel").exists()


def test_parties_when_run_by_somebody_else_then_not_allowed(people: People) -> None:
    day, by = day_of(people), viewer_of(people.bo)
    for action in (
        lambda: add_party(by=by, day=day, kind="startup", name="X"),
        lambda: remind_parties(by=by, day=day),
        lambda: remove_party(by=by, party=party(day, "Ordlek")),
        lambda: change_party(by=by, party=party(day, "Ordlek"), name="X", email=""),
    ):
        with pytest.raises(NotAllowed):
            action()


def test_waiting_when_invited_and_not_answered_then_on_the_first_page(people: People) -> None:
    day = day_of(people)
    rows = [row for row in waiting_for(viewer_of(people.bo)) if row.title == day.title]
    assert len(rows) == 1 and rows[0].by == day.wishes_until
    wish(day, "Bo")
    assert not [row for row in waiting_for(viewer_of(people.bo)) if row.title == day.title]


def test_erase_person_when_invited_then_name_address_and_link_are_gone(people: People) -> None:
    day = day_of(people)
    token = token_of(party(day, "Bo"))
    erase_person(by=viewer_of(people.bo), person=people.bo)
    bo = day.parties.get(person=people.bo)
    assert "Bo" not in bo.name and not bo.email and party_with_token(token) is None


def test_cancel_party_when_twice_then_as_once(people: People) -> None:
    day = day_of(people)
    cancel_party(by=Viewer(), party=party(day, "Ordlek"), why="Sjuk")
    cancel_party(by=Viewer(), party=party(day, "Ordlek"), why="Annat")
    assert party(day, "Ordlek").why_cancelled == "Sjuk"
    assert AuditEvent.objects.filter(action="cancel_meeting_party").count() == 1
    with pytest.raises(Refused, match="inte kommer"):
        wish(day, "Ordlek", Bo="want")
