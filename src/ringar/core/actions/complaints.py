"""Complaints about accessibility."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext

from ringar.core.actions.audit import record_audit
from ringar.core.clock import now
from ringar.core.models import Complaint
from ringar.core.rules import Refused, Viewer, may_complain


@transaction.atomic
def send_complaint(*, by: Viewer, text: str, page: str, email: str, language: str) -> Complaint:
    """Keeps a complaint about accessibility and mails it to whoever runs the installation.

    Raises Refused when very many came within the hour. The audit row tells nothing of what was written.
    """
    at = now()
    if not may_complain(Complaint.objects.filter(at__gt=at - timedelta(hours=1)).count()):
        address = settings.DEFAULT_FROM_EMAIL
        raise Refused(
            gettext("Very many messages have come in the last hour. Write to %(address)s instead.")
            % {"address": address}
        )
    complaint = Complaint.objects.create(text=text, page=page, email=email, language=language, at=at)
    record_audit(by=by, action="send_complaint", target=complaint)
    EmailMessage(
        subject=gettext("Accessibility: somebody could not use a page"),
        body=f"{page}\n\n{text}\n\n{email}".strip(),
        to=[settings.DEFAULT_FROM_EMAIL],
        reply_to=[email] if email else None,
    ).send()
    return complaint
