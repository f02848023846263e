"""Letters to those invited to a meeting day, before there is a timetable: invitation, reminder, calling it off."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.matching.day_mail import new_token
from ringar.matching.day_models import MeetingDay, Party

SUBJECTS: dict[str, Promise] = {
    "invited": _("You are invited to 20-minute meetings: %(day)s"),
    "reminder": _("Your wishes are missing: %(day)s"),
    "cancelled": _("Cancelled: %(day)s"),
}


def send_letters(day: MeetingDay, parties: Iterable[Party], kind: str) -> list[Party]:
    """Hands a letter of the kind (SUBJECTS) to the mail queue for each party; returns those it went to.

    Each letter holds a personal link of its own; earlier ones go on working. Call it inside the transaction.
    """
    sent = [party for party in parties if party.email]
    dates = list(day.hours.values_list("date", flat=True).distinct().order_by("date"))
    for party in sent:
        context = {
            "day": day,
            "party": party,
            "dates": dates,
            "organisation": day.organisation,
            "link": settings.BASE_URL + reverse("party_page", args=[new_token(party)]),
        }
        with translation.override(party.language):
            subject = str(SUBJECTS[kind]) % {"day": " ".join(day.title.split())}
            text = render_to_string(f"matching/mail/day_{kind}.txt", context)
            send_mail(subject, text, None, [party.email])
    return sent
