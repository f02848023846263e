"""Core's own pages: the accessibility statement and its form, errors that say what to do, health, accounts."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from ringar.core.actions import add_person
from ringar.core.models import AuditEvent, Complaint, Person
from ringar.core.rules import COMPLAINTS_AN_HOUR, Role, Viewer
from tests.people import PASSWORD, People

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")


@IN_MEMORY
def test_accessibility_when_somebody_complains_then_kept_mailed_and_audited(client: Client, db: None) -> None:
    sent = {
        "text": "Skärmläsaren läser inte knappen 🙁 \u202bשלום\u202c",
        "page": "/behov/",
        "email": "x@example.com",
    }
    answer = client.post("/tillganglighet/", sent, follow=True)
    assert "notice-ok" in answer.content.decode()
    complaint = Complaint.objects.get()
    kept = "Skärmläsaren läser inte knappen 🙁 שלום"  # without the signs that turn the reading direction
    assert complaint.text == kept
    assert kept in mail.outbox[0].body
    assert mail.outbox[0].reply_to == ["x@example.com"]
    audit = AuditEvent.objects.get(action="send_complaint")
    assert audit.target_id == str(complaint.uuid)
    assert "x@example.com" not in json.dumps(audit.changes) + audit.target_label


@IN_MEMORY
@pytest.mark.parametrize("email", ["", "x@example.com\r\nBcc: all@example.com", "not an address"])
def test_accessibility_when_the_address_is_odd_then_no_mail_is_sent_to_others(
    client: Client, db: None, email: str
) -> None:
    client.post("/tillganglighet/", {"text": "Det går inte", "email": email})
    assert all(message.to == [message.from_email] or len(message.to) == 1 for message in mail.outbox)
    assert len(mail.outbox) == (0 if email else 1)


@IN_MEMORY
def test_accessibility_when_the_text_is_far_too_long_then_says_so_and_keeps_it(
    client: Client, db: None
) -> None:
    long = "å" * 50_000
    page = client.post("/tillganglighet/", {"text": long}, headers={"accept-language": "en"}).content.decode()
    assert long in page
    assert "5000" in page
    assert not Complaint.objects.exists()


@IN_MEMORY
def test_accessibility_when_the_text_holds_control_characters_then_they_go(client: Client, db: None) -> None:
    client.post("/tillganglighet/", {"text": "före\x00efter"})
    assert Complaint.objects.get().text == "föreefter"


@IN_MEMORY
def test_accessibility_when_flooded_then_says_where_else_to_write(client: Client, db: None) -> None:
    now = timezone.now()
    Complaint.objects.bulk_create(Complaint(text="x", at=now) for _ in range(COMPLAINTS_AN_HOUR))
    page = client.post("/tillganglighet/", {"text": "Det här vill jag säga"}).content.decode()
    assert "ringar@localhost" in page
    assert "Det här vill jag säga" in page
    Complaint.objects.update(at=now - timedelta(hours=2))
    client.post("/tillganglighet/", {"text": "Det här vill jag säga"})
    assert len(mail.outbox) == 1


def test_health_when_asked_then_tells_the_database(client: Client, db: None) -> None:
    answer = client.get("/halsa/")
    assert answer.status_code == 200
    assert answer.json()["database"] == connection.vendor
    assert "no-cache" in answer["Cache-Control"]


def test_pages_when_the_database_is_gone_then_say_what_to_do() -> None:
    code = """
