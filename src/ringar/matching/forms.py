"""What people fill in about matches: a judgement, a search for what was expected, needs for a call."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.clock import now
from ringar.core.text import TextField
from ringar.matching.rules import KEPT, LONGEST_NOTE, LONGEST_WHY, Verdict

WEEKS_TO_ANSWER = 3


class JudgeForm(forms.Form):
    """Does the solution fit, and why? The place where it was shown goes along."""

    fits = forms.TypedChoiceField(
        choices=[("yes", _("Fits")), ("no", _("Does not fit"))], coerce=lambda value: value == "yes"
    )
    why = TextField(required=False, max_length=LONGEST_WHY)
    rank = forms.IntegerField(min_value=1, max_value=KEPT, required=False)


class CheckForm(forms.Form):
    """Does a candidate meet a criterion?"""

    solution = forms.UUIDField()
    criterion = TextField(max_length=300)
    verdict = forms.ChoiceField(choices=Verdict.choices)
    note = TextField(required=False, max_length=LONGEST_NOTE)


class CallForm(forms.Form):
    """Which needs a call is for, what it is called, and until when answers are taken."""

    title = TextField(label=_("What the call is called"), max_length=200)
    needs = forms.TypedMultipleChoiceField(
        label=_("Needs that the call is for"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their short names become public with the call."),
    )
    deadline = forms.DateTimeField(
        label=_("Answers are taken until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("The same for everyone."),
    )

    def __init__(self, *args: Any, needs: list[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["needs"].choices = needs  # type: ignore[attr-defined]
        last_day = timezone.localtime(now()) + timedelta(weeks=WEEKS_TO_ANSWER)
        self.initial.setdefault("deadline", last_day.replace(hour=16, minute=0, second=0, microsecond=0))
