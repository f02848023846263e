"""Forms of a decision and of a note."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.text import TextField
from ringar.pilots.decision_rules import LONGEST_NOTE, LONGEST_TEXT
from ringar.pilots.rules import DecisionKind

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DecisionForm(forms.Form):
    """What is decided, by whom without an interest in it, why, and what was learned."""

    kind = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    interest = forms.ChoiceField(
        label=_("Do you have a conflict of interest?"),
        choices=[("none", _("No, none")), ("has", _("Yes: I step aside"))],
        widget=forms.RadioSelect,
        help_text=_(
            "For instance if you, somebody close to you or your own side job may gain or lose by the decision."
        ),
    )
    reason = TextField(
        label=_("Reason"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Sent to those who work with it and to those who have the need. What speaks for, and against?"
        ),
    )
    learned = TextField(
        label=_("What we learned"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "What would you tell the next unit that wants to try? What did not work is worth as much."
        ),
    )
    extended_to = forms.DateField(
        label=_("New last day"), required=False, widget=DAY, help_text=_("Only when you measure longer.")
    )
    to_disclose = TextField(
        label=_("To be told to all bidders"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What the supplier got to know here that could favour it in a later procurement: volumes, systems, "
            "working methods. It is shown to everyone at once, so that all compete alike. Leave empty if nothing."
        ),
    )

    def __init__(self, *args: object, kinds: Sequence[DecisionKind], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    """What happened, in a line or two."""

    text = TextField(
        label=_("What happened?"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For instance a week when the system was down, or when half the staff was ill."),
    )
    happened_on = forms.DateField(label=_("When?"), required=False, widget=DAY)