import django, json; django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
pages = [client.get(path, headers={"accept-language": "sv"}) for path in ("/", "/halsa/")]
print(json.dumps([[page.status_code, page.content.decode()] for page in pages]))
"""
    # Nobody listens on port 1.
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    (status, page), (health_status, health) = json.loads(done.stdout)
    assert status == 500
    assert "Något gick sönder hos oss" in page
    assert "skicka igen" in page
    assert health_status == 503
    assert json.loads(health)["status"] == "down"


@pytest.mark.parametrize(
    ("language", "words"), [("sv", "Här finns inget för dig"), ("en", "There is nothing here")]
)
def test_unknown_address_when_opened_then_404_in_the_visitors_language(
    client: Client, db: None, language: str, words: str
) -> None:
    answer = client.get("/finns-inte/", headers={"accept-language": language})
    assert answer.status_code == 404
    assert words in answer.content.decode()
    assert "/konto/login/?next=/finns-inte/" in answer.content.decode()


def test_address_of_a_form_when_read_then_405_with_a_page_that_says_so(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    """So one ends who sends a form too late: the log-in leads to the form's address, which shows nothing."""
    answer = logged_in(people.bo).get("/mina-uppgifter/fil/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "formulär" in answer.content.decode() and answer.templates[0].name == "405.html"
    assert 'href="/mina-uppgifter/"' in answer.content.decode()
    assert not logged_in(people.bo).head("/mina-uppgifter/fil/").content


@pytest.mark.parametrize(
    ("referer", "address"),
    [
        ("http://testserver/annan/?a=1", "/annan/?a=1"),
        ("http://evil.example/annan/", "/tillganglighet/"),
        ("", "/tillganglighet/"),
    ],
)
def test_language_when_a_form_was_refused_then_it_leads_to_the_page_of_the_form(
    client: Client, db: None, referer: str, address: str
) -> None:
    """The address that took the form may take nothing else."""
    page = client.post("/tillganglighet/", {"text": ""}, headers={"referer": referer}).content.decode()
    assert f'name="next" value="{address}"' in page


def test_form_when_its_token_is_old_then_403_with_the_remedy(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/tillganglighet/", {"text": "x"}, headers={"accept-language": "sv"})
    assert answer.status_code == 403
    assert "Kopiera det" in answer.content.decode()


def test_request_when_far_too_large_then_400_with_the_remedy(client: Client, db: None) -> None:
    answer = client.post(
        "/tillganglighet/", {"text": "x" * 3_000_000}, headers={"accept-language": "sv"},
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 400
    assert "Korta det" in answer.content.decode()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    "path",
    ["/", "/stil/", "/tillganglighet/", "/sok/", "/konto/login/", "/konto/signup/", "/konto/password/reset/",
     "/konto/password/reset/done/", "/konto/password/reset/key/1-x/", "/konto/confirm-email/",
     "/konto/confirm-email/x/", "/konto/inactive/"],
)  # fmt: skip
def test_page_when_opened_by_a_stranger_then_whole_and_in_our_look(
    client: Client, db: None, path: str, language: str
) -> None:
    page = client.get(path, headers={"accept-language": language}, follow=True).content.decode()
    assert page.count("<h1") == 1
    assert f'<html lang="{language}">' in page
    assert "site-foot" in page
    assert "<title> –" not in page


@pytest.mark.parametrize("path", ["/konto/email/", "/konto/password/change/", "/konto/logout/"])
def test_account_page_when_opened_then_in_our_look(
    people: People, logged_in: Callable[[Person], Client], path: str
) -> None:
    page = logged_in(people.bo).get(path).content.decode()
    assert page.count("<h1") == 1
    assert "site-foot" in page


def test_log_in_when_the_password_is_wrong_then_says_so_and_keeps_the_address(
    people: People, client: Client
) -> None:
    page = client.post("/konto/login/", {"login": people.bo.email, "password": "fel"}).content.decode()
    assert 'role="alert"' in page
    assert people.bo.email in page


def test_log_in_when_the_password_was_handed_out_then_to_the_guide_until_it_is_put_away(
    people: People, client: Client
) -> None:
    sent = {"login": people.bo.email, "password": PASSWORD}
    for place in ("/kom-igang/", "/"):
        page = client.post("/konto/login/", sent, follow=True)
        assert page.redirect_chain == [(place, 302)]
        client.post("/kom-igang/")
        client.logout()


def test_log_in_when_opened_then_asks_and_leads_to_a_new_password_once_each(client: Client, db: None) -> None:
    page = client.get("/konto/login/").content.decode()
    assert page.count('href="/konto/password/reset/"') == 1
    assert "placeholder" not in page.partition("<main")[2]


@IN_MEMORY
def test_log_in_when_imported_without_password_then_through_a_mailed_link(
    people: People, client: Client
) -> None:
    operator = Viewer.of_command_line(people.city.pk)
    add_person(by=operator, email="ny@example.com", name="Ny", unit=people.care, role=Role.STAFF)
    client.post("/konto/password/reset/", {"email": "ny@example.com"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)
    assert link
    form = client.get(link[1], follow=True)
    path = form.redirect_chain[-1][0]
    client.post(path, {"password1": "flera ord på rad", "password2": "flera ord på rad"})
    client.post("/konto/login/", {"login": "ny@example.com", "password": "flera ord på rad"})
    assert "Hej, Ny" in client.get("/", headers={"accept-language": "sv"}).content.decode()


def test_language_when_chosen_then_kept_in_a_cookie(client: Client, db: None) -> None:
    client.post("/sprak/setlang/", {"language": "en", "next": "/stil/"})
    assert "Every component" in client.get("/stil/", headers={"accept-language": "sv"}).content.decode()


def test_import_check_when_the_file_cannot_be_read_names_it_as_it_was_handed_in(
    people: People, logged_in, settings, tmp_path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = logged_in(people.alva)
    upload = SimpleUploadedFile("behoven.xlsx", b"no workbook")
    told = client.post("/importera/", {"kind": "needs", "file": upload}, follow=True).content.decode()
    assert "behoven.xlsx" in told
    kept = next((tmp_path / "imports").iterdir())
    assert kept.name not in told


def test_import_page_when_swedish_tells_problems_and_fields_in_swedish(
    people: People, logged_in, settings, tmp_path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    csv = "rubrik;enhet;antal\nBussen;Hemtjänsten;många\n".encode()
    form = {"kind": "needs", "file": SimpleUploadedFile("behov.csv", csv)}
    page = logged_in(people.alva).post("/importera/", form, follow=True).content.decode()
    assert "Rad 2, Antal: &#x27;många&#x27; är inget heltal. Skriv bara siffror, till exempel 1200." in page
    assert ">Antal</label>" in page and "people_affected</label>" not in page
