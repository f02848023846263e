"""What this room keeps about a person. What was said in the open is a public record; what one was told is not."""

from django.utils.translation import gettext_lazy as _

from ringar.core.registry import Personal, keep_all, told
from ringar.talk.models import AnswerTemplate, Comment, DigestChoice, Follow, Notification, Reaction, Report

RECORD = _("It can be a public record of what was said and answered. Your name is taken from it.")
OWN = _("It serves you alone.")


PERSONAL = [
    Personal(
        table="talk.Comment",
        label=_("What you wrote in discussions"),
        export=lambda person: told(
            Comment.objects.filter(author=person).order_by("pk"),
            *("kind", "row", "purpose", "text", "is_internal", "written_at", "edited_at"),
            *("taken_back_at", "hidden_at", "hidden_reason"),
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="talk.Report",
        label=_("What you reported to the moderators"),
        export=lambda person: told(
            Report.objects.filter(reporter=person).order_by("pk"), "kind", "row", "why", "at", "decision"
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="talk.AnswerTemplate",
        label=_("Answer templates that you wrote"),
        export=lambda person: told(AnswerTemplate.objects.filter(created_by=person), "name", "text"),
        fate="archived",
        why=_("They are the organisation's. Your name is taken from them."),
        erase=keep_all,
    ),
    Personal(
        table="talk.Reaction",
        label=_("Comments that you found helpful"),
        export=lambda person: told(Reaction.objects.filter(person=person), "comment__uuid", "at"),
        fate="anonymised",
        why=_("Who found it helpful is forgotten; the number stays."),
        erase=lambda person: Reaction.objects.filter(person=person).delete(),
    ),
    Personal(
        table="talk.Follow",
        label=_("What you follow"),
        export=lambda person: told(Follow.objects.filter(person=person), "kind", "row", "followed_at"),
        fate="removed",
        why=OWN,
        erase=lambda person: Follow.objects.filter(person=person).delete(),
    ),
    Personal(
        table="talk.Notification",
        label=_("What you were told"),
        export=lambda person: told(
            Notification.objects.filter(person=person).order_by("pk"),
            *("kind", "row", "event", "facts", "at", "read_at", "mailed_at"),
        ),
        fate="removed",
        why=OWN,
        erase=lambda person: Notification.objects.filter(person=person).delete(),
    ),
    Personal(
        table="talk.DigestChoice",
        label=_("How often you want e-mail"),
        export=lambda person: told(DigestChoice.objects.filter(person=person), "how", "hour", "weekday"),
        fate="removed",
        why=OWN,
        erase=lambda person: DigestChoice.objects.filter(person=person).delete(),
    ),
]
