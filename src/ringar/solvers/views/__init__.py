"""The pages of this room: solvers and solutions, calls, answers."""

from collections.abc import Callable
from typing import TypeVar

from django import forms

from ringar.core.rules import Refused

Result = TypeVar("Result")


def attempt(form: forms.BaseForm, action: Callable[[], Result]) -> Result | None:
    """Runs the action; what it refuses becomes the form's error, so that the page shows it and keeps the text."""
    try:
        return action()
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
