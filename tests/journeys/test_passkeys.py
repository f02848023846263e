"""Passkeys in real Chromium, with a virtual authenticator: added, used alone, used as the second step, removed."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from ringar.core.actions import add_person
from ringar.core.actions.log_in_services import Wanted, save_log_in_service
from ringar.core.models import AuditEvent
from ringar.core.rules import Role, Viewer
from tests.browser.test_pages import PHONE, violations
from tests.chromium import Open
from tests.people import PASSWORD, People
from tests.saml_idp import Signer

pytestmark = pytest.mark.browser


@pytest.fixture
def people(site: str, people: People) -> People:
    """The cast, in the database that the site is served from."""
    return people


def with_authenticator(page: Page) -> Any:
    """The page with a telephone of sorts: keeps passkeys, and its owner is always there to say yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def prove(page: Page, path: str) -> None:
    """Opens the page, showing once more who it is where that is asked."""
    page.goto(path)
    if "/reauthenticate/" in page.url and page.locator("#id_password").count():
        page.fill("#id_password", PASSWORD)
        page.locator("main form button").first.click()


def look(page: Page) -> None:
    """The page has no fault that axe-core finds, and fits a phone."""
    faults = violations(page)
    size = page.viewport_size
    page.set_viewport_size({"width": PHONE, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)  # type: ignore[arg-type]
    if width > PHONE:
        faults.append(f"{width} px wide on a phone of {PHONE} px")
    assert not faults, f"{page.url}:\n" + "\n".join(faults)


def test_passkey_when_added_then_logs_in_by_itself_and_can_be_removed(
    people: People, open_page: Open, site: str
) -> None:
    page = open_page("/", person=people.bo)
    with_authenticator(page)
    prove(page, f"{site}/konto/2fa/webauthn/add/")
    look(page)
    page.fill("#id_name", "Jobbtelefonen")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    expect(page.locator("main")).to_contain_text("är tillagd")
    assert Authenticator.objects.filter(user=people.bo, type=Authenticator.Type.WEBAUTHN).count() == 1
    page.goto(f"{site}/konto/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Jobbtelefonen")
    look(page)
    page.click(".menu summary")
    page.click("form[action='/konto/logout/'] button")
    page.goto(f"{site}/konto/login/")
    look(page)
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/login/" not in url)
    assert AuditEvent.objects.filter(action="log_in").latest("id").changes["by"] == ["webauthn"]
    page.goto(f"{site}/konto/")
    expect(page.locator("main")).to_contain_text(people.bo.email)
    look(page)
    key = Authenticator.objects.get(user=people.bo, type=Authenticator.Type.WEBAUTHN)
    for word in ("edit", "remove"):
        page.goto(f"{site}/konto/2fa/webauthn/keys/{key.pk}/{word}/")
        if "/reauthenticate/" in page.url:
            look(page)
            page.fill("#id_password", PASSWORD)
            page.locator("main form button").first.click()
        look(page)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile("webauthn/$"))
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()


def test_passkey_when_it_is_not_used_then_the_page_says_so(
    people: People, open_page: Open, site: str
) -> None:
    page = open_page("/konto/login/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")  # an authenticator that knows no passkey
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": True}})
    page.click("#passkey_login")
    expect(page.locator("#passkey-notice")).to_contain_text("Nyckeln användes inte")
    look(page)


def test_second_step_when_a_passkey_is_the_second_then_asked_after_the_password(
    people: People, open_page: Open, site: str
) -> None:
    page = open_page("/", person=people.bo)
    with_authenticator(page)
    prove(page, f"{site}/konto/2fa/webauthn/add/")
    page.fill("#id_name", "Säkerhetsnyckeln")
    page.uncheck("#id_passwordless")
    page.click("#mfa_webauthn_add")
    expect(page.locator("main")).to_contain_text("är tillagd")
    page.goto(f"{site}/konto/logout/")
    page.locator("main form button").click()
    page.goto(f"{site}/konto/login/")
    page.fill("#id_login", people.bo.email)
    page.fill("#id_password", PASSWORD)
    page.locator("main form:has(#id_login) button").click()
    page.wait_for_url(re.compile("2fa/authenticate/$"))
    look(page)
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(lambda url: "/authenticate/" not in url)
    assert AuditEvent.objects.filter(action="log_in").latest("id").changes["by"] == ["password", "webauthn"]


def test_app_when_set_up_by_its_key_then_codes_are_shown_and_all_pages_are_sound(
    people: People, open_page: Open, site: str
) -> None:
    page = open_page("/", person=people.bo)
    prove(page, f"{site}/konto/2fa/totp/activate/")
    look(page)
    secret = page.locator("dd code").inner_text()
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    page.fill("#id_code", str(code))
    page.locator("main form button").first.click()
    expect(page.locator("main li code").first).to_be_visible()
    look(page)
    for path in ("2fa/", "2fa/recovery-codes/generate/", "2fa/totp/deactivate/", "sessions/", "3rdparty/"):
        page.goto(f"{site}/konto/{path}")
        look(page)


def test_services_when_an_administrator_looks_then_all_pages_are_sound(
    people: People, open_page: Open, site: str
) -> None:
    operator = Viewer.of_command_line(people.city.pk)
    top = people.city.units.get(parent=None)
    add_person(
        by=operator, email="admin@ringsala-kommun.example", name="Admin", unit=top, role=Role.ADMINISTRATOR
    )
    metadata = Signer().metadata("https://idp.example", "https://idp.example/sso")
    wanted = Wanted(name="Ringsala kommun", metadata=metadata, email_domains="ringsala-kommun.example")
    service = save_log_in_service(by=operator, protocol="saml", wanted=wanted)
    person = people.city.units.get(parent=None).memberships.get(role=Role.ADMINISTRATOR).person
    page = open_page("/organisation/inloggning/", person=person)
    look(page)
    for path in ("ny/oidc/", "ny/saml/", f"{service.uuid}/", f"{service.uuid}/ta-bort/"):
        page.goto(f"{site}/organisation/inloggning/{path}")
        look(page)
    page.goto(f"{site}/organisation/inloggning/ny/saml/")
    page.fill("#id_name", "Ringsala")
    page.fill("#id_email_domains", "ringsala")
    page.locator("main form button.button").first.click()
    expect(page.locator("#form-errors")).to_be_visible()
    look(page)
