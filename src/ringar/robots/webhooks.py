"""Telling other systems what happens: webhooks signed as Standard Webhooks has it, retried by the queue.

A robot reads the audit trail from where each webhook was told last, and writes one delivery for each event; only of
rows that everyone who works in the organisation may see. At least once, in no promised order, each with an id that
stays the same: receivers drop what they have had.
"""

import json
from base64 import b64encode
from datetime import timedelta
from secrets import token_bytes
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from standardwebhooks import Webhook as Signer

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import AuditEvent, Person
from ringar.core.registry import declared
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.core.secrets import hide, reveal
from ringar.robots.actions.work import queue_work
from ringar.robots.models.webhooks import Delivery, Webhook
from ringar.robots.posting import NotPosted, post_json

AT_ONCE = 200
MOST_WEBHOOKS = 20
PATIENCE = timedelta(days=3)
"""A webhook that has failed for so long is paused, and the administrators are told."""

TRIAL = "ping"


def require_administrator(by: Viewer) -> None:
    """Raises NotAllowed for those who do not administer the organisation."""
    if by.organisation_id is None or Role.ADMINISTRATOR.value not in by.roles:
        raise NotAllowed


def known_actions() -> tuple[str, ...]:
    """What can be told of: what the rooms declare in hooks.py."""
    return declared("hooks", "HOOKS")


def webhooks_of(by: Viewer) -> Any:
    """The organisation's webhooks, for its administrators. Raises NotAllowed."""
    require_administrator(by)
    return Webhook.objects.filter(organisation_id=by.organisation_id or 0).order_by("name", "id")


def last_position() -> int:
    """Where the audit trail ends now."""
    newest = AuditEvent.objects.exclude(position=None).order_by("-position").first()
    return newest.position or 0 if newest else 0


@transaction.atomic
def add_webhook(*, by: Viewer, name: str, url: str, actions: list[str]) -> tuple[Webhook, str]:
    """A new webhook, told of what happens from now on; and its secret, shown this once.

    Raises NotAllowed, or Refused where the actions are none that can be told of.
    """
    require_administrator(by)
    refuse_unknown(actions)
    if webhooks_of(by).count() >= MOST_WEBHOOKS:
        raise Refused(_("There are twenty webhooks already. Remove one that is not used."))
    secret = "whsec_" + b64encode(token_bytes(32)).decode()
    row = Webhook.objects.create(
        organisation_id=by.organisation_id or 0,
        name=name,
        url=url,
        actions=sorted(set(actions)),
        secret=hide(secret),
        position=last_position(),
        created_at=now(),
    )
    record_audit(by=by, action="add_webhook", target=row, changes={"actions": row.actions})
    return row, secret


def refuse_unknown(actions: list[str]) -> None:
    """Raises Refused where there is none, or one that can not be told of."""
    if not actions or not set(actions) <= set(known_actions()):
        raise Refused(_("Choose at least one thing to be told of."))


@transaction.atomic
def set_webhook(*, by: Viewer, webhook: Webhook, is_paused: bool) -> None:
    """Pauses or goes on. What happened during a pause, and what was not taken before it, is told afterwards."""
    require_administrator(by)
    row = webhooks_of(by).select_for_update().get(pk=webhook.pk)
    if (row.paused_at is not None) == is_paused:
        return
    row.paused_at, row.failing_since = (now() if is_paused else None), None
    row.save(update_fields=["paused_at", "failing_since"])
    record_audit(by=by, action="set_webhook", target=row, changes={"is_paused": [not is_paused, is_paused]})
    if not is_paused:
        for delivery in row.deliveries.filter(delivered_at=None).select_related("webhook").order_by("id"):
            queue_delivery(delivery, again=True)


@transaction.atomic
def remove_webhook(*, by: Viewer, webhook: Webhook) -> None:
    """Takes it away, with what it was told."""
    row = webhooks_of(by).get(pk=webhook.pk)
    record_audit(by=by, action="remove_webhook", target=row)
    row.delete()


@transaction.atomic
def try_webhook(*, by: Viewer, webhook: Webhook) -> Delivery:
    """Sends a trial, that tells of nothing."""
    row = webhooks_of(by).get(pk=webhook.pk)
    made = Delivery.objects.create(
        webhook=row, action=TRIAL, payload={"type": TRIAL, "at": now().isoformat()}, created_at=now()
    )
    record_audit(by=by, action="try_webhook", target=row)
    queue_delivery(made)
    return made


def queue_delivery(delivery: Delivery, *, again: bool = False) -> None:
    """Asks the robots to send it."""
    queue_work(
        "robots.tell_webhook",
        by=Viewer.of_robot(delivery.webhook.organisation_id),
        key=f"robots.tell_webhook:{delivery.uuid}",
        payload={"delivery": str(delivery.uuid)},
        organisation_id=delivery.webhook.organisation_id,
        again=again,
    )


