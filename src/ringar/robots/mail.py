"""Outgoing mail: Django's mail interface on top of the queue.

A message becomes a row with its bytes and Message-ID fixed, and work that sends it; both in the caller's
transaction. A server that is down costs new attempts, not the message. A process that dies between the
server's yes and the row's may send it once more, with the same Message-ID, by which mail systems know it.
"""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from ringar.core.clock import now
from ringar.core.rules import Viewer
from ringar.robots.actions.work import queue_work
from ringar.robots.models.work import OutgoingMail
from ringar.robots.registry import CannotWork
from ringar.robots.rules.work import MailState, storable

TIMEOUT_SECONDS = 30
SCHEMES = ("smtp", "smtps", "smtp+starttls")


class QueueBackend(BaseEmailBackend):
    """Django's mail backend: queues each message."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queues the messages, all or none; returns how many. Raises BadHeaderError for a line break in a header."""
        with transaction.atomic():
            return sum(queue_mail(message) is not None for message in email_messages)


def queue_mail(message: EmailMessage) -> OutgoingMail | None:
    """Stores the message as it will be sent, and queues its sending. None where nobody is to get it."""
    recipients = [sanitize_address(address, "utf-8") for address in message.recipients()]
    if not recipients:
        return None
    message.subject, message.body = storable(str(message.subject)), storable(str(message.body))
    sender = sanitize_address(message.from_email, "utf-8")
    message.extra_headers.setdefault("Message-ID", make_msgid(domain=sender_domain(sender)))
    # Screen readers choose their voice by it; whoever writes the message does so in its reader's language.
    message.extra_headers.setdefault("Content-Language", get_language() or settings.LANGUAGE_CODE)
    mail = OutgoingMail.objects.create(
        message_id=message.extra_headers["Message-ID"],
        sender=message.from_email,
        recipients=recipients,
        subject=message.subject[:1000],
        text="" if message.content_subtype == "html" else message.body,
        html=html_of(message),
        created_at=now(),
        raw=message.message().as_bytes(linesep="\r\n"),  # type: ignore[call-arg]  # Django's own, without a stub
    )
    queue_work(
        "robots.send_mail", by=Viewer(label="mail"), key=f"mail:{mail.uuid}", payload={"mail": str(mail.uuid)}
    )
    return mail


def sender_domain(sender: str) -> str:
    """The domain after the @, for the Message-ID; "localhost" where there is none."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def html_of(message: EmailMessage) -> str:
    """The message's HTML version, "" where it has none."""
    if message.content_subtype == "html":
        return str(message.body)
    others = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return next((storable(str(part[0])) for part in others if part[1] == "text/html"), "")


@dataclass(frozen=True)
class Attachment:
    """A file in a message; `text` is what can be read of it, "" where nothing can."""

    name: str
    kind: str
    size: int
    text: str


def attachments_of(mail: OutgoingMail) -> list[Attachment]:
    """The files in the message, calendar invitations among them."""
    found = []
    for part in message_from_bytes(bytes(mail.raw), policy=policy.default).walk():
        is_body = part.get_content_type() in ("text/plain", "text/html") and not part.is_attachment()
        if part.is_multipart() or is_body:
            continue
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        is_text = part.get_content_maintype() == "text"
        text = data[:20_000].decode(part.get_content_charset("utf-8"), "replace") if is_text else ""
        found.append(Attachment(part.get_filename() or "", part.get_content_type(), len(data), text))
    return found


def smtp_backend(url: str) -> EmailBackend:
    """The connection that `smtp://user:password@host:port` names; also smtps:// and smtp+starttls://."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ImproperlyConfigured(
            f"RINGAR_SMTP_URL must look like {SCHEMES[0]}://user:password@host:port ({', '.join(SCHEMES)})."
        )
    is_tls, is_ssl = parts.scheme == "smtp+starttls", parts.scheme == "smtps"
    return EmailBackend(
        host=parts.hostname,
        port=parts.port or (465 if is_ssl else 587 if is_tls else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=is_tls,
        use_ssl=is_ssl,
        timeout=TIMEOUT_SECONDS,
    )


def send_mail(uuid: str) -> None:
    """Sends the message, unless it is sent already; in the demo, and without a server, it is kept.

    Raises what the connection raises (then it is tried again), CannotWork for a refusal that will stay.
    """
    mail = OutgoingMail.objects.get(uuid=uuid)
    if mail.state != MailState.WAITING:
        return
    if settings.DEMO or not settings.RINGAR_SMTP_URL:
        OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.KEPT)
        return
    addresses = [parseaddr(recipient)[1] for recipient in mail.recipients]
    try:
        refused = deliver(parseaddr(mail.sender)[1], addresses, bytes(mail.raw))
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        code, text = refusal(error)
        if code < 500 or isinstance(error, smtplib.SMTPAuthenticationError):
            raise ConnectionError(f"The mail server said {code}: {text}") from error
        raise CannotWork(f"The mail server refuses the message ({code}): {text}") from error
    OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=timezone.now())
    if refused:
        raise CannotWork(f"Sent, but the mail server refused {refused} of {len(addresses)} recipients.")


def deliver(sender: str, recipients: list[str], raw: bytes) -> int:
    """Hands the bytes to the mail server; returns how many recipients it refused, where it took others."""
    with smtp_backend(settings.RINGAR_SMTP_URL) as backend:
        if backend.connection is None:
            raise ConnectionError("The mail server did not answer.")
        return len(backend.connection.sendmail(sender, recipients, raw))


def refusal(error: smtplib.SMTPException) -> tuple[int, str]:
    """The server's code and words. Of several refused recipients the mildest; no address is repeated."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _ in error.recipients.values()), "no recipient was accepted"
    code, text = error.smtp_code, error.smtp_error  # type: ignore[attr-defined]
    return int(code), text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
