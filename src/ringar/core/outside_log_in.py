"""Log-in through an organisation's own service (OpenID Connect, SAML): who is let in, and as whom.

allauth carries out the protocols. Here stands what they leave open: whose word is taken for which address. An account
is found by its address only where the service may speak for that domain and says it has checked the address, and only
where its owner works in the service's organisation and nowhere else.
"""

import logging
import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from requests import RequestException, Session

from ringar.core.actions.audit import record_audit
from ringar.core.actions.invitations import accept_as_known, known_person
from ringar.core.actions.limits import count_try
from ringar.core.actions.roles import hold_role
from ringar.core.fetching import CarefulSession
from ringar.core.limiting import client_address
from ringar.core.log_in_queries import apps_for, service_named, works_in
from ringar.core.log_in_rules import claims_fault, covers, is_told_verified, may_speak_for
from ringar.core.models import LogInService, Person, Unit
from ringar.core.people_queries import addresses_of, waiting_for
from ringar.core.rules import Refused, Role, Viewer

log = logging.getLogger("ringar.log_in")
REPLAY_SECONDS = 24 * 60 * 60
TOLD_AN_HOUR = 60  # refusals by one service that the audit trail tells in an hour; the log tells all


class NonceProvider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    """OpenID Connect with a nonce, besides the state and the code challenge that allauth sends."""

    package = OpenIDConnectProvider.get_package()  # where allauth looks for its addresses

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **told: Any
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(24)
        asked = {**(told.pop("auth_params", None) or {}), "nonce": nonce}
        try:
            told |= {"auth_params": asked, "nonce": nonce}
            answer: HttpResponse = super().redirect(request, process, next_url, data, **told)
        except (RequestException, KeyError) as error:  # the service does not answer, or not as it should
            answer = render_authentication_error(request, self, exception=error)
        return answer

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> SocialLogin:
        try:
            return super().sociallogin_from_response(request, response)
        except (ImproperlyConfigured, KeyError, ValueError) as error:
            raise ImmediateHttpResponse(refuse(request, service_named(self.sub_id), "no subject")) from error

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What the checks need and no more: a service may tell a lot about its people."""
        return {
            part: {name: data[part].get(name) for name in ("sub", "nonce", "email", "email_verified")}
            for part in ("id_token", "userinfo")
            if data.get(part)
        }


class OnceProvider(SAMLProvider):  # type: ignore[misc]
    """SAML where each assertion lets in once, whichever worker it reaches."""

    package = SAMLProvider.get_package()

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> SocialLogin:
        service = service_named(self.sub_id)
        assertion = response.get_last_assertion_id()
        if not assertion or not cache.add(f"saml:{self.sub_id}:{assertion}", True, REPLAY_SECONDS):
            raise ImmediateHttpResponse(refuse(request, service, "used before"))
        try:
            return super().sociallogin_from_response(request, response)
        except (ImproperlyConfigured, ValueError) as error:
            raise ImmediateHttpResponse(refuse(request, service, "no subject")) from error

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        return {}


def refuse(request: HttpRequest, service: LogInService | None, reason: str, text: str = "") -> HttpResponse:
    """The page that says why somebody is not let in; the audit trail and the log tell it too.

    `reason` is for the organisation's administrators, in English; `text` for the one who tried.
    """
    log.warning("Refused log-in by service %s: %s", service.slug if service else None, reason)
    if service and count_try("told refusals", service.slug, seconds=3600) <= TOLD_AN_HOUR:
        facts: dict[str, object] = {"reason": reason, "from": client_address(request)}
        record_audit(by=Viewer(label="not logged in"), action="refuse_log_in", target=service, changes=facts)
    context = {"reason": text, "service": service}
    return render(request, "socialaccount/authentication_error.html", context, status=403)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Organisations' services from our own table, and our rules for whom they let in."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        return apps_for(provider, client_id)

    def get_requests_session(self) -> Session:
        return CarefulSession()

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """A false, old or foreign answer, or none: told with the reason, and why to whoever keeps the service."""
        told = (extra_context or {}).get("saml_last_error_reason") or exception or error or "unknown"
        service = service_named(provider.sub_id) if getattr(provider, "app", None) else None
        if str(error) != "cancelled":
            raise ImmediateHttpResponse(refuse(request, service, str(told)[:300]))

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Person:
        person: Person = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name"), data.get("last_name")]
        person.name = (data.get("name") or " ".join(part for part in parts if part))[:200]
        person.email = person.email.lower()
        person.language = get_language() or "sv"
        return person

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Person, str] | None:
        """The account of the address that the service may speak for, if its owner may be logged in by it."""
        service = service_named(sociallogin.account.provider)
        email = trusted_email(service, sociallogin)
        person = known_person(email) if email else None
        if service is None or person is None or not may_speak_for(service.organisation_id, works_in(person)):
            return None
        return person, email

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuses whoever may not be let in, before anything is written."""
        service = service_named(sociallogin.account.provider)
        if service is None or not service.is_active:
            raise ImmediateHttpResponse(refuse(request, service, "switched off"))
        if service.protocol == "oidc":
            claims = sociallogin.account.extra_data
            if fault := claims_fault(claims, nonce=sociallogin.state.get("nonce", "")):
                raise ImmediateHttpResponse(refuse(request, service, fault))
        email = trusted_email(service, sociallogin)
        sociallogin.email_addresses = (
            [EmailAddress(email=email, verified=True, primary=True)] if email else []
        )
        if sociallogin.state.get("process") == "connect":
            who = request.user if request.user.is_authenticated else None
        else:
            who = sociallogin.user if sociallogin.is_existing else None
        if reason := reason_against(service, who, email):
            raise ImmediateHttpResponse(refuse(request, service, *reason))
        if who is not None and sociallogin.state.get("process") != "connect":
            accept_here(who, service)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True  # whoever may not be let in was refused before

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Person:
        """The account of somebody who comes for the first time, with the roles that wait, or as staff."""
        service = service_named(sociallogin.account.provider)
        if service is None:  # removed since the log-in began
            raise ImmediateHttpResponse(refuse(request, None, "switched off"))
        try:
            with transaction.atomic():
                sociallogin.user.email = sociallogin.email_addresses[0].email
                person: Person = super().save_user(request, sociallogin, form)
                by = Viewer(person_id=person.pk, label=str(person), organisation_id=service.organisation_id)
                record_audit(by=by, action="add_person", target=person, changes={"by": service.slug})
                if not accept_here(person, service):
                    top = Unit.objects.get(organisation_id=service.organisation_id, parent=None)
                    hold_role(by=by, person=person, unit=top, role=Role.STAFF)
        except IntegrityError as error:  # two log-ins of the same new person at once
            raise ImmediateHttpResponse(refuse(request, service, "made at the same moment")) from error
        return person


