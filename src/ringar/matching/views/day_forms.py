"""The forms on meeting days. They check shape and length; what may be done is the actions' to say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ringar.core.text import TextField
from ringar.matching.actions import DayFacts
from ringar.matching.day_models import MeetingDay, MeetingRoom, Party
from ringar.matching.day_rules import (
    LONGEST_ABOUT,
    LONGEST_PLACE,
    LONGEST_REASON,
    LONGEST_TITLE,
    MOST_MINUTES,
    MOST_PAUSE,
    MOST_SLOTS,
    MOST_STRETCHES,
    PartyKind,
    Stretch,
)
from ringar.solvers.models import Call

SHOWN_STRETCHES = 2
LONGEST_ROOMS = 20_000
LANGUAGES = (("sv", _("Swedish")), ("en", _("English")))


def typed(kind: str, form: str) -> dict[str, Any]:
    """The options of a date or time input as browsers write it."""
    return {"attrs": {"type": kind}, "format": form}


class DayForm(forms.Form):
    """What a meeting day is: hours in rows, rooms one a line."""

    title = TextField(label=_("What is the day called?"), max_length=LONGEST_TITLE)
    about = TextField(
        label=_("What should those invited know?"),
        required=False,
        max_length=LONGEST_ABOUT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands in the invitation. How to find the place, what to prepare, who can be asked."),
    )
    place = TextField(label=_("Place"), required=False, max_length=LONGEST_PLACE)
    call = forms.ModelChoiceField(
        Call.objects.none(),
        label=_("Is it held after a call?"),
        required=False,
        empty_label=_("No call"),
        help_text=_("Those who answered it can then be invited at once."),
    )
    slot_minutes = forms.IntegerField(
        label=_("Minutes per meeting"), min_value=1, max_value=MOST_MINUTES, initial=20
    )
    pause_minutes = forms.IntegerField(
        label=_("Minutes between meetings"), min_value=0, max_value=MOST_PAUSE, initial=5
    )
    most_meetings = forms.IntegerField(
        label=_("Most meetings for one party"), required=False, min_value=1, max_value=MOST_SLOTS
    )
    rooms = TextField(
        label=_("Rooms or video links"),
        max_length=LONGEST_ROOMS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One per line. A video link may follow the name: Room 1 https://meet.example/1"),
    )
    wishes_until = forms.DateTimeField(
        label=_("Last day for wishes"),
        widget=forms.DateTimeInput(**typed("datetime-local", "%Y-%m-%dT%H:%M")),
        help_text=_("Until then those invited can answer and change their answer."),
    )

    def __init__(
        self, *args: Any, organisation_id: int, day: MeetingDay | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        calls = Call.objects.filter(organisation_id=organisation_id).order_by("-id")
        self.fields["call"].queryset = calls  # type: ignore[attr-defined]
        rows = list(day.hours.all()) if day else []
        for place in range(MOST_STRETCHES):
            row = rows[place] if place < len(rows) else None
            for part, label, field, widget in (
                ("date", _("Date"), forms.DateField, forms.DateInput(**typed("date", "%Y-%m-%d"))),
                ("starts", _("Begins"), forms.TimeField, forms.TimeInput(**typed("time", "%H:%M"))),
                ("ends", _("Ends"), forms.TimeField, forms.TimeInput(**typed("time", "%H:%M"))),
            ):
                self.fields[f"{part}_{place}"] = field(
                    label=label, required=place == 0, widget=widget, initial=getattr(row, part, None)
                )
        if day is not None:
            told = (
                "title",
                "about",
                "place",
                "slot_minutes",
                "pause_minutes",
                "most_meetings",
                "wishes_until",
            )
            self.initial.update({name: getattr(day, name) for name in told})
            self.initial["call"] = day.call_id
            self.initial["rooms"] = "\n".join(f"{room.name} {room.link}".strip() for room in day.rooms.all())

    def first_fields(self) -> list[forms.BoundField]:
        """What the day is, before its hours."""
        return [self[name] for name in ("title", "about", "place", "call")]

    def last_fields(self) -> list[forms.BoundField]:
        """How long meetings are, where they are, until when wishes are taken."""
        names = ("slot_minutes", "pause_minutes", "most_meetings", "rooms", "wishes_until")
        return [self[name] for name in names]

    def hours_rows(self) -> list[tuple[int, bool, list[forms.BoundField]]]:
        """For each stretch its number, whether it is shown at once, and its fields."""
        rows = []
        for place in range(MOST_STRETCHES):
            fields = [self[f"{part}_{place}"] for part in ("date", "starts", "ends")]
            rows.append(
                (place + 1, place < SHOWN_STRETCHES or any(f.value() or f.errors for f in fields), fields)
            )
        return rows

    def clean(self) -> dict[str, Any]:
        """A stretch is whole or empty."""
        told = super().clean() or self.cleaned_data
        for place in range(MOST_STRETCHES):
            names = [f"{part}_{place}" for part in ("date", "starts", "ends")]
            given = [told.get(name) is not None for name in names]
            if any(given) and not all(given) and not any(name in self.errors for name in names):
                missing = names[given.index(False)]
                self.add_error(missing, _("Give date, from and to, or leave all three empty."))
        return told

    def facts(self) -> DayFacts:
        """What the form says, for the action."""
        told = self.cleaned_data
        stretches = [
            Stretch(told[f"date_{place}"], told[f"starts_{place}"], told[f"ends_{place}"])
            for place in range(MOST_STRETCHES)
            if told.get(f"date_{place}")
        ]
        names = (
            "title",
            "about",
            "place",
            "call",
            "slot_minutes",
            "pause_minutes",
            "most_meetings",
            "wishes_until",
        )
        return DayFacts(
            stretches=stretches, rooms=rooms_in(told["rooms"]), **{name: told[name] for name in names}
        )


def rooms_in(text: str) -> list[tuple[str, str]]:
    """Name and link of each line; the link is what begins with http and ends the line."""
    rows = []
    for line in text.splitlines():
        before, _space, last = line.strip().rpartition(" ")
        has_link = last.lower().startswith(("http://", "https://"))
        if line.strip():
            rows.append((before.rstrip(" |") or last, last) if has_link else (line.strip(), ""))
    return rows


class PartiesForm(forms.Form):
    """Whom to invite: who owns these needs, who offers these solutions, who gave these answers."""

    needs = forms.TypedMultipleChoiceField(
        label=_("Managers: whose needs are met about?"),
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Startups read the short names of these needs. What the needs say they read only where everyone may."
        ),
    )
    answers = forms.TypedMultipleChoiceField(
        label=_("Startups that answered the call"),
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
    )
    solutions = forms.TypedMultipleChoiceField(
        label=_("Startups whose solutions fit"),
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Chosen solutions first, then the best matches of the needs above that are in the day."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        choices = {name: options.pop(name) for name in ("needs", "answers", "solutions")}
        super().__init__(*args, **options)
        for name, rows in choices.items():
            self.fields[name].choices = rows  # type: ignore[attr-defined]
            if not rows:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """At least one is ticked."""
        told = super().clean() or self.cleaned_data
        if not self.errors and not any(told.values()):
            raise forms.ValidationError(_("Tick at least one."))
        return told


class NewPartyForm(forms.Form):
    """Somebody who is not in the lists."""

    kind = forms.ChoiceField(label=_("Which side?"), choices=PartyKind.choices, widget=forms.RadioSelect)
    name = TextField(label=_("Name"), max_length=LONGEST_TITLE)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(label=_("Language of the letters"), choices=LANGUAGES)


class PartyForm(forms.Form):
    """A party's name and address, and how much it can meet."""

    name = TextField(label=_("Name"), max_length=LONGEST_TITLE)
    email = forms.EmailField(label=_("E-mail"), required=False)
    most_meetings = forms.IntegerField(
        label=_("Most meetings for one party"), required=False, min_value=1, max_value=MOST_SLOTS
    )


