"""A need's team: who is added is told."""

from django.db import transaction

from ringar.core.actions import add_team_member
from ringar.core.models import Person, TeamMember
from ringar.core.rules import Viewer
from ringar.needs.models import Need
from ringar.talk.actions import tell_people


@transaction.atomic
def invite_to_team(*, by: Viewer, need: Need, person: Person, task: str = "") -> TeamMember:
    """Adds the person to the need's team, and tells the person. Raises as `core.actions.add_team_member`."""
    is_new = not TeamMember.objects.filter(row=need.uuid, person=person).exists()
    member = add_team_member(by=by, row=need, person=person, task=task)
    if is_new:
        tell_people(by=by, row=need, event="needs.team_added", people=[person.pk], followers=False)
    return member
