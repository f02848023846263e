"""Where rooms meet without importing upward: each room declares, the lower room asks.

A room's `panels.py` holds PANELS: fragments that it shows on another room's page.
A room's `imports.py` holds IMPORTERS: what it takes from spreadsheets.
A room's `lookups.py` holds LOOKUPS: rows of its own that another room at the same height may point to.
A room's `subjects.py` holds SUBJECTS (rows that can be talked about, followed, worked with as a team) and
EVENTS (what is told to people when something happens to them).
A room's `feeds.py` holds FEEDS (lists that can be followed), its `calendar.py` EVENTS (days to keep).
A room's `waiting.py` holds WAITING: what waits for a person to do, for the first page.
A room's `guide.py` holds STEPS: the first things that someone new does there, for whom.
A room's `outcomes.py` holds OUTCOMES: what of its own came of a lower room's rows (pilots of meetings).
A room's `personal.py` holds PERSONAL: what it keeps about a person, for own-data export and erasure.
A room's `telling.py` holds TELLERS: how people are told by it of what happens in the rooms below it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from ringar.core.models import Person
from ringar.core.rules import Viewer


@dataclass(frozen=True)
class Panel:
    """A fragment shown on another room's page, for instance the matches on a need's page.

    `place` names the page ("need_detail"); `render(request, row)` returns safe HTML, "" to show nothing.
    """

    place: str
    order: int
    render: Callable[[HttpRequest, Any], str]


@dataclass(frozen=True)
class Lookup:
    """Rows that another room may point to by uuid, for instance the needs that a call is for.

    `find(viewer, uuids)` returns (uuid, title) of those with these uuids that the viewer may point to, then of
    a few dozen likely others: a list to choose from.
    """

    kind: str
    find: Callable[[Viewer, Collection[UUID]], list[tuple[UUID, str]]]


@dataclass(frozen=True)
class Subject:
    """A kind of row that lower rooms work with without knowing its room.

    `kind` is the word in addresses ("need"), `label` that on pages. `visible(viewer)` are the rows that the viewer
    may see; each has `uuid`, `organisation_id`, `str(row)` and `get_absolute_url()`. `concerned(row)` returns the
    ids of the people it concerns (writer, owner, team).
    """

    kind: str
    label: str | Promise
    visible: Callable[[Viewer], QuerySet[Any]]
    concerned: Callable[[Any], Collection[int]]
    model: str
    may_write: Callable[[Viewer, Any], bool]

    def find(self, viewer: Viewer, uuid: UUID) -> Any:
        """The row with that uuid, where the viewer may see it, else None. 1 query."""
        return self.visible(viewer).filter(uuid=uuid).first()

    def visible_rows(self, viewer: Viewer, uuids: Collection[UUID]) -> dict[UUID, Any]:
        """Those of the rows with these uuids that the viewer may see, by uuid. 1 query."""
        return {row.uuid: row for row in self.visible(viewer).filter(uuid__in=uuids)}


@dataclass(frozen=True)
class Event:
    """Something told to people. `text` is a lazily translated sentence with %(names)s filled from its facts.

    `is_answer`: it is sent at once by e-mail, whatever digest the person has chosen (an answer to what they wrote).
    """

    key: str
    text: str | Promise
    is_answer: bool = False


@dataclass(frozen=True)
class Personal:
    """What one table keeps about a person, and what becomes of it when the person asks to be erased.

    `export(person)` returns rows as JSON-able dicts. `fate` is "removed", "anonymised" or "archived"; `why` says why
    (public records are kept by law). `erase(person)` does it inside the caller's transaction.
    """

    table: str
    label: str | Promise
    export: Callable[[Person], list[dict[str, Any]]]
    fate: str
    why: str | Promise
    erase: Callable[[Person], object]


def told(rows: QuerySet[Any], *columns: str) -> list[dict[str, Any]]:
    """The columns of the rows, for `Personal.export`: `unit__name` is told as "unit name"."""
    return [{name.replace("__", " "): value for name, value in row.items()} for row in rows.values(*columns)]


def keep_all(person: Person) -> None:
    """For `Personal.erase` where the rows stay as they are: their author becomes nameless with the person's row."""


LAST_ERASED = {"core", "usersessions", "socialaccount", "mfa", "account"}


def personal_tables() -> list[Personal]:
    """What all rooms keep about people, in the order of erasing: core last, as others look for rows by the address."""
    return sorted(
        declared("personal", "PERSONAL"), key=lambda each: each.table.partition(".")[0] in LAST_ERASED
    )


