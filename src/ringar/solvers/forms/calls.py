"""What people fill in of calls and answers, decisions, and trials of secrecy."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ringar.core.text import TextField
from ringar.solvers.forms.offers import SECRECY, SHORT, FactsForm
from ringar.solvers.models import Answer, Call, SecrecyTrial, Solution
from ringar.solvers.rules import MAX_CRITERIA


class CallForm(FactsForm):
    """A call: what is looked for, for which needs, by which criteria, until when."""

    needs = forms.TypedMultipleChoiceField(
        label=_("Needs that the call is for"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their titles are shown to everyone on the call's page."),
    )

    class Meta:
        model = Call
        fields = ("title", "text", "deadline")
        field_classes = {"title": TextField, "text": TextField}
        widgets = {
            "text": forms.Textarea(attrs={"rows": 10}),
            "deadline": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }
        help_texts = {
            "text": _(
                "What you see today, what a good effect would be, what you can pay for, and what happens next."
            ),
            "deadline": _("The same for everyone, also for us: answers are decided on after it."),
        }

    def __init__(self, *args: Any, needs: list[tuple[UUID, str]], criteria: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["needs"]).choices = needs
        self.titles = dict(needs)
        for number in range(1, MAX_CRITERIA + 1):
            self.fields[f"criterion_{number}"] = TextField(
                label=_("Criterion %(number)d") % {"number": number}, required=number == 1, max_length=300
            )
            self.initial.setdefault(f"criterion_{number}", dict(enumerate(criteria, 1)).get(number, ""))

    @property
    def facts(self) -> dict[str, Any]:
        """What the actions are given."""
        found = [self.cleaned_data[f"criterion_{number}"] for number in range(1, MAX_CRITERIA + 1)]
        return {
            **{name: self.cleaned_data[name] for name in ("title", "text", "deadline")},
            "needs": [(uuid, self.titles[uuid]) for uuid in self.cleaned_data["needs"]],
            "criteria": [text for text in found if text],
        }


class DeadlineForm(FactsForm):
    """What can still be changed in an open call."""

    class Meta(CallForm.Meta):
        fields = ("title", "text", "deadline")


class SentForm(FactsForm):
    """What a sender fills in: own words, and perhaps what is to be kept secret."""

    @property
    def asks_for_secrecy(self) -> bool:
        """Whether the part on secrecy is open from the start: filled in, or refused."""
        return any(self[name].value() or self[name].errors for name in SECRECY)


class AnswerForm(SentForm):
    """An answer to a call: own words and an e-mail address are enough. `acting` is whom the person answers for."""

    acting = forms.TypedChoiceField(
        label=_("Who answers?"), coerce=UUID, empty_value=None, required=False, widget=forms.RadioSelect
    )

    class Meta:
        model = Answer
        fields: tuple[str, ...] = ("text", "email", "name", "solution", *SECRECY)
        field_classes = dict.fromkeys(("text", "name", *SECRECY), TextField)
        widgets = {
            "text": forms.Textarea(attrs={"rows": 12}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            **{name: forms.Textarea(attrs=SHORT) for name in SECRECY},
        }
        labels = {
            "name": _("Your name, or what your company or association is called"),
            "secrecy": _("The part to keep secret"),
            "secrecy_reason": _("Why it should be kept secret"),
        }
        help_texts = {
            "text": _(
                "In your own words, as short as you like. Answer the need rather than describe a product. If you "
                "have a web page about it, write its address here too."
            ),
            "name": _("If you like, with your organisation number. You need neither to answer."),
            "email": _("Here you get a receipt, and later the decision with its reason."),
            "solution": _("If you have described it here already."),
            "secrecy": _("For instance the price, or how the method works inside."),
            "secrecy_reason": _("What would you lose if a competitor read it?"),
        }

    def __init__(
        self, *args: Any, solutions: "QuerySet[Solution]", acting: list[tuple[UUID, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if acting:
            choices = [*acting, ("", _("Nobody but me"))]
            cast(forms.ChoiceField, self.fields["acting"]).choices = choices
            self.initial.setdefault("acting", str(acting[0][0]))
        else:
            del self.fields["acting"]
        if solutions.exists():
            cast("forms.ModelChoiceField[Solution]", self.fields["solution"]).queryset = solutions
        else:
            del self.fields["solution"]


class CorrectionForm(SentForm):
    """The sender's correction of an answer."""

    class Meta(AnswerForm.Meta):
        fields: tuple[str, ...] = ("text", "name", *SECRECY)


class InterestField(forms.ChoiceField):
    """ "Have you an interest in it?", answered before a decision; nothing is chosen beforehand."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Do you have a conflict of interest?"),
            choices=[("none", _("No, none")), ("has", _("Yes: I step aside"))],
            widget=forms.RadioSelect,
            help_text=_(
                "For instance if you, somebody close to you or your own side job may gain or lose by the decision."
            ),
            error_messages={
                "required": _("Answer yes or no first. Whoever has one leaves it to a colleague.")
            },
            **options,
        )


class DecisionForm(forms.Form):
    """A decision on an answer, with its reason; whoever has an interest in it steps aside."""

    interest = InterestField()
    reason = TextField(
        label=_("Your reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Sent to the one who answered. Needed for a no, in your own words, measured by the criteria."
        ),
    )


class TrialForm(FactsForm):
    """Somebody asks to read a record. Who asks may be anonymous, so that is not asked."""

    class Meta:
        model = SecrecyTrial
        fields = ("wanted",)
        field_classes = {"wanted": TextField}
        widgets = {"wanted": forms.Textarea(attrs=SHORT)}
        help_texts = {
            "wanted": _("Not who asks or why: the law lets people ask without saying so."),
        }


class TrialDecisionForm(FactsForm):
    """How the trial ends."""

    class Meta:
        model = SecrecyTrial
        fields = ("decision", "reason", "ground")
        field_classes = {"reason": TextField, "ground": TextField}
        widgets = {"decision": forms.RadioSelect, "reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "reason": _("Which parts, what harm a disclosure would do, and why. It becomes a public record."),
            "ground": _("Needed for a refusal, also in part, such as 31 kap. 16 § OSL."),
        }
