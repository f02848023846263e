"""What strangers try by requests: others' ids, forged forms, made-up fields, tricks with addresses and hosts.

Each is refused, and each refusal is written down: in the log `ringar.trust` or Django's own, or in the audit trail.
"""

import logging
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.message import BadHeaderError
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from ringar.core.actions import lock_out
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer
from ringar.core.security import PROBES_AN_HOUR
from ringar.needs.models import Need
from ringar.solvers.models import Solver
from tests.people import PASSWORD, People
from tests.rooms.core.test_rights import names_of, rows
from tests.rooms.core.world import VIEWERS, World
from tests.rooms.needs.cast import shared_by

TRUST = "ringar.trust"


def warnings(caplog: pytest.LogCaptureFixture, logger: str = TRUST) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name.startswith(logger)]


# Others' ids and guessed tokens


def test_ids_when_of_another_organisation_then_not_found_and_each_try_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    place, client, tried = VIEWERS.index("sam"), world.clients["sam"], 0
    for name, row, letters, sent in rows():
        if letters[place] != "." or not world.args[row]:
            continue
        address = reverse(name, args=world.args[row])
        caplog.clear()
        with transaction.atomic():
            if sent and not sent[0].startswith("?"):
                data = dict(pair.partition("=")[::2] for pair in sent if pair != "-")
                answer = client.post(address, data)
            else:
                answer = client.get(address)
            transaction.set_rollback(True)
        assert answer.status_code == 404, f"{name} {row}"
        told = warnings(caplog)
        assert any(f" {name}, from 127.0.0.1, person " in line for line in told), f"{name} {row}: {told}"
        tried += 1
    assert tried > 60


def test_ids_when_somebody_tries_on_and_on_then_the_audit_trail_tells_once(
    people: People, logged_in: Any
) -> None:
    client = logged_in(people.sam)
    need = shared_by(people.bo)
    for _ in range(PROBES_AN_HOUR):
        assert client.get(need.get_absolute_url()).status_code == 404
    assert not AuditEvent.objects.filter(action="refuse_probing").exists()
    for _ in range(5):
        client.get(reverse("need_detail", args=[uuid4()]))
    told = AuditEvent.objects.get(action="refuse_probing")
    assert told.person_id == people.sam.pk and told.organisation_id == people.other_city.pk
    assert told.changes["from"] == "127.0.0.1"


@pytest.mark.parametrize("guess", ["x" * 43, "../../etc/passwd", "%00", "' OR 1=1 --", "*", "%", "a" * 5_000])
@pytest.mark.parametrize("name", ["answer_status", "invitation_answer", "unsubscribe"])
def test_tokens_when_guessed_then_not_found_and_logged(
    db: None, client: Client, caplog: pytest.LogCaptureFixture, name: str, guess: str
) -> None:
    try:
        address = reverse(name, args=[guess])
    except NoReverseMatch:
        address = reverse(name, args=["GUESS"]).replace("GUESS", guess)
    answer = client.get(address)
    assert answer.status_code == 404 or b"noindex" in answer.content, (name, guess)
    if answer.status_code == 404 and "/" not in guess:
        assert any(name in line for line in warnings(caplog))


# Sessions that are over


def test_session_when_the_password_is_changed_or_the_person_locked_out_then_over_and_logged(
    people: People, logged_in: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, TRUST)
    for end in (
        lambda person: (person.set_password("ett helt nytt lösenord"), person.save()),
        lambda person: lock_out(by=Viewer.of_command_line(people.city.pk), person=person),
    ):
        client = logged_in(people.bo)
        assert client.get(reverse("need_new")).status_code == 200
        people.bo.refresh_from_db()
        end(people.bo)
        caplog.clear()
        answer = client.get(reverse("need_new"))
        assert urlsplit(answer["Location"]).path == reverse("account_login")
        assert any("session" in line for line in warnings(caplog))
        before = Need.objects.count()
        assert client.post(reverse("need_new"), {"symptom": "x", "title": "x"}).status_code == 302
        assert Need.objects.count() == before


