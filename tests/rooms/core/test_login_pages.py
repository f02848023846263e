"""Every page and mail of the log-in, in both languages: our own look, and no English on a Swedish page."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from ringar.core.models import Person
from tests.people import PASSWORD, People

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
SAME = {"Ringar", "OpenID Connect", "SAML", "Chromium"}  # names, and not words


class Words(HTMLParser):
    """The sentences of a page's main part: its text, labels and names for those who do not see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.inside = self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside += tag == "main"
        self.hidden += tag in {"script", "style", "code"}
        for name, value in attributes:
            if self.inside and name in {"alt", "aria-label", "title"} and value:
                self.found.add(value.strip())

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "main"
        self.hidden -= tag in {"script", "style", "code"}

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if self.inside and not self.hidden and re.search(r"[^\W\d]{3}", text) and "@" not in text:
            self.found.add(text)


@pytest.fixture
def tried(people: People) -> Person:
    """Bo, who has everything on his account that a page can show."""
    TOTP.activate(people.bo, generate_totp_secret())
    RecoveryCodes.activate(people.bo)
    EmailAddress.objects.create(user=people.bo, email="ny@ringsala-kommun.example", verified=False)
    return people.bo


def fresh(client: Client) -> Client:
    """Has shown just now that it is the same person, so that nothing asks for it again."""
    client.post("/konto/reauthenticate/", {"password": PASSWORD})
    return client


OPEN = {
    "account_login": 200,
    "account_request_login_code": 200,
    "account_reset_password": 200,
    "account_reset_password_done": 200,
    "account_reset_password_from_key_done": 200,
    "account_inactive": 200,
    "account_email_verification_sent": 200,
    "account_signup": 200,
    "socialaccount_login_cancelled": 200,
    "socialaccount_login_error": 401,
}
OWN = [
    "my_account",
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "usersessions_list",
    "socialaccount_connections",
]


def in_both(client: Client, path: str, status: int = 200) -> None:
    """The page is in our look in either language, and shares no sentence between them."""
    pages = {}
    for language in ("sv", "en"):
        client.cookies["django_language"] = language
        answer = client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        pages[language] = answer.content.decode()
        assert f'<html lang="{language}"' in pages[language]
        assert 'class="site-head"' in pages[language]
    sv, en = Words(pages["sv"]).found, Words(pages["en"]).found
    assert sv and not (sv & en) - SAME, f"{path}: {sv & en}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPEN)
def test_page_when_opened_without_log_in_then_no_sentence_is_left_in_english(
    client: Client, name: str
) -> None:
    in_both(client, reverse(name), OPEN[name])


@pytest.mark.parametrize("path", ["/konto/password/reset/key/1-wrong/", "/konto/confirm-email/wrong/"])
@pytest.mark.django_db
def test_page_when_the_link_is_old_then_says_so_in_both_languages(client: Client, path: str) -> None:
    in_both(client, path)


@pytest.mark.parametrize("name", OWN)
def test_page_when_logged_in_then_no_sentence_is_left_in_english(
    tried: Person, logged_in: Callable[[Person], Client], name: str
) -> None:
    client = fresh(logged_in(tried))
    tried.name = "Bo"
    path = reverse(name)
    if name == "my_account":
        SAME.update({"Bo", "Svenska", "English"})
    in_both(client, path)


def test_page_when_the_account_has_nothing_then_each_says_how_to_begin(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    client = fresh(logged_in(people.alva))
    for name in (
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "socialaccount_connections",
    ):
        in_both(client, reverse(name))
    people.dag.set_unusable_password()
    people.dag.save()
    in_both(logged_in(people.dag), reverse("account_set_password"))


@IN_MEMORY
def test_steps_when_walked_through_then_each_is_in_both_languages(tried: Person, client: Client) -> None:
    client.post("/konto/login/code/", {"email": tried.email})
    in_both(client, "/konto/login/code/confirm/")
    client = Client()
    answer = client.post("/konto/login/", {"login": tried.email, "password": PASSWORD})
    assert answer["Location"] == "/konto/2fa/authenticate/"
    in_both(client, "/konto/2fa/authenticate/")


@IN_MEMORY
@pytest.mark.parametrize(("language", "word"), [("sv", "lösenord"), ("en", "password")])
def test_mail_when_sent_then_in_its_readers_language_whatever_the_browser_says(
    people: People, client: Client, language: str, word: str
) -> None:
    Person.objects.filter(pk=people.bo.pk).update(language=language)
    client.cookies["django_language"] = "en" if language == "sv" else "sv"
    client.post("/konto/password/reset/", {"email": people.bo.email})
    sent = mail.outbox[-1]
    assert word in sent.body and word in sent.subject
    assert sent.subject.startswith("Ringar: ")


@IN_MEMORY
def test_mail_when_nobody_has_the_address_then_says_so_and_the_page_does_not(
    client: Client, db: None
) -> None:
    known = client.post("/konto/password/reset/", {"email": "ingen@example.com"}, follow=True)
    assert "ingen@example.com" in mail.outbox[-1].body
    assert "Titta i din e-post" in known.content.decode()


@IN_MEMORY
def test_my_account_when_saved_then_pages_follow_the_language(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    client = logged_in(people.bo)
    told = {"name": "Bo Berg", "title": "Enhetschef", "language": "en"}
    page = client.post("/konto/", told, follow=True)
    assert "Saved." in page.content.decode() and "My account" in page.content.decode()
    bo = Person.objects.get(pk=people.bo.pk)
    assert (bo.name, bo.title, bo.language) == ("Bo Berg", "Enhetschef", "en")


def test_my_account_when_more_is_sent_than_the_form_has_then_it_is_not_saved(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    told = {
        "name": "Bo\x00 \u202e😀",
        "title": "",
        "language": "sv",
        "email": "x@example.com",
        "is_protected": "on",
    }
    logged_in(people.bo).post("/konto/", told)
    bo = Person.objects.get(pk=people.bo.pk)
    assert (bo.name, bo.email, bo.is_protected) == ("Bo 😀", people.bo.email, False)


def test_my_account_when_the_name_is_far_too_long_then_says_so_and_keeps_it(
    people: People, logged_in: Callable[[Person], Client]
) -> None:
    page = logged_in(people.bo).post("/konto/", {"name": "å" * 50_000, "title": "", "language": "sv"})
    assert "å" * 50_000 in page.content.decode()
    assert Person.objects.get(pk=people.bo.pk).name == "Bo"


def test_my_account_when_opened_then_few_queries(
    people: People,
    logged_in: Callable[[Person], Client],
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    client = logged_in(people.bo)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        assert client.get("/konto/").status_code == 200
