"""Who may register, edit and decide, and what a solver's and a call's facts must be: no database, no clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a solver is."""

    COMPANY = "company", _("Company")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    UNIVERSITY = "university", _("University")
    INSTITUTE = "institute", _("Research institute")
    ASSOCIATION = "association", _("Association")
    MUNICIPALITY = "municipality", _("Municipality")
    INCUBATOR = "incubator", _("Incubator")


class SolverState(models.TextChoices):
    """What the installation knows of a solver."""

    REGISTERED = "registered", _("Registered")
    VERIFIED = "verified", _("Checked")
    HIDDEN = "hidden", _("Hidden")


class Maturity(models.TextChoices):
    """How far a solution has come."""

    IDEA = "idea", _("Idea")
    PROTOTYPE = "prototype", _("Prototype")
    PILOTED = "piloted", _("Tried in a pilot")
    IN_USE = "in_use", _("In use")
    SPREAD = "spread", _("In use in many places")


class PriceClass(models.TextChoices):
    """What a first year costs, roughly, without VAT."""

    FREE = "free", _("Free of charge")
    BELOW_100K = "below_100k", _("Below SEK 100,000")
    UP_TO_700K = "100k_700k", _("SEK 100,000–700,000")
    ABOVE_700K = "above_700k", _("Above SEK 700,000")


class CallState(models.TextChoices):
    """Where a call stands. Closed: someone still waits for an answer. Answered: nobody does."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed, being answered")
    ANSWERED = "answered", _("Everyone has been answered")


class AnswerState(models.TextChoices):
    """Where an answer to a call stands."""

    RECEIVED = "received", _("Received, waits for a decision")
    INVITED = "invited", _("Invited to a meeting")
    DECLINED = "declined", _("Not invited")
    WITHDRAWN = "withdrawn", _("Withdrawn by the sender")
