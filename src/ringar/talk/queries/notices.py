"""What a person is told, grouped by the thing it is about, newest first, in words that the reader may read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from ringar.core.models import Membership, Person
from ringar.core.queries import viewer_of
from ringar.core.registry import subject_of
from ringar.core.rules import Viewer
from ringar.talk.models import DigestChoice, Notification
from ringar.talk.queries.telling import Line, is_readable, line_of

PAGE = 25
MOST_LINES = 200
LINES_OF_A_GROUP = 5
MOST_COUNTED = 100


@dataclass(frozen=True)
class Group:
    """All that is told of one row. Of a row that the reader may not see any more, nothing but that is told."""

    row: UUID
    kind: str
    label: str
    title: str
    url: str
    newest: UUID
    lines: list[Line]
    unread: int

    @property
    def is_open(self) -> bool:
        """Whether the reader may still see the row."""
        return bool(self.url)


def unread_count(viewer: Viewer) -> int:
    """How many notifications the viewer has not read, at most MOST_COUNTED. 1 query."""
    unread = Notification.objects.filter(person_id=viewer.person_id or 0, read_at=None)
    return unread.values("pk")[:MOST_COUNTED].count()


def page_of_groups(viewer: Viewer, *, after: str = "") -> tuple[list[Group], str]:
    """A page of what the viewer is told, and where the next page begins, "" at the end. 3–10 queries.

    Walks one index of the person's own and stops after a page, however much there is.
    """
    mine = Notification.objects.filter(person_id=viewer.person_id or 0).select_related("actor", "comment")
    newer = Notification.objects.filter(
        person_id=OuterRef("person_id"), row=OuterRef("row"), pk__gt=OuterRef("pk")
    )
    newest = mine.filter(~Exists(newer)).order_by("-pk")
    if after.isdecimal() and len(after) < 19:
        newest = newest.filter(pk__lt=int(after))
    heads = list(newest[: PAGE + 1])
    shown, rows = heads[:PAGE], {head.row for head in heads[:PAGE]}
    lines = {head.pk: head for head in shown}
    lines |= {line.pk: line for line in mine.filter(row__in=rows).order_by("-pk")[:MOST_LINES]}
    unread: dict[UUID, int] = defaultdict(int)
    for row, count in (
        mine.filter(row__in=rows, read_at=None).order_by().values_list("row").annotate(Count("pk"))
    ):
        unread[row] = count
    more = str(shown[-1].pk) if len(heads) > PAGE else ""
    return grouped(
        viewer, sorted(lines.values(), key=lambda line: (line.at, line.pk), reverse=True), unread
    ), more


def last_lines(viewer: Viewer, *, most: int) -> list[Line]:
    """What the viewer was told last, of rows that the viewer may still see, newest first. 2–7 queries."""
    mine = Notification.objects.filter(person_id=viewer.person_id or 0).select_related("actor", "comment")
    notes = list(mine.order_by("-pk")[:most])
    readers = viewers_in(viewer, {note.organisation_id for note in notes})
    rows = rows_of(readers, notes)
    return [
        line_of(reader, note, str(rows[note.row]))
        for note in notes
        if note.row in rows and is_readable(reader := readers[note.organisation_id], note)
    ]


def grouped(viewer: Viewer, notes: Iterable[Notification], unread: dict[UUID, int]) -> list[Group]:
    """The notifications (newest first) by row, with what the viewer may read of each."""
    by_row: dict[UUID, list[Notification]] = {}
    for note in notes:
        by_row.setdefault(note.row, []).append(note)
    readers = viewers_in(viewer, {note[0].organisation_id for note in by_row.values()})
    rows = rows_of(readers, [note[0] for note in by_row.values()])
    return [group_of(readers, of_row, rows.get(row), unread.get(row, 0)) for row, of_row in by_row.items()]


def viewers_in(viewer: Viewer, organisations: set[int | None]) -> dict[int | None, Viewer]:
    """The viewer as seen in each of the organisations: where they have no role, as they look now."""
    elsewhere = organisations - {None, viewer.organisation_id}
    found: dict[int | None, Viewer] = dict.fromkeys(organisations, viewer)
    if elsewhere and viewer.person_id is not None:
        held = Membership.objects.filter(
            person_id=viewer.person_id, unit__organisation_id__in={each for each in elsewhere if each}
        )
        mine = set(held.values_list("unit__organisation_id", flat=True))
        if mine:
            person = Person.objects.get(pk=viewer.person_id)
            found |= {each: viewer_of(person, each) for each in mine}
    return found


def rows_of(readers: dict[int | None, Viewer], notes: Iterable[Notification]) -> dict[UUID, Any]:
    """The rows that the notifications are about and the reader may see. 1 query for each kind."""
    wanted: dict[tuple[Viewer, str], set[UUID]] = defaultdict(set)
    for note in notes:
        wanted[readers[note.organisation_id], note.kind].add(note.row)
    found: dict[UUID, Any] = {}
    for (reader, kind), uuids in wanted.items():
        subject = subject_of(kind)
        found |= subject.visible_rows(reader, uuids) if subject else {}
    return found


def group_of(readers: dict[int | None, Viewer], notes: list[Notification], row: Any, unread: int) -> Group:
    """One row's notifications in words; `row` is None where the reader may not see it."""
    head, reader = notes[0], readers[notes[0].organisation_id]
    subject = subject_of(head.kind)
    title = str(row) if row is not None else _("Something that is not open to you any more")
    readable = [note for note in notes if row is not None and is_readable(reader, note)]
    return Group(
        row=head.row,
        kind=head.kind,
        label=str(subject.label) if subject else "",
        title=title,
        url=row.get_absolute_url() if row is not None else "",
        newest=head.uuid,
        lines=[line_of(reader, note, title) for note in readable[:LINES_OF_A_GROUP]],
        unread=unread,
    )


def digest_of(viewer: Viewer) -> DigestChoice:
    """The viewer's choice of e-mail; what holds without one, not saved. 1 query."""
    pk = viewer.person_id or 0
    return DigestChoice.objects.filter(pk=pk).first() or DigestChoice(person_id=pk)


def due_people(at: datetime, *, limit: int) -> list[int]:
    """The ids of people who have mail due at that time; at most `limit`. 1 query."""
    due = Notification.objects.filter(mail_at__lte=at).order_by("person_id")
    return list(due.values_list("person_id", flat=True).distinct()[:limit])
