"""Template tags of every page, loaded everywhere."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ringar.core import registry
from ringar.core.models import Person
from ringar.core.queries import shown_name
from ringar.core.rules import KEEPING_ROLES, LEADING_ROLES, Role, Viewer

register = template.Library()

NAVIGATION: tuple[tuple[str, Promise], ...] = (
    ("need_list", _("Needs")),
    ("solution_list", _("Solutions")),
    ("solver_list", _("Suppliers")),
    ("call_list", _("Calls")),
    ("overview", _("Overview")),
    ("work_list", _("Robots")),
)
FOR_LEADERS = {"work_list"}
FOR_STAFF = {"overview"}
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Link:
    """One entry of the main menu; `is_current` is the value of aria-current, "" when elsewhere."""

    url: str
    text: str | Promise
    is_current: str


@register.simple_tag(takes_context=True)
def panels(context: dict[str, Any], place: str, row: object) -> SafeString:
    """What other rooms show on this page: `{% panels "need_detail" need %}`."""
    request: HttpRequest = context["request"]
    return mark_safe("".join(panel.render(request, row) for panel in registry.panels(place)))  # noqa: S308 (panels render templates)


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[Link]:
    """The main menu for whoever is looking."""
    request: HttpRequest = context["request"]
    viewer = getattr(request, "viewer", Viewer())  # an error page may come before anyone has looked
    links = []
    for name, text in NAVIGATION:
        if name in FOR_LEADERS and not (settings.DEMO or viewer.leads):
            continue
        if name in FOR_STAFF and not viewer.is_inside:
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:  # a room may be left out of an installation
            continue
        below = "true" if request.path.startswith(url) else ""
        links.append(Link(url, text, "page" if request.path == url else below))
    return links


@register.filter
def sek(amount: int | float | Decimal | None) -> str:
    """Money the Swedish way: 40000 → "40 000 kr" (in English "SEK 40,000"); nothing for None."""
    if amount is None or amount == "":
        return ""
    if get_language() == "sv":
        return f"{amount:,.0f} kr".replace(",", NO_BREAK).replace(" kr", f"{NO_BREAK}kr")
    return f"SEK{NO_BREAK}{amount:,.0f}"


@register.filter
def week(day: date | None) -> str:
    """The ISO week: "v. 12" (in English "week 12"); nothing for None."""
    return gettext("week %(week)d") % {"week": day.isocalendar().week} if day else ""


@register.filter
def words(text: str) -> list[str]:
    """The text's words, to loop over."""
    return text.split()
@register.simple_tag
def icon(name: str) -> SafeString:
    """A small picture beside words, never instead of them: `{% icon "bell" %}`. Names: ids of core/icons.svg."""
    use = f"{static('core/icons.svg')}#{name}"
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', use
    )


@register.filter
def shown_to(person: Person | None, viewer: Viewer | None) -> str:
    """The name that the viewer may read: `{{ need.owner|shown_to:viewer }}`. Never print a person otherwise."""
    return shown_name(person, viewer or Viewer())


