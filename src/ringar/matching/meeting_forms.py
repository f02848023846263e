"""What is filled in after a meeting: the three questions, and who did not come."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ringar.core.text import TextField
from ringar.matching.day_models import Meeting
from ringar.matching.day_rules import GoOn, NoShow
from ringar.matching.meeting_rules import LONGEST_ANSWER

HELD = "held"


class AnswerForm(forms.Form):
    """Go on? What did you learn? What stands in the way?"""

    go_on = forms.ChoiceField(
        label=_("Do you want to go on?"), choices=GoOn.choices, widget=forms.RadioSelect
    )
    learned = TextField(
        label=_("What did you learn?"),
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    in_the_way = TextField(
        label=_("What stands in the way?"),
        help_text=_("Time, money, skills, law, technology, culture: whatever holds you back from going on."),
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AttendanceForm(forms.Form):
    """Was the meeting held, or who did not come?"""

    who = forms.ChoiceField(label=_("Was the meeting held?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (HELD, _("Yes, it was held")),
            (NoShow.MANAGER.value, _("No, %(party)s did not come") % {"party": meeting.manager.name}),
            (NoShow.STARTUP.value, _("No, %(party)s did not come") % {"party": meeting.startup.name}),
            (NoShow.BOTH.value, _("No, neither came")),
        ]
