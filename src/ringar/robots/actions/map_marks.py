"""Writes on what people say of a map: a step is marked, an objection is answered."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.flags import holds_personal_number
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.robots.actions.maps import own_version, steps_of
from ringar.robots.models.maps import MapMark, MapVersion
from ringar.robots.rules.maps import LONGEST_MARK, OBJECTIONS, MapState, MarkKind, can_mark


def cleaned(text: str, *, is_needed: bool) -> str:
    """The text as it is kept. Raises Refused where it is missing, too long or holds a personal number."""
    text = tidy_text(text).strip()
    if is_needed and not text:
        raise Refused(_("Write what it is about. A sentence is enough."))
    if len(text) > LONGEST_MARK:
        raise Refused(
            _("You have written %(length)d characters; at most %(most)d fit. Make it shorter.")
            % {"length": len(text), "most": LONGEST_MARK}
        )
    if holds_personal_number(text):
        raise Refused(
            _("There seems to be a personal number in the text. Take it away: nobody here needs it.")
        )
    return text


@transaction.atomic
def mark_step(*, by: Viewer, version: MapVersion, bpmn_id: str, kind: str, text: str) -> MapMark:
    """Says what is wrong, missing or right with a step, or (with an empty id) with the whole map.

    Raises NotAllowed for who does not work here; Refused where the version is not open, or has no such step.
    """
    if by.person_id is None or not can_mark(by, organisation_id=version.organisation_id):
        raise NotAllowed
    version = MapVersion.objects.select_for_update().select_related("process_map").get(pk=version.pk)
    if version.state != MapState.OPEN:
        raise Refused(_("The map is not open for comments."))
    if kind not in MarkKind.values:
        raise Refused(_("Choose what you want to say of the step."))
    if bpmn_id and bpmn_id not in {step.id for step in steps_of(version.bpmn).steps}:
        raise Refused(_("That step is not on the map any more. Load the page anew."))
    said = {
        "version": version,
        "bpmn_id": bpmn_id,
        "kind": kind,
        "text": cleaned(text, is_needed=kind in OBJECTIONS),
        "by_id": by.person_id,
    }
    if again := MapMark.objects.filter(**said, replied_at=None).first():  # the form was sent twice
        return again
    mark = MapMark.objects.create(**said, created_at=now())
    record_audit(by=by, action="mark_step", target=mark, changes={"kind": [None, kind]})
    return mark


@transaction.atomic
def answer_mark(*, by: Viewer, mark: MapMark, reply: str) -> MapMark:
    """Answers what somebody said of a step, and tells them. Raises NotAllowed; Refused for no answer or a second."""
    version = own_version(by, mark.version)
    if version.state == MapState.SIGNED:
        raise Refused(_("What is signed is never changed. Draw a new version instead."))
    mark = MapMark.objects.select_for_update().get(pk=mark.pk)
    if mark.replied_at is not None:
        raise Refused(_("It is answered already. Load the page anew to read the answer."))
    mark.version, mark.reply = version, cleaned(reply, is_needed=True)
    mark.replied_by_id, mark.replied_at = by.person_id, now()
    mark.save(update_fields=["reply", "replied_by", "replied_at"])
    record_audit(by=by, action="answer_mark", target=mark, changes={"length": [0, len(mark.reply)]})
    tell_marker(mark)
    return mark


def tell_marker(mark: MapMark) -> None:
    """Writes to who said it that there is an answer, in the caller's transaction; not to who answers oneself."""
    person, version = mark.by, mark.version
    if person is None or not person.is_active or not person.email or person.pk == mark.replied_by_id:
        return
    with override(person.language):
        subject = _("Your comment on the map “%(name)s” is answered")
        text = _(
            "You commented the map “%(name)s”. This is the answer:\n\n%(reply)s\n\n"
            "Read it on the map, and comment again if it is still not right:\n%(link)s\n"
        )
        link = reverse("map_version", args=[version.process_map.uuid, version.number])
        told = {
            "name": " ".join(version.process_map.name.split()),
            "reply": mark.reply,
            "link": f"{settings.BASE_URL}{link}#mark-{mark.pk}",
        }
        EmailMessage(subject=(subject % told)[:200], body=text % told, to=[person.email]).send()
