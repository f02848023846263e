"""Reads of the audit trail: its chain from end to end, and what an auditor may look through."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from ringar.core.audit_chain import CONTENT, START, Break, Check, Link
from ringar.core.clock import now
from ringar.core.models import AuditEvent

READ_AT_ONCE = 5_000
SEALED_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class ChainReport:
    """What going along the whole chain showed. `late`: rows older than a minute that are not in it."""

    rows: int
    position: int
    head: str
    first_break: Break | None
    unsealed: int
    late: int

    @property
    def is_whole(self) -> bool:
        return self.first_break is None and not self.late


def unsealed() -> QuerySet[AuditEvent]:
    """The rows that have no place in the chain yet."""
    return AuditEvent.objects.filter(position=None)


def chain_head() -> tuple[int, str]:
    """Position and hash of the last link; (0, START) where there is none. 1 query."""
    sealed = AuditEvent.objects.filter(position__isnull=False).order_by("-position")
    return sealed.values_list("position", "chain_hash").first() or (0, START)  # type: ignore[return-value]


def links() -> Iterator[Link]:
    """The chain in order, read in pages: short reads, constant memory, however long it is."""
    after = 0
    while True:
        page = AuditEvent.objects.filter(position__gt=after).order_by("position")
        rows = list(page.values_list("position", "chain_hash", *CONTENT)[:READ_AT_ONCE])
        for position, chain_hash, *content in rows:
            yield Link(position, chain_hash, tuple(content))
        if len(rows) < READ_AT_ONCE:
            return
        after = rows[-1][0]


def verify_chain(
    *,
    head: str = "",
    at: int | None = None,
    progress: Callable[[int], object] = lambda rows: None,
) -> ChainReport:
    """Computes the whole chain anew and tells the first place where it does not hold.

    `head` (with its position `at`, where known) was kept elsewhere and must be met on the way: so also a chain that
    was cut off or computed anew shows. `progress` is called with 1 for each row.
    """
    check, rows = Check(known=(head.lower(), at) if head else None), 0
    for link in links():
        check.follow(link)
        rows += 1
        progress(1)
    check.finish()
    waiting = unsealed()
    return ChainReport(
        rows=rows,
        position=check.position,
        head=check.head,
        first_break=check.first_break,
        unsealed=waiting.count(),
        late=waiting.filter(at__lt=now() - SEALED_WITHIN).count(),
    )
