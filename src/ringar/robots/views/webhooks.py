"""Pages of webhooks, for an organisation's administrators."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.core.audit_words import action_word
from ringar.core.middleware import Request
from ringar.core.rules import Refused
from ringar.core.text import TextField
from ringar.robots.webhooks import (
    add_webhook,
    known_actions,
    remove_webhook,
    set_webhook,
    try_webhook,
    webhooks_of,
)

SHOWN = 50


class WebhookForm(forms.Form):
    """Where to, and what of."""

    name = TextField(
        label=_lazy("What is it for?"),
        help_text=_lazy("So that you know it again, for instance: The case system."),
        max_length=200,
    )
    url = forms.URLField(
        label=_lazy("Address"),
        help_text=_lazy("Begins with https:// and lies on the open internet."),
        max_length=500,
        assume_scheme="https",
    )
    actions = forms.MultipleChoiceField(
        label=_lazy("What is it told of?"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [(action, capfirst(action_word(action))) for action in known_actions()]
        self.fields["actions"].choices = choices  # type: ignore[attr-defined]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def webhook_list(request: Request) -> HttpResponse:
    """The organisation's webhooks, and a form for a new one. The secret is on the answer to the form alone."""
    rows = webhooks_of(request.viewer)
    form, made, secret = WebhookForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = add_webhook(by=request.viewer, **form.cleaned_data)
            form = WebhookForm()
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"webhooks": rows, "form": form, "made": made, "secret": secret}
    return render(request, "robots/webhook_list.html", context)


@login_required
@require_safe
def webhook_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One webhook: how it goes, and what it was told last."""
    webhook = get_object_or_404(webhooks_of(request.viewer), uuid=uuid)
    rows = [
        (each, capfirst(action_word(each.action)) if each.action in known_actions() else _("A trial"))
        for each in webhook.deliveries.order_by("-id")[:SHOWN]
    ]
    actions = [action_word(action) for action in webhook.actions]
    context = {"webhook": webhook, "rows": rows, "actions": actions}
    return render(request, "robots/webhook_detail.html", context)


@login_required
@require_POST
def webhook_try(request: Request, uuid: UUID) -> HttpResponse:
    """Sends a trial."""
    try_webhook(by=request.viewer, webhook=get_object_or_404(webhooks_of(request.viewer), uuid=uuid))
    messages.success(request, _("A trial is on its way. Load the page again to see how it went."))
    return redirect("webhook_detail", uuid)


@login_required
@require_POST
def webhook_pause(request: Request, uuid: UUID) -> HttpResponse:
    """Pauses, or goes on."""
    webhook = get_object_or_404(webhooks_of(request.viewer), uuid=uuid)
    set_webhook(by=request.viewer, webhook=webhook, is_paused=request.POST.get("paused") == "yes")
    return redirect("webhook_detail", uuid)


@login_required
@require_POST
def webhook_remove(request: Request, uuid: UUID) -> HttpResponse:
    """Takes it away."""
    remove_webhook(by=request.viewer, webhook=get_object_or_404(webhooks_of(request.viewer), uuid=uuid))
    messages.success(request, _("The webhook is removed. Nothing more is sent there."))
    return redirect("webhook_list")
