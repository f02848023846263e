"""What this room keeps about a person: words on what fits, choices, checks. All part of how a purchase came about."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Personal, keep_all, told

RECORD = _("It tells how the municipality chose: a public record. Your name is taken from it.")
PERSONAL = [
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
