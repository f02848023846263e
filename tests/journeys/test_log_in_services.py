"""Log-in through an organisation's own service, against real provider processes: who gets in, and who does not."""

import base64
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils.translation import override
from lxml import etree

from ringar.core.actions import add_person
from ringar.core.actions.invitations import invite_people
from ringar.core.actions.log_in_services import Wanted, remove_log_in_service, save_log_in_service
from ringar.core.models import AuditEvent, LogInService, Membership, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Refused, Role, Viewer
from tests.log_in_providers import Forms, OidcProvider, Visitor
from tests.people import PASSWORD, People
from tests.saml_idp import Signer

DOMAIN = "ringsala-kommun.example"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
Services = Callable[..., LogInService]


@pytest.fixture(autouse=True)
def plain_http(settings: Any) -> Iterator[None]:
    settings.FETCH_PLAIN_HTTP = True
    with override("en"):
        yield


@pytest.fixture
def people(site: str, people: People) -> People:
    """The cast, in the database that the site is served from."""
    return people


def administrator(people: People) -> Viewer:
    top = people.city.units.get(parent=None)
    person = add_person(
        by=Viewer.of_command_line(people.city.pk),
        email=f"admin@{DOMAIN}",
        name="Admin",
        unit=top,
        role=Role.ADMINISTRATOR,
        password=PASSWORD,
    )
    return viewer_of(person)


@pytest.fixture
def oidc(people: People, oidc_process: str, site: str) -> tuple[OidcProvider, LogInService]:
    """A provider, and the city's service that uses it."""
    provider = OidcProvider(oidc_process)
    provider.register(f"{site}/konto/oidc/later/login/callback/")
    wanted = Wanted(name="Ringsala", address=provider.url, client_id="-", secret="-", email_domains=DOMAIN)
    by = administrator(people)
    service = save_log_in_service(by=by, protocol="oidc", wanted=wanted)
    provider.register(f"{site}/konto/oidc/{service.slug}/login/callback/")
    wanted = Wanted(**{**wanted.__dict__, "client_id": provider.client_id, "secret": provider.secret})
    return provider, save_log_in_service(by=by, protocol="oidc", wanted=wanted, service=service)


@pytest.fixture
def saml(people: People, saml_process: str) -> LogInService:
    """The city's SAML service."""
    wanted = Wanted(name="Ringsala", address=f"{saml_process}/metadata", email_domains=DOMAIN)
    return save_log_in_service(by=administrator(people), protocol="saml", wanted=wanted)


def lets_in(service: LogInService, whom: str) -> None:
    LogInService.objects.filter(pk=service.pk).update(lets_in=whom)


def through(visitor: Visitor, service: LogInService, sub: str, **asked: str) -> requests.Response:
    """From our log-in page to the provider, in as `sub`, and back. `asked` changes the question on the way."""
    url = visitor.ask(service.slug)
    if asked:
        parts = urlsplit(url)
        url = parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **asked})).geturl()
    assert visitor.get(url).status_code == 200
    return visitor.post(url, {"sub": sub})


def refusals() -> list[str]:
    return [row.changes["reason"] for row in AuditEvent.objects.filter(action="refuse_log_in").order_by("id")]


# OpenID Connect -----------------------------------------------------------------------------------------------------


