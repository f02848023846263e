"""Where the pages of talk are in the demo's city, and who sees them: most are reached from one comment only."""

from collections.abc import Callable

from django.urls import reverse

from ringar.core.models import Person
from ringar.talk.actions.digests import unsubscribe_token
from ringar.talk.models import AnswerTemplate, Comment, Report
from tests.city import person_of

Place = tuple[Person | None, str]


def on_comment(name: str, person: str, **facts: object) -> Callable[[], Place]:
    """The page of that name, of a comment that is like that."""
    return lambda: (person_of(person), reverse(name, args=[Comment.objects.filter(**facts)[0].uuid]))


def on_row(name: str, person: str) -> Callable[[], Place]:
    """The page of that name, of a row that is talked about."""
    return lambda: (person_of(person), reverse(name, args=["need", Comment.objects.all()[0].row]))


def keeping() -> Place:
    report = Report.objects.filter(decision="")[0]
    return person_of("dag"), reverse("report_keep", args=[report.uuid])


def ending() -> Place:
    bo = person_of("bo")
    assert bo
    return None, reverse("unsubscribe", args=[unsubscribe_token(bo)])


SEEN = {"hidden_at": None, "is_internal": False}
TALK: dict[str, Callable[[], Place]] = {
    "talk_thread": on_row("talk_thread", "dag"),
    "row_report": on_row("row_report", "farid"),
    "comment_detail": on_comment("comment_detail", "bo", parent=None, **SEEN),
    "comment_edit": on_comment("comment_edit", "bo", author__email="bo@ringsala.example", **SEEN),
    "comment_report": on_comment("comment_report", "bo", **SEEN),
    "comment_hide": on_comment("comment_hide", "dag", **SEEN),
    "comment_show": on_comment("comment_show", "dag", hidden_at__isnull=False),
    "comment_object": on_comment("comment_object", "farid", hidden_at__isnull=False),
    "report_keep": keeping,
    "moderation_queue": lambda: (person_of("dag"), reverse("moderation_queue")),
    "moderation_log": lambda: (person_of("dag"), reverse("moderation_log")),
    "notification_list": lambda: (person_of("bo"), reverse("notification_list")),
    "notification_settings": lambda: (person_of("bo"), reverse("notification_settings")),
    "unsubscribe": ending,
    "template_list": lambda: (person_of("dag"), reverse("template_list")),
    "template_new": lambda: (person_of("dag"), reverse("template_new")),
    "template_edit": lambda: (
        person_of("dag"),
        reverse("template_edit", args=[AnswerTemplate.objects.all()[0].uuid]),
    ),
    "answer_many": lambda: (
        person_of("dag"),
        reverse("answer_many", args=["need"]) + f"?row={Comment.objects.all()[0].row}",
    ),
}