# Forms that do not come from our pages


def addresses(world: World) -> dict[str, str]:
    """An address for each name of ours and of the libraries."""
    found = {name: reverse(name, args=world.args[row]) for name, row, _letters, _sent in rows()}
    for name in names_of(get_resolver().url_patterns) - set(found):
        try:
            found[name] = reverse(name)
        except NoReverseMatch:
            continue
    return found


BY_TOKEN = {"unsubscribe"}
"""Mail programs call it by themselves; the token in its address is what counts."""


def test_csrf_when_the_token_is_missing_or_wrong_then_every_address_refuses_and_logs(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(email__startswith="dag@"))
    trail, wrong = AuditEvent.objects.count(), []
    for name, address in addresses(world).items():
        for headers in ({}, {"origin": "https://evil.example"}, {"x-csrftoken": "a" * 32}):
            caplog.clear()
            answer = client.post(address, {"x": "1"}, headers=headers)
            refusal = 404 if name in BY_TOKEN else 403
            if answer.status_code != refusal or not warnings(caplog):
                wrong.append(f"{name} {headers}: {answer.status_code} {warnings(caplog)}")
    assert not wrong, "\n".join(wrong)
    assert AuditEvent.objects.count() == trail


# Fields that no form has


FORGED = {
    "organisation": "2",
    "organisation_id": "2",
    "created_by": "1",
    "created_by_id": "1",
    "uuid": str(uuid4()),
    "id": "1",
    "is_draft": "",
    "is_verified": "on",
    "is_invented": "on",
    "registered_in": "2",
    "role": "administrator",
    "is_active": "on",
    "shared_at": "2020-01-01",
    "evidence_count": "99",
}


def test_fields_when_made_up_then_none_of_them_counts(people: People, logged_in: Any) -> None:
    elif_, bo = logged_in(people.elif_), logged_in(people.bo)
    bo.post(reverse("need_new"), {"symptom": "Hissen står.", "title": "Hissen", "state": "adopted", **FORGED})
    need = Need.objects.get()
    assert (need.organisation_id, need.created_by_id, need.state) == (people.city.pk, people.bo.pk, "draft")
    assert need.is_draft and need.evidence_count == 0 and str(need.uuid) != FORGED["uuid"]
    elif_.post(
        reverse("solver_new"), {"name": "Skurkarna AB", "kind": "company", "state": "verified", **FORGED}
    )
    for solver in Solver.objects.all():
        assert solver.state != "verified" and solver.created_by_id == people.elif_.pk
    for client, person in ((elif_, people.elif_), (bo, people.bo)):
        assert viewer_of(person).roles == {m.role for m in person.memberships.all()}
        assert client.get(reverse("audit_list")).status_code == 404
    told = AuditEvent.objects.filter(action="start_need").get()
    assert (told.organisation_id, told.person_id) == (people.city.pk, people.bo.pk)


# Where an answer leads


EVIL = [
    "//evil.example",
    "https://evil.example/",
    "\\\\evil.example",
    "/\\evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "\t//evil.example",
    "http://testserver@evil.example/",
    "%2F%2Fevil.example",
]


@pytest.mark.parametrize("next_", EVIL)
def test_next_when_it_leads_elsewhere_then_home_and_logged(
    people: People, client: Client, logged_in: Any, caplog: pytest.LogCaptureFixture, next_: str
) -> None:
    answers = [
        client.post(
            reverse("account_login"), {"login": people.bo.email, "password": PASSWORD, "next": next_}
        ),
        logged_in(people.bo).post(reverse("account_logout"), {"next": next_}),
        logged_in(people.bo).post(reverse("set_language"), {"language": "en", "next": next_}),
        logged_in(people.bo).get(reverse("account_login"), {"next": next_}),
    ]
    for answer in answers:
        target = urlsplit(answer.headers.get("Location", "/"))
        assert target.netloc in {"", "testserver"} and target.scheme in {"", "http"}, answer["Location"]
        assert "evil.example" not in target.path.removeprefix("/%2F%2F") or next_.startswith("%2F")
    assert any("leads elsewhere" in line for line in warnings(caplog)) or next_.startswith("%2F")


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b"]
)
def test_host_when_forged_then_refused_and_logged_and_no_letter_leads_there(
    people: People, client: Client, caplog: pytest.LogCaptureFixture, host: str
) -> None:
    data = {"email": people.bo.email}
    answer = client.post(reverse("account_reset_password"), data, headers={"host": host})
    assert answer.status_code == 400 and mail.outbox == []
    assert warnings(caplog, "django.security.DisallowedHost")
    forwarded = {"x-forwarded-host": host, "forwarded": f"host={host}", "x-host": host}
    client.post(reverse("account_reset_password"), data, headers=forwarded)
    assert mail.outbox and all("evil" not in str(letter.message()) for letter in mail.outbox)