def test_oidc_when_known_then_in_as_oneself_and_written_down(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("bo", email=people.bo.email, email_verified=True, name="Bo Berg")
    visitor = Visitor(site)
    assert through(visitor, service, "bo").url.startswith(site)
    assert visitor.who == people.bo.email
    told = AuditEvent.objects.filter(action="log_in").latest("id")
    assert (told.label, told.changes["by"]) == ("Bo", ["socialaccount"])
    assert Person.objects.filter(email=people.bo.email).count() == 1
    assert provider.secret not in repr(list(AuditEvent.objects.values_list("changes", flat=True)))
    assert provider.secret not in LogInService.objects.get(pk=service.pk).secret
    provider.knows("bo", email="changed@elsewhere.example", email_verified=False)
    again = Visitor(site)
    through(again, service, "bo")
    assert again.who == people.bo.email, "known by subject from now on"


def test_oidc_when_unknown_then_only_let_in_where_the_organisation_says_so(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("ny", email=f"Ny@{DOMAIN}", email_verified=True, name="Ny Nilsson")
    page = through(Visitor(site), service, "ny")
    assert page.status_code == 403 and "no account yet" in page.text
    assert not Person.objects.filter(email=f"ny@{DOMAIN}").exists()
    lets_in(service, "domain")
    visitor = Visitor(site)
    through(visitor, service, "ny")
    assert visitor.who == f"ny@{DOMAIN}"
    ny = Person.objects.get(email=f"ny@{DOMAIN}")
    assert (ny.name, ny.has_usable_password()) == ("Ny Nilsson", False)
    membership = ny.memberships.get()
    assert (membership.role, membership.unit.parent) == (Role.STAFF, None)
    assert EmailAddress.objects.get(user=ny).verified


def test_oidc_when_invited_then_the_role_is_taken_up(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    invite_people(by=viewer_of(people.alva), unit=people.care, role=Role.MANAGER, emails=[f"chef@{DOMAIN}"])
    provider.knows("chef", email=f"chef@{DOMAIN}", email_verified=True)
    visitor = Visitor(site)
    through(visitor, service, "chef")
    assert visitor.who == f"chef@{DOMAIN}"
    assert Membership.objects.get(person__email=f"chef@{DOMAIN}").unit == people.care


@pytest.mark.parametrize("verified", [False, "false", None, 1, "yes"])
def test_oidc_when_the_address_is_not_checked_then_no_account_is_taken_over(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str, verified: object
) -> None:
    provider, service = oidc
    lets_in(service, "domain")
    provider.knows("thief", email=people.alva.email, email_verified=verified)
    visitor = Visitor(site)
    assert through(visitor, service, "thief").status_code == 403
    assert visitor.who == "" and not SocialAccount.objects.exists()


def test_oidc_when_the_domain_is_foreign_then_nobody_is_taken_over_and_nobody_made(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    lets_in(service, "domain")
    for email in (
        people.sam.email,
        f"x@sub.{DOMAIN}",
        f"x@{DOMAIN}.evil.example",
        f"x@evil.example@{DOMAIN}",
    ):
        provider.knows("thief", email=email, email_verified=True)
        visitor = Visitor(site)
        assert through(visitor, service, "thief").status_code == 403, email
        assert visitor.who == ""
    assert not SocialAccount.objects.exists()
    assert Person.objects.count() == len(people.all()) + 1


def test_oidc_when_the_person_works_elsewhere_too_then_the_service_does_not_log_in(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("bo", email=people.bo.email, email_verified=True)
    through(Visitor(site), service, "bo")
    Membership.objects.create(person=people.bo, unit=people.other_care, role=Role.STAFF)
    visitor = Visitor(site)
    page = through(visitor, service, "bo")
    assert page.status_code == 403 and "not for this organisation alone" in page.text
    assert visitor.who == ""


def test_oidc_when_the_account_has_no_role_here_then_it_is_not_taken_over(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    lets_in(service, "domain")
    add_person(by=Viewer.of_command_line(), email=f"founder@{DOMAIN}", name="Grundare", password=PASSWORD)
    provider.knows("thief", email=f"founder@{DOMAIN}", email_verified=True)
    visitor = Visitor(site)
    assert through(visitor, service, "thief").status_code == 403
    assert visitor.who == ""


def test_oidc_when_the_account_is_closed_then_refused(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("bo", email=people.bo.email, email_verified=True)
    through(Visitor(site), service, "bo")
    Person.objects.filter(pk=people.bo.pk).update(is_active=False)
    visitor = Visitor(site)
    page = through(visitor, service, "bo")
    assert page.status_code == 403 and "closed" in page.text and visitor.who == ""


def test_oidc_when_an_attacker_had_set_a_password_then_it_is_wiped(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    EmailAddress.objects.filter(user=people.bo).update(verified=False)
    provider.knows("bo", email=people.bo.email, email_verified=True)
    visitor = Visitor(site)
    through(visitor, service, "bo")
    assert visitor.who == people.bo.email
    assert not Person.objects.get(pk=people.bo.pk).has_usable_password()


def test_oidc_when_the_nonce_is_another_then_refused(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("bo", email=people.bo.email, email_verified=True)
    visitor = Visitor(site)
    assert through(visitor, service, "bo", nonce="of the attacker").status_code == 403
    assert visitor.who == "" and refusals() == ["wrong nonce"]


@pytest.mark.parametrize("state", ["", "made up"])
def test_oidc_when_the_state_is_another_then_refused(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str, state: str
) -> None:
    provider, service = oidc
    provider.knows("bo", email=people.bo.email, email_verified=True)
    visitor = Visitor(site)
    assert through(visitor, service, "bo", state=state).status_code == 403
    assert visitor.who == "" and refusals()


def test_oidc_when_the_code_is_another_s_then_refused(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    """The attacker stops before coming back, and has the victim's browser carry the code (and the other way round)."""
    provider, service = oidc
    provider.knows("sly", email=people.farid.email, email_verified=True)
    attacker, victim = Visitor(site), Visitor(site)
    url = attacker.ask(service.slug)
    back = attacker.post(url, {"sub": "sly"}, allow_redirects=False).headers["Location"]
    assert victim.get(back).status_code == 403 and victim.who == ""
    code = parse_qs(urlsplit(back).query)["code"][0]
    own = parse_qs(urlsplit(victim.ask(service.slug)).query)["state"][0]
    mixed = urlsplit(back)._replace(query=urlencode({"code": code, "state": own})).geturl()
    assert victim.get(mixed).status_code == 403 and victim.who == ""


def test_oidc_when_the_answer_comes_twice_then_the_second_is_refused(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("bo", email=people.bo.email, email_verified=True)
    visitor = Visitor(site)
    url = visitor.ask(service.slug)
    back = visitor.post(url, {"sub": "bo"}, allow_redirects=False).headers["Location"]
    assert visitor.get(back).status_code == 200 and visitor.who
    assert visitor.get(back).status_code == 403


def test_oidc_when_somebody_says_no_there_then_told_kindly(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    _provider, service = oidc
    visitor = Visitor(site)
    asked = parse_qs(urlsplit(visitor.ask(service.slug)).query)
    told = {"error": "access_denied", "state": asked["state"][0]}
    page = visitor.get(asked["redirect_uri"][0], params=told)
    assert page.status_code == 200 and "You went back without logging in" in page.text
    assert not refusals()


def test_oidc_when_the_service_does_not_answer_then_a_page_says_so(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    _provider, service = oidc
    service.settings["server_url"] = "http://localhost:9"
    service.save()
    page = Visitor(site).begin(service.slug)
    assert page.status_code == 403 and "You were not logged in through Ringsala" in page.text


def test_oidc_when_it_should_lead_elsewhere_then_leads_home(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("bo", email=people.bo.email, email_verified=True)
    visitor = Visitor(site)
    page = visitor.get(f"{site}/konto/login/")
    action, told = next((a, f) for a, f in Forms(page.text).found if f"/{service.slug}/login/" in a)
    page = visitor.post(f"{site}{action}&next=https://evil.example/", told)
    at = page.headers["Refresh"].partition("url=")[2]
    assert visitor.post(at, {"sub": "bo"}).url.startswith(site)


def test_oidc_when_switched_off_or_removed_then_it_lets_nobody_in(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("bo", email=people.bo.email, email_verified=True)
    visitor = Visitor(site)
    url = visitor.ask(service.slug)
    LogInService.objects.filter(pk=service.pk).update(is_active=False)
    assert visitor.post(url, {"sub": "bo"}).status_code == 403 and visitor.who == ""
    assert service.slug not in Visitor(site).get(f"{site}/konto/login/").text
    lets_in(service, "known")
    LogInService.objects.filter(pk=service.pk).update(is_active=True)
    through(visitor, service, "bo")
    assert visitor.who and SocialAccount.objects.count() == 1
    by = viewer_of(Person.objects.get(email=f"admin@{DOMAIN}"))
    remove_log_in_service(by=by, service=service)
    assert not SocialAccount.objects.exists()
    assert visitor.get(f"{site}/konto/oidc/{service.slug}/login/").status_code == 404


def test_oidc_when_connected_and_disconnected_by_hand_then_only_with_one_s_own(
    people: People, oidc: tuple[OidcProvider, LogInService], site: str
) -> None:
    provider, service = oidc
    provider.knows("private", email="bo@hemma.example", email_verified=True)
    visitor = Visitor(site)
    visitor.log_in(people.bo.email, PASSWORD)
    visitor.prove(PASSWORD)
    at = visitor.ask(service.slug, process="connect")
    visitor.post(at, {"sub": "private"})
    assert SocialAccount.objects.get().user == people.bo
    page = visitor.get(f"{site}/konto/3rdparty/")
    action, told = next((a, f) for a, f in Forms(page.text).found if "account" in f)
    visitor.post(f"{site}{action}", told)
    assert not SocialAccount.objects.exists()
    stranger = Visitor(site)
    stranger.log_in(people.sam.email, PASSWORD)
    at = stranger.ask(service.slug, process="connect")
    assert stranger.post(at, {"sub": "private"}).status_code == 403
    assert not SocialAccount.objects.exists()


# SAML ---------------------------------------------------------------------------------------------------------------


def posted(visitor: Visitor, service: LogInService, **told: str) -> tuple[str, dict[str, str]]:
    """The assertion that the service has the browser post to us, and where to; not yet posted."""
    url = visitor.ask(service.slug)
    page = visitor.get(f"{url}&{urlencode(told)}")
    return Forms(page.text).found[0]


def changed(fields: dict[str, str], change: Callable[[etree._Element], None]) -> dict[str, str]:
    """The form's fields with the response changed on the way, as somebody in between would."""
    tree = etree.fromstring(base64.b64decode(fields["SAMLResponse"]))
    change(tree)
    return {**fields, "SAMLResponse": base64.b64encode(etree.tostring(tree)).decode()}


def test_saml_when_known_then_in_as_oneself(people: People, saml: LogInService, site: str) -> None:
    visitor = Visitor(site)
    action, fields = posted(visitor, saml, email=people.bo.email)
    assert visitor.post(action, fields).status_code == 200
    assert visitor.who == people.bo.email
    assert SocialAccount.objects.get().extra_data == {}


def test_saml_when_unknown_then_as_the_organisation_says(
    people: People, saml: LogInService, site: str
) -> None:
    visitor = Visitor(site)
    action, fields = posted(visitor, saml, email=f"ny@{DOMAIN}", name="Åsa Öberg")
    assert visitor.post(action, fields).status_code == 403 and visitor.who == ""
    lets_in(saml, "domain")
    action, fields = posted(visitor, saml, email=f"ny@{DOMAIN}", name="Åsa Öberg")
    visitor.post(action, fields)
    assert Person.objects.get(email=f"ny@{DOMAIN}").name == "Åsa Öberg"


def test_saml_when_the_domain_is_foreign_then_nobody_is_taken_over(
    people: People, saml: LogInService, site: str
) -> None:
    lets_in(saml, "domain")
    visitor = Visitor(site)
    action, fields = posted(visitor, saml, email=people.sam.email)
    assert visitor.post(action, fields).status_code == 403 and visitor.who == ""


@pytest.mark.parametrize(
    "told", [{"audience": "https://other.example/"}, {"minutes": "-10"}, {"unsolicited": "1"}]
)
def test_saml_when_meant_for_others_or_old_or_not_asked_for_then_refused(
    people: People, saml: LogInService, site: str, told: dict[str, str]
) -> None:
    visitor = Visitor(site)
    action, fields = posted(visitor, saml, email=people.bo.email, **told)
    assert visitor.post(action, fields).status_code == 403
    assert visitor.who == "" and refusals()


def test_saml_when_posted_twice_or_by_another_browser_then_refused(
    people: People, saml: LogInService, site: str
) -> None:
    visitor, thief = Visitor(site), Visitor(site)
    action, fields = posted(visitor, saml, email=people.bo.email)
    assert thief.post(action, fields).status_code == 403 and thief.who == ""
    visitor.post(action, fields)
    again = Visitor(site)
    own, _ = posted(again, saml, email=people.farid.email)
    assert again.post(own, fields).status_code == 403 and again.who == ""
    assert refusals()[-1] == "used before"


def test_saml_when_an_assertion_for_another_question_is_put_in_then_refused(
    people: People, saml: LogInService, site: str
) -> None:
    """The response's own InResponseTo is not signed; the assertion's is."""
    victim, thief = Visitor(site), Visitor(site)
    _, stolen = posted(victim, saml, email=people.bo.email)
    action, own = posted(thief, saml, email=people.farid.email)
    question = etree.fromstring(base64.b64decode(own["SAMLResponse"])).get("InResponseTo")
    mixed = changed(stolen, lambda tree: tree.set("InResponseTo", question))
    assert thief.post(action, mixed).status_code == 403 and thief.who == ""


def other_email(tree: etree._Element, email: str) -> None:
    value = tree.find(f".//{SAML}Attribute/{SAML}AttributeValue")
    assert value is not None
    value.text = email


def without_signature(tree: etree._Element) -> None:
    for signature in tree.findall(".//{http://www.w3.org/2000/09/xmldsig#}Signature"):
        signature.getparent().remove(signature)


def wrapped_first(tree: etree._Element) -> None:
    """A false assertion beside the signed one, before it."""
    true = tree.find(f"{SAML}Assertion")
    false = etree.fromstring(etree.tostring(true))
    false.set("ID", "_false")
    without_signature(false)
    other_email(false, f"alva@{DOMAIN}")
    true.addprevious(false)


def wrapped_inside(tree: etree._Element) -> None:
    """The signed assertion hidden inside the false one's signature."""
    true = tree.find(f"{SAML}Assertion")
    false = etree.fromstring(etree.tostring(true))
    false.set("ID", "_false")
    other_email(false, f"alva@{DOMAIN}")
    tree.replace(true, false)
    signature = false.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    holder = etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object")
    holder.append(true)


def signed_by_another(tree: etree._Element) -> None:
    without_signature(tree)
    Signer().sign(tree.find(f"{SAML}Assertion"))


def comment_in_address(tree: etree._Element) -> None:
    """Text after a comment is dropped by some readers, while the signature holds."""
    value = tree.find(f".//{SAML}Attribute/{SAML}AttributeValue")
    value.text, rest = f"alva@{DOMAIN}", value.text
    value.append(etree.Comment(""))
    value[-1].tail = rest


FALSE = [
    lambda tree: other_email(tree, f"alva@{DOMAIN}"),
    without_signature,
    wrapped_first,
    wrapped_inside,
    signed_by_another,
    comment_in_address,
]


@pytest.mark.parametrize(
    "change", FALSE, ids=["changed", "unsigned", "first", "inside", "other-key", "comment"]
)
def test_saml_when_forged_then_refused(
    people: People, saml: LogInService, site: str, change: Callable[[etree._Element], None]
) -> None:
    visitor = Visitor(site)
    action, fields = posted(visitor, saml, email=people.farid.email)
    assert visitor.post(action, changed(fields, change)).status_code == 403
    assert visitor.who == "" and refusals()


def test_saml_when_only_the_message_is_signed_then_refused(
    people: People, saml: LogInService, site: str
) -> None:
    visitor = Visitor(site)
    action, fields = posted(visitor, saml, email=people.bo.email, message="1")
    assert visitor.post(action, fields).status_code == 403 and visitor.who == ""


BOMB = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
EVIL = [
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{BOMB}]><x>&a9;</x>',
    "no xml at all",
    "",
]


@pytest.mark.parametrize("text", EVIL, ids=["entity", "bomb", "text", "empty"])
def test_saml_when_evil_xml_is_posted_then_refused_and_nothing_read(
    people: People, saml: LogInService, site: str, text: str
) -> None:
    visitor = Visitor(site)
    action, fields = posted(visitor, saml, email=people.bo.email)
    page = visitor.post(action, {**fields, "SAMLResponse": base64.b64encode(text.encode()).decode()})
    assert page.status_code == 403 and "root:" not in page.text and visitor.who == ""


@pytest.mark.parametrize("text", EVIL[:3])
def test_metadata_when_evil_or_none_then_refused_with_the_remedy(people: People, text: str) -> None:
    with pytest.raises(Refused, match="no metadata"):
        wanted = Wanted(name="X", metadata=text, email_domains=DOMAIN)
        save_log_in_service(by=administrator(people), protocol="saml", wanted=wanted)


def test_saml_when_asked_for_our_metadata_then_told(people: People, saml: LogInService, site: str) -> None:
    page = requests.get(f"{site}/konto/saml/{saml.slug}/metadata/", timeout=10)
    assert f"{site}/konto/saml/{saml.slug}/acs/" in page.text
    question = Visitor(site).ask(saml.slug)
    asked = parse_qs(urlsplit(question).query)["SAMLRequest"][0]
    assert saml.slug.encode() in zlib.decompress(base64.b64decode(asked), -15)


@pytest.mark.parametrize("text", ["", "PHNhbWxwOkxvZ291dFJlcXVlc3Q+"])
def test_saml_when_a_link_should_log_somebody_out_then_it_does_not(
    people: People, saml: LogInService, site: str, text: str
) -> None:
    visitor = Visitor(site)
    visitor.log_in(people.bo.email, PASSWORD)
    visitor.get(f"{site}/konto/saml/{saml.slug}/sls/", params={"SAMLRequest": text})
    assert visitor.who == people.bo.email


# Setting up ---------------------------------------------------------------------------------------------------------


def test_service_when_set_up_through_the_pages_then_tried_changed_and_removed(
    people: People, oidc_process: str, site: str
) -> None:
    administrator(people)
    visitor = Visitor(site)
    visitor.log_in(f"admin@{DOMAIN}", PASSWORD)
    new = visitor.get(f"{site}/organisation/inloggning/ny/oidc/")
    told = next(f for _, f in Forms(new.text).found if "email_domains" in new.text and "client_id" in f)
    told |= {"name": "Ringsala", "address": oidc_process, "client_id": "ringar", "secret": "hemlig"}
    told |= {"email_domains": f"@{DOMAIN}", "lets_in": "known", "is_active": "on"}
    page = visitor.post(new.url, told)
    service = LogInService.objects.get()
    assert f"/konto/oidc/{service.slug}/login/callback/" in page.text
    assert "hemlig" not in page.text and "hemlig" not in service.secret
    action, fields = next((a, f) for a, f in Forms(page.text).found if a.endswith("/prova/"))
    assert f"It answers: {oidc_process}" in visitor.post(f"{site}{action}", fields).text
    edit = visitor.get(page.url)
    fields = next(f for _, f in Forms(edit.text).found if "client_id" in f)
    fields |= {"name": "Ringsala nya", "lets_in": "domain", "secret": "", "email_domains": DOMAIN}
    visitor.post(edit.url, fields)
    kept = service.secret
    service.refresh_from_db()
    assert (service.name, service.lets_in, service.secret) == ("Ringsala nya", "domain", kept)
    remove = visitor.get(f"{site}/organisation/inloggning/{service.uuid}/ta-bort/")
    visitor.post(remove.url, Forms(remove.text).found[-1][1])
    assert not LogInService.objects.exists()
    told_of = list(
        AuditEvent.objects.filter(action__contains="log_in_service")
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert told_of == [
        "add_log_in_service",
        "read_log_in_service",
        "change_log_in_service",
        "remove_log_in_service",
    ]


def test_service_when_another_than_an_administrator_tries_then_not_found(
    people: People, client: Client
) -> None:
    for person in (people.dag, people.alva, people.sam, people.elif_):
        client.force_login(person)
        for path in ("", "ny/oidc/", "ny/saml/"):
            assert client.get(f"/organisation/inloggning/{path}").status_code == 404


@pytest.mark.parametrize(
    ("domains", "why"),
    [
        ("fjardinge-kommun.example", "outside your organisation"),
        ("nowhere.example", "Nobody in your organisation"),
        ("", "at least one"),
        ("ringsala", "no e-mail domain"),
        ("a b; <script>", "no e-mail domain"),
    ],
)
def test_service_when_it_should_speak_for_others_addresses_then_refused(
    people: People, oidc_process: str, domains: str, why: str
) -> None:
    assert people.sam.email.endswith("@fjardinge-kommun.example")
    wanted = Wanted(name="X", address=oidc_process, client_id="x", email_domains=domains)
    with pytest.raises(Refused, match=re.escape(why)):
        save_log_in_service(by=administrator(people), protocol="oidc", wanted=wanted)
    assert not LogInService.objects.exists()


@pytest.mark.parametrize(
    "address", ["http://localhost:9", "ftp://x.example", "https://user@x.example", "file:///etc"]
)
def test_service_when_its_address_is_unsafe_or_dead_then_refused(
    people: People, settings: Any, address: str
) -> None:
    settings.FETCH_PLAIN_HTTP = False
    wanted = Wanted(name="X", address=address, client_id="x", email_domains=DOMAIN)
    with pytest.raises(Refused, match="can not be read"):
        save_log_in_service(by=administrator(people), protocol="oidc", wanted=wanted)


def test_service_when_it_calls_itself_another_then_refused(people: People, oidc_process: str) -> None:
    address = oidc_process.replace("localhost", "127.0.0.1") + "/"
    wanted = Wanted(name="X", address=address, client_id="x", email_domains=DOMAIN)
    by = administrator(people)
    assert save_log_in_service(by=by, protocol="oidc", wanted=wanted).settings["identity"] == address.rstrip(
        "/"
    )
    with pytest.raises(Refused, match="can not be read"):
        save_log_in_service(
            by=by, protocol="oidc", wanted=Wanted(**{**wanted.__dict__, "address": f"{oidc_process}/users"})
        )
