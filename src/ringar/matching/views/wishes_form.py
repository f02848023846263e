"""What those invited fill in: when they are free, date by date, and whom they want to meet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Visibility
from ringar.matching.day_models import MeetingDay, Party
from ringar.matching.day_rules import PartyKind, WishKind

ANY = "any"
CHARACTERS = 280


class WishesForm(forms.Form):
    """Ticked times are free; for each other party a wish."""

    def __init__(
        self,
        *args: Any,
        day: MeetingDay,
        slots: Sequence[datetime],
        others: Sequence[tuple[Party, float]],
        busy: Iterable[datetime] = (),
        wishes: dict[int, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        taken, said = set(busy), wishes or {}
        zoned = [(slot, slot.astimezone(day.zone)) for slot in slots]
        for date, rows in groupby(zoned, key=lambda row: row[1].date()):
            times = [(slot.isoformat(), f"{there:%H:%M}") for slot, there in rows]
            self.fields[f"free_{date}"] = forms.MultipleChoiceField(
                label=date_format(date, "l j F"),
                choices=times,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[value for value, _text in times if datetime.fromisoformat(value) not in taken],
            )
        choices = [
            (ANY, _("No wish either way")),
            (WishKind.MUST.value, _("Must meet")),
            (WishKind.WANT.value, _("Want to meet")),
            (WishKind.NO.value, _("No, do not plan a meeting")),
        ]
        for other, match in others:
            self.fields[f"wish_{other.pk}"] = forms.ChoiceField(
                label=f"{other.name} ({other.unit})" if other.unit else other.name,
                choices=choices,
                initial=said.get(other.pk, ANY),
                help_text=what_of(other, is_likely=match > 0),
            )
        self.all_slots = list(slots)

    def times(self) -> list[forms.BoundField]:
        """The fields of the dates."""
        return [self[name] for name in self.fields if name.startswith("free_")]

    def wish_fields(self) -> list[forms.BoundField]:
        """The fields of the other parties, the best match first."""
        return [self[name] for name in self.fields if name.startswith("wish_")]

    def busy(self) -> list[datetime]:
        """The times that are not ticked."""
        free = {
            value for name, rows in self.cleaned_data.items() if name.startswith("free_") for value in rows
        }
        return [slot for slot in self.all_slots if slot.isoformat() not in free]

    def wishes(self) -> dict[int, str]:
        """What is said of each party, by id; those without a wish left out."""
        told = {name: kind for name, kind in self.cleaned_data.items() if name.startswith("wish_")}
        return {int(name.removeprefix("wish_")): kind for name, kind in told.items() if kind != ANY}


def what_of(other: Party, *, is_likely: bool) -> SafeString:
    """What the other party needs or offers; what a need says only where everyone may read it."""
    if other.kind == PartyKind.MANAGER:
        rows = [
            (need.title, need.symptom if need.visibility == Visibility.PUBLIC else "", need.language)
            for need in other.needs.all()
        ]
    else:
        rows = [(solution.name, solution.what, solution.language) for solution in other.solutions.all()]
    parts = format_html_join(
        "",
        '<p lang="{}" dir="auto"><strong>{}</strong> {}</p>',
        ((language, title, Truncator(text).chars(CHARACTERS)) for title, text, language in rows),
    )
    likely = format_html("<p>{}</p>", _("Likely to fit you.")) if is_likely else ""
    return format_html("{}{}", likely, parts)
