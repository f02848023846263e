"""What this room keeps about a person: words on what fits, choices, checks. All part of how a purchase came about."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person
from ringar.core.registry import Personal, keep_all, told
from ringar.matching.day_models import MeetingAnswer, MeetingDay, Party
from ringar.matching.plan_models import RoundPlan

RECORD = _("It tells how the municipality chose: a public record. Your name is taken from it.")


def make_nameless(person: Person) -> None:
    """Takes name and address from the person's invitations to meeting days; what was met about stays."""
    for party in Party.objects.filter(person=person):
        party.name, party.email = f"{gettext('Erased person')} {party.pk}", ""
        party.save(update_fields=["name", "email"])
        party.keys.all().delete()


PERSONAL = [
    Personal(
        table="matching.RoundPlan",
        label=_("Rounds that you made"),
        export=lambda person: told(
            RoundPlan.objects.filter(created_by=person), "title", "about", "created_at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="matching.RoundPlan_members",
        label=_("Rounds that you decide in"),
        export=lambda person: told(person.round_plans.all(), "title", "created_at"),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="matching.MeetingDay",
        label=_("Meeting days that you made"),
        export=lambda person: told(
            MeetingDay.objects.filter(created_by=person), "title", "about", "state", "created_at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="matching.Party",
        label=_("Meeting days that you were invited to"),
        export=lambda person: told(
            Party.objects.filter(person=person), "day__title", "name", "email", "answered_at", "cancelled_at"
        ),
        fate="anonymised",
        why=_("Who met whom is a public record; your name and address are taken from it."),
        erase=make_nameless,
    ),
    Personal(
        table="matching.MeetingAnswer",
        label=_("What you said after meetings"),
        export=lambda person: told(
            MeetingAnswer.objects.filter(party__person=person),
            *("meeting__day__title", "go_on", "learned", "in_the_way", "at"),
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="matching.Judgement",
        label=_("What you said fits or does not fit"),
        export=lambda person: told(
            person.judgements.all(), "need__title", "solution__name", "fits", "why", "at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="matching.Choice",
        label=_("Solutions that you chose"),
        export=lambda person: told(person.choices.all(), "need__title", "solution__name", "at"),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="matching.CriterionCheck",
        label=_("What you said of solutions and criteria"),
        export=lambda person: told(
            person.checks.all(), "need__title", "solution__name", "criterion", "verdict", "note", "at"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
]
