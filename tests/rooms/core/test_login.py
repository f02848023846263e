"""Log-in: wrong passwords are limited, everything is written down, and no session outlives what it rests on."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from ringar.core import sessions
from ringar.core.accounts import (
    MOST_AT_ACCOUNT,
    MOST_AT_ACCOUNT_FROM_ADDRESS,
    MOST_FROM_ADDRESS,
    register_person,
)
from ringar.core.limiting import client_address
from ringar.core.models import AuditEvent, Membership, Person, RateCount
from ringar.needs.models import Need
from tests.people import PASSWORD, People

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
LogIn = Callable[[Person], Client]
NEW, WRONG = "ett annat långt lösenord", "fel"
HOME = {"/", "/kom-igang/"}  # the first time, the guide


def tries(email: str, password: str = WRONG, address: str = "127.0.0.9", client: Client | None = None) -> Any:
    told = {"login": email, "password": password}
    return (client or Client()).post("/konto/login/", told, REMOTE_ADDR=address)


def is_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"] in HOME


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def next_code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_log_in_when_right_then_in_with_a_new_session_and_written_down(
    people: People, client: Client
) -> None:
    client.get("/konto/login/")
    client.session["kept"] = "from before"
    client.session.save()
    before = client.session.session_key
    assert is_in(tries(people.bo.email, PASSWORD, client=client))
    assert client.session.session_key != before
    row = AuditEvent.objects.get(action="log_in")
    assert (row.label, row.organisation_id) == ("Bo", people.city.pk)
    assert row.changes == {"by": ["password"], "from": "127.0.0.9"}


def test_log_in_when_wrong_then_the_account_s_organisation_can_see_it(people: People) -> None:
    assert not is_in(tries(people.bo.email))
    row = AuditEvent.objects.get(action="fail_log_in")
    assert (row.target_label, row.organisation_id, row.person_id) == ("Bo", people.city.pk, None)


def test_log_in_when_the_address_is_unknown_then_what_was_typed_is_not_kept(people: People) -> None:
    assert not is_in(tries("mitt hemliga lösenord"))
    assert not is_in(tries("ingen@ringsala-kommun.example"))
    assert "fail_log_in" not in actions()


def test_log_in_when_tried_on_and_on_then_refused_with_the_time_and_the_right_password_too(
    people: People,
) -> None:
    for _ in range(MOST_AT_ACCOUNT_FROM_ADDRESS):
        assert tries(people.bo.email).status_code == 200
    answer = tries(people.bo.email, PASSWORD)
    assert answer.status_code == 429
    assert 800 < int(answer["Retry-After"]) <= 900
    assert "Vänta 15 minuter" in answer.content.decode()
    assert AuditEvent.objects.filter(action="refuse_many_tries").count() == 1
    assert tries(people.bo.email).status_code == 429
    assert AuditEvent.objects.filter(action="refuse_many_tries").count() == 1


def test_log_in_when_a_stranger_tries_then_its_owner_still_gets_in_from_elsewhere(people: People) -> None:
    for _ in range(MOST_AT_ACCOUNT_FROM_ADDRESS + 3):
        tries(people.bo.email, address="127.0.0.66")
    assert is_in(tries(people.bo.email, PASSWORD, address="127.0.0.9"))


def test_log_in_when_one_account_is_tried_from_many_addresses_then_refused(people: People) -> None:
    answers = [
        tries(people.bo.email, address=f"127.0.1.{place}").status_code for place in range(MOST_AT_ACCOUNT + 5)
    ]
    assert answers == [200] * MOST_AT_ACCOUNT + [429] * 5


def test_log_in_when_one_address_tries_many_accounts_then_refused(people: People) -> None:
    RateCount.objects.all().delete()
    answers = [tries(f"{number}@example.com").status_code for number in range(MOST_FROM_ADDRESS + 5)]
    assert answers == [200] * MOST_FROM_ADDRESS + [429] * 5
    assert is_in(tries(people.bo.email, PASSWORD, address="127.0.0.10"))


def test_log_in_when_a_town_hall_logs_in_from_one_address_then_all_get_in(people: People) -> None:
    for _ in range(35):
        assert all(is_in(tries(person.email, PASSWORD)) for person in people.all())


def test_log_in_when_it_goes_well_between_wrong_ones_then_those_still_count(people: People) -> None:
    for _ in range(MOST_AT_ACCOUNT_FROM_ADDRESS - 1):
        tries(people.bo.email)
    assert is_in(tries(people.bo.email, PASSWORD))
    assert tries(people.bo.email).status_code == 200
    assert tries(people.bo.email).status_code == 429


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\x00//evil"],
)
def test_log_in_when_it_should_lead_elsewhere_then_leads_home(
    people: People, client: Client, target: str
) -> None:
    told = {"login": people.bo.email, "password": PASSWORD, "next": target}
    assert client.post("/konto/login/", told)["Location"] in HOME
    again = client.post("/konto/logout/", {"next": target})
    assert again["Location"] == "/"
    client.post("/sprak/setlang/", {"language": "en", "next": target})
    assert "evil" not in client.post("/sprak/setlang/", {"language": "en", "next": target})["Location"]


def test_log_in_when_it_should_lead_to_a_page_here_then_does(people: People, client: Client) -> None:
    told = {"login": people.bo.email, "password": PASSWORD, "next": "/behov/nytt/"}
    assert client.post("/konto/login/", told)["Location"] == "/behov/nytt/"


def test_log_out_when_pressed_then_the_session_is_gone_and_written_down(
    people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.bo)
    key = client.session.session_key
    client.post("/konto/logout/")
    client.cookies["sessionid"] = key
    assert client.get("/konto/").status_code == 302
    assert actions()[-1] == "log_out"
    assert Client().get("/konto/logout/").status_code == 302, "a link logs nobody out"


# Log-in by code ---------------------------------------------------------------------------------------------------


@IN_MEMORY
def test_code_when_right_then_in_once(people: People, client: Client) -> None:
    client.post("/konto/login/code/", {"email": people.bo.email})
    code = re.search(r"^([A-Z0-9-]{6,})$", mail.outbox[-1].body, re.M)
    assert code, mail.outbox[-1].body
    assert is_in(client.post("/konto/login/code/confirm/", {"code": code[1]}))
    assert AuditEvent.objects.get(action="log_in").changes["by"] == ["code"]
    client.post("/konto/logout/")
    assert not is_in(client.post("/konto/login/code/confirm/", {"code": code[1]}))


@IN_MEMORY
def test_code_when_guessed_then_it_stops_after_three(people: People, client: Client) -> None:
    client.post("/konto/login/code/", {"email": people.bo.email})
    code = re.search(r"^([A-Z0-9-]{6,})$", mail.outbox[-1].body, re.M)
    assert code
    for _ in range(3):
        client.post("/konto/login/code/confirm/", {"code": "AAAAAA"})
    assert not is_in(client.post("/konto/login/code/confirm/", {"code": code[1]}))


@IN_MEMORY
def test_code_when_asked_for_again_and_again_then_refused_and_no_more_mail(people: People) -> None:
    answers = [Client().post("/konto/login/code/", {"email": people.bo.email}).status_code for _ in range(6)]
    assert len(mail.outbox) == 3
    assert answers[:3] == [302] * 3 and 302 not in answers[3:]


@IN_MEMORY
def test_code_when_nobody_has_the_address_then_the_page_answers_alike(people: People) -> None:
    pages = []
    for email in (people.bo.email, "nobo@ringsala-kommun.example"):
        page = Client().post("/konto/login/code/", {"email": email}, follow=True)
        pages.append(re.sub(r'(value|content)="[^"]*"', "", page.content.decode()).replace(email, ""))
    assert pages[0] == pages[1]


# Two steps --------------------------------------------------------------------------------------------------------


def test_two_steps_when_the_password_is_right_then_not_in_without_the_code(
    people: People, client: Client
) -> None:
    secret = generate_totp_secret()
    TOTP.activate(people.bo, secret)
    assert tries(people.bo.email, PASSWORD, client=client)["Location"] == "/konto/2fa/authenticate/"
    assert client.get("/konto/").status_code == 302
    assert not is_in(client.post("/konto/2fa/authenticate/", {"code": "000000"}))
    assert is_in(client.post("/konto/2fa/authenticate/", {"code": next_code(secret)}))
    assert AuditEvent.objects.get(action="log_in").changes["by"] == ["password", "totp"]


def test_two_steps_when_a_code_is_used_again_then_refused_by_every_worker(people: People) -> None:
    secret = generate_totp_secret()
    TOTP.activate(people.bo, secret)
    code = next_code(secret)
    found = []
    for _ in range(2):
        client = Client()
        tries(people.bo.email, PASSWORD, client=client)
        found.append(is_in(client.post("/konto/2fa/authenticate/", {"code": code})))
    assert found == [True, False]


def test_two_steps_when_codes_are_guessed_then_refused(people: People, client: Client) -> None:
    secret = generate_totp_secret()
    TOTP.activate(people.bo, secret)
    tries(people.bo.email, PASSWORD, client=client)
    for _ in range(10):
        client.post("/konto/2fa/authenticate/", {"code": "000000"})
    page = client.post("/konto/2fa/authenticate/", {"code": next_code(secret)})
    assert "Försök igen om en kvart" in page.content.decode()


def test_two_steps_when_the_telephone_is_lost_then_a_recovery_code_works_once(people: People) -> None:
    TOTP.activate(people.bo, generate_totp_secret())
    code = RecoveryCodes.activate(people.bo).get_unused_codes()[0]
    found = []
    for _ in range(2):
        client = Client()
        tries(people.bo.email, PASSWORD, client=client)
        found.append(is_in(client.post("/konto/2fa/authenticate/", {"code": code})))
    assert found == [True, False]


@IN_MEMORY
@pytest.mark.django_db(transaction=True)
def test_two_steps_when_switched_on_then_asked_who_it_is_told_by_mail_and_written_down(
    people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.bo)
    assert "/konto/reauthenticate/" in client.get("/konto/2fa/totp/activate/")["Location"]
    assert not is_in(client.post("/konto/reauthenticate/", {"password": "fel"}))
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    page = client.get("/konto/2fa/totp/activate/").content.decode()
    secret = re.search(r"<dt>Nyckel</dt>\s*<dd><code>(\w+)</code>", page)
    assert secret
    client.post("/konto/2fa/totp/activate/", {"code": next_code(secret[1])})
    assert actions()[-1] == "add_authenticator_app"
    assert any("kod från din app" in sent.body for sent in mail.outbox)


# Stale sessions ---------------------------------------------------------------------------------------------------


@IN_MEMORY
def test_password_when_changed_then_all_other_sessions_end_and_it_is_told(
    people: People, logged_in: LogIn
) -> None:
    here, elsewhere = logged_in(people.bo), logged_in(people.bo)
    told = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    here.post("/konto/password/change/", told)
    assert here.get("/konto/").status_code == 200
    assert elsewhere.get("/konto/").status_code == 302
    assert actions()[-1] == "change_password"
    assert "lösenord är ändrat" in mail.outbox[-1].body


def test_password_when_short_or_common_then_refused(people: People, logged_in: LogIn) -> None:
    for password in ("elva tecken", "q1w2e3r4t5y6"):
        told = {"oldpassword": PASSWORD, "password1": password, "password2": password}
        logged_in(people.bo).post("/konto/password/change/", told)
    assert "change_password" not in actions()


def test_session_when_the_person_is_locked_out_then_it_ends_at_once(people: People, logged_in: LogIn) -> None:
    client = logged_in(people.bo)
    Person.objects.filter(pk=people.bo.pk).update(is_active=False)
    assert client.get("/konto/").status_code == 302
    assert tries(people.bo.email, PASSWORD)["Location"] == "/konto/inactive/"


def test_session_when_a_role_is_taken_back_then_it_reaches_no_further(
    people: People, logged_in: LogIn
) -> None:
    client = logged_in(people.dag)
    assert client.get("/importera/").status_code == 200
    Membership.objects.filter(person=people.dag).delete()
    assert client.get("/importera/").status_code == 404


def test_session_when_in_use_then_lives_on_and_else_ends_after_half_a_day(
    people: People, client: Client
) -> None:
    tries(people.bo.email, PASSWORD, client=client)
    assert 11.9 * 3600 < (client.session.get_expiry_date() - timezone.now()).total_seconds() <= 12 * 3600
    session = client.session
    session["seen_at"] -= sessions.TOUCH_SECONDS + 1
    session.save()
    client.get("/")
    assert client.session["seen_at"] > session["seen_at"]


def test_session_when_a_week_old_then_ends_though_in_use(
    people: People, client: Client, settings: Any
) -> None:
    tries(people.bo.email, PASSWORD, client=client)
    session = client.session
    session["began_at"] -= settings.SESSION_LONGEST_SECONDS + 1
    session.save()
    assert client.get("/konto/").status_code == 302


def test_sessions_when_logged_out_elsewhere_then_only_this_one_is_left(people: People) -> None:
    here, elsewhere = Client(), Client()
    tries(people.bo.email, PASSWORD, client=here)
    tries(people.bo.email, PASSWORD, client=elsewhere)
    assert UserSession.objects.filter(user=people.bo).count() == 2
    here.post("/konto/sessions/")
    assert elsewhere.get("/konto/").status_code == 302
    assert here.get("/konto/").status_code == 200


# Limits of writing, and whose address it is -------------------------------------------------------------------------


def test_writes_when_too_many_by_a_person_then_429_and_nothing_more_is_written(
    people: People, logged_in: LogIn, settings: Any
) -> None:
    settings.RINGAR_WRITES_A_MINUTE = 3
    client = logged_in(people.bo)
    found = [client.post("/behov/nytt/", {"symptom": f"Hissen står {n}"}).status_code for n in range(5)]
    assert found == [302, 302, 302, 429, 429]
    assert Need.objects.count() == 3
    assert client.get("/behov/").status_code == 200
    assert logged_in(people.alva).post("/behov/nytt/", {"symptom": "Bilen är slut"}).status_code == 302
    told = AuditEvent.objects.get(action="refuse_many_tries")
    assert (told.label, told.organisation_id) == ("Bo", people.city.pk)
    assert told.unit_label == "Hemtjänst Björkliden"


def test_writes_when_too_many_from_an_address_without_log_in_then_429(db: None, settings: Any) -> None:
    settings.RINGAR_ANONYMOUS_WRITES_A_MINUTE = 2
    told = {"text": "Går inte att läsa", "page": "", "email": ""}
    found = [Client().post("/tillganglighet/", told, REMOTE_ADDR="127.0.0.7").status_code for _ in range(3)]
    assert found[2] == 429 and 429 not in found[:2]
    assert Client().post("/tillganglighet/", told, REMOTE_ADDR="127.0.0.8").status_code != 429


def test_writes_when_a_draft_saves_itself_then_it_is_counted_apart(
    people: People, logged_in: LogIn, settings: Any
) -> None:
    settings.RINGAR_WRITES_A_MINUTE = 1
    client = logged_in(people.bo)
    saved = [client.post("/behov/nytt/spara/", {"symptom": "Hissen"}).status_code for _ in range(4)]
    assert 429 not in saved
    assert client.post("/behov/nytt/", {"symptom": "Hissen står"}).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "9.9.9.9", "127.0.0.5"),
        (1, "9.9.9.9", "9.9.9.9"),
        (1, "1.1.1.1, 9.9.9.9", "9.9.9.9"),
        (2, "1.1.1.1, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
        (2, "9.9.9.9", "127.0.0.5"),
        (1, "", "127.0.0.5"),
        (1, "not an address", "127.0.0.5"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:9.9.9.9", "9.9.9.9"),
    ],
)
def test_address_when_told_by_proxies_then_as_far_as_they_are_trusted(
    settings: Any, proxies: int, forwarded: str, found: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    told = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="127.0.0.5", **told)) == found


def test_log_in_when_the_sender_makes_up_addresses_then_it_is_one_all_the_same(people: People) -> None:
    for number in range(MOST_AT_ACCOUNT_FROM_ADDRESS + 1):
        told = {"login": people.bo.email, "password": "fel"}
        answer = Client().post("/konto/login/", told, headers={"x-forwarded-for": f"9.9.9.{number}"})
    assert answer.status_code == 429


# Registering ------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked() -> Iterator[HttpRequest]:
    request = RequestFactory().post("/", REMOTE_ADDR="127.0.0.5")
    request.session = {}  # type: ignore[assignment]
    with request_context(request):
        yield request


@IN_MEMORY
def test_register_person_when_new_then_log_in_waits_for_the_mailed_link(
    db: None, client: Client, asked: HttpRequest
) -> None:
    person = register_person(asked, "Ny@Example.com ", "Ny", NEW)
    assert person and person.email == "ny@example.com" and not person.memberships.exists()
    assert tries("ny@example.com", NEW)["Location"] == "/konto/confirm-email/"
    link = re.search(r"https?://testserver(\S+)", mail.outbox[0].body)
    assert link
    client.post(link[1])
    assert is_in(tries("ny@example.com", NEW))
    assert "register_person" in actions()


@IN_MEMORY
def test_register_person_when_known_then_nothing_is_changed_and_the_owner_is_told(
    people: People, asked: HttpRequest
) -> None:
    before = Person.objects.get(pk=people.bo.pk).password
    assert register_person(asked, people.bo.email.upper(), "Tjuven", NEW) is None
    bo = Person.objects.get(pk=people.bo.pk)
    assert (bo.password, bo.name) == (before, "Bo")
    assert mail.outbox[-1].to == [people.bo.email] and "redan" in mail.outbox[-1].body


def test_register_person_when_the_password_is_weak_then_refused(db: None, asked: HttpRequest) -> None:
    with pytest.raises(ValidationError):
        register_person(asked, "ny@example.com", "Ny", "kort")
    assert not Person.objects.exists()


def test_sign_up_when_tried_by_its_address_then_closed(db: None, client: Client) -> None:
    told = {"email": "ny@example.com", "password1": NEW, "password2": NEW}
    client.post("/konto/signup/", told)
    assert not Person.objects.exists()


# E-mail address ---------------------------------------------------------------------------------------------------


@IN_MEMORY
def test_email_when_changed_then_counts_once_the_new_address_is_confirmed(
    people: People, logged_in: LogIn, client: Client
) -> None:
    mine = logged_in(people.bo)
    mine.post("/konto/reauthenticate/", {"password": PASSWORD})
    mine.post("/konto/email/", {"email": "bo.ny@ringsala-kommun.example", "action_add": ""})
    assert Person.objects.get(pk=people.bo.pk).email == people.bo.email
    link = re.search(r"https?://testserver(\S+confirm-email\S+)", mail.outbox[-1].body)
    assert link
    mine.post(link[1])
    assert Person.objects.get(pk=people.bo.pk).email == "bo.ny@ringsala-kommun.example"
    assert is_in(tries("bo.ny@ringsala-kommun.example", PASSWORD))
    assert not is_in(tries(people.bo.email, PASSWORD))


@IN_MEMORY
def test_email_when_it_is_another_s_then_nothing_is_taken_over(people: People, logged_in: LogIn) -> None:
    mine = logged_in(people.bo)
    mine.post("/konto/reauthenticate/", {"password": PASSWORD})
    mine.post("/konto/email/", {"email": people.alva.email, "action_add": ""})
    assert not EmailAddress.objects.filter(user=people.bo, email=people.alva.email, verified=True).exists()
    assert Person.objects.get(pk=people.bo.pk).email == people.bo.email
