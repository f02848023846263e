"""The audit trail: the row that every write of every room leaves, and its place in the chain."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Model

from ringar.core.audit_chain import CONTENT, chained
from ringar.core.audit_queries import chain_head, unsealed
from ringar.core.clock import now
from ringar.core.models import AuditEvent
from ringar.core.rules import Viewer

SEALED_AT_ONCE = 2_000  # rows that one transaction seals: some hundredths of a second
ROUNDS = 5  # so many such transactions after one commit; what is left waits for the next write or the robot
CHAIN_LOCK = (0x52494E47, 0x41554449)  # PostgreSQL's advisory lock: "RING", "AUDI"


def audit_row(
    *, by: Viewer, action: str, target: Model, changes: dict[str, object] | None = None
) -> AuditEvent:
    """One audit row, not yet saved: for `record_audits` where thousands are written at once.

    Of a draft, which nobody but its author may see, it says that it was written and which fields, not what.
    """
    is_draft, changes = bool(getattr(target, "is_draft", False)), changes or {}
    return AuditEvent(
        at=now(),
        organisation_id=getattr(target, "organisation_id", None) or by.organisation_id,
        person_id=by.person_id,
        label=by.label,
        unit_id=by.home_unit_id,
        unit_label=by.home_unit,
        action=action,
        target_kind=target._meta.label_lower,
        target_id=str(getattr(target, "uuid", target.pk)),
        target_label="" if is_draft else str(target)[:300],
        changes=dict.fromkeys(changes, "changed") if is_draft else changes,
    )


def record_audit(*, by: Viewer, action: str, target: Model, changes: dict[str, object] | None = None) -> None:
    """Writes one audit row. Call it inside the transaction of the change it tells of.

    `changes` holds JSON values: {"field": [before, after]} or other facts. No personal numbers, no secrets.
    """
    audit_row(by=by, action=action, target=target, changes=changes).save()
    seal_after_commit()


def record_audits(rows: Iterable[AuditEvent]) -> None:
    """Writes many audit rows at once. Call it inside the transaction of the changes they tell of."""
    AuditEvent.objects.bulk_create(rows, batch_size=500)
    seal_after_commit()


def seal_after_commit() -> None:
    """Has the chain sealed once the transaction is through. A fault there is logged; the next write makes it good."""
    waiting: list[object] = [each[1] for each in connection.run_on_commit]
    if seal_chain not in waiting:
        transaction.on_commit(seal_chain, robust=True)


def seal_chain(rounds: int = ROUNDS) -> int:
    """Gives the rows that have none their place in the chain, in order of id; returns how many.

    Safe at any time and by many at once: one seals, the others wait and then find nothing to do. Each round is a
    short transaction of its own, so a process that dies leaves whole rounds, and the rest to the next one.
    """
    count = 0
    for _ in range(rounds):
        if not unsealed().exists():
            break
        sealed = seal_some()
        count += sealed
        if sealed < SEALED_AT_ONCE:
            break
    return count


@transaction.atomic
def seal_some() -> int:
    """Seals at most SEALED_AT_ONCE rows, alone: SQLite has one writer, PostgreSQL an advisory lock."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", CHAIN_LOCK)
        rows = unsealed().order_by("id").values_list(*CONTENT)[:SEALED_AT_ONCE]
        links = list(chained(*chain_head(), rows))
        cursor.executemany(
            "UPDATE core_auditevent SET position = %s, chain_hash = %s WHERE id = %s",
            [(link.position, link.chain_hash, link.row) for link in links],
        )
    return len(links)
