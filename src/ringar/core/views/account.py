"""One's own account: who I am here, how I log in, where I am logged in."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ringar.core.actions.own_account import change_own_account
from ringar.core.log_in_forms import AccountForm
from ringar.core.log_in_queries import connected_services, services_shown
from ringar.core.middleware import Request
from ringar.core.models import Person


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def my_account(request: Request) -> HttpResponse:
    """Name, title and language to change; ways to log in, each with a link to its page."""
    person = Person.objects.get(pk=request.user.pk or 0)
    form = AccountForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        change_own_account(by=request.viewer, **told)
        with override(told["language"]):
            messages.success(request, _("Saved."))
        answer = redirect("my_account")
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            told["language"],
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return answer
    kinds = list(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    context = {
        "form": form,
        "person": person,
        "is_confirmed": EmailAddress.objects.filter(user=person, email=person.email, verified=True).exists(),
        "has_app": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
        "sessions": UserSession.objects.filter(user=person).count(),
        "connected": connected_services(person),
        "services": services_shown().exists(),
    }
    return render(request, "account/my_account.html", context)
