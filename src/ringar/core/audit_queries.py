"""Reads of the audit trail: its chain from end to end, and what an auditor may look through."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from ringar.core.audit_chain import CONTENT, START, Break, Check, Link
from ringar.core.clock import now
from ringar.core.models import AuditEvent, Person, Unit
from ringar.core.queries import findable_people, shown_name
from ringar.core.rules import NotAllowed, Role, Viewer

READERS = frozenset({Role.ADMINISTRATOR.value, Role.AUDITOR.value})
MOST_PEOPLE = 50
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
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


@dataclass(frozen=True)
class Wanted:
    """What an auditor looks for; what is empty does not narrow. Days are local, both are included."""

    who: str = ""
    what: str = ""
    row: str = ""
    units: frozenset[int] = frozenset()
    since: date | None = None
    until: date | None = None


def require_reader(viewer: Viewer) -> None:
    """Raises NotAllowed unless the viewer may read any audit rows."""
    if viewer.organisation_id is None or not viewer.roles & READERS:
        raise NotAllowed


def seen_events(viewer: Viewer) -> QuerySet[AuditEvent]:
    """The audit rows that the viewer may read, newest first. Raises NotAllowed. 1 query to find out.

    Auditors and administrators read what was done from the units where they are that; at the top of the organisation
    everything in it. Nobody reads another organisation's.
    """
    require_reader(viewer)
    events = AuditEvent.objects.filter(organisation_id=viewer.organisation_id).order_by("-at", "-id")
    units = frozenset().union(*(viewer.role_units.get(role, frozenset()) for role in READERS))
    top = Unit.objects.filter(organisation_id=viewer.organisation_id or 0, parent=None, pk__in=units)
    return events if top.exists() else events.filter(unit_id__in=units)


def wanted_events(viewer: Viewer, wanted: Wanted) -> QuerySet[AuditEvent]:
    """The rows that the viewer may read and that fit what is looked for. Raises NotAllowed. At most 2 queries."""
    events = seen_events(viewer)
    if wanted.who:
        events = events.filter(
            Q(person_id__in=people_called(viewer, wanted.who)) | Q(person_id=None, label=wanted.who)
        )
    if wanted.what:
        events = events.filter(action=wanted.what)
    if wanted.row:
        events = events.filter(target_id=wanted.row)
    if wanted.units:
        events = events.filter(unit_id__in=wanted.units)
    if wanted.since:
        events = events.filter(at__gte=day_begins(wanted.since))
    if wanted.until:
        events = events.filter(at__lt=day_begins(wanted.until + timedelta(days=1)))
    return events


def day_begins(day: date) -> datetime:
    """The first moment of the day, where the organisation is."""
    return timezone.make_aware(datetime.combine(day, time()))


def people_called(viewer: Viewer, text: str) -> list[int]:
    """The ids of people whom the viewer may look for, whose name holds the text or whose address it is. 1 query."""
    named = Q(email=text.lower()) | Q(name__icontains=text)
    here = Q(memberships__unit__organisation_id=viewer.organisation_id)
    found = findable_people(viewer, Person.objects.filter(named, here))
    return list(found.values_list("id", flat=True).distinct()[:MOST_PEOPLE])


def events_after(events: QuerySet[AuditEvent], cursor: str) -> QuerySet[AuditEvent]:
    """The rows after the one that `cursor` (of `cursor_of`) tells of; all of them where it tells of none."""
    stamp, _, last = cursor.partition("_")
    try:
        moment, row = EPOCH + int(stamp[:18]) * MICROSECOND, int(last[:18])
    except (ValueError, OverflowError):
        return events
    return events.filter(at__lte=moment).exclude(at=moment, id__gte=row)


def cursor_of(event: AuditEvent) -> str:
    """Where a page ends: the next one starts after this row."""
    return f"{(event.at - EPOCH) // MICROSECOND}_{event.pk}"


def as_seen(events: Iterable[AuditEvent], viewer: Viewer) -> list[AuditEvent]:
    """The rows with the names that the viewer may not read taken out, also where they stand in what changed.

    For showing only: the rows themselves, which the chain covers, stay as they were written. 1 query and at
    most one more for each person with protected identity.
    """
    rows = list(events)
    for person in hidden_people(rows, viewer):
        name = shown_name(person, viewer)
        for row in rows if name != person.name else []:
            if row.person_id == person.pk:
                row.label = name
            if row.target_id == str(person.uuid):
                row.target_label = name
            row.target_label = without(row.target_label, person, name)
            row.changes = without(row.changes, person, name)
    return rows


def hidden_people(rows: list[AuditEvent], viewer: Viewer) -> QuerySet[Person]:
    """Those in the rows who are erased or protected, and all in the organisation who are protected."""
    ids, uuids = {row.person_id for row in rows}, set()
    for row in rows:
        with suppress(ValueError):
            uuids |= {UUID(row.target_id)} if row.target_kind == "core.person" else set()
    there = Q(pk__in=ids - {None}) | Q(uuid__in=uuids)
    here = Q(memberships__unit__organisation_id=viewer.organisation_id)
    return Person.objects.filter(
        there & Q(erased_at__isnull=False) | (there | here) & Q(is_protected=True)
    ).distinct()


def without(value: Any, person: Person, shown: str) -> Any:
    """The value with the person's name and address replaced, at any depth."""
    if isinstance(value, str):
        for kept in filter(None, (person.email, person.name)):
            value = value.replace(kept, shown)
        return value
    if isinstance(value, list):
        return [without(each, person, shown) for each in value]
    if isinstance(value, dict):
        return {key: without(each, person, shown) for key, each in value.items()}
    return value
