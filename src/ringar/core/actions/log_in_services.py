"""An organisation's own log-in service: set up, changed, read anew, removed."""

import secrets
from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.log_in_queries import may_set_log_in, speaks_for_some
from ringar.core.log_in_reading import Described, describe, discover, read
from ringar.core.log_in_rules import MOST_DOMAINS, read_domains
from ringar.core.models import LogInService, Organisation
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.secrets import hide


@dataclass(frozen=True)
class Wanted:
    """What an administrator writes about a service. An empty secret leaves the one that is kept."""

    name: str
    address: str = ""  # of the discovery document or the metadata
    metadata: str = ""  # pasted, where it lies at no address
    client_id: str = ""
    secret: str = ""
    email_domains: str = ""
    lets_in: str = "known"
    is_active: bool = True


def read_service(protocol: str, wanted: Wanted) -> Described:
    """What the service says of itself. Raises Refused with the remedy. Asks the network: call it in no transaction."""
    if protocol == "oidc":
        return discover(wanted.address)
    if wanted.metadata.strip():
        return describe(wanted.metadata)
    return describe(read(wanted.address))


def save_log_in_service(
    *, by: Viewer, protocol: str, wanted: Wanted, service: LogInService | None = None
) -> LogInService:
    """Sets up a service, or changes one, after reading what it says of itself.

    Raises NotAllowed for anyone but an administrator of the whole organisation; Refused with the remedy where the
    service can not be read, or where it may not speak for one of the e-mail domains.
    """
    if not may_set_log_in(by) or (service and service.organisation_id != by.organisation_id):
        raise NotAllowed
    described = read_service(protocol, wanted)
    with transaction.atomic():
        # One organisation at a time: two must not take the same domain at once.
        Organisation.objects.select_for_update().order_by("id").first()
        organisation = Organisation.objects.get(pk=by.organisation_id or 0)
        domains = domains_for(by, wanted.email_domains, service)
        before = facts_of(service) if service else {}
        row = service or LogInService(
            organisation=organisation, protocol=protocol, slug=new_slug(organisation.slug)
        )
        row.name, row.client_id, row.lets_in = wanted.name, wanted.client_id, wanted.lets_in
        row.email_domains, row.is_active = domains, wanted.is_active
        row.settings = {**described.settings, "address": wanted.address, "identity": described.identity}
        if described.holds_until:
            row.settings["holds_until"] = described.holds_until.isoformat()
        if wanted.secret:
            row.secret = hide(wanted.secret)
        row.save()
        after = facts_of(row)
        changes: dict[str, object] = {
            name: [before.get(name), value] for name, value in after.items() if before.get(name) != value
        }
        if wanted.secret:
            changes["secret"] = "changed"  # noqa: S105
        action = "change_log_in_service" if service else "add_log_in_service"
        record_audit(by=by, action=action, target=row, changes=changes)
    return row


def facts_of(service: LogInService) -> dict[str, object]:
    """What the audit trail tells of a service: no secret."""
    return {
        "name": service.name,
        "identity": service.settings.get("identity", ""),
        "client_id": service.client_id,
        "email_domains": service.email_domains,
        "lets_in": service.lets_in,
        "is_active": service.is_active,
    }


def new_slug(start: str) -> str:
    """Part of the service's addresses: never given twice, since connected accounts are known by it."""
    return f"{start[:40]}-{secrets.token_hex(4)}"


def domains_for(by: Viewer, text: str, service: LogInService | None) -> list[str]:
    """The e-mail domains in the text, if the organisation's service may speak for each. Raises Refused.

    Whoever may speak for an address can log in as its owner. So somebody who works there alone must have proved an
    address in the domain, nobody else may have one, and no other organisation's service may speak for it.
    """
    domains, unlike = read_domains(text)
    if unlike:
        raise Refused(
            gettext("%(word)s is no e-mail domain. Write what stands after @, for instance ringsala.se.")
            % {"word": unlike[0][:100]}
        )
    if not domains or len(domains) > MOST_DOMAINS:
        raise Refused(gettext("Name the e-mail domains of your people: at least one, at most twenty."))
    taken = LogInService.objects.exclude(organisation_id=by.organisation_id or 0)
    claimed = {domain for row in taken.values_list("email_domains", flat=True) for domain in row}
    already = set(service.email_domains) if service else set()
    for domain in domains:
        ours, strangers = speaks_for_some(by.organisation_id or 0, domain)
        if domain in claimed or strangers:
            raise Refused(
                gettext(
                    "People outside your organisation have addresses at %(domain)s, so your service may not speak "
                    "for it. Ask those who run this installation."
                )
                % {"domain": domain}
            )
        if not ours and by.person_id is not None and domain not in already:
            raise Refused(
                gettext(
                    "Nobody in your organisation has confirmed an address at %(domain)s yet. Invite a colleague "
                    "there first; when one has logged in, the domain can be added."
                )
                % {"domain": domain}
            )
    return domains


def try_log_in_service(*, by: Viewer, service: LogInService) -> Described:
    """Reads the service anew, and keeps what has changed (a new certificate). Raises NotAllowed, Refused."""
    if not may_set_log_in(by) or service.organisation_id != by.organisation_id:
        raise NotAllowed
    address = service.settings.get("address", "")
    if service.protocol == "saml" and not address:
        raise Refused(
            gettext("Its metadata was pasted: paste it anew when the service changes its certificate.")
        )
    described = read_service(service.protocol, Wanted(name=service.name, address=address))
    if described.identity != service.settings.get("identity"):
        raise Refused(
            gettext("Another service answers there now: %(identity)s. Check the address, then save.")
            % {"identity": described.identity}
        )
    with transaction.atomic():
        service = LogInService.objects.select_for_update().get(pk=service.pk)
        service.settings |= described.settings
        if described.holds_until:
            service.settings["holds_until"] = described.holds_until.isoformat()
        service.save(update_fields=["settings"])
        record_audit(by=by, action="read_log_in_service", target=service)
    return described


@transaction.atomic
def remove_log_in_service(*, by: Viewer, service: LogInService) -> None:
    """Removes the service and the connections to it; people keep their accounts. Raises NotAllowed."""
    if not may_set_log_in(by) or service.organisation_id != by.organisation_id:
        raise NotAllowed
    connections = SocialAccount.objects.filter(provider=service.slug).delete()[0]
    record_audit(by=by, action="remove_log_in_service", target=service, changes={"connections": connections})
    service.delete()
