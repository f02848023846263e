"""An organisation's own log-in service: listed, set up, tried, removed, by its administrators."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.core.actions.log_in_services import (
    remove_log_in_service,
    save_log_in_service,
    try_log_in_service,
)
from ringar.core.log_in_forms import FORMS, LogInServiceForm
from ringar.core.log_in_queries import services_of
from ringar.core.middleware import Request
from ringar.core.models import LogInService
from ringar.core.rules import Refused


def addresses_of_service(request: HttpRequest, service: LogInService) -> list[tuple[str, str]]:
    """What those who run the service need of us: (what it is, the address)."""

    def full(name: str) -> str:
        return request.build_absolute_uri(reverse(name, args=[service.slug]))

    if service.protocol == "oidc":
        return [(_("Redirect address (callback)"), full("openid_connect_callback"))]
    return [
        (_("Our metadata (also our entity ID)"), full("saml_metadata")),
        (_("Where assertions are posted (ACS)"), full("saml_acs")),
    ]


@login_required
@require_safe
def log_in_service_list(request: Request) -> HttpResponse:
    """The organisation's services, and how to add one."""
    return render(request, "core/log_in_service_list.html", {"services": services_of(request.viewer)})


@login_required
@require_http_methods(["GET", "POST"])
def log_in_service_new(request: Request, protocol: str) -> HttpResponse:
    """A new service of one kind."""
    services_of(request.viewer)
    if protocol not in FORMS:
        raise Http404
    start = {"lets_in": "known", "is_active": True, "name": ""}
    form = FORMS[protocol](request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid() and (row := saved(request, form, protocol)):
        messages.success(request, _("Saved. Now give these addresses to those who run the service."))
        return redirect("log_in_service_edit", row.uuid)
    return render(request, "core/log_in_service_form.html", {"form": form, "protocol": protocol})


def saved(
    request: Request, form: LogInServiceForm, protocol: str, service: LogInService | None = None
) -> LogInService | None:
    """The service as it was saved; None where it is refused, and the form says why."""
    try:
        return save_log_in_service(
            by=request.viewer, protocol=protocol, wanted=form.wanted(), service=service
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return None


@login_required
@require_http_methods(["GET", "POST"])
def log_in_service_edit(request: Request, uuid: UUID) -> HttpResponse:
    """One service: its addresses, what it says of itself, and what may be changed."""
    service = get_object_or_404(services_of(request.viewer), uuid=uuid)
    start = {
        "name": service.name,
        "address": service.settings.get("address", ""),
        "client_id": service.client_id,
        "email_domains": ", ".join(service.email_domains),
        "lets_in": service.lets_in,
        "is_active": service.is_active,
    }
    form = FORMS[service.protocol](request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid() and saved(request, form, service.protocol, service):
        messages.success(request, _("Saved."))
        return redirect("log_in_service_edit", service.uuid)
    context = {
        "form": form,
        "service": service,
        "protocol": service.protocol,
        "addresses": addresses_of_service(request, service),
        "holds_until": parse_datetime(service.settings.get("holds_until", "")),
    }
    return render(request, "core/log_in_service_form.html", context)


@login_required
@require_POST
def log_in_service_try(request: Request, uuid: UUID) -> HttpResponse:
    """Reads the service anew, and says what it answered."""
    service = get_object_or_404(services_of(request.viewer), uuid=uuid)
    try:
        found = try_log_in_service(by=request.viewer, service=service)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request,
            _("It answers: %(identity)s. People log in at %(address)s.")
            % {"identity": found.identity, "address": found.log_in_at},
        )
    return redirect("log_in_service_edit", service.uuid)


@login_required
@require_http_methods(["GET", "POST"])
def log_in_service_remove(request: Request, uuid: UUID) -> HttpResponse:
    """Asks first, then removes the service."""
    service = get_object_or_404(services_of(request.viewer), uuid=uuid)
    if request.method == "GET":
        return render(request, "core/log_in_service_remove.html", {"service": service})
    remove_log_in_service(by=request.viewer, service=service)
    messages.success(request, _("%(name)s is removed from the log-in page.") % {"name": service.name})
    return redirect("log_in_service_list")
