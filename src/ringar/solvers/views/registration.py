"""A startup registers itself: the open form, and the link in the letter."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ringar.core.actions.limits import allow
from ringar.core.limiting import client_address, too_many
from ringar.core.middleware import Request
from ringar.core.models import Person
from ringar.core.rules import Refused
from ringar.solvers.actions import (
    Registration,
    confirm_registration,
    read_registration,
    register_startup,
    send_registration,
)
from ringar.solvers.forms import PasswordForm, RegistrationForm
from ringar.solvers.models import JoinRequest, Solver
from ringar.solvers.views import attempt

HOUR, DAY = 3_600, 86_400
FROM_ADDRESS_AN_HOUR, LETTERS_A_DAY = 20, 3
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def solver_register(request: Request) -> HttpResponse:
    """Open to anyone. Who is not logged in gets a letter; the page says the same whether they are known or not."""
    is_known = request.user.is_authenticated
    form = RegistrationForm(request.POST or None, is_known=is_known)
    if form.is_valid():
        told = cast(Registration, {**form.cleaned_data, "language": get_language() or "sv"})
        if is_known:
            person = cast(Person, request.user)
            told |= {"person": person.name, "email": person.email}
            made = attempt(form, lambda: register_startup(by=request.viewer, **told))
            if made:
                return welcome(request, made)
        elif not may_send(request, told["email"]):
            return too_many(request, HOUR)
        elif attempt(form, lambda: send_registration(**told)):
            return render(request, "solvers/solver_registered.html", {"email": told["email"]})
    return render(request, "solvers/solver_register.html", {"form": form, "is_known": is_known})


def may_send(request: Request, email: str) -> bool:
    """Whether one more letter is sent: nobody's letter box is filled by what others write here."""
    if not allow("register", client_address(request), most=FROM_ADDRESS_AN_HOUR, seconds=HOUR):
        return False
    return allow("registration letter", email.lower(), most=LETTERS_A_DAY, seconds=DAY)


@never_cache
def solver_confirm(request: Request, token: str) -> HttpResponse:
    """The link in the letter: makes the account by a button, since mail filters open links by themselves."""
    try:
        told = read_registration(token)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("solver_register")
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        password = form.cleaned_data["password"]
        done = attempt(form, lambda: confirm_registration(token=token, password=password))
        if done:
            person, is_new, made = done
            if is_new:
                login(request, person, backend=BACKEND)
            elif request.user.pk != person.pk:
                messages.success(request, _("Done. Log in with the account that has your address."))
                return redirect("account_login")
            return welcome(request, made)
    has_account = Person.objects.filter(email=told["email"].lower()).exists()
    context = {"form": form, "told": told, "has_account": has_account}
    return render(request, "solvers/solver_confirm.html", context)


def welcome(request: Request, made: Solver | JoinRequest) -> HttpResponse:
    """To the page of what was made, or to the list where somebody else answers first."""
    if isinstance(made, JoinRequest):
        messages.success(
            request,
            _(
                "The company is here already. Those who act for it have got your request, and you get their answer."
            ),
        )
        return redirect("solver_list")
    messages.success(
        request,
        _("%(name)s is registered. Next: a municipality checks who you are. Meanwhile sketch a solution.")
        % {"name": made.name},
    )
    return redirect(made)
