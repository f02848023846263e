"""What is asked of every text before it is kept: that it says something, fits, and is not one of a flood."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ringar.core.actions.limits import allow
from ringar.core.clock import now
from ringar.core.flags import holds_personal_number
from ringar.core.models import Person
from ringar.core.rules import Refused, Viewer
from ringar.core.text import tidy_text
from ringar.talk.rules import (
    COMMENTS_AN_HOUR,
    LONGEST_COMMENT,
    NEW_COMMENTS_AN_HOUR,
    is_new,
)

HOUR = 3600


def clean_comment(text: str, longest: int = LONGEST_COMMENT) -> str:
    """The text as it is kept. Raises Refused where it is empty, too long or holds a personal number."""
    text = tidy_text(text).strip()
    if not text:
        raise Refused(_("Write something first."))
    if len(text) > longest:
        raise Refused(
            _("You have written %(length)d characters; at most %(most)d fit. Make it shorter.")
            % {"length": len(text), "most": longest}
        )
    if holds_personal_number(text):
        raise Refused(
            _("There seems to be a personal number in the text. Take it away: nobody here needs it.")
        )
    return text


def refuse_floods(by: Viewer) -> None:
    """Raises Refused where the person writes more often than people do. Call it outside the transaction."""
    created_at = Person.objects.filter(pk=by.person_id or 0).values_list("created_at", flat=True).first()
    most = NEW_COMMENTS_AN_HOUR if created_at and is_new(created_at, now()) else COMMENTS_AN_HOUR
    if not allow("comment", str(by.person_id), most=most, seconds=HOUR, by=by):
        raise Refused(
            ngettext(
                "You have written %(count)d comment in an hour. Wait a while, then write the next one.",
                "You have written %(count)d comments in an hour. Wait a while, then write the next one.",
                most,
            )
            % {"count": most}
        )
