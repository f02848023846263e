"""A startup registers itself: by a letter, never twice, and without telling strangers who is here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ringar.core.clock import at, now
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers import queries
from ringar.solvers.actions import (
    confirm_registration,
    edit_solver,
    publish_solution,
    register_solver,
    register_startup,
    send_registration,
    set_solver_state,
    verify_solver,
)
from ringar.solvers.models import JoinRequest, Solver, SolverMember
from tests.people import PASSWORD, People
from tests.rooms.solvers.cast import COMPANY, NUMBER, founder, letter_link, registration_token, startup_of

View = Callable[[Person], Viewer]


def test_send_registration_when_sent_then_nothing_is_kept_but_the_letter(db: None) -> None:
    send_registration(**COMPANY)
    assert len(mail.outbox) == 1
    assert not Solver.objects.exists() and not Person.objects.filter(email=COMPANY["email"]).exists()


def test_confirm_registration_when_opened_then_account_and_unchecked_solver(db: None) -> None:
    person, is_new, solver = confirm_registration(token=registration_token(), password=PASSWORD)
    assert is_new and isinstance(solver, Solver)
    assert (solver.state, solver.organisation_number) == ("unverified", "5560000001")
    assert person.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=person).verified
    member = SolverMember.objects.get()
    assert (member.person, member.role) == (person, "owner")
    assert AuditEvent.objects.filter(action="register_startup", person_id=person.pk).exists()


def test_confirm_registration_when_opened_twice_then_one_of_each(db: None) -> None:
    token = registration_token()
    confirm_registration(token=token)
    with pytest.raises(Refused):  # acts for it already
        confirm_registration(token=token)
    assert (Solver.objects.count(), SolverMember.objects.count()) == (1, 1)


def test_confirm_registration_when_the_address_has_an_account_then_its_password_stays(db: None) -> None:
    known = founder()
    person, is_new, _made = confirm_registration(token=registration_token(), password="ett helt annat ord")
    assert (person, is_new) == (known, False)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_confirm_registration_when_the_link_is_old_or_forged_then_refused(db: None) -> None:
    token = registration_token()
    with pytest.raises(NotAllowed):
        confirm_registration(token=f"{token}x")
    with pytest.raises(NotAllowed):
        confirm_registration(token="nonsense")
    assert not Person.objects.filter(email=COMPANY["email"]).exists()


def test_confirm_registration_when_the_password_is_short_then_nothing_is_made(db: None) -> None:
    with pytest.raises(Refused):
        confirm_registration(token=registration_token(), password="kort")
    assert not Solver.objects.exists() and not Person.objects.filter(email=COMPANY["email"]).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"organisation_number": ""},
        {"organisation_number": "556000-0002"},
        {"kind": "sole_trader", "organisation_number": "911231-0009"},
        {"person": " "},
        {"name": "x" * 201},
        {"website": "javascript:alert(1)"},
        {"kind": "king"},
    ],
)
def test_send_registration_when_a_fact_does_not_hold_then_no_letter(db: None, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        send_registration(**{**COMPANY, **wrong})
    assert not mail.outbox


def test_register_startup_when_the_number_is_here_then_asks_to_join(startup: Solver) -> None:
    nadja = founder()
    asked = register_startup(by=viewer_of(nadja), **{**COMPANY, "organisation_number": NUMBER})
    assert isinstance(asked, JoinRequest) and asked.solver == startup
    again = register_startup(by=viewer_of(nadja), **{**COMPANY, "organisation_number": NUMBER})
    assert again == asked and Solver.objects.count() == 1


def test_register_startup_when_hidden_then_asks_without_being_told_its_name(
    startup: Solver, people: People, viewer: View
) -> None:
    set_solver_state(by=viewer(people.dag), solver=startup, state="hidden")
    client = Client()
    client.force_login(founder())
    page = client.post(
        reverse("solver_register"),
        {"name": "Mitt", "kind": "company", "organisation_number": NUMBER, "website": ""},
        follow=True,
    )
    assert page.status_code == 200 and startup.name not in page.content.decode()
    assert JoinRequest.objects.get().solver == startup


def test_register_solver_when_the_number_is_hidden_then_not_named(
    startup: Solver, people: People, viewer: View
) -> None:
    set_solver_state(by=viewer(people.dag), solver=startup, state="hidden")
    with pytest.raises(Refused) as told:
        register_solver(by=viewer(people.sam), name="Annat AB", organisation_number=NUMBER)
    assert startup.name not in str(told.value)
    set_solver_state(by=viewer(people.dag), solver=startup, state="registered")
    with pytest.raises(Refused) as told:
        register_solver(by=viewer(people.sam), name="Annat AB", organisation_number=NUMBER)
    assert startup.name in str(told.value)


def test_number_when_saved_twice_then_the_database_refuses(startup: Solver) -> None:
    moment = now()
    twin = Solver(name="Tvilling", organisation_number="5590000005", created_at=moment, changed_at=moment)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    twin.kind = "sole_trader"  # theirs are not compared
    twin.save()


def test_unchecked_when_others_look_then_only_staff_and_its_own_see_it(people: People, viewer: View) -> None:
    nadja = founder()
    solver = startup_of(nadja)
    assert solver not in queries.visible_solvers(Viewer())
    assert solver not in queries.visible_solvers(viewer(people.elif_))
    assert solver in queries.visible_solvers(viewer(people.bo))
    assert solver in queries.visible_solvers(viewer_of(nadja))


def test_unchecked_when_it_publishes_then_a_sketch_only(people: People, viewer: View) -> None:
    nadja = founder()
    by, solver = viewer_of(nadja), startup_of(nadja)
    with pytest.raises(Refused):
        publish_solution(by=by, solver=solver, name="Kläckeri", what="Vi kläcker idéer.")
    sketch = publish_solution(
        by=by, solver=solver, name="Kläckeri", what="Vi kläcker idéer.", is_published=False
    )
    assert sketch not in queries.offered_solutions()
    looked = {"declares_none": True, "saw_number": True, "saw_domain": False}
    verify_solver(by=viewer(people.dag), solver=solver, **looked)
    solver.refresh_from_db()
    assert (
        publish_solution(by=by, solver=solver, name="Ruvning", what="Vi ruvar.")
        in queries.offered_solutions()
    )


def test_edit_solver_when_what_was_checked_changes_then_it_is_checked_anew(
    people: People, viewer: View
) -> None:
    nadja = founder()
    solver = startup_of(nadja)
    looked = {"declares_none": True, "saw_number": True, "saw_domain": False}
    verify_solver(by=viewer(people.dag), solver=solver, **looked)
    assert edit_solver(by=viewer_of(nadja), solver=solver, about="Nya ord").state == "verified"
    changed = edit_solver(by=viewer_of(nadja), solver=solver, name="Helt Annat AB")
    assert changed.state == "unverified" and changed not in queries.visible_solvers(Viewer())


def test_register_page_when_posted_by_a_stranger_then_the_same_whoever_is_known(
    startup: Solver, people: People
) -> None:
    told: dict[str, Any] = {key: value for key, value in COMPANY.items() if key != "language"}
    pages = []
    for email in ("ny@nyklackt.example", people.elif_.email):
        page = Client().post(
            reverse("solver_register"), {**told, "email": email, "organisation_number": NUMBER}
        )
        pages.append(page.content.decode().replace(email, ""))
    assert page.status_code == 200 and len(mail.outbox) == 2
    strip = [text.split("<main")[1] for text in pages]
    assert strip[0] == strip[1]


def test_register_page_when_one_address_is_written_often_then_no_more_letters(db: None) -> None:
    told = {key: value for key, value in COMPANY.items() if key != "language"}
    codes = [Client().post(reverse("solver_register"), told).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    assert len(mail.outbox) == 3


def test_confirm_page_when_the_button_is_pressed_then_logged_in_on_the_page_of_the_company(db: None) -> None:
    registration_token()
    client, link = Client(), letter_link("registrera")
    assert client.get(link).status_code == 200
    assert not Solver.objects.exists()  # mail filters open links
    page = client.post(link, {"password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0] == Solver.objects.get().get_absolute_url()
    assert page.wsgi_request.user == Person.objects.get(email=COMPANY["email"])


def test_confirm_page_when_the_account_exists_then_the_link_does_not_log_in(db: None) -> None:
    founder()
    registration_token()
    client = Client()
    page = client.post(letter_link("registrera"), {"password": ""})
    assert "/konto/login/" in page["Location"] and "_auth_user_id" not in client.session
    assert Solver.objects.get().members.count() == 1


def test_confirm_page_when_the_link_has_lapsed_then_told_to_register_anew(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration_token()
    link = letter_link("registrera")
    later = (now() + timedelta(days=4)).timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert Client().get(link)["Location"] == reverse("solver_register")
    with at(now()), pytest.raises(Refused):
        confirm_registration(token=link.rstrip("/").rpartition("/")[2])
