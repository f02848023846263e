"""Access keys to the JSON interface and to private feeds."""

from collections.abc import Iterable
from datetime import timedelta
from secrets import token_urlsafe

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions.audit import record_audit
from ringar.core.clock import now
from ringar.core.models import AccessToken
from ringar.core.rules import SCOPES, NotAllowed, Refused, Viewer
from ringar.core.token_queries import PREFIX, living_tokens, token_hash

LONGEST_DAYS = 366
MOST_KEYS = 20


@transaction.atomic
def make_token(*, by: Viewer, name: str, scopes: Iterable[str], days: int) -> tuple[AccessToken, str]:
    """A new key of the viewer's own, in the organisation that the viewer works in; and its text, shown this once.

    Raises Refused where the name, the scopes or the days do not hold; NotAllowed without a log-in.
    """
    if by.person_id is None:
        raise NotAllowed
    wanted = sorted(set(scopes))
    if not name.strip() or not wanted or not set(wanted) <= set(SCOPES):
        raise Refused(_("Give the key a name, and choose at least one thing that it may do."))
    if not 0 < days <= LONGEST_DAYS:
        raise Refused(_("A key lives for at most a year. Then a new one is made."))
    if living_tokens().filter(person_id=by.person_id).count() >= MOST_KEYS:
        raise Refused(_("You have twenty keys already. Revoke one that is not used."))
    text = PREFIX + token_urlsafe(32)
    token = AccessToken.objects.create(
        person_id=by.person_id,
        organisation_id=by.organisation_id,
        name=name.strip()[:200],
        scopes=wanted,
        token_hash=token_hash(text),
        created_at=now(),
        lapses_at=now() + timedelta(days=days),
    )
    record_audit(by=by, action="make_token", target=token, changes={"scopes": wanted, "days": days})
    return token, text


@transaction.atomic
def revoke_token(*, by: Viewer, token: AccessToken) -> None:
    """The key opens nothing from now on. Raises NotAllowed unless it is the viewer's own."""
    if by.person_id is None or token.person_id != by.person_id:
        raise NotAllowed
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        record_audit(by=by, action="revoke_token", target=token)