def trusted_email(service: LogInService | None, sociallogin: SocialLogin) -> str:
    """The address that the service may be believed about; "" where there is none.

    OpenID Connect must say that it has checked it. A SAML service signs what it says; it must cover the domain.
    """
    if service is None:
        return ""
    if service.protocol == "oidc":
        data = sociallogin.account.extra_data
        facts = data.get("userinfo") or data.get("id_token") or {}
        email = facts.get("email") if is_told_verified(facts.get("email_verified")) else None
    else:
        email = sociallogin.user.email if sociallogin.user.pk is None else None
        email = email or next((each.email for each in sociallogin.email_addresses), None)
    if not isinstance(email, str) or not covers(service.email_domains, email):
        return ""
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email.strip().lower()


def reason_against(service: LogInService, who: Person | None, email: str) -> tuple[str, str] | None:
    """Why somebody is not let in: for administrators, and for the one who tries. None where they are."""
    if who is not None:
        if not who.is_active:
            return "the account is closed", _("Your account is closed. Ask your administrator.")
        if not may_speak_for(service.organisation_id, works_in(who)):
            return "works elsewhere too", _(
                "Your account is not for this organisation alone. Log in with your e-mail address instead."
            )
        return None
    if not email:
        return "no address that it may speak for", _(
            "The service did not tell an e-mail address that it may speak for. Ask your administrator."
        )
    if known_person(email) is not None:
        return "the address has an account elsewhere", _(
            "There is an account with this address already, and not in this organisation alone. Log in with your "
            "e-mail address instead."
        )
    if service.lets_in == "domain" or invitations_here(email, service).exists():
        return None
    return "no account and no invitation", _(
        "You have no account yet. Ask your development manager or administrator for an invitation."
    )


def invitations_here(email: str, service: LogInService) -> Any:
    """The invitations to the service's organisation that wait for the address."""
    return waiting_for([email]).filter(unit__organisation_id=service.organisation_id)


def accept_here(person: Person, service: LogInService) -> int:
    """Accepts what waits for the person's address in that organisation; returns how many."""
    accepted = 0
    proved = addresses_of(person)
    for invitation in invitations_here(person.email, service) if person.email in proved else []:
        try:
            accept_as_known(invitation=invitation, person=person)
        except Refused:
            continue
        accepted += 1
    return accepted