class ReasonForm(forms.Form):
    """Why a day is called off."""

    why = TextField(
        label=_("Why?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everyone invited reads it."),
    )


class LeaveForm(forms.Form):
    """Why a party does not come."""

    why = TextField(label=_("Why? You need not say."), required=False, max_length=LONGEST_REASON)


def time_choices(day: MeetingDay, slots: Sequence[datetime]) -> list[tuple[str, str]]:
    """The day's times, as values and as words."""
    zoned = [(slot, slot.astimezone(day.zone)) for slot in slots]
    return [(slot.isoformat(), date_format(there, "j F H:i")) for slot, there in zoned]


class MoveForm(forms.Form):
    """Where a meeting is to be instead."""

    starts_at = forms.TypedChoiceField(label=_("When?"), coerce=datetime.fromisoformat)
    room = forms.ModelChoiceField(
        MeetingRoom.objects.none(), label=_("Where?"), required=False, empty_label=_("Any room that is free")
    )

    def __init__(self, *args: Any, day: MeetingDay, slots: Sequence[datetime], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["starts_at"].choices = time_choices(day, slots)  # type: ignore[attr-defined]
        self.fields["room"].queryset = day.rooms.order_by("order")  # type: ignore[attr-defined]


class NewMeetingForm(MoveForm):
    """A meeting that is put into the timetable by hand."""

    manager = forms.ModelChoiceField(
        Party.objects.none(), label=PartyKind.MANAGER.label, empty_label=_("Choose a manager")
    )
    startup = forms.ModelChoiceField(
        Party.objects.none(), label=PartyKind.STARTUP.label, empty_label=_("Choose a startup")
    )
    field_order = ("manager", "startup", "starts_at", "room")

    def __init__(self, *args: Any, day: MeetingDay, **options: Any) -> None:
        super().__init__(*args, day=day, **options)
        for kind in PartyKind:
            coming = day.parties.filter(kind=kind, cancelled_at=None)
            self.fields[kind.value].queryset = coming  # type: ignore[attr-defined]
