"""What people say on a row, who follows it, what people are told, and what moderators are asked to look at."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ringar.core.models import Organisation, Person
from ringar.talk.rules import Decision, Digest, Purpose


class Comment(models.Model):
    """What somebody wrote on a row: a comment, or an answer from those responsible.

    Never deleted, as it may be a public record: hidden by a moderator, or taken back by its author.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    row = models.UUIDField()
    kind = models.CharField(max_length=60)  # of the row, as in core.registry.Subject
    # Whose moderators answer for it: the row's organisation; of an internal comment, the author's own.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    is_internal = models.BooleanField(default=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.COMMENT)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies"
    )
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="comments")
    # Where the author worked, "" for people outside: what those outside read in place of a name.
    author_unit = models.CharField(max_length=400, blank=True)
    author_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+"
    )
    text = models.TextField()
    language = models.CharField(max_length=5, default="sv")
    written_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    hidden_reason = models.CharField(max_length=500, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    helpful_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        indexes: ClassVar = [
            # A row's talk, a page at a time: the newest thread first, in it the oldest first.
            models.Index("row", Coalesce("parent_id", "id").desc(), "id", name="comment_threads"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.written_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("comment_detail", args=[self.uuid])

    @property
    def is_gone(self) -> bool:
        """Hidden or taken back: readers are told so in place of the text."""
        return self.hidden_at is not None or self.taken_back_at is not None


class Reaction(models.Model):
    """Somebody found a comment helpful. Only the number is shown."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reactions", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reactions")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "person"], name="reaction_once"),
        ]


class Follow(models.Model):
    """A person who wants to know what happens to a row."""

    row = models.UUIDField()
    kind = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    followed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["row", "person"], name="follow_once")]


class Notification(models.Model):
    """Something that a person is told: the event's key and facts, put into words in the reader's language.

    `mail_at`: when a digest is to tell it by e-mail; nothing once it is sent, read or not wanted.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", null=True)
    row = models.UUIDField()
    kind = models.CharField(max_length=60)
    event = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    # Who did it; the name is read when it is shown, so that who is protected or erased is not named here.
    actor = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    is_answer = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="notification_newest"),
            models.Index(fields=["person", "row", "-id"], name="notification_of_row"),
            models.Index(
                fields=["person", "row"], condition=models.Q(read_at=None), name="notification_unread"
            ),
            models.Index(
                fields=["mail_at", "person"],
                condition=models.Q(mail_at__isnull=False),
                name="notification_to_mail",
            ),
            models.Index(
                fields=["read_at"], condition=models.Q(read_at__isnull=False), name="notification_read"
            ),
        ]


class DigestChoice(models.Model):
    """How often a person wants e-mail about what happens; who has not chosen gets the day's news at eight."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, related_name="digest_choice", primary_key=True
    )
    how = models.CharField(
        _("E-mail about what happens"), max_length=10, choices=Digest.choices, default=Digest.DAILY
    )
    hour = models.PositiveSmallIntegerField(_("At what hour?"), default=8)
    weekday = models.PositiveSmallIntegerField(_("On which day?"), default=1)  # ISO: Monday is 1
    changed_at = models.DateTimeField(default=timezone.now)


class AnswerTemplate(models.Model):
    """A text that an organisation answers with, with {name} and {title} to be filled in."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="answer_templates")
    name = models.CharField(_("Name of the template"), max_length=100)
    text = models.TextField(_("Text"))
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="answer_template_once")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("template_edit", args=[self.uuid])


class Report(models.Model):
    """Somebody asks the moderators to look at a comment or a row; or its author, to look at a hidden one again.

    What moderators do on their own is kept as one too, decided at once: so that these rows are their log.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    row = models.UUIDField()
    kind = models.CharField(max_length=60)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="reports")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    reporter = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="reports")
    is_objection = models.BooleanField(default=False)
    why = models.TextField(_("What is wrong with it?"))
    at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=500, blank=True)  # of the decision

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["comment", "reporter"],
                condition=models.Q(decision="", comment__isnull=False),
                name="report_of_comment_once",
            ),
            models.UniqueConstraint(
                fields=["row", "reporter"],
                condition=models.Q(decision="", comment__isnull=True),
                name="report_of_row_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "id"], condition=models.Q(decision=""), name="report_waiting"
            ),
            models.Index(fields=["organisation", "-decided_at", "-id"], name="report_decided"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
