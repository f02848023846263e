"""What the invoice robots are told by whoever runs them, in words."""

from django.utils.translation import gettext_lazy as _

from ringar.robots.robot_settings import Told

MAILBOX = (
    Told("ADDRESS", _("The robot’s own mail address")),
    Told("MAIL_USER", _("Log-in of the mailbox; the address where it is left out"), is_needed=False),
    Told("MAIL_PASSWORD", _("Password of the mailbox"), is_secret=True),
    Told("IMAP_HOST", _("Where it reads mail")),
    Told("IMAP_PORT", _("The port there; 993 where it is left out"), is_needed=False),
    Told(
        "IMAP_SECURITY",
        _("tls, starttls, or none on the same machine; tls where it is left out"),
        is_needed=False,
    ),
    Told("SMTP_HOST", _("Where it sends mail")),
    Told("SMTP_PORT", _("The port there; 465 where it is left out"), is_needed=False),
    Told(
        "SMTP_SECURITY",
        _("tls, starttls, or none on the same machine; tls where it is left out"),
        is_needed=False,
    ),
    Told(
        "COPY_SECONDS",
        _("Seconds that a copy of an answer may take; 5 where it is left out"),
        is_needed=False,
    ),
)
INTERFACE = (
    Told("FINANCE_URL", _("The finance system’s address")),
    Told("FINANCE_TOKEN", _("Key of the finance system’s interface"), is_secret=True),
)
PAGES = (
    Told("FINANCE_URL", _("The finance system’s address")),
    Told("FINANCE_USER", _("Log-in of the finance system’s web pages")),
    Told("FINANCE_PASSWORD", _("Password of the finance system’s web pages"), is_secret=True),
    Told("BROWSER", _("Path of Chromium"), is_needed=False),
)
DECISIONS = (
    Told("LIMIT", _("Above this many kronor a person decides; 5000 where it is left out"), is_needed=False),
    Told("SENDERS", _("Who may ask, by comma; the robot’s own domain where it is left out"), is_needed=False),
    Told("NUMBERS", _("Pattern of the invoice numbers"), is_needed=False),
)
