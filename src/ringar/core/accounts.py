"""How log-in (django-allauth) works here: people are invited or registered by the organisation.

Wrong passwords are counted in three ways, so that neither one account nor one address can be tried on and on, nobody
can lock a colleague out from elsewhere, and a town hall behind one address still gets in at eight in the morning.
"""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ringar.core.actions.audit import record_audit
from ringar.core.actions.limits import allow, seconds_left, take_back_tries
from ringar.core.limiting import LOG_IN_SPAN as SPAN
from ringar.core.limiting import MOST_FROM_ADDRESS, client_address, too_many
from ringar.core.models import Person
from ringar.core.queries import viewer_of
from ringar.core.rules import Viewer

MOST_AT_ACCOUNT_FROM_ADDRESS, MOST_AT_ACCOUNT = 10, 50
NOBODY = Viewer(label="not logged in")

TOLD = {
    "account/email/password_changed": "change_password",
    "account/email/password_reset": "reset_password",
    "account/email/password_set": "set_password",
    "account/email/email_changed": "change_email",
    "account/email/email_confirm": "confirm_email",
    "account/email/email_deleted": "remove_email",
    "mfa/email/totp_activated": "add_authenticator_app",
    "mfa/email/totp_deactivated": "remove_authenticator_app",
    "mfa/email/webauthn_added": "add_passkey",
    "mfa/email/webauthn_removed": "remove_passkey",
    "mfa/email/recovery_codes_generated": "make_recovery_codes",
    "socialaccount/email/account_connected": "connect_log_in_service",
    "socialaccount/email/account_disconnected": "disconnect_log_in_service",
}
"""The changes to an account that allauth tells its owner of by mail, and what the audit trail calls them."""


def tries_of(request: HttpRequest, email: str) -> list[tuple[str, str, int]]:
    """What a wrong password counts as, with how many are let through in a quarter of an hour."""
    address = client_address(request)
    return [
        ("log-in from address", address, MOST_FROM_ADDRESS),
        ("log-in at account from address", f"{email} {address}", MOST_AT_ACCOUNT_FROM_ADDRESS),
        ("log-in at account", email, MOST_AT_ACCOUNT),
    ]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "too_many_login_attempts": _("Too many wrong codes. Try again in fifteen minutes."),
        "incorrect_code": _("The code is wrong or has been used. Ask for a new one, or try again."),
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("This is not your present password."),
        "email_taken": _("Another account has this e-mail address."),
        "same_as_current": _("The new one must differ from the present one."),
        "rate_limited": _("Too many tries. Wait a minute and try again."),
        "unverified_primary_email": _(
            "First confirm your e-mail address, by the link that was mailed to you."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Whoever has not put the guide of the first steps away comes there; the others where they always do."""
        if request.user.is_authenticated and request.user.guided_at is None:
            return reverse("guide")
        return str(super().get_login_redirect_url(request))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address; the connection's own where the proxies do not tell as many as they should."""
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try before the password is looked at, so that tries at the same moment all count."""
        email = str(credentials.get("email", "")).lower()
        for what, who, most in tries_of(request, email):
            if not allow(what, who, most=most, seconds=SPAN, by=NOBODY):
                raise ImmediateHttpResponse(too_many(request, seconds_left(what, who, seconds=SPAN)))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        person: Person | None = super().authenticate(request, **credentials)
        if person is not None:
            email = str(credentials.get("email", "")).lower()
            take_back_tries((what, who, SPAN) for what, who, _most in tries_of(request, email))
        return person

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        person = Person.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        if person is not None:  # what else was typed may be a password in the wrong field: it is not kept
            organisation_id = viewer_of(person).organisation_id
            by = Viewer(label="not logged in", organisation_id=organisation_id)
            record_audit(
                by=by, action="fail_log_in", target=person, changes={"from": client_address(request)}
            )

    def post_login(self, request: HttpRequest, user: Person, **told: Any) -> HttpResponse:
        request.session["began_at"] = request.session["seen_at"] = int(time.time())
        ways = request.session.get("account_authentication_methods", [])
        facts: dict[str, object] = {
            "by": [way.get("type") or way["method"] for way in ways],
            "from": client_address(request),
        }
        record_audit(by=viewer_of(user), action="log_in", target=user, changes=facts)
        answer: HttpResponse = super().post_login(request, user, **told)
        return answer

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            record_audit(by=viewer_of(request.user), action="log_out", target=request.user)
        super().logout(request)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Person,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Writes the change down, and tells the account's owner."""
        if action := TOLD.get(template_prefix):
            record_audit(by=viewer_of(user), action=action, target=user)
        if template_prefix == "account/email/password_reset":
            confirm_by_reset(user)
        super().send_notification_mail(template_prefix, user, context, email)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The mail in its reader's language, whoever's browser it was asked from."""
        reader = Person.objects.filter(email=email).first() if isinstance(email, str) else None
        with override(reader.language if reader else None):
            mail: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        return mail


def confirm_by_reset(person: Person) -> None:
    """Whoever set a password through the mailed link reads that mailbox: no second mail asks the same."""
    if not EmailAddress.objects.filter(user=person).exclude(email=person.email).exists():
        EmailAddress.objects.update_or_create(
            user=person, email=person.email, defaults={"verified": True, "primary": True}
        )


def register_person(
    request: HttpRequest, email: str, name: str, password: str, language: str = "sv"
) -> Person | None:
    """A new account without roles, and a mail by which its owner confirms the address; log-in waits for that.

    None where the address has an account: its owner is told by mail, and the page must answer both alike, so that
    nobody learns who has an account. Raises ValidationError for a password that is too weak.
    """
    validate_password(password)
    email = email.strip().lower()
    adapter = AccountAdapter(request)
    is_known = (
        Person.objects.filter(email=email).exists() or EmailAddress.objects.filter(email=email).exists()
    )
    if is_known:
        make_password(password)  # as slow as a new account
        adapter.send_account_already_exists_mail(email)
        return None
    with transaction.atomic():
        person = Person.objects.create_user(email, password, name=name, language=language)
        address = EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=False)
        record_audit(by=Viewer(label=str(person)), action="register_person", target=person)
        address.send_confirmation(request, signup=True)
    return person
