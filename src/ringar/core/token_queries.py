"""Reads of access keys."""

from datetime import timedelta
from hashlib import sha256

from django.db.models import Q, QuerySet

from ringar.core.clock import now
from ringar.core.models import AccessToken
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer

PREFIX = "ringar_"
USED_EVERY = timedelta(minutes=5)
"""How often the moment of last use is written: a key that is used each second costs no write each second."""


def token_hash(token: str) -> str:
    """What is kept of a key. It is 256 bits of chance, so a plain hash is enough."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def living_tokens() -> QuerySet[AccessToken]:
    """Keys that have neither lapsed nor been revoked, of people who may log in."""
    return AccessToken.objects.filter(
        Q(lapses_at=None) | Q(lapses_at__gt=now()), revoked_at=None, person__is_active=True
    ).select_related("person")


def caller_of(token: str) -> tuple[Viewer, frozenset[str]] | None:
    """Who holds the key, as a viewer in the key's organisation, and its scopes; None where the key is none.

    A key of an organisation where the person no longer has a role opens what is public, and nothing more.
    """
    if not token.startswith(PREFIX):
        return None
    found = living_tokens().filter(token_hash=token_hash(token)).first()
    if found is None:
        return None
    moment = now()
    if found.last_used_at is None or moment - found.last_used_at > USED_EVERY:
        AccessToken.objects.filter(pk=found.pk).update(last_used_at=moment)
    viewer = viewer_of(found.person, found.organisation_id)
    if viewer.organisation_id != found.organisation_id:
        viewer = Viewer(person_id=viewer.person_id, label=viewer.label)
    return viewer, frozenset(found.scopes)


def tokens_of(viewer: Viewer) -> QuerySet[AccessToken]:
    """The viewer's own keys, newest first, revoked ones last."""
    mine = AccessToken.objects.filter(person_id=viewer.person_id or 0).select_related("organisation")
    return mine.order_by("revoked_at", "-created_at", "-id")