def payload_of(event: AuditEvent) -> dict[str, Any] | None:
    """What is told of the event: no text, no names. None where not everyone inside may see the row."""
    subject = next(
        (s for s in declared("subjects", "SUBJECTS") if s.model.lower() == event.target_kind), None
    )
    if subject is None or event.organisation_id is None:
        return None
    anyone = Viewer(organisation_id=event.organisation_id, roles=frozenset({Role.STAFF.value}))
    row = subject.find(anyone, event.target_id)
    if row is None or row.organisation_id != event.organisation_id:
        return None
    return {
        "type": f"{subject.kind}.{event.action}",
        "at": event.at.isoformat(),
        "kind": subject.kind,
        "uuid": event.target_id,
        "url": row.get_absolute_url(),
    }


def tell_waiting() -> int:
    """Writes deliveries for all that has happened since each webhook was told last; returns how many."""
    newest, count = last_position(), 0
    for pk in Webhook.objects.filter(paused_at=None, position__lt=newest).values_list("pk", flat=True):
        count += tell_one(pk)
    return count


@transaction.atomic
def tell_one(webhook_id: int) -> int:
    """The next events for one webhook. Two robots at once write each delivery once: the row is locked."""
    webhook = Webhook.objects.select_for_update().filter(pk=webhook_id, paused_at=None).first()
    if webhook is None:
        return 0
    events = list(AuditEvent.objects.filter(position__gt=webhook.position).order_by("position")[:AT_ONCE])
    count = 0
    for event in events:
        if event.organisation_id != webhook.organisation_id or event.action not in webhook.actions:
            continue
        if payload := payload_of(event):
            made = Delivery.objects.create(
                webhook=webhook,
                position=event.position,
                action=event.action,
                payload=payload,
                created_at=now(),
            )
            queue_delivery(made)
            count += 1
    if events:
        webhook.position = events[-1].position or webhook.position
        webhook.save(update_fields=["position"])
    return count


def deliver(uuid: str) -> None:
    """Sends one delivery, signed. Raises NotPosted where it was not taken, so that it is tried again later."""
    delivery = Delivery.objects.select_related("webhook").filter(uuid=uuid).first()
    if delivery is None or delivery.delivered_at is not None or delivery.webhook.paused_at is not None:
        return  # what waits for a paused webhook is queued again when it goes on
    webhook, moment = delivery.webhook, timezone.now()  # the real clock: receivers refuse what is not of now
    body = json.dumps({"id": str(delivery.uuid), **delivery.payload}, ensure_ascii=False)
    signature = Signer(reveal(webhook.secret)).sign(str(delivery.uuid), moment, body)
    headers = {
        "webhook-id": str(delivery.uuid),
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signature,
        "User-Agent": "Ringar",
    }
    try:
        status, answer = post_json(webhook.url, body.encode(), headers)
    except NotPosted as error:
        status, answer = None, str(error)
    note_try(delivery, status, answer)
    if status is None or not 200 <= status < 300:
        raise NotPosted(
            answer if status is None else _("it answers with the code %(code)d") % {"code": status}
        )


@transaction.atomic
def note_try(delivery: Delivery, status: int | None, answer: str) -> None:
    """How a try went. A webhook that has failed for days is paused."""
    webhook = Webhook.objects.select_for_update().get(pk=delivery.webhook_id)
    taken = status is not None and 200 <= status < 300
    delivery.tries += 1
    delivery.status, delivery.answer = status, answer
    delivery.delivered_at = now() if taken else None
    delivery.save(update_fields=["tries", "status", "answer", "delivered_at"])
    webhook.failing_since = None if taken else webhook.failing_since or now()
    if webhook.failing_since and now() - webhook.failing_since > PATIENCE and webhook.paused_at is None:
        webhook.paused_at = now()
        record_audit(
            by=Viewer.of_robot(webhook.organisation_id),
            action="set_webhook",
            target=webhook,
            changes={"is_paused": [False, True]},
        )
        tell_paused(webhook)
    webhook.save(update_fields=["failing_since", "paused_at"])


def tell_paused(webhook: Webhook) -> None:
    """Writes to the organisation's administrators that the webhook stands still."""
    people = Person.objects.filter(
        is_active=True,
        memberships__role=Role.ADMINISTRATOR.value,
        memberships__unit__organisation_id=webhook.organisation_id,
    ).distinct()
    for person in people:
        with override(person.language):
            subject = _("Ringar: the webhook “%(name)s” is paused") % {"name": webhook.name}
            text = _(
                "It has not been taken for three days. Mend the receiver, then press Go on at the webhook's page:"
                " what has happened meanwhile is told then."
            )
            EmailMessage(subject=subject, body=text, to=[person.email]).send()
