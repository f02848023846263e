"""Organisations, units, people, roles, the audit trail, cached vectors, the demo's clock."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Role


class Organisation(models.Model):
    """A municipality (or region, or company of one) that works in this installation."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=60, default="Europe/Stockholm")
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A part of an organisation: a tree, from the whole to a single group."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    name = models.CharField(_("name"), max_length=200)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="unit_imported_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Someone who can log in, with an e-mail address. What they may do follows from memberships."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=5, default="sv")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    # Protected identity: pages, feeds and exports show the title and unit in place of the name.
    is_protected = models.BooleanField(_("protected identity"), default=False)
    guided_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="person_by_name")]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = PersonManager()

    def __str__(self) -> str:
        # What is written wherever nobody asked who is looking, the audit trail among them: never a protected name.
        if self.is_protected:
            return gettext("Protected person %(number)d") % {"number": self.pk or 0}
        return self.name or self.email


class Membership(models.Model):
    """A person's role in a unit, which holds in the units below it too."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role.choices, default=Role.STAFF)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "unit", "role"], name="membership_once")
        ]


class TeamMember(models.Model):
    """Somebody from any unit who works with one row (a need, a pilot): sees it, and writes as its own unit does."""

    row = models.UUIDField()
    kind = models.CharField(max_length=60)  # of the row, as in core.registry.Subject
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="team_memberships")
    task = models.CharField(_("task in the team"), max_length=200, blank=True)
    added_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["row", "person"], name="team_member_once")]
        indexes: ClassVar = [models.Index(fields=["person", "row"], name="team_of_person")]


class Invitation(models.Model):
    """A role offered by e-mail. The link's token is kept as a hash only; it works once, until it lapses."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=30, choices=Role.choices, default=Role.STAFF)
    language = models.CharField(max_length=5, default="sv")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    lapses_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.email} ({self.unit})"


class LogInService(models.Model):
    """An organisation's own log-in, by OpenID Connect or SAML; shown on the log-in page under its name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="log_in_services")
    slug = models.SlugField(max_length=60, unique=True)  # part of its addresses
    protocol = models.CharField(max_length=10, choices=[("oidc", "OpenID Connect"), ("saml", "SAML")])
    name = models.CharField(_("name"), max_length=200)
    client_id = models.CharField(max_length=300, blank=True)
    secret = models.TextField(blank=True)  # encrypted (core.secrets)
    settings = models.JSONField(default=dict)
    email_domains = models.JSONField(default=list)  # whose addresses it may speak for
    lets_in = models.CharField(
        max_length=10,
        choices=[
            ("known", _("Only people who have an account")),
            ("domain", _("Everyone with our e-mail addresses")),
        ],
        default="known",
    )
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class AccessToken(models.Model):
    """A person's key to the JSON interface and private feeds: kept as a hash, with scopes, until it lapses."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="access_tokens")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", null=True)
    name = models.CharField(_("name"), max_length=200)
    scopes = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    lapses_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Interest(models.Model):
    """A conflict of interest that somebody declared ("jäv"): steps aside from deciding on that row."""

    row = models.UUIDField()
    kind = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="interests")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField(_("what the interest is"), blank=True)
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["row", "person"], name="interest_once")]


class RateCount(models.Model):
    """How often something was tried in a span of time, counted in the database so that all workers share it."""

    key = models.CharField(
        max_length=64, primary_key=True
    )  # hash of what is limited, of whom, and of the span
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)


class AuditEvent(models.Model):
    """One write: who did what to which row. Holds no foreign keys, so history outlives what it tells of.

    `position` and `chain_hash` are given right after the write is committed: each row's hash covers its own
    content and the hash of the row before, so that a row changed, taken out or put in between shows.
    """

    position = models.BigIntegerField(null=True, unique=True, editable=False)
    chain_hash = models.CharField(max_length=64, blank=True, editable=False)
    unit_id = models.BigIntegerField(null=True)
    unit_label = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    organisation_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    target_kind = models.CharField(max_length=60)
    target_id = models.CharField(max_length=60, db_index=True)
    target_label = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "at", "id"], name="audit_of_organisation"),
            models.Index(fields=["person_id", "at", "id"], name="audit_of_person"),
            models.Index(fields=["organisation_id", "action", "at", "id"], name="audit_of_action"),
        ]


class Complaint(models.Model):
    """Somebody could not use a page. Kept besides the mail about it, so that none is lost."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    page = models.CharField(_("which page?"), max_length=500, blank=True)
    text = models.TextField(_("what could you not do?"))
    email = models.EmailField(_("your e-mail"), blank=True)
    language = models.CharField(max_length=5, default="sv")
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class TextVector(models.Model):
    """A text's vector, kept by the hash of the text and the model's name, so that no text is embedded twice."""

    text_hash = models.CharField(max_length=64)
    model = models.CharField(max_length=60)
    vector = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["text_hash", "model"], name="vector_once")]


class DemoClock(models.Model):
    """How many days the demo's clock stands ahead; at most one row."""

    days_ahead = models.PositiveIntegerField(default=0)
