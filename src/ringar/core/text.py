"""Text that people hand in, made safe to keep without changing what it says."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LONGEST_TEXT = 20_000
NO_BREAK = "\N{NO-BREAK SPACE}"

# Control characters but tab and line break; and what turns the reading direction of all that follows, even the rest
# of the line on the page (U+202E and its kin): the letters themselves tell it. Emoji, joiners and marks stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def tidy_text(text: str) -> str:
    """The text as any database can hold it: lone surrogates become "?", NUL and other control characters go."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


class TextField(forms.CharField):
    """A form's text field that tidies what is pasted into it instead of refusing it."""

    def to_python(self, value: object) -> str:
        return super().to_python(tidy_text(value) if isinstance(value, str) else value) or ""


class LongField(TextField):
    """A text of some lines; the limit is checked here, and not cut by the browser."""

    too_long = _("You have written %(length)d characters; at most %(most)d fit. Make it shorter.")

    def __init__(self, *, rows: int = 4, most: int = LONGEST_TEXT, **options: Any) -> None:
        self.most = most
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if len(text) > self.most:
            raise forms.ValidationError(self.too_long, params={"length": len(text), "most": self.most})
        return text


def sek(amount: int | float | Decimal | None) -> str:
    """Money the Swedish way: 40000 → "40 000 kr" (in English "SEK 40,000"); nothing for None."""
    if amount is None or amount == "":
        return ""
    if get_language() == "sv":
        return f"{amount:,.0f} kr".replace(",", NO_BREAK).replace(" kr", f"{NO_BREAK}kr")
    return f"SEK{NO_BREAK}{amount:,.0f}"
