"""Writes on hindrances: what holds a need or a pilot back is told, given an owner, and one day gone."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.flags import holds_personal_number
from ringar.core.models import Person
from ringar.core.queries import works_in
from ringar.core.registry import subject_kind
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.pilots.hindrance_rules import LONGEST_WHAT, can_remove_hindrance, can_tell_hindrance
from ringar.pilots.models import Hindrance
from ringar.pilots.rules import HindranceKind
from ringar.talk.actions import tell_people
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words


def cleaned(text: str) -> str:
    """The text as it is kept. Raises Refused where it is empty, too long or holds a personal number."""
    text = tidy_text(text).strip()
    if not text:
        raise Refused(_("Write what it is about. A sentence is enough."))
    if len(text) > LONGEST_WHAT:
        raise Refused(
            _("You have written %(length)d characters; at most %(most)d fit. Make it shorter.")
            % {"length": len(text), "most": LONGEST_WHAT}
        )
    if holds_personal_number(text):
        raise Refused(
            _("There seems to be a personal number in the text. Take it away: nobody here needs it.")
        )
    return text


@transaction.atomic
def add_hindrance(
    *, by: Viewer, row: Any, kind: str, what: str, owner: Person | None = None, due: date | None = None
) -> Hindrance:
    """Tells what stands in the way of a row that can be talked about (a need, a pilot, a meeting); its owner is told.

    Raises NotAllowed where the viewer does not see the row or works elsewhere; Refused for the text or the owner.
    """
    subject = subject_kind(row)
    sees = subject.find(by, row.uuid) is not None
    if not can_tell_hindrance(by, organisation_id=row.organisation_id, sees=sees):
        raise NotAllowed
    if kind not in HindranceKind.values:
        raise Refused(_("Choose what kind of hindrance it is."))
    if owner is not None and not works_in(owner, row.organisation_id):
        raise Refused(_("Only somebody who works here can answer for it."))
    what = cleaned(what)
    hindrance = Hindrance.objects.create(
        organisation_id=row.organisation_id,
        row=row.uuid,
        row_kind=subject.kind,
        kind=kind,
        what=what,
        language=guess_language(words(what)),
        owner=owner,
        due=due,
        created_by_id=by.person_id,
        created_at=now(),
    )
    told: dict[str, object] = {
        "kind": [None, kind],
        "row": str(row.uuid),
        "owner": [None, str(owner.uuid) if owner else None],
        "due": [None, due.isoformat() if due else None],
    }
    record_audit(by=by, action="add_hindrance", target=hindrance, changes=told)
    if owner is not None:
        facts = {"hindrance": str(hindrance), "due": due.isoformat() if due else "–"}
        tell_people(by=by, row=row, event="pilots.hindrance", people=[owner.pk], facts=facts, followers=False)
    return hindrance


@transaction.atomic
def remove_hindrance(*, by: Viewer, hindrance: Hindrance, row: Any, how: str) -> Hindrance:
    """Says that a hindrance is gone, and how, so that others learn; who told of it is told. Raises NotAllowed, Refused.

    `row`: what it stands on. Gone already: nothing changes.
    """
    hindrance = Hindrance.objects.select_for_update().get(pk=hindrance.pk)
    writes = row is not None and row.uuid == hindrance.row and subject_kind(row).may_write(by, row)
    if not can_remove_hindrance(by, hindrance.facts, writes=writes):
        raise NotAllowed
    if hindrance.gone_at:
        return hindrance
    hindrance.how_gone, hindrance.gone_at = cleaned(how), now()
    hindrance.save(update_fields=["how_gone", "gone_at"])
    told: dict[str, object] = {"gone": [False, True], "length": [0, len(hindrance.how_gone)]}
    record_audit(by=by, action="remove_hindrance", target=hindrance, changes=told)
    people = [pk for pk in (hindrance.created_by_id, hindrance.owner_id) if pk]
    if row is not None:
        facts = {"hindrance": str(hindrance)}
        tell_people(by=by, row=row, event="pilots.hindrance_gone", people=people, facts=facts)
    return hindrance
