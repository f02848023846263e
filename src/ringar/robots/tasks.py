"""What robots do for this room: they send mail."""

from django.utils.translation import gettext_lazy as _

from ringar.robots import mail
from ringar.robots.registry import WorkContext, task


# Ten attempts are about four hours: long enough for a mail server to come back.
@task("robots.send_mail", label=_("Send an e-mail"), is_urgent=True, attempts=10)
def send_mail(work: WorkContext) -> None:
    mail.send_mail(work.payload["mail"])