@dataclass(frozen=True)
class GuideStep:
    """One of the first things that someone with one of the `roles` does here; `url` names the page where it is done.

    `is_done(viewer)` looks at what the viewer has really done; None where nothing tells. `order` counts
    through all rooms: low is first.
    """

    order: int
    url: str
    title: str | Promise
    text: str | Promise
    roles: frozenset[str]
    is_done: Callable[[Viewer], bool] | None = None


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the viewer: what to do (`text`) with what (`title`, in `language`), and where.

    `since` when it waits; `by` is the last day for it, None where there is none.
    """

    text: str | Promise
    title: str
    url: str
    since: datetime
    by: datetime | None = None
    language: str = ""


class Teller(Protocol):
    """How a room tells people that `event` happened to `row`; returns how many it told.

    `people` are ids; those in `written` have had a letter about it, and get no other. Who follows the row, or one of
    the rows in `also_of`, is told too.
    """

    def __call__(
        self,
        *,
        by: Viewer,
        row: Any,
        event: str,
        people: Iterable[int] = (),
        written: Collection[int] = (),
        also_of: Collection[UUID] = (),
    ) -> int: ...


def tell(
    *,
    by: Viewer,
    row: Any,
    event: str,
    people: Collection[int] = (),
    written: Collection[int] = (),
    also_of: Collection[UUID] = (),
) -> int:
    """Has the rooms that do so tell people that `event` happened to the row (see Teller); returns how many.

    For rooms that lie below those that tell. Call it inside the transaction of the change.
    """
    told = {"people": people, "written": written, "also_of": also_of}
    return sum(each(by=by, row=row, event=event, **told) for each in declared("telling", "TELLERS"))


MOST_WAITING = 25
"""Things of one kind that are looked up for a person; nobody works through more in a day."""


@dataclass(frozen=True)
class Waits:
    """One kind of thing that waits for people. `find(viewer)` reads it, and is only asked where there are `rows`."""

    rows: Callable[[Viewer], QuerySet[Any]]
    find: Callable[[Viewer], list[Waiting]]


def waiting_for(viewer: Viewer) -> list[Waiting]:
    """What waits for the viewer in all rooms: the soonest last day first, then what has waited the longest.

    1 query asks which kinds there are, and each of those is read: most people have a few. None for nobody.
    """
    kinds: tuple[Waits, ...] = declared("waiting", "WAITING")
    there = {f"kind_{place}": Exists(kind.rows(viewer)) for place, kind in enumerate(kinds)}
    asked = Person.objects.filter(pk=viewer.person_id or 0).annotate(**there).values_list(*there).first()
    found = [
        row
        for kind, is_there in zip(kinds, asked or (), strict=False)
        if is_there
        for row in kind.find(viewer)
    ]
    return sorted(found, key=lambda row: (row.by is None, row.by or row.since))


MOST_STEPS = 4


def guide_steps(viewer: Viewer) -> list[GuideStep]:
    """The first steps for the viewer's roles, at most four, in order."""
    steps = [each for each in declared("guide", "STEPS") if each.roles & viewer.roles]
    return sorted(steps, key=lambda each: each.order)[:MOST_STEPS]


@dataclass(frozen=True)
class Outcome:
    """What of a higher room came of a lower room's rows: a `result` ("pilot") of an `of` ("meeting").

    `find(rows)` returns the ids of those of the rows that led to it.
    """

    of: str
    result: str
    find: Callable[[QuerySet[Any]], Collection[int]]


def outcomes(of: str, result: str, rows: QuerySet[Any]) -> set[int]:
    """The ids of those of the rows that led to such a result in any room; none where no room declares it."""
    asked = [each for each in declared("outcomes", "OUTCOMES") if (each.of, each.result) == (of, result)]
    return {pk for each in asked for pk in each.find(rows)}


def subject_of(kind: str) -> Subject | None:
    """The declared kind of row with that word, or None."""
    return next((each for each in declared("subjects", "SUBJECTS") if each.kind == kind), None)


def subject_kind(row: Model) -> Subject:
    """The declared kind of this row. Raises LookupError where no room declares it."""
    each: Subject
    for each in declared("subjects", "SUBJECTS"):
        if each.model == row._meta.label:
            return each
    raise LookupError(row._meta.label)


@cache
def declared(module: str, name: str) -> tuple[Any, ...]:
    """All that the rooms declare in `<room>/<module>.py` under NAME, from the lowest room up."""
    found: list[Any] = []
    for room in settings.ROOMS:
        if find_spec(f"ringar.{room}.{module}"):
            found.extend(getattr(import_module(f"ringar.{room}.{module}"), name))
    return tuple(found)


def panels(place: str) -> list[Panel]:
    """The panels for a page, in order."""
    return sorted((p for p in declared("panels", "PANELS") if p.place == place), key=lambda p: p.order)


def lookup(kind: str, viewer: Viewer, uuids: Collection[UUID] = ()) -> list[tuple[UUID, str]]:
    """What the viewer may point to of that kind; empty where no room declares it."""
    return [
        row
        for each in declared("lookups", "LOOKUPS")
        if each.kind == kind
        for row in each.find(viewer, uuids)
    ]
