"""Writes on evidence: what somebody learned about a need."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now, today
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions.needs import locked
from ringar.needs.actions.prepare import Flagged, decide_flags, tidy
from ringar.needs.models import Evidence, Need
from ringar.needs.photos import clean_photo
from ringar.needs.queries import concerned_people, evidence_texts
from ringar.needs.rules import EvidenceKind, NeedState, can_add_evidence, can_edit_need
from ringar.talk.actions import tell_people
from ringar_kits.texts.analyse import guess_language
from ringar_kits.texts.normalise import words


@transaction.atomic
def add_evidence(
    *,
    by: Viewer,
    need: Need,
    kind: str,
    summary: str,
    met: str = "",
    surprise: str = "",
    happened_on: date | None = None,
    is_outside: bool = True,
    photo: BinaryIO | None = None,
    kept: Iterable[str] = (),
) -> Evidence:
    """What somebody learned. With flags left to decide on it is kept as a draft (`publish_evidence` shows it).

    Raises Refused for an empty or too long text, a day to come, or a photo that is none; NotAllowed.
    """
    need = locked(need)
    if need.state == NeedState.CLOSED and can_add_evidence(by, replace(need.facts, state=NeedState.SHARED)):
        raise Refused(
            _("The need has been closed. Copy your text; the need's page says why, and what lives on.")
        )
    if not can_add_evidence(by, need.facts):
        raise NotAllowed
    evidence = Evidence(
        need=need,
        kind=kind,
        happened_on=happened_on or today(),
        is_outside=is_outside,
        created_by_id=by.person_id,
    )
    evidence.created_at = now()
    fill_evidence(evidence, summary=summary, met=met, surprise=surprise)
    if photo is not None:
        evidence.photo.save(f"{evidence.uuid}.jpg", ContentFile(clean_photo(photo)), save=False)
    if kind == EvidenceKind.PHOTO and not evidence.photo:
        raise Refused(_("Choose the photo."))
    return save_evidence(evidence, by=by, action="add_evidence", kept=kept)


def fill_evidence(evidence: Evidence, *, summary: str, met: str, surprise: str) -> None:
    """Sets the texts, tidied. Raises Refused where something is wrong."""
    evidence.summary, evidence.met, evidence.surprise = tidy(summary), tidy(met, 200), tidy(surprise)
    if not evidence.summary:
        raise Refused(_("Write what you learned. A sentence is enough."))
    if evidence.kind not in EvidenceKind.values:
        raise Refused(_("Choose what kind of evidence it is."))
    if evidence.happened_on > today():
        raise Refused(_("The day has not come yet. Write when it happened."))
    evidence.language = guess_language(words(evidence.summary))


def save_evidence(evidence: Evidence, *, by: Viewer, action: str, kept: Iterable[str]) -> Evidence:
    """Saves evidence, as a draft where flags are left to decide on, and counts the need's evidence anew."""
    told: dict[str, object] = {}
    was_seen, evidence.is_draft = evidence.pk is not None and not evidence.is_draft, False
    if not evidence.need.is_draft:
        try:
            told = decide_flags(evidence_texts(evidence), shared={}, kept=kept)
        except Flagged:
            evidence.is_draft = True
    evidence.save()
    record_audit(by=by, action=action, target=evidence, changes={"need": str(evidence.need.uuid), **told})
    count_evidence(evidence.need)
    if not (evidence.is_draft or evidence.need.is_draft or was_seen):
        people = concerned_people(evidence.need)
        tell_people(by=by, row=evidence.need, event="needs.evidence", people=people)
    return evidence


def count_evidence(need: Need) -> None:
    """Counts what others can see of the evidence, all and from outside the building."""
    seen = [outside for outside, draft in need.evidence.values_list("is_outside", "is_draft") if not draft]
    need.evidence_count, need.outside_count, need.changed_at = len(seen), sum(seen), now()
    need.save(update_fields=["evidence_count", "outside_count", "changed_at"])


@transaction.atomic
def edit_evidence(
    *,
    by: Viewer,
    evidence: Evidence,
    summary: str,
    met: str = "",
    surprise: str = "",
    kept: Iterable[str] = (),
) -> Evidence:
    """Changes the texts, or decides on their flags. Only who wrote it can. Raises as `add_evidence`."""
    evidence.need = locked(evidence.need)
    if (
        by.person_id is None
        or evidence.created_by_id != by.person_id
        or not can_add_evidence(by, evidence.need.facts)
    ):
        raise NotAllowed
    fill_evidence(evidence, summary=summary, met=met, surprise=surprise)
    return save_evidence(evidence, by=by, action="edit_evidence", kept=kept)


@transaction.atomic
def remove_evidence(*, by: Viewer, evidence: Evidence) -> None:
    """Takes evidence away, with its photo: who wrote it can, and those who may change the need."""
    need = locked(evidence.need)
    is_author = by.person_id is not None and evidence.created_by_id == by.person_id
    if not (is_author or can_edit_need(by, need.facts)):
        raise NotAllowed
    record_audit(by=by, action="remove_evidence", target=evidence, changes={"need": str(need.uuid)})
    photo = evidence.photo
    evidence.delete()
    count_evidence(need)
    if photo:
        transaction.on_commit(lambda: photo.delete(save=False))
