"""What this room keeps about a person: who began, owned, checked and decided on pilots. All of it a public record."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Personal, keep_all, told
from ringar.pilots.models import (
    Correction,
    DataCheck,
    Decision,
    Gap,
    Gate,
    Hindrance,
    Measurement,
    Pilot,
    PilotNote,
    PilotUnit,
    StaffAnswered,
)

RECORD = _(
    "It tells how the municipality tried something and why: a public record. Your name is taken from it."
)
PERSONAL = [
    Personal(
        table="pilots.Pilot",
        label=_("Pilots that you began or own"),
        export=lambda person: told(
            Pilot.objects.filter(Q(created_by=person) | Q(owner=person)), "uuid", "title", "stage", "state"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="pilots.PilotUnit",
        label=_("Units whose values you hand in"),
        export=lambda person: told(PilotUnit.objects.filter(measurer=person), "pilot__title", "unit__name"),
        fate="archived",
        why=RECORD,
        erase=lambda person: PilotUnit.objects.filter(measurer=person).update(measurer=None),
    ),
    Personal(
        table="pilots.Measurement",
        label=_("Values that you handed in"),
        export=lambda person: told(
            Measurement.objects.filter(entered_by=person),
            "of__pilot__title",
            "of__unit__name",
            "week",
            "value",
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="pilots.Correction",
        label=_("Values that you corrected"),
        export=lambda person: told(
            Correction.objects.filter(by=person), "measurement__week", "before", "after", "why", "at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="pilots.Gap",
        label=_("Weeks of which you told why they were not measured"),
        export=lambda person: told(
            Gap.objects.filter(by=person), "of__pilot__title", "of__unit__name", "week", "why", "at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="pilots.StaffAnswered",
        label=_(
            "That you have answered questions about a pilot; never what you answered, which nobody can find"
        ),
        export=lambda person: told(StaffAnswered.objects.filter(person=person), "pilot__title", "phase"),
        fate="removed",
        why=_("It is kept only so that nobody answers twice."),
        erase=lambda person: StaffAnswered.objects.filter(person=person).delete(),
    ),
    Personal(
        table="pilots.Hindrance",
        label=_("Hindrances that you told of or answer for"),
        export=lambda person: told(
            Hindrance.objects.filter(Q(created_by=person) | Q(owner=person)),
            "kind",
            "what",
            "due",
            "how_gone",
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="pilots.PilotNote",
        label=_("What you told of pilots"),
        export=lambda person: told(PilotNote.objects.filter(by=person), "pilot__title", "date", "text"),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="pilots.Decision",
        label=_("Decisions on pilots that you made"),
        export=lambda person: told(
            Decision.objects.filter(decider=person), "pilot__title", "kind", "reason", "learned", "at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="pilots.DataCheck",
        label=_("Checks of personal data that you made"),
        export=lambda person: told(
            DataCheck.objects.filter(checked_by=person), "pilot__title", "has_personal_data", "checked_at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="pilots.Gate",
        label=_("Gates that you asked for or decided on"),
        export=lambda person: told(
            Gate.objects.filter(Q(asked_by=person) | Q(decider=person)),
            "pilot__title",
            "stage",
            "outcome",
            "reason",
            "at",
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
]
