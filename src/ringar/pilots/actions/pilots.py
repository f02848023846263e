"""Beginning a pilot, and the facts on it: what, for which need, whose, how much, until when."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import add_team_member, record_audit
from ringar.core.clock import now
from ringar.core.models import Person, Unit
from ringar.core.queries import works_in
from ringar.core.rules import NotAllowed, Refused, Viewer, Visibility
from ringar.matching.day_models import Meeting
from ringar.needs.models import Need
from ringar.needs.queries import concerned_people as concerned_by_need
from ringar.needs.queries import home_unit, people_of
from ringar.needs.rules import NeedState, can_edit_need
from ringar.pilots.actions.texts import flags_of_public, texts_of_public, tidied
from ringar.pilots.models import Pilot, Sprint
from ringar.pilots.rules import (
    PilotKind,
    PilotState,
    Stage,
    can_edit_pilot,
    can_prepare,
    can_start_pilot,
)
from ringar.pilots.sprint_texts import default_agenda
from ringar.solvers.models import Solution, Solver
from ringar.talk.actions import tell_people
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words

LONGEST = {"title": 200, "goal": 300, "hypothesis": 5_000, "stop_rule": 5_000, "who_pays": 200}
FACTS = ("owner", "cap_sek", "cap_hours", "starts_on", "ends_on", "need", "solver", "stage")
MOST_SEK = 10**12
MOST_HOURS = 1_000_000


@transaction.atomic
def start_pilot(
    *,
    by: Viewer,
    title: str,
    need: Need | None = None,
    meeting: Meeting | None = None,
    solution: Solution | None = None,
    unit: Unit | None = None,
    kind: str = PilotKind.TEST,
    stage: str = Stage.EXERCISE,
    goal: str = "",
    owner: Person | None = None,
    cap_sek: int | None = None,
    cap_hours: int | None = None,
    ends_on: date | None = None,
    uuid: UUID | None = None,
) -> Pilot:
    """A pilot being prepared: from a need, a meeting or a chosen solution. It starts when its gate opens.

    What the meeting tells of need and supplier is taken from it. A pilot is seen by as many as its need, never by
    everyone before it is published. `uuid`: chosen by the page, so that sending the same form twice makes one. Raises
    NotAllowed, Refused.
    """
    if (begun := begun_as(uuid, by)) is not None:
        return begun
    if meeting is not None:
        need, solution = need or meeting.need, solution or meeting.solution
    unit = unit or unit_of(by, need)
    if not can_start_pilot(by) or unit is None or unit.organisation_id != by.organisation_id:
        raise NotAllowed
    if not (unit.pk in by.unit_ids or by.leads or (need is not None and can_edit_need(by, need.facts))):
        raise NotAllowed
    is_narrow = need is not None and need.visibility == Visibility.UNIT
    pilot = Pilot(
        uuid=uuid or uuid4(),
        organisation_id=unit.organisation_id,
        unit=unit,
        meeting=meeting,
        solution=solution,
        solver=solver_of(meeting, solution),
        kind=PilotKind(kind),
        stage=Stage.EXERCISE if kind == PilotKind.SPRINT else Stage(stage),
        stage_since=now(),
        visibility=Visibility.UNIT if is_narrow else Visibility.ORGANISATION,
        created_by_id=by.person_id,
        created_at=now(),
        title=tidied(title, LONGEST["title"]),
    )
    facts = {"need": need, "goal": goal, "owner": owner, "ends_on": ends_on}
    told = fill(pilot, {**facts, "cap_sek": cap_sek, "cap_hours": cap_hours})
    if not pilot.title:
        raise Refused(_("Give it a heading."))
    save_pilot(pilot, by=by, action="start_pilot", changes={**told, "stage": pilot.stage})
    if kind == PilotKind.SPRINT:
        Sprint.objects.create(pilot=pilot, agenda=default_agenda())
    if need is not None:
        people = concerned_by_need(need) | ({pilot.owner_id} if pilot.owner_id else set())
        tell_people(by=by, row=pilot, event="pilots.begun", people=people, facts={"need": need.title})
    return pilot


def begun_as(uuid: UUID | None, by: Viewer) -> Pilot | None:
    """What the viewer has begun from the same form already; the second of two at once waits for the first.

    Raises NotAllowed where somebody else's pilot is called so.
    """
    if uuid is None:
        return None
    Person.objects.select_for_update().filter(pk=by.person_id or 0).first()
    begun = Pilot.objects.filter(uuid=uuid).first()
    if begun is not None and begun.created_by_id != by.person_id:
        raise NotAllowed
    return begun


def unit_of(by: Viewer, need: Need | None) -> Unit | None:
    """The unit that a new pilot is tried by: the need's where the viewer may change it, else the viewer's own."""
    return need.unit if need is not None and can_edit_need(by, need.facts) else home_unit(by)


def solver_of(meeting: Meeting | None, solution: Solution | None) -> Solver | None:
    """Who delivers: the solution's, else the one that was met."""
    if solution is not None:
        return solution.solver
    return meeting.startup.solver if meeting is not None else None


