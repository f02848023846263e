"""The forms of talk. They check shape; what may be done is the actions' to say."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Person
from ringar.core.text import TextField
from ringar.talk.models import AnswerTemplate, DigestChoice
from ringar.talk.rules import LONGEST_COMMENT, LONGEST_REASON, MOST_MENTIONS, Digest

HOURS = [(hour, f"{hour:02d}.00") for hour in range(24)]
ISO_WEEKDAYS = [(number + 1, name) for number, name in WEEKDAYS.items()]


def area(rows: int = 4) -> forms.Textarea:
    """A text field of some lines."""
    return forms.Textarea(attrs={"rows": rows})


class CommentForm(forms.Form):
    """What somebody wants to say; whom a mention means is asked where several people can be meant."""

    text = TextField(
        label=_("What do you want to say?"),
        help_text=_("Write @ and a colleague's name, and they are told."),
        widget=area(),
    )
    is_internal = forms.BooleanField(
        label=_("Only for us who work here"),
        help_text=_("Nobody outside the organisation reads it."),
        required=False,
    )
    is_answer = forms.BooleanField(
        label=_("This is our answer"),
        help_text=_("Marked as an answer from those responsible, and sent at once to those concerned."),
        required=False,
    )
    parent = forms.UUIDField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        may_mention: bool = False,
        may_answer: bool = False,
        may_hide: bool = False,
        choices: dict[str, list[Person]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("key", uuid4())
        if not may_mention:
            self.fields["text"].help_text = ""
        if not may_answer:
            del self.fields["is_answer"]
        if not may_hide:
            del self.fields["is_internal"]
        for place, (words, people) in enumerate((choices or {}).items()):
            self.fields[f"meant_{place}"] = forms.ChoiceField(
                label=_("Who is @%(words)s?") % {"words": words},
                choices=[(f"{person.uuid} {words}", named(person)) for person in people],
                widget=forms.RadioSelect,
            )

    def meant(self) -> dict[str, UUID]:
        """Whom the writer chose for each mention, {words: the person's uuid}; what is odd is left out."""
        chosen: dict[str, UUID] = {}
        for place in range(MOST_MENTIONS):
            uuid, _space, words = str(self.data.get(f"meant_{place}", "")).partition(" ")
            try:
                chosen[words] = UUID(uuid)
            except ValueError:
                continue
        return chosen


def named(person: Person) -> str:
    """A colleague in a list to choose from: several can have the same name."""
    return f"{person.name}, {person.title}" if person.title else f"{person.name}, {person.email}"


class EditForm(forms.Form):
    """One's own text, changed."""

    text = TextField(label=_("Your text"), widget=area(6))


class ReasonForm(forms.Form):
    """Why: for reports, for hiding and for leaving things as they are."""

    reason = TextField(label=_("Why?"), widget=area(3))

    def __init__(self, *args: Any, label: Any = None, help_text: Any = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].label = label or self.fields["reason"].label
        self.fields["reason"].help_text = help_text or _("At most %(most)d characters.") % {
            "most": LONGEST_REASON
        }


class DigestForm(forms.Form):
    """How often mail is wanted."""

    how = forms.ChoiceField(
        label=_("How often do you want e-mail about what happens?"),
        help_text=_("Answers to what you wrote come at once, unless you choose never."),
        choices=Digest.choices,
        widget=forms.RadioSelect,
    )
    hour = forms.TypedChoiceField(label=_("At what hour?"), choices=HOURS, coerce=int)
    weekday = forms.TypedChoiceField(
        label=_("On which day, if once a week?"), choices=ISO_WEEKDAYS, coerce=int
    )

    @classmethod
    def of(cls, data: Any, choice: DigestChoice) -> "DigestForm":
        """The form as the person has chosen."""
        return cls(data, initial={"how": choice.how, "hour": choice.hour, "weekday": choice.weekday})


class TemplateForm(forms.Form):
    """A text to answer with."""

    name = TextField(label=_("Name of the template"), max_length=100)
    text = TextField(
        label=_("Text"),
        help_text=_("{name} becomes the name of who wrote, {title} what it is called."),
        widget=area(8),
        max_length=LONGEST_COMMENT,
    )


class AnswerManyForm(forms.Form):
    """The same answer to many."""

    text = TextField(
        label=_("Your answer"),
        help_text=_("{name} becomes the name of who wrote, {title} what it is called."),
        widget=area(8),
        max_length=LONGEST_COMMENT,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, template: AnswerTemplate | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.update(key=uuid4(), text=template.text if template else "")
