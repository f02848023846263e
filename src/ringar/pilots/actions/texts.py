"""What every text of this room's decisions and notes goes through: tidied, measured, looked at for flags."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ringar.core import flags
from ringar.core.flags import Flag
from ringar.core.rules import Refused, Visibility
from ringar.core.text import tidy_text
from ringar.pilots.models import Pilot
from ringar.pilots.queries.story import published_texts

FIELDS: dict[str, Promise] = {
    "title": gettext_lazy("Heading"),
    "goal": gettext_lazy("Effect goal in one sentence"),
    "hypothesis": gettext_lazy("What we believe, and why"),
    "stop_rule": gettext_lazy("When we stop early"),
    "reason": gettext_lazy("Reason"),
    "learned": gettext_lazy("What we learned"),
    "to_disclose": gettext_lazy("To be told to all bidders"),
    "notes": gettext_lazy("What happened along the way"),
    "hindrances": gettext_lazy("What stands in the way"),
    "text": gettext_lazy("What happened"),
}
"""What the fields are called where words in them are flagged."""


def tidied(text: str, longest: int) -> str:
    """The text as it is kept. Raises Refused where it is too long; nothing is cut in silence."""
    text = tidy_text(text).strip()
    if len(text) > longest:
        raise Refused(
            _("The text has %(length)d characters; at most %(longest)d fit. Shorten it.")
            % {"length": len(text), "longest": longest}
        )
    return text


def find_own_flags(texts: Mapping[str, str]) -> list[Flag]:
    """What to look at in the texts before others read them."""
    return flags.find_flags(texts, names=FIELDS)


def texts_of_public(pilot: Pilot) -> dict[str, str]:
    """What everyone reads of the pilot as it stands; nothing before it is published. 3 queries, or none."""
    return published_texts(pilot) if pilot.visibility == Visibility.PUBLIC else {}


def flags_of_public(pilot: Pilot, shared: Mapping[str, str], kept: Iterable[str]) -> dict[str, object]:
    """What the audit row says of flagged words in the changed texts of a page that everyone reads; {} for others.

    `shared` is what stood there. Raises Flagged until each new one is decided on. 3 queries, none for other pages.
    """
    return flags.decide_flags(texts_of_public(pilot), shared=shared, kept=kept, names=FIELDS)


def decided_flags(texts: Mapping[str, str], kept: Iterable[str]) -> dict[str, object]:
    """What the audit row says of flagged words that may stay. Raises Flagged until each is decided on."""
    return flags.decide_flags(texts, shared={}, kept=kept, names=FIELDS)
