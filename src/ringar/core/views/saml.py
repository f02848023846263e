"""Where SAML services send people back to us: what allauth leaves to chance there."""

import xmlsec
from allauth.socialaccount.providers.saml.views import finish_acs
from django.http import Http404, HttpResponse
from lxml.etree import LxmlError

from ringar.core.log_in_queries import service_named
from ringar.core.middleware import Request
from ringar.core.outside_log_in import refuse


def saml_finish(request: Request, organization_slug: str) -> HttpResponse:
    """Reads the posted answer. What is no XML, or XML that would have us read files or swell, is refused too."""
    try:
        answer: HttpResponse = finish_acs(request, organization_slug=organization_slug)
    except (LxmlError, ValueError, KeyError, AttributeError, xmlsec.Error) as error:
        reason = f"unreadable: {type(error).__name__}"
        answer = refuse(request, service_named(organization_slug), reason)
    return answer


def saml_log_out(request: Request, organization_slug: str) -> HttpResponse:
    """Nothing: a link that anybody can write must not log anyone out, and we offer no single log-out."""
    raise Http404
