"""Asking staff before and after, and keeping what they answer without keeping whose it is."""

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.actions.limits import allow
from ringar.core.clock import today
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.pilots.models import Pilot, StaffAnswer, StaffAnswered
from ringar.pilots.queries.staff import asked_people, staff_unit_ids
from ringar.pilots.rules import Phase, can_edit_pilot
from ringar.pilots.staff_rules import BATCH, LEAST, MOST, can_answer, open_phase
from ringar.talk.actions import tell_people

ASKED_A_WEEK = 1
WEEK = 7 * 24 * 3600


def phase_of(pilot: Pilot) -> Phase:
    """The asking that is open now. Raises Refused between the two."""
    phase = open_phase(pilot.state, starts_on=pilot.starts_on, ends_on=pilot.ends_on, today=today())
    if phase is None:
        raise Refused(_("Staff are asked before the start, and again from four weeks before the last day."))
    return phase


def ask_staff(*, by: Viewer, pilot: Pilot) -> int:
    """Tells those who have not answered that the questions wait for them; returns how many. At most once a week.

    Raises NotAllowed; Refused between the askings, or where they were asked less than a week ago.
    """
    if not can_edit_pilot(by, pilot.facts):
        raise NotAllowed
    phase = phase_of(pilot)
    people = asked_people(pilot, phase)
    if not people:
        raise Refused(_("Everybody who works in the units that try has answered, or nobody does."))
    if not allow("ask_staff", f"{pilot.uuid} {phase}", most=ASKED_A_WEEK, seconds=WEEK, by=by):
        raise Refused(_("They have been asked this week. Give them some days before you ask again."))
    with transaction.atomic():
        count = tell_people(by=by, row=pilot, event="pilots.staff_asked", people=people, followers=False)
        record_audit(by=by, action="ask_staff", target=pilot, changes={"phase": phase.value, "count": count})
    return count


@transaction.atomic
def answer_staff(*, by: Viewer, pilot: Pilot, possible: int, joy: int, go_on: int) -> None:
    """Keeps the viewer's three answers, from 1 to 5, nameless; that the viewer has answered is kept apart.

    Raises NotAllowed for who is not asked; Refused between the askings, twice, or for another number.
    """
    pilot = Pilot.objects.select_for_update().get(pk=pilot.pk)
    if not can_answer(by, organisation_id=pilot.organisation_id, unit_ids=staff_unit_ids(pilot)):
        raise NotAllowed
    phase = phase_of(pilot)
    if not all(LEAST <= answer <= MOST for answer in (possible, joy, go_on)):
        raise Refused(_("Choose a number from 1 to 5 for each question."))
    _answered, is_new = StaffAnswered.objects.get_or_create(
        pilot=pilot, phase=phase, person_id=by.person_id or 0
    )
    if not is_new:
        raise Refused(_("You have answered already. As answers are nameless, they can not be changed."))
    batch = StaffAnswer.objects.filter(pilot=pilot, phase=phase).count() // BATCH
    StaffAnswer.objects.create(pilot=pilot, phase=phase, possible=possible, joy=joy, go_on=go_on, batch=batch)
    record_audit(by=by, action="answer_staff", target=pilot, changes={"phase": phase.value})
