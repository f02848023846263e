"""Fits and work lists as rows that people are told of and talk about."""

from django.utils.translation import gettext_lazy as _

from ringar.city.models import Fit, WorkList
from ringar.city.queries.data import holding
from ringar.city.queries.fits import visible_fits
from ringar.city.queries.lists import facts_of, visible_lists
from ringar.city.rules.lists import can_plan, can_tick
from ringar.core.registry import Event, Subject
from ringar.core.rules import Viewer


def concerned_by_fit(fit: Fit) -> set[int]:
    """Who asked for it."""
    return {fit.by_id} if fit.by_id else set()


def concerned_by_list(work_list: WorkList) -> set[int]:
    """Who made it."""
    return {work_list.made_by_id} if work_list.made_by_id else set()


def may_plan(viewer: Viewer, fit: Fit) -> bool:
    """Whether the viewer may make lists of it."""
    return can_plan(viewer, holding(fit.pipes))


def may_tick(viewer: Viewer, work_list: WorkList) -> bool:
    """Whether the viewer may work by the list."""
    return can_tick(viewer, facts_of(work_list))


SUBJECTS = [
    Subject(
        kind="fit",
        label=_("reckoning of breaks"),
        visible=visible_fits,
        concerned=concerned_by_fit,
        model=Fit._meta.label,
        may_write=may_plan,
    ),
    Subject(
        kind="work_list",
        label=_("work list"),
        visible=visible_lists,
        concerned=concerned_by_list,
        model=WorkList._meta.label,
        may_write=may_tick,
    ),
]

EVENTS = [
    Event("city.fit_done", _("It is worked out where breaks are to be expected: “%(title)s”.")),
    Event(
        "city.fit_failed", _("Breaks to expect could not be worked out for “%(title)s”. Its page says why.")
    ),
]
