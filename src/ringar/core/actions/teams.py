"""Teams around one row: people from any unit of the organisation who work with it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions.audit import record_audit
from ringar.core.clock import now
from ringar.core.models import Person, TeamMember
from ringar.core.queries import works_in
from ringar.core.registry import subject_kind
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text

LONGEST_TASK = 200
MOST_MEMBERS = 100
"""More is no team; the row's visibility is what lets many see it."""


@transaction.atomic
def add_team_member(*, by: Viewer, row: Any, person: Person, task: str = "") -> TeamMember:
    """Lets the person see the row and write as its own unit does; twice changes only the task.

    Raises NotAllowed where the viewer may not write on the row; Refused where the person does not work in the
    row's organisation, the task is too long or the team full.
    """
    subject = subject_kind(row)
    if not subject.may_write(by, row):
        raise NotAllowed
    task = tidy_text(task).strip()
    if len(task) > LONGEST_TASK:
        raise Refused(_("The task has %(length)d characters; at most %(most)d fit.") % {
            "length": len(task), "most": LONGEST_TASK})  # fmt: skip
    if not works_in(person, row.organisation_id):
        raise Refused(
            _("%(person)s does not work in the organisation. Choose somebody who does.") % {"person": person}
        )
    if TeamMember.objects.filter(row=row.uuid).exclude(person=person).count() >= MOST_MEMBERS:
        raise Refused(_("The team is full: %(most)d people.") % {"most": MOST_MEMBERS})
    member, is_new = TeamMember.objects.get_or_create(
        row=row.uuid,
        person=person,
        defaults={
            "kind": subject.kind,
            "organisation_id": row.organisation_id,
            "task": task,
            "added_by_id": by.person_id,
            "added_at": now(),
        },
    )
    before, member.task = ("" if is_new else member.task), task
    if is_new or before != task:
        member.save(update_fields=["task"])
        changes: dict[str, object] = {"person": str(person.uuid), "task": [before, task], "is_new": is_new}
        record_audit(by=by, action="add_team_member", target=row, changes=changes)
    return member


@transaction.atomic
def remove_team_member(*, by: Viewer, row: Any, person: Person) -> None:
    """Takes the person out of the team: who may write on the row can, and the person. Raises NotAllowed."""
    is_own = by.person_id is not None and by.person_id == person.pk
    if not (is_own or subject_kind(row).may_write(by, row)):
        raise NotAllowed
    if TeamMember.objects.filter(row=row.uuid, person=person).delete()[0]:
        changes: dict[str, object] = {"person": str(person.uuid)}
        record_audit(by=by, action="remove_team_member", target=row, changes=changes)