# Letters


def test_letters_when_a_header_is_smuggled_in_then_nobody_else_gets_them(
    db: None, client: Client, people: People
) -> None:
    for address in ("a@b.se\nBcc: evil@evil.example", "a@b.se,evil@evil.example", "a@b.se\r\n\r\nHej"):
        client.post(reverse("accessibility"), {"text": "Hej", "page": "x", "email": address})
        client.post(reverse("account_reset_password"), {"email": address})
    client.post(
        reverse("accessibility"),
        {"text": "Hej\r\nBcc: evil@evil.example", "page": "x\r\nBcc: y@evil.example"},
    )
    for letter in mail.outbox:
        assert "evil" not in " ".join(letter.recipients())
        header = str(letter.message()).partition("\n\n")[0]
        assert not re.search(r"^bcc:", header, re.I | re.M)
    with pytest.raises(BadHeaderError):
        EmailMessage(subject="Hej\nBcc: evil@evil.example", to=["a@b.se"]).message()


# Too much, and what no text holds


def test_body_when_too_large_or_of_too_many_fields_then_refused_and_logged(
    people: People, logged_in: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = logged_in(people.bo)
    client.raise_request_exception = False
    for data, logger in (
        ({"symptom": "å" * 2_000_000, "title": "x"}, "RequestDataTooBig"),
        ({f"field{number}": "1" for number in range(1_100)}, "TooManyFieldsSent"),
    ):
        caplog.clear()
        body = "&".join(f"{key}={value}" for key, value in data.items())
        answer = client.post(reverse("need_new"), body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 400
        assert warnings(caplog, f"django.security.{logger}")
    assert Need.objects.count() == 0


ODD = "%00%ED%A0%80%FF'%22--%25_%5C%F0%9F%98%80%E2%80%AE"


def test_addresses_when_asked_with_odd_bytes_then_none_breaks(world: World) -> None:
    names = (
        "q",
        "state",
        "unit",
        "after",
        "before",
        "show",
        "kind",
        "page",
        "next",
        "with",
        "who",
        "since",
        "row",
    )
    query = "&".join(f"{name}={ODD}" for name in names)
    for who in ("nobody", "dag"):
        client = world.clients[who]
        for name, row, letters, sent in rows():
            if not sent and letters[VIEWERS.index(who)] == "P":
                with transaction.atomic():
                    answer = client.get(reverse(name, args=world.args[row]) + "?" + query)
                    transaction.set_rollback(True)
                assert answer.status_code in {200, 302, 404}, (
                    f"{name}: {answer.status_code}"
                )  # 404: no such unit


@pytest.mark.parametrize(
    "asked", ["%", "_", "%%%", "*", "ensam%' OR '1'='1", '"', "NEAR(a b)", "a AND", "-a", "':*"]
)
def test_search_when_it_holds_the_databases_own_signs_then_they_are_letters(
    people: People, logged_in: Any, asked: str
) -> None:
    shared_by(people.bo, "Hissen står still.", "Hissen")
    client = logged_in(people.bo)
    for name in ("need_list", "search", "solver_list", "solution_list"):
        page = client.get(reverse(name), {"q": asked})
        assert page.status_code == 200 and "Hissen" not in page.content.decode().replace(asked, "")
