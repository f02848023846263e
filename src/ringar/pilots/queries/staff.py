"""Reads on what staff answer: who is asked, who has answered, and the means that may be shown."""

from django.db.models import Avg, Count, Q

from ringar.core.models import Membership, Unit
from ringar.core.queries import units_below
from ringar.core.rules import READ_ONLY_ROLES, Viewer
from ringar.pilots.models import Pilot, StaffAnswer, StaffAnswered
from ringar.pilots.rules import Phase, UnitRole
from ringar.pilots.staff_rules import BATCH, QUESTIONS, Told, can_answer, shown_batches


def staff_unit_ids(pilot: Pilot) -> frozenset[int]:
    """The units that try, with those below them; the pilot's own unit while none is named. 2 queries."""
    trying = set(pilot.units.filter(role=UnitRole.TRIES).order_by().values_list("unit_id", flat=True))
    tree = Unit.objects.filter(organisation_id=pilot.organisation_id).values_list("id", "parent_id")
    return units_below(tree, trying or {pilot.unit_id})


def asked_people(pilot: Pilot, phase: str) -> list[int]:
    """The ids of those who work in the units that try and have not answered. 3 queries."""
    working = Membership.objects.filter(unit__in=staff_unit_ids(pilot), person__is_active=True)
    done = StaffAnswered.objects.filter(pilot=pilot, phase=phase).values("person_id")
    people = working.exclude(role__in=READ_ONLY_ROLES).exclude(person_id__in=done)
    return sorted(set(people.values_list("person_id", flat=True)))


def is_asked(viewer: Viewer, pilot: Pilot) -> bool:
    """Whether the viewer works in a unit that tries. 2 queries, none for nobody."""
    if viewer.person_id is None:
        return False
    return can_answer(viewer, organisation_id=pilot.organisation_id, unit_ids=staff_unit_ids(pilot))


def has_answered(viewer: Viewer, pilot: Pilot, phase: str) -> bool:
    """Whether the viewer has answered in that phase. 1 query."""
    mine = StaffAnswered.objects.filter(pilot=pilot, phase=phase, person_id=viewer.person_id or 0)
    return mine.exists()


def staff_answers(pilot: Pilot) -> list[Told]:
    """What is shown of the answers before and after: means of full batches, and how many there are. 1–3 queries."""
    rows = StaffAnswer.objects.filter(pilot=pilot)
    counts = dict(rows.values_list("phase").annotate(n=Count("pk")))
    told = []
    for phase in Phase:
        answered = counts.get(phase, 0)
        batches = shown_batches(answered)
        if not batches:
            told.append(Told(phase, answered))
            continue
        shown = rows.filter(Q(phase=phase), Q(batch__lt=batches))
        means = shown.aggregate(**{f"mean_{name}": Avg(name) for name in QUESTIONS})
        told.append(
            Told(phase, answered, batches * BATCH, tuple(means[f"mean_{name}"] for name in QUESTIONS))
        )
    return told
