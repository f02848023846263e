"""Text that people hand in, made safe to keep without changing what it says."""

import csv
import io
import re
from collections.abc import Iterable

from django import forms
from django.http import HttpResponse

# Control characters but tab and line break. Emoji, joiners and right-to-left marks are text, and stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def tidy_text(text: str) -> str:
    """The text as any database can hold it: lone surrogates become "?", NUL and other control characters go."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


class TextField(forms.CharField):
    """A form's text field that tidies what is pasted into it instead of refusing it."""

    def to_python(self, value: object) -> str:
        return super().to_python(tidy_text(value) if isinstance(value, str) else value) or ""


def csv_cell(value: object) -> str:
    """A cell that a spreadsheet shows and never runs: what looks like a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float)
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def csv_response(filename: str, header: Iterable[object], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A CSV file to download: UTF-8 with a mark and semicolons, as Excel on Swedish machines reads it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([csv_cell(cell) for cell in header])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
