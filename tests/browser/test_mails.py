"""The demo's mails can be read by anyone: plain text, in one told language, with whole links and no leftovers."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.conf import settings

from ringar.robots.models.work import OutgoingMail

LEFTOVERS = re.compile(r"{{|{%|&(?:amp|quot|lt|gt|#\d+);|\bNone\b|%\(\w+\)s|</?\w+>")
SWEDISH = re.compile(r"\b(?:Hej|och|är|inte|har|till)\b")
ENGLISH = re.compile(r"\b(?:Hello|and|the|is|not|has|your)\b")


def parsed(mail: OutgoingMail) -> EmailMessage:
    return message_from_bytes(bytes(mail.raw), policy=policy.default)  # type: ignore[return-value]


def faults_of(mail: OutgoingMail) -> list[str]:
    """What would keep somebody from reading it."""
    message = parsed(mail)
    faults = []
    body = message.get_body(("plain",))
    rest = {
        part.get_content_type() for part in message.walk() if part is not body and not part.is_multipart()
    }
    if body is None or mail.html or rest - {"text/calendar"}:
        return [f"{message.get_content_type()} with {sorted(rest)} is not plain text"]
    text = body.get_content()
    if not 3 <= len(mail.subject) <= 150:
        faults.append(f"a subject of {len(mail.subject)} characters")
    if max(len(line) for line in bytes(mail.raw).splitlines()) > 998:
        faults.append("a line longer than mail servers take")
    if found := LEFTOVERS.search(mail.subject + text):
        faults.append(f"left over: {found.group()}")
    language = message["Content-Language"]
    swedish, english = len(SWEDISH.findall(text)), len(ENGLISH.findall(text))
    if language != ("sv" if swedish > english else "en"):
        faults.append(f"told as {language}, with {swedish} Swedish words and {english} English")
    links = re.findall(r"https?://\S+", text)
    ours = [link for link in links if link.startswith(settings.BASE_URL)]
    if not ours:
        faults.append("no link to where it goes on")
    if any(link[-1] in ".,;:)>" for link in links):
        faults.append("a link with a sign glued to its end")
    return faults


def test_mails_when_the_city_sends_them_then_all_can_be_read(db: None) -> None:
    mails = list(OutgoingMail.objects.all())
    assert len(mails) >= 5
    told = [f"{mail.subject}: {'; '.join(faults)}" for mail in mails if (faults := faults_of(mail))]
    assert not told, "\n".join(told)
