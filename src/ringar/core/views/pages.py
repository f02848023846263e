"""Core's own pages: the accessibility statement with its complaint form, the health of the house."""

from datetime import date

from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

import ringar
from ringar.core.actions import send_complaint
from ringar.core.forms import ComplaintForm
from ringar.core.middleware import Request
from ringar.core.models import Organisation
from ringar.core.rules import Refused

# When every kind of page was last gone through against WCAG 2.2, by program, keyboard and eye.
ACCESSIBILITY_CHECKED = date(2026, 11, 21)


@require_http_methods(["GET", "POST"])
def accessibility(request: Request) -> HttpResponse:
    """What works for whom, what does not yet, and a form for telling us."""
    form = ComplaintForm(request.POST or None, initial={"page": request.GET.get("page", "")[:500]})
    if request.method == "POST" and form.is_valid():
        try:
            send_complaint(by=request.viewer, language=request.LANGUAGE_CODE, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. Your message has been sent to those who can mend it."))
            return redirect("accessibility")
    organisations = Organisation.objects.order_by("name").values_list("name", flat=True)[:20]
    facts = {"form": form, "checked": ACCESSIBILITY_CHECKED, "organisations": organisations}
    return render(request, "core/accessibility.html", facts)


@never_cache
@require_safe
def health(request: Request) -> JsonResponse:
    """Whether this process answers and reaches its database: 200 or 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    return JsonResponse({"status": "up", "database": connection.vendor, "version": ringar.__version__})
