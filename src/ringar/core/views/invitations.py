"""Invitations: those sent, new ones, and the page that an invited person opens."""

from uuid import UUID

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.actions import (
    accept_as_known,
    accept_as_new,
    invite_people,
    resend_invitation,
    withdraw_invitation,
)
from ringar.core.actions.invitations import known_person, state_of, token_hash
from ringar.core.actions.limits import allow, seconds_left
from ringar.core.limiting import client_address, too_many
from ringar.core.middleware import Request
from ringar.core.models import Invitation
from ringar.core.people_forms import InviteForm, NewAccountForm
from ringar.core.people_queries import PAGE, addresses_of, invitation_for, invitations_of
from ringar.core.rules import InvitationState, NotAllowed, Refused, gives_roles
from ringar.core.views.people import me, tell

GUESSES, SPAN = 20, 600
"""Links that lead nowhere, from one address in ten minutes."""


@login_required
@require_GET
def invitation_list(request: Request) -> HttpResponse:
    """Invitations sent to the viewer's units, the newest first, a page at a time. 5 queries."""
    rows = invitations_of(request.viewer)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(id__lt=int(after))
    page = list(rows[: PAGE + 1])
    context = {
        "rows": [(invitation, state_of(invitation)) for invitation in page[:PAGE]],
        "more": page[PAGE - 1].pk if len(page) > PAGE else None,
        "may_invite": gives_roles(request.viewer),
    }
    return render(request, "core/invitation_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def invitation_new(request: Request) -> HttpResponse:
    """Invite one or many by e-mail."""
    if not gives_roles(request.viewer):
        raise NotAllowed
    start = {"unit": request.GET.get("unit", ""), "language": request.LANGUAGE_CODE}
    form = InviteForm(request.POST or None, initial=start, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        try:
            result = invite_people(by=request.viewer, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            sent = len(result.sent)
            told = ngettext("%(count)d invitation is sent.", "%(count)d invitations are sent.", sent)
            messages.success(request, told % {"count": sent})
            if result.held:
                names = ", ".join(result.held[:10])
                messages.info(request, _("They have that role already: %(names)s.") % {"names": names})
            return redirect("invitation_list")
    return render(request, "core/invitation_new.html", {"form": form})


@login_required
@require_POST
def invitation_resend(request: Request, uuid: UUID) -> HttpResponse:
    """A new letter with a new link."""
    invitation = invitation_for(request.viewer, uuid)
    done = _("A new letter is sent to %(email)s.") % {"email": invitation.email}
    tell(request, resend_invitation, done, invitation=invitation)
    return redirect("invitation_list")


@login_required
@require_POST
def invitation_withdraw(request: Request, uuid: UUID) -> HttpResponse:
    """The link in the letter stops working."""
    invitation = invitation_for(request.viewer, uuid)
    done = _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email}
    tell(request, withdraw_invitation, done, invitation=invitation)
    return redirect("invitation_list")


@never_cache
@require_http_methods(["GET", "POST"])
def invitation_answer(request: Request, token: str) -> HttpResponse:
    """What the link in the letter opens: choose a name and a password, or say yes with the account one has."""
    rows = Invitation.objects.select_related("unit__organisation", "invited_by")
    invitation = rows.filter(token_hash=token_hash(token)).first()
    if invitation is None:
        return unknown_link(request)
    state = state_of(invitation)
    context = {"invitation": invitation, "state": state, "address": request.path}
    if state != InvitationState.WAITING:
        return render(request, "core/invitation_over.html", context, status=410)
    if request.user.is_authenticated:
        return answer_logged_in(request, invitation, context)
    if known_person(invitation.email) is not None:
        return render(request, "core/invitation_log_in.html", context)
    return answer_with_new_account(request, invitation, context)


def unknown_link(request: Request) -> HttpResponse:
    """The page for a link that leads nowhere. Who opens many such is told to wait: tokens can not be guessed at."""
    who = client_address(request)
    if not allow("invitation", who, most=GUESSES, seconds=SPAN, by=request.viewer):
        return too_many(request, seconds_left("invitation", who, seconds=SPAN))
    return render(request, "core/invitation_over.html", {"state": ""}, status=404)


def answer_logged_in(request: Request, invitation: Invitation, context: dict[str, object]) -> HttpResponse:
    """Someone who is logged in says yes; or is somebody else than the one invited."""
    if invitation.email not in addresses_of(me(request)):
        return render(request, "core/invitation_other.html", context)
    if request.method == "POST":
        try:
            accept_as_known(invitation=invitation, person=me(request))
        except Refused as refused:
            context["problem"] = str(refused)
        else:
            return welcome(request, invitation)
    return render(request, "core/invitation_accept.html", context)


def answer_with_new_account(
    request: Request, invitation: Invitation, context: dict[str, object]
) -> HttpResponse:
    """Someone without an account chooses a name and a password, and is logged in."""
    start = {"name": invitation.name}
    form = NewAccountForm(request.POST or None, initial=start, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            person = accept_as_new(invitation=invitation, language=request.LANGUAGE_CODE, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            answer: HttpResponse = perform_login(request, person, redirect_url=reverse("guide"))
            request.session["organisation_id"] = invitation.unit.organisation_id
            return answer
    return render(request, "core/invitation_new_account.html", {**context, "form": form})


def welcome(request: Request, invitation: Invitation) -> HttpResponse:
    """On to the guide, in the organisation that invited."""
    request.session["organisation_id"] = invitation.unit.organisation_id
    messages.success(
        request, _("Welcome to %(organisation)s.") % {"organisation": invitation.unit.organisation}
    )
    return redirect("guide")
