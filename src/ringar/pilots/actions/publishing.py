"""What happened along the way, and the page that everyone may read."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now, today
from ringar.core.rules import NotAllowed, Refused, Viewer, Visibility
from ringar.pilots.actions.pilots import locked
from ringar.pilots.actions.texts import decided_flags, tidied
from ringar.pilots.decision_rules import LONGEST_NOTE, can_publish
from ringar.pilots.models import Pilot, PilotNote
from ringar.pilots.queries.story import published_texts
from ringar.pilots.rules import can_edit_pilot
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words


@transaction.atomic
def add_note(
    *, by: Viewer, pilot: Pilot, text: str, happened_on: date | None = None, kept: Iterable[str] = ()
) -> PilotNote:
    """Tells in a line or two what happened; the same words of the same day are one note.

    Raises NotAllowed, Refused, Flagged for words to look at.
    """
    if not can_edit_pilot(by, pilot.facts):
        raise NotAllowed
    text = tidied(text, LONGEST_NOTE)
    if not text:
        raise Refused(_("Write what happened."))
    day = happened_on or today()
    if day > today():
        raise Refused(_("That day has not come. Write what has happened."))
    locked(pilot)
    same = PilotNote.objects.filter(pilot=pilot, date=day, text=text, by_id=by.person_id).first()
    if same is not None:
        return same
    told = decided_flags({"text": text}, kept)
    note = PilotNote.objects.create(
        pilot=pilot, date=day, text=text, language=guess_language(words(text)), by_id=by.person_id, at=now()
    )
    record_audit(
        by=by, action="add_pilot_note", target=pilot, changes={"happened_on": day.isoformat(), **told}
    )
    return note


@transaction.atomic
def publish_pilot(*, by: Viewer, pilot: Pilot, kept: Iterable[str] = ()) -> Pilot:
    """Shows the pilot's page to everyone. Raises NotAllowed, Flagged until each flag is gone or kept."""
    pilot = locked(pilot)
    if not can_publish(by, pilot.facts):
        raise NotAllowed
    if pilot.published_at and pilot.visibility == Visibility.PUBLIC:
        return pilot
    told = decided_flags(published_texts(pilot), kept)
    before = pilot.visibility
    pilot.visibility, pilot.published_at, pilot.changed_at = Visibility.PUBLIC, now(), now()
    pilot.save(update_fields=["visibility", "published_at", "changed_at"])
    changes: dict[str, object] = {"visibility": [before, Visibility.PUBLIC.value], **told}
    record_audit(by=by, action="publish_pilot", target=pilot, changes=changes)
    return pilot


@transaction.atomic
def unpublish_pilot(*, by: Viewer, pilot: Pilot) -> Pilot:
    """Shows the page to those who work here alone. Whoever has read it has read it. Raises NotAllowed."""
    pilot = locked(pilot)
    if not can_publish(by, pilot.facts):
        raise NotAllowed
    if pilot.visibility == Visibility.PUBLIC:
        pilot.visibility, pilot.published_at = Visibility.ORGANISATION, None
        pilot.save(update_fields=["visibility", "published_at"])
        changes: dict[str, object] = {"visibility": [Visibility.PUBLIC.value, Visibility.ORGANISATION.value]}
        record_audit(by=by, action="unpublish_pilot", target=pilot, changes=changes)
    return pilot
