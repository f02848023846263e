"""Invitations: the letter, the link that works once, and who can use it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client, override_settings
from django.utils.translation import override

from ringar.core import clock
from ringar.core.actions import (
    accept_as_known,
    accept_as_new,
    invite_people,
    protect_person,
    resend_invitation,
    withdraw_invitation,
)
from ringar.core.actions.invitations import token_hash
from ringar.core.models import AuditEvent, Invitation, Person
from ringar.core.people_forms import addresses_in
from ringar.core.queries import viewer_of
from ringar.core.rules import MOST_INVITED, NotAllowed, Refused, Role
from tests.people import People
from tests.rooms.core.keepers import gerd

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
NEW_PASSWORD = "fyra korta ord här"
pytestmark = pytest.mark.django_db


def invited(people: People, email: str = "ny@example.se", role: str = Role.STAFF) -> tuple[Invitation, str]:
    """An invitation to home care, and the address that its letter holds."""
    with IN_MEMORY:
        result = invite_people(by=gerd(people), unit=people.care, role=role, emails=[email])
        link = re.search(r"https?://[^/]+(/inbjudan/\S+)", str(mail.outbox[-1].body))
    assert link
    return result.sent[0], link[1]


def test_addresses_in_when_pasted_in_any_way_then_each_is_found_once() -> None:
    good, bad = addresses_in("a@example.se, Bo Ek <B@example.se>;\nc@example.se a@example.se\n\nnågon@, x")
    assert good == ["a@example.se", "b@example.se", "c@example.se"]
    assert bad == ["någon@", "x"]


def test_invite_people_when_sent_then_the_token_is_kept_as_a_hash_only(people: People) -> None:
    invitation, path = invited(people)
    token = path.split("/")[2]
    assert len(token) >= 43
    assert invitation.token_hash == token_hash(token)
    assert not any(token in str(value) for value in Invitation.objects.values().get().values())
    row = AuditEvent.objects.get(action="invite")
    assert token not in str(row.changes) + row.target_label


@pytest.mark.parametrize(("language", "words"), [("sv", "Hej!"), ("en", "Hello!")])
def test_invite_people_when_a_language_is_chosen_then_the_letter_is_in_it(
    people: People, language: str, words: str
) -> None:
    with IN_MEMORY, override("sv" if language == "en" else "en"):
        invite_people(
            by=gerd(people), unit=people.care, role="staff", emails=["x@example.se"], language=language
        )
    letter = mail.outbox[-1]
    assert str(letter.body).startswith(words)
    assert letter.to == ["x@example.se"]
    assert "Gerd" in str(letter.body)


def test_invite_people_when_above_the_own_role_then_is_not_allowed(people: People) -> None:
    for unit, role in [(people.care, "manager"), (people.water, "staff")]:
        with pytest.raises(NotAllowed):
            invite_people(by=viewer_of(people.bo), unit=unit, role=role, emails=["x@example.se"])
    assert not Invitation.objects.exists()


def test_invite_people_when_some_hold_the_role_then_only_the_others_get_a_letter(people: People) -> None:
    emails = [people.bo.email.upper(), "ny@example.se", "NY@example.se"]
    with IN_MEMORY:
        result = invite_people(by=gerd(people), unit=people.care, role="manager", emails=emails)
    assert result.held == [people.bo.email]
    assert [each.email for each in result.sent] == ["ny@example.se"]


def test_invite_people_when_very_many_refuses(people: People) -> None:
    emails = [f"x{number}@example.se" for number in range(MOST_INVITED + 1)]
    with pytest.raises(Refused):
        invite_people(by=gerd(people), unit=people.care, role="staff", emails=emails)
    assert not Invitation.objects.exists()


def test_invite_people_when_asked_anew_then_the_old_link_stops(people: People) -> None:
    _old, old_path = invited(people)
    _new, new_path = invited(people)
    assert Client().get(old_path).status_code == 410
    assert Client().get(new_path).status_code == 200


def test_accept_as_new_when_done_then_has_account_role_and_verified_address(people: People) -> None:
    invitation, path = invited(people)
    client = Client()
    answer = client.post(path, {"name": "Nya Nilsson", "password": NEW_PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/kom-igang/"
    person = Person.objects.get(email="ny@example.se")
    assert person.name == "Nya Nilsson"
    assert list(person.memberships.values_list("unit", "role")) == [(people.care.pk, "staff")]
    assert EmailAddress.objects.get(user=person).verified
    assert Client().login(email="ny@example.se", password=NEW_PASSWORD)
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None


def test_accept_when_used_already_then_the_page_says_so(people: People) -> None:
    invitation, path = invited(people)
    accept_as_new(invitation=invitation, name="Ny", password=NEW_PASSWORD, language="sv")
    assert Client().get(path).status_code == 410
    with pytest.raises(Refused):
        accept_as_new(invitation=invitation, name="Ny", password=NEW_PASSWORD, language="sv")
    assert Person.objects.filter(email="ny@example.se").count() == 1


@pytest.mark.parametrize("password", ["kort", "password1234"])
def test_accept_as_new_when_the_password_is_weak_then_asks_again(people: People, password: str) -> None:
    _invitation, path = invited(people)
    answer = Client().post(path, {"name": "Ny", "password": password})
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert not Person.objects.filter(email="ny@example.se").exists()


def test_accept_as_new_when_other_fields_are_sent_then_they_change_nothing(people: People) -> None:
    _invitation, path = invited(people)
    sent = {"name": "Ny", "password": NEW_PASSWORD, "role": "administrator", "email": "x@evil.example"}
    Client().post(path, {**sent, "unit": people.water.pk, "is_active": "", "is_protected": "on"})
    person = Person.objects.get(email="ny@example.se")
    assert list(person.memberships.values_list("unit", "role")) == [(people.care.pk, "staff")]
    assert not person.is_protected


def test_accept_when_lapsed_then_the_link_does_nothing(people: People) -> None:
    invitation, path = invited(people)
    with clock.at(clock.now() + timedelta(days=13, hours=23)):
        assert Client().get(path).status_code == 200
    with clock.at(clock.now() + timedelta(days=14, minutes=1)):
        assert Client().get(path).status_code == 410
        with pytest.raises(Refused):
            accept_as_new(invitation=invitation, name="Ny", password=NEW_PASSWORD, language="sv")


def test_accept_as_known_when_logged_in_with_the_address_then_gets_the_role(people: People) -> None:
    _invitation, path = invited(people, people.farid.email)
    assert "/konto/login/?next=/inbjudan/" in Client().get(path).content.decode().replace("%2F", "/")
    client = Client()
    client.force_login(people.farid)
    assert client.get(path).status_code == 200
    assert not people.farid.memberships.filter(role="staff").exists(), "looking is not accepting"
    assert client.post(path)["Location"] == "/kom-igang/"
    assert people.farid.memberships.filter(unit=people.care, role="staff").exists()


def test_accept_as_known_when_somebody_else_then_nothing_is_given(people: People) -> None:
    invitation, path = invited(people)
    client = Client()
    client.force_login(people.sam)
    page = client.post(path).content.decode()
    assert people.sam.email in page
    assert "ny@example.se" not in page
    with pytest.raises(NotAllowed):
        accept_as_known(invitation=invitation, person=people.sam)
    assert people.sam.memberships.count() == 1


def test_accept_as_known_when_the_address_is_not_verified_then_is_not_allowed(people: People) -> None:
    invitation, _path = invited(people)
    EmailAddress.objects.create(user=people.sam, email="ny@example.se", verified=False)
    with pytest.raises(NotAllowed):
        accept_as_known(invitation=invitation, person=people.sam)


def test_accept_when_locked_out_then_the_account_stays_locked(people: People) -> None:
    _invitation, path = invited(people, people.farid.email)
    Person.objects.filter(pk=people.farid.pk).update(is_active=False)
    Client().post(path, {"name": "Ny", "password": NEW_PASSWORD})
    assert not Client().login(email=people.farid.email, password=NEW_PASSWORD)


def test_resend_invitation_when_lapsed_then_holds_anew(people: People) -> None:
    invitation, path = invited(people)
    with clock.at(clock.now() + timedelta(days=20)), IN_MEMORY:
        resend_invitation(by=gerd(people), invitation=invitation)
        new = re.search(r"/inbjudan/\S+", str(mail.outbox[-1].body))
        assert new and new[0] != path
        assert Client().get(new[0]).status_code == 200
        assert Client().get(path).status_code == 404


def test_withdraw_invitation_when_done_then_the_link_stops(people: People) -> None:
    invitation, path = invited(people)
    withdraw_invitation(by=gerd(people), invitation=invitation)
    assert Client().get(path).status_code == 410
    assert AuditEvent.objects.filter(action="withdraw_invitation").count() == 1


def test_withdraw_and_resend_when_accepted_refuse(people: People) -> None:
    invitation, _path = invited(people)
    accept_as_new(invitation=invitation, name="Ny", password=NEW_PASSWORD, language="sv")
    for action in (withdraw_invitation, resend_invitation):
        with pytest.raises(Refused):
            action(by=gerd(people), invitation=invitation)


@pytest.mark.parametrize("who", ["bo", "sam", "farid"])
def test_resend_and_withdraw_when_the_role_is_not_theirs_to_give_then_are_not_allowed(
    people: People, who: str
) -> None:
    invitation, _path = invited(people, role=Role.CIO)
    for action in (withdraw_invitation, resend_invitation):
        with pytest.raises(NotAllowed):
            action(by=viewer_of(getattr(people, who)), invitation=invitation)


def test_tokens_when_guessed_at_then_are_refused_and_logged(people: People) -> None:
    codes = [Client().get(f"/inbjudan/{number}/").status_code for number in range(25)]
    assert codes == [404] * 20 + [429] * 5
    assert AuditEvent.objects.filter(action="refuse_many_tries").count() == 1


def test_invite_page_when_an_address_is_wrong_then_nothing_is_lost_or_sent(people: People) -> None:
    client = Client()
    client.force_login(people.bo)
    text = "rätt@example.se\nfel\n" + "🙂" * 10
    sent = {"emails": text, "unit": people.care.uuid, "role": "staff", "language": "sv"}
    page = client.post("/inbjudningar/ny/", sent)
    assert page.status_code == 200
    assert "🙂" in page.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("emails", ["x" * 60_000, "a\x00b@example.se\ud800", "‮abc@example.se", "=cmd()"])
def test_invite_page_when_the_text_is_odd_then_is_answered(people: People, emails: str) -> None:
    client = Client()
    client.force_login(people.bo)
    sent = {"emails": emails.encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "role": "staff"}
    assert client.post("/inbjudningar/ny/", {**sent, "unit": people.care.uuid}).status_code in {200, 302}


def test_invite_page_when_another_citys_unit_is_sent_then_is_refused(people: People) -> None:
    client = Client()
    client.force_login(people.bo)
    sent = {"emails": "x@example.se", "role": "staff", "language": "sv"}
    for unit in (people.other_care.uuid, people.water.uuid, "nonsense"):
        assert client.post("/inbjudningar/ny/", {**sent, "unit": unit}).status_code == 200
    assert not Invitation.objects.exists()


def test_invitation_when_the_inviter_is_protected_then_the_page_does_not_name(people: People) -> None:
    with IN_MEMORY:
        invite_people(by=viewer_of(people.bo), unit=people.care, role="staff", emails=["ny@example.se"])
    path = re.search(r"/inbjudan/\S+", str(mail.outbox[-1].body))
    protect_person(by=gerd(people), person=people.bo, is_protected=True)
    assert path
    page = Client().get(path[0]).content.decode()
    assert "<dd>Bo</dd>" not in page
    assert people.care.name in page
