"""What is written to those who answer a call, by e-mail, in the language they wrote in."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ringar.solvers.models import Answer
from ringar.solvers.rules import AnswerState


def send_receipt(answer: Answer) -> None:
    """The receipt with the private link. Only this letter holds it: whoever opens it reads the address."""
    with translation.override(answer.language):
        send_letter(answer, _("We have your answer: %(call)s"), "solvers/mail/receipt.txt")


def send_decision(answer: Answer) -> None:
    """The decision with its reason."""
    with translation.override(answer.language):
        if answer.state == AnswerState.INVITED:
            send_letter(answer, _("You are invited to a meeting: %(call)s"), "solvers/mail/invited.txt")
        else:
            send_letter(answer, _("An answer to you: %(call)s"), "solvers/mail/declined.txt")


def send_letter(answer: Answer, subject: str, template: str) -> None:
    """Hands one letter to the mail queue, in the caller's transaction."""
    context = {
        "answer": answer,
        "call": answer.call,
        "organisation": answer.call.organisation,
        "status_link": settings.BASE_URL + reverse("answer_status", args=[answer.token]),
        "call_link": settings.BASE_URL + reverse("call_detail", args=[answer.call.uuid]),
    }
    title = " ".join(answer.call.title.split())
    send_mail(subject % {"call": title}, render_to_string(template, context), None, [answer.email])
