"""Reads on organisations' log-in services, and who could be logged in by them."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.db.models import Q, QuerySet

from ringar.core.log_in_rules import may_speak_for
from ringar.core.models import LogInService, Person
from ringar.core.rules import NotAllowed, Role, Viewer
from ringar.core.secrets import Unreadable, reveal

PROVIDERS = {"oidc": "openid_connect", "saml": "saml"}
ATTRIBUTES = {
    "uid": [
        "urn:oasis:names:tc:SAML:attribute:subject-id",
        "urn:oasis:names:tc:SAML:attribute:pairwise-id",
        "http://schemas.microsoft.com/identity/claims/objectidentifier",
        "urn:oid:1.3.6.1.4.1.5923.1.1.1.6",
    ],
    "email": [
        "urn:oid:0.9.2342.19200300.100.1.3",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "mail",
        "email",
    ],
    "name": [
        "urn:oid:2.16.840.1.113730.3.1.241",
        "http://schemas.microsoft.com/identity/claims/displayname",
        "displayName",
    ],
    "first_name": ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "urn:oid:2.5.4.42"],
    "last_name": ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "urn:oid:2.5.4.4"],
}
"""What SAML services call a person's facts: SWAMID's and eIDAS' numbers, Microsoft's addresses, plain names."""


def may_set_log_in(viewer: Viewer) -> bool:
    """Whether the viewer decides how people log in: an administrator of the whole organisation."""
    if viewer.organisation_id is None or Role.ADMINISTRATOR not in viewer.roles:
        return False
    kept = viewer.role_units.get(Role.ADMINISTRATOR, frozenset())
    return viewer.person_id is None or bool(kept & viewer.top_unit_ids)


def services_of(viewer: Viewer) -> "QuerySet[LogInService]":
    """The services of the viewer's organisation. Raises NotAllowed for anyone but its administrators."""
    if not may_set_log_in(viewer):
        raise NotAllowed
    return LogInService.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name", "id")


def services_shown() -> "QuerySet[LogInService]":
    """The services that the log-in page offers, by name."""
    return LogInService.objects.filter(is_active=True).select_related("organisation").order_by("name", "id")


def service_named(slug: str) -> LogInService | None:
    """The service with that slug, or None."""
    return LogInService.objects.select_related("organisation").filter(slug=slug).first()


def app_of(service: LogInService) -> SocialApp:
    """The service as allauth knows one; never saved, so that there is no second table to keep in step."""
    try:
        secret = reveal(service.secret)
    except Unreadable:
        secret = ""  # the service will refuse us, and its page says that the secret is to be handed in again
    settings: dict[str, Any] = {**service.settings}
    if service.protocol == "oidc":
        settings |= {"oauth_pkce_enabled": True, "fetch_userinfo": True}
    else:
        settings |= {"attribute_mapping": ATTRIBUTES, "advanced": {"want_assertion_signed": True}}
    return SocialApp(
        provider=PROVIDERS[service.protocol],
        provider_id=service.slug,
        name=service.name,
        client_id=service.client_id if service.protocol == "oidc" else service.slug,
        secret=secret,
        settings=settings,
    )


def apps_for(provider: str | None, client_id: str | None) -> list[SocialApp]:
    """The services as allauth asks for them: by protocol or by slug.

    One that is switched off is found by its slug alone, since connections to it may still be shown and removed.
    """
    rows = LogInService.objects.order_by("name", "id")
    protocol = {ours: mine for mine, ours in PROVIDERS.items()}.get(provider or "")
    if provider and protocol is None:
        rows = rows.filter(slug=provider)
    else:
        rows = rows.filter(is_active=True, **({"protocol": protocol} if protocol else {}))
    apps = [app_of(row) for row in rows]
    return [app for app in apps if client_id is None or app.client_id == client_id]


def works_in(person: Person) -> set[int]:
    """The ids of the organisations where the person has a role. 1 query."""
    return set(person.memberships.values_list("unit__organisation_id", flat=True))


def at_domain(domain: str) -> "QuerySet[Person]":
    """The people whose address, as log-in or verified, lies in that very domain."""
    verified = EmailAddress.objects.filter(verified=True, email__iendswith=f"@{domain}")
    return Person.objects.filter(
        Q(email__iendswith=f"@{domain}") | Q(pk__in=verified.values("user_id")), is_active=True
    ).distinct()


def speaks_for_some(organisation_id: int, domain: str) -> tuple[bool, bool]:
    """Whether somebody has a verified address in the domain and works in that organisation alone; whether anyone
    else has one."""
    people = list(at_domain(domain).prefetch_related("memberships__unit"))
    addresses = EmailAddress.objects.filter(verified=True, user__in=people)
    verified = set(addresses.values_list("user_id", flat=True))
    ours = strangers = False
    for person in people:
        homes = {membership.unit.organisation_id for membership in person.memberships.all()}
        if may_speak_for(organisation_id, homes):
            ours = ours or person.pk in verified
        else:
            strangers = strangers or person.pk in verified
    return ours, strangers


def connected_services(person: Person) -> list[tuple[SocialAccount, str]]:
    """The log-ins that are connected to the person's account, with the services' names. 2 queries."""
    accounts = list(SocialAccount.objects.filter(user=person).order_by("id"))
    names = dict(
        LogInService.objects.filter(slug__in={each.provider for each in accounts}).values_list("slug", "name")
    )
    return [(each, names.get(each.provider, each.provider)) for each in accounts]
