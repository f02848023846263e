"""One's own access keys: made, shown once, revoked."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ringar.core.actions.tokens import make_token, revoke_token
from ringar.core.clock import now
from ringar.core.middleware import Request
from ringar.core.rules import SCOPES, Refused
from ringar.core.token_forms import TokenForm
from ringar.core.token_queries import tokens_of


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def token_list(request: Request) -> HttpResponse:
    """The keys there are, and a form for a new one. Its text is on the answer to the form, and nowhere after that."""
    form, made = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, made = make_token(by=request.viewer, **form.cleaned_data)
            form = TokenForm()
        except Refused as refused:
            form.add_error(None, str(refused))
    moment = now()
    rows = [
        {
            "token": token,
            "may": [SCOPES[scope] for scope in token.scopes if scope in SCOPES],
            "is_over": bool(token.revoked_at or (token.lapses_at and token.lapses_at <= moment)),
        }
        for token in tokens_of(request.viewer)[:50]
    ]
    return render(request, "core/token_list.html", {"form": form, "made": made, "rows": rows})


@login_required
@require_POST
def token_revoke(request: Request, uuid: UUID) -> HttpResponse:
    """The key opens nothing from now on."""
    revoke_token(by=request.viewer, token=get_object_or_404(tokens_of(request.viewer), uuid=uuid))
    messages.success(request, _("The key is revoked. What used it is refused from now on."))
    return redirect("token_list")
