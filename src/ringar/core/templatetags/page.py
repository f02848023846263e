"""Template tags of every page, loaded everywhere."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ringar.core import registry
from ringar.core.log_in_queries import may_set_log_in
from ringar.core.models import Person
from ringar.core.queries import shown_name
from ringar.core.rules import KEEPING_PEOPLE, LEADING_ROLES, OUTSIDE_ROLES, Role, Viewer
from ringar.core.text import sek

register = template.Library()

NAVIGATION: tuple[tuple[str, Promise], ...] = (
    ("need_list", _("Needs")),
    ("round_list", _("Rounds")),
    ("solution_list", _("Solutions")),
    ("solver_list", _("Suppliers")),
    ("call_list", _("Calls")),
    ("meeting_day_list", _("Meeting days")),
    ("pilot_list", _("Pilots")),
    ("overview", _("Overview")),
    ("data_set_list", _("City data")),
    ("robot_list", _("Robots")),
)
BELOW = {"data_set_list": "/staden/"}
"""Entries under which more stands than below their own address."""
FOR_STAFF = {"robot_list", "data_set_list", "overview", "round_list", "meeting_day_list"}
# What the person menu leads to: (name, words, icon, roles that may; none named: everyone logged in).
OWN_PAGES: tuple[tuple[str, Promise, str, frozenset[str]], ...] = (
    ("my_account", _("My account"), "person", frozenset()),
    ("my_data", _("My data"), "lock", frozenset()),
    ("token_list", _("Keys for other programs"), "code", LEADING_ROLES),
    ("sensor_list", _("Sensors"), "rings", frozenset()),
    ("guide", _("First steps"), "star", frozenset()),
    ("my_organisations", _("My organisations"), "home", frozenset()),
    ("people_list", _("People and roles"), "people", KEEPING_PEOPLE),
    ("purchase_list", _("Purchases"), "coin", LEADING_ROLES | {Role.BUYER.value}),
    ("map_list", _("Maps of routines"), "rings", frozenset(Role.values) - OUTSIDE_ROLES),
    ("log_in_service_list", _("Our log-in"), "key", frozenset({Role.ADMINISTRATOR.value})),
    ("webhook_list", _("Webhooks"), "link", frozenset({Role.ADMINISTRATOR.value})),
    ("audit_list", _("Audit trail"), "shield", frozenset({Role.ADMINISTRATOR.value, Role.AUDITOR.value})),
)


@dataclass(frozen=True)
class Link:
    """One entry of the main menu; `is_current` is the value of aria-current, "" when elsewhere."""

    url: str
    text: str | Promise
    is_current: str
    icon: str = ""


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
    names = [(name, text, "") for name, text in NAVIGATION if name not in FOR_STAFF or viewer.is_inside]
    return _links(request.path, names)


@register.simple_tag(takes_context=True)
def own_pages(context: dict[str, Any]) -> list[Link]:
    """The person menu: what is mine, and what my role lets me keep."""
    request: HttpRequest = context["request"]
    viewer = getattr(request, "viewer", Viewer())
    names = [
        (name, text, icon)
        for name, text, icon, roles in OWN_PAGES
        if (not roles or viewer.roles & roles) and (name != "log_in_service_list" or may_set_log_in(viewer))
    ]
    return _links(request.path, names)


def _links(path: str, names: list[tuple[str, Promise, str]]) -> list[Link]:
    links = []
    for name, text, icon_name in names:
        try:
            url = reverse(name)
        except NoReverseMatch:  # a room may be left out of an installation
            continue
        below = "true" if path.startswith(BELOW.get(name, url)) else ""
        links.append(Link(url, text, "page" if path == url else below, icon_name))
    return links


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


register.filter(sek)


@register.filter
def week(day: date | None) -> str:
    """The ISO week: "v. 12" (in English "week 12"); nothing for None."""
    return gettext("week %(week)d") % {"week": day.isocalendar().week} if day else ""


@register.filter
def words(text: str) -> list[str]:
    """The text's words, to loop over."""
    return text.split()
