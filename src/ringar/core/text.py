"""Text that people hand in, made safe to keep without changing what it says."""

import re

from django import forms

# Control characters but tab and line break. Emoji, joiners and right-to-left marks are text, and stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def tidy_text(text: str) -> str:
    """The text as any database can hold it: lone surrogates become "?", NUL and other control characters go."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


class TextField(forms.CharField):
    """A form's text field that tidies what is pasted into it instead of refusing it."""

    def to_python(self, value: object) -> str:
        return super().to_python(tidy_text(value) if isinstance(value, str) else value) or ""
