"""What this room keeps about a person. What was shared is a public record; drafts are not."""

from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person
from ringar.core.registry import Personal, keep_all, told
from ringar.needs.actions.evidence import count_evidence
from ringar.needs.models import Evidence, Joining, Lineage, Need
from ringar.needs.round_models import Assessor, Round, RoundNeed, Score

RECORD = _("It is a public record of what the municipality knew and did. Your name is taken from it.")
DRAFT = _("What was never shared is no public record, and goes with you.")


def erase_drafts(person: Person) -> None:
    """Needs and evidence that nobody else has seen, with their photos."""
    drafts = Q(need__created_by=person, need__is_draft=True) | Q(created_by=person, is_draft=True)
    for evidence in Evidence.objects.filter(drafts).select_related("need"):
        photo, need = evidence.photo, evidence.need
        evidence.delete()
        count_evidence(need)
        if photo:
            transaction.on_commit(partial(photo.delete, save=False))
    Need.objects.filter(created_by=person, is_draft=True).delete()


NEED = ("uuid", "title", "symptom", "cause", "state", "visibility", "changed_at")
EVIDENCE = ("need__title", "kind", "met", "summary", "surprise", "happened_on")
PERSONAL = [
    Personal(
        table="needs.Need",
        label=_("Drafts of needs and evidence that only you have seen"),
        export=lambda person: [
            *told(Need.objects.filter(created_by=person, is_draft=True), *NEED),
            *told(Evidence.objects.filter(created_by=person, is_draft=True), *EVIDENCE),
        ],
        fate="removed",
        why=DRAFT,
        erase=erase_drafts,
    ),
    Personal(
        table="needs.Need",
        label=_("Needs that you wrote or own"),
        export=lambda person: told(
            Need.objects.filter(Q(created_by=person) | Q(owner=person), is_draft=False), *NEED
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="needs.Evidence",
        label=_("Evidence that you gathered"),
        export=lambda person: told(Evidence.objects.filter(created_by=person, is_draft=False), *EVIDENCE),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="needs.Joining",
        label=_("Needs that you said your unit has too"),
        export=lambda person: told(
            Joining.objects.filter(person=person), "need__title", "unit__name", "note"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="needs.Lineage",
        label=_("Needs that you merged or split"),
        export=lambda person: told(
            Lineage.objects.filter(Q(person=person) | Q(undone_by=person)),
            "kind",
            "reason",
            "at",
            "undone_at",
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="needs.Round",
        label=_("Rounds that you opened"),
        export=lambda person: told(Round.objects.filter(opened_by=person), "title", "about", "opened_at"),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="needs.RoundNeed",
        label=_("What you decided in rounds"),
        export=lambda person: told(
            RoundNeed.objects.filter(decided_by=person), "need__title", "is_chosen", "reason", "decided_at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="needs.Assessor",
        label=_("Rounds where you were an assessor, and your scores"),
        export=lambda person: [
            *told(Assessor.objects.filter(person=person), "round__title", "handed_in_at"),
            *told(Score.objects.filter(assessor__person=person), "entry__need__title", "values", "reason"),
        ],
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
]
