"""Decisions about queued work: its states, when it is tried again, who may look. No database, no clock."""

import re
import traceback
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Viewer

ATTEMPTS = 5
INLINE = "inline-"  # begins the name of a process that does work itself, without the engine
LONGEST_PAUSE = timedelta(hours=1)
ERROR_LENGTH = 2_000
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class State(models.TextChoices):
    """Where a piece of work stands."""

    WAITING = "waiting", _("Waiting")
    WORKING = "working", _("Working")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


UNFINISHED = (State.WAITING, State.WORKING)


class MailState(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    KEPT = "kept", _("Kept here, not sent")


def pause_after(attempt: int, first_pause: float) -> timedelta:
    """How long to wait after the attempt with that number (1, 2, …): four times longer each time, at most an hour."""
    return min(timedelta(seconds=first_pause * 4 ** min(attempt - 1, 16)), LONGEST_PAUSE)


def storable(text: str) -> str:
    """The text without what a database or a file refuses: NUL and halves of surrogate pairs become U+FFFD."""
    return UNSTORABLE.sub("\ufffd", text)


def error_text(error: BaseException) -> str:
    """What went wrong, as one short text: the kind of error and its message."""
    return storable("".join(traceback.format_exception_only(error)).strip())[:ERROR_LENGTH]


def can_see_work(viewer: Viewer, *, is_demo: bool) -> bool:
    """Whether the viewer may see the queue, and try failed work again: those who lead; in the demo, anyone."""
    return is_demo or viewer.leads
