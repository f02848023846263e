"""What a need's fields are called where words in them are flagged (`core.flags`)."""

from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.core import flags
from ringar.core.flags import Flag, Flagged, FlagKind, holds_personal_number

FIELDS: dict[str, Promise] = {
    "title": _("Short name"),
    "symptom": _("What do you see?"),
    "who_affected": _("Who is affected?"),
    "cause": _("What lies under it?"),
    "cost_of_nothing": _("What does it cost to do nothing?"),
    "good_effect": _("What would a good effect be?"),
    "tried": _("What have you tried?"),
    "why": _("The five whys"),
    "criteria": _("What a solution must meet"),
    "evidence": _("Evidence"),
    "met": _("Who did you meet?"),
    "summary": _("What did you learn?"),
    "surprise": _("What surprised you?"),
    "note": _("How is it with you?"),
    "reason": _("Why?"),
}

find_flags = partial(flags.find_flags, names=FIELDS)
open_flags = partial(flags.open_flags, names=FIELDS)
decide_flags = partial(flags.decide_flags, names=FIELDS)

__all__ = [
    "FIELDS",
    "Flag",
    "FlagKind",
    "Flagged",
    "decide_flags",
    "find_flags",
    "holds_personal_number",
    "open_flags",
]