def save_pilot(pilot: Pilot, *, by: Viewer, action: str, changes: Mapping[str, object]) -> None:
    """Saves a pilot with its language and audit row. Call it inside a transaction."""
    pilot.language = guess_language(words(f"{pilot.title} {pilot.goal} {pilot.hypothesis}"))
    pilot.changed_at = now()
    pilot.save()
    record_audit(by=by, action=action, target=pilot, changes=dict(changes))


def locked(pilot: Pilot) -> Pilot:
    """The pilot as it is now, kept from other writers until the transaction ends."""
    return Pilot.objects.select_for_update().get(pk=pilot.pk)


def to_prepare(by: Viewer, pilot: Pilot) -> Pilot:
    """The pilot, locked, where the viewer may change what its gate looks at. Raises NotAllowed, Refused."""
    pilot = locked(pilot)
    if not can_edit_pilot(by, pilot.facts):
        raise NotAllowed
    if not can_prepare(by, pilot.facts):
        raise Refused(
            _(
                "What was promised before the start stands, so that the result can be believed. It has started."
            )
        )
    return pilot


@transaction.atomic
def edit_pilot(*, by: Viewer, pilot: Pilot, changes: Mapping[str, object], kept: Iterable[str] = ()) -> Pilot:
    """Changes fields of LONGEST and FACTS, until the stage has started. Raises NotAllowed, Refused, ValueError.

    Raises Flagged where everyone reads the page and new words are to be looked at, until they are gone or `kept`.
    """
    pilot = to_prepare(by, pilot)
    shared = texts_of_public(pilot)
    told = fill(pilot, changes)
    if not pilot.title:
        raise Refused(_("Give it a heading."))
    if told:
        told |= flags_of_public(pilot, shared, kept)
        save_pilot(pilot, by=by, action="edit_pilot", changes=told)
    return pilot


def fill(pilot: Pilot, changes: Mapping[str, object]) -> dict[str, object]:
    """Sets fields in memory; returns what changed, as the audit row tells it: of long texts the lengths."""
    told: dict[str, object] = {}
    for name, value in changes.items():
        if name not in (*LONGEST, *FACTS):
            raise ValueError(f"edit_pilot: {name!r} is not a field that can be changed")
        before = getattr(pilot, name)
        if name in LONGEST:
            value = tidied(str(value or ""), LONGEST[name])
        if before == value:
            continue
        setattr(pilot, name, value)
        is_long = name in ("hypothesis", "stop_rule")
        told[name] = [len(before), len(str(value))] if is_long else [as_told(before), as_told(value)]
    require_sound(pilot, told)
    return told


def as_told(value: object) -> object:
    """A field's value as the audit row holds it."""
    return value if value is None or isinstance(value, int) else str(value)


def require_sound(pilot: Pilot, told: Mapping[str, object]) -> None:
    """Raises NotAllowed or Refused where what was changed does not hold together."""
    if "need" in told and pilot.need is not None:
        if pilot.need.organisation_id != pilot.organisation_id or pilot.need.state == NeedState.DRAFT:
            raise NotAllowed
        if pilot.need.visibility == Visibility.UNIT and pilot.visibility == Visibility.ORGANISATION:
            pilot.visibility = Visibility.UNIT
    if "owner" in told and pilot.owner is not None and not works_in(pilot.owner, pilot.organisation_id):
        raise Refused(_("The owner must be someone who works in the organisation."))
    if "stage" in told and (pilot.state != PilotState.PLANNED or pilot.stage not in Stage.values):
        raise Refused(
            _("The stage can be chosen until the first gate has opened. After that, gates open the next.")
        )
    if not 0 <= (pilot.cap_sek or 0) <= MOST_SEK or not 0 <= (pilot.cap_hours or 0) <= MOST_HOURS:
        raise Refused(_("Write the cap in whole kronor or hours."))
    if pilot.starts_on and pilot.ends_on and pilot.starts_on > pilot.ends_on:
        raise Refused(_("It ends before it begins. Change one of the days."))


@transaction.atomic
def invite_to_pilot(*, by: Viewer, pilot: Pilot, email: str, task: str = "") -> None:
    """Adds a person of the organisation to the pilot's team, and tells the person. Raises NotAllowed, Refused."""
    person = people_of(pilot.organisation_id).filter(email=email.strip().lower()).first()
    if person is None:
        raise Refused(_("Nobody who works here has that address."))
    add_team_member(by=by, row=pilot, person=person, task=task)
    tell_people(by=by, row=pilot, event="pilots.team_added", people=[person.pk], followers=False)
