"""Forms of cases and robots: an answer, what a person did by hand, a reason, minutes and hours."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ringar.core.clock import today
from ringar.core.models import Unit
from ringar.core.text import LongField, TextField
from ringar.robots.actions.robots import MOST_HOURS, MOST_MINUTES
from ringar.robots.models.cases import Robot

LONGEST_ANSWER = 2_000
YES, NO, BY_HAND = "yes", "no", "hand"


class AnswerForm(forms.Form):
    """What a person says to a robot's question."""

    choice = forms.ChoiceField(
        label=_("What shall the robot do?"),
        choices=[
            (YES, _("Go ahead: I approve")),
            (NO, _("Do not: I say no")),
            (BY_HAND, _("Nothing: I do it by hand")),
        ],
        widget=forms.RadioSelect,
    )
    text = LongField(
        label=_("Comment"),
        required=False,
        rows=3,
        most=LONGEST_ANSWER,
        help_text=_("The robot may send it on, and it is kept with the case."),
    )


class FinishForm(forms.Form):
    """What a person did by hand."""

    text = LongField(
        label=_("What did you do?"),
        rows=3,
        most=LONGEST_ANSWER,
        help_text=_("A sentence: it is kept with the case, so that others know."),
    )


class ReasonForm(forms.Form):
    """Why a queue is paused or a robot withdrawn."""

    reason = TextField(label=_("Why?"), max_length=500, help_text=_("Everyone who works with it reads this."))


class RobotForm(forms.Form):
    """A robot to set up: which code, for which unit. `choices` are (name, label) of those that are not set up yet."""

    name = forms.ChoiceField(label=_("Which robot?"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("For which unit?"),
        help_text=_("Who works there sees its cases and answers its questions."),
    )
    queue_label = TextField(
        label=_("What is its queue to be called?"),
        required=False,
        max_length=200,
        help_text=_("As colleagues would say it, for instance: Customer invoices to cancel."),
    )

    def __init__(
        self, *args: Any, choices: list[tuple[str, str]], units: "QuerySet[Unit]", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["name"].choices = choices  # type: ignore[attr-defined] # the field's own type
        self.fields["unit"].queryset = units  # type: ignore[attr-defined] # the field's own type


class PastDayField(forms.DateField):
    """A day on which something was done: today at the latest."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: date | None) -> None:
        """Refuses an empty day, and one that has not come."""
        super().validate(value)
        if value is not None and value > today():
            raise forms.ValidationError(_("The day has not come yet. Write when it happened."))


class TimingForm(forms.Form):
    """How long the work takes by hand."""

    minutes = forms.FloatField(
        label=_("Minutes for a case by hand"),
        help_text=_("The median of those timed: as many took longer as took shorter."),
        min_value=0.01,
        max_value=MOST_MINUTES,
    )
    minutes_per_exception = forms.FloatField(
        label=_("Minutes for a question from the robot"),
        help_text=_("The median. Empty: it counts as much as the whole case by hand."),
        required=False,
        min_value=0.01,
        max_value=MOST_MINUTES,
    )
    source = TextField(
        label=_("How was it timed?"),
        help_text=_("How many cases, by which unit, with a clock or from a log. No names."),
        max_length=300,
    )
    on = PastDayField(label=_("When was it timed?"))

    def __init__(self, *args: Any, robot: Robot, **options: Any) -> None:
        known = {
            "minutes": robot.minutes_by_hand,
            "minutes_per_exception": robot.minutes_per_exception,
            "source": robot.timed_source,
            "on": robot.timed_on or today(),
        }
        super().__init__(*args, **{"initial": known, "prefix": "time"} | options)


class UpkeepForm(forms.Form):
    """Hours that went into keeping the robot going."""

    hours = forms.FloatField(label=_("Number of hours"), min_value=0.01, max_value=MOST_HOURS)
    on = PastDayField(label=_("Day"))
    what = TextField(label=_("What was done?"), max_length=300)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"on": today()}, "prefix": "upkeep"} | options)
