"""Template tags of every page, loaded everywhere."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from ringar.core import registry

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context: dict[str, Any], place: str, row: object) -> SafeString:
    """What other rooms show on this page: `{% panels "need_detail" need %}`."""
    request: HttpRequest = context["request"]
    return mark_safe("".join(panel.render(request, row) for panel in registry.panels(place)))  # noqa: S308 (panels render templates)
