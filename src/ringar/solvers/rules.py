"""Who may register, edit and decide, and what a solver's and a call's facts must be: no database, no clock."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Refused, Role, Viewer, luhn_is_right
from ringar.core.text import tidy_text


class Kind(models.TextChoices):
    """What a solver is."""

    COMPANY = "company", _("Company")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    UNIVERSITY = "university", _("University")
    INSTITUTE = "institute", _("Research institute")
    ASSOCIATION = "association", _("Association")
    MUNICIPALITY = "municipality", _("Municipality")
    INCUBATOR = "incubator", _("Incubator or science park")


class SolverState(models.TextChoices):
    """What the installation knows of a solver. Unverified: registered itself, and nobody has looked yet."""

    UNVERIFIED = "unverified", _("Not checked yet")
    REGISTERED = "registered", _("Registered")
    VERIFIED = "verified", _("Checked")
    REFUSED = "refused", _("Not taken in")
    HIDDEN = "hidden", _("Hidden")


SHOWN_STATES = frozenset({SolverState.REGISTERED.value, SolverState.VERIFIED.value})
"""Solvers that everyone sees, with what they have published."""


class MemberRole(models.TextChoices):
    """What a person is in a solver."""

    OWNER = "owner", _("Decides who acts for it")
    MEMBER = "member", _("Acts for it")


class RequestState(models.TextChoices):
    """Where a request to act for a solver stands."""

    WAITING = "waiting", _("Waits for an answer")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")


class Scope(models.TextChoices):
    """What one solver may do on behalf of another."""

    ANSWERS = "answers", _("Answer calls")
    SOLUTIONS = "solutions", _("Describe solutions")


class CheckState(models.TextChoices):
    """What came of an organisation's check of who a solver is."""

    BEGUN = "begun", _("Begun")
    VERIFIED = "verified", _("Checked")
    REFUSED = "refused", _("Not taken in")


class TrialDecision(models.TextChoices):
    """How a trial of secrecy ends."""

    DISCLOSE = "disclose", _("Disclose all of it")
    PARTLY = "partly", _("Disclose it in part")
    REFUSE = "refuse", _("Disclose nothing")


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


MAX_TEXT = 20_000
MAX_CRITERIA = 5
SHORTEST_REASON = 20
ANSWERS_PER_EMAIL_AND_CALL = 3
ANSWERS_PER_EMAIL_AND_DAY = 10
ANSWERS_PER_CALL_AND_HOUR = 60
UNCONFIRMED_PER_EMAIL_AND_DAY = 10
"""Answers to unconfirmed addresses: so many letters a day may somebody be sent by what others write."""

CHECK_SOLVERS = frozenset({Role.DEVELOPMENT_MANAGER, Role.BUYER, Role.ADMINISTRATOR})
RUN_CALLS = frozenset({Role.MANAGER, Role.DEVELOPMENT_MANAGER, Role.CIO, Role.BUYER, Role.ADMINISTRATOR})

# From which states an answer may be decided: no to yes is a happy second thought, yes to no would break a promise.
DECISIONS: dict[str, frozenset[str]] = {
    AnswerState.INVITED: frozenset({AnswerState.RECEIVED, AnswerState.DECLINED}),
    AnswerState.DECLINED: frozenset({AnswerState.RECEIVED}),
}

LANGUAGES = {
    "sv": _("Swedish"),
    "en": _("English"),
    "ar": _("Arabic"),
    "so": _("Somali"),
    "fi": _("Finnish"),
    "fa": _("Persian"),
    "uk": _("Ukrainian"),
    "pl": _("Polish"),
    "ti": _("Tigrinya"),
    "de": _("German"),
    "fr": _("French"),
    "es": _("Spanish"),
    "no": _("Norwegian"),
    "da": _("Danish"),
}
LANGUAGE_WORDS = {
    **{code: code for code in LANGUAGES},
    **{"svenska": "sv", "swedish": "sv", "engelska": "en", "english": "en", "arabiska": "ar", "arabic": "ar"},
    **{"somaliska": "so", "somali": "so", "finska": "fi", "finnish": "fi", "persiska": "fa", "persian": "fa"},
    **{"ukrainska": "uk", "polska": "pl", "tigrinska": "ti", "tyska": "de", "german": "de", "franska": "fr"},
    **{"french": "fr", "spanska": "es", "spanish": "es", "norska": "no", "danska": "da"},
}

_APART = re.compile(r"(?<=\d)[\s\-–+]+(?=\d)")


def is_operator(viewer: Viewer) -> bool:
    """The one who runs the installation, at the command line, or its robots."""
    return viewer.person_id is None and viewer.leads


@dataclass(frozen=True)
class Standing:
    """What ties a viewer to a solver: a role of their own, or scopes by an agent (a solver) that they act for."""

    role: str = ""
    agent_id: int | None = None
    agent: str = ""
    scopes: frozenset[str] = frozenset()

    def acts(self, scope: str) -> bool:
        """Whether the viewer may do that for the solver, as its own or on its behalf."""
        return bool(self.role) or scope in self.scopes


STRANGER = Standing()


def can_register(viewer: Viewer) -> bool:
    """Who may add a solver by the form: staff, people of solvers, the operator. Others register themselves."""
    return viewer.may_write or Role.SOLVER in viewer.roles or is_operator(viewer)


def can_edit(viewer: Viewer, standing: Standing, *, registered_in_id: int | None) -> bool:
    """Who may change a solver's facts: its own people, and staff where it was registered."""
    if is_operator(viewer) or standing.role:
        return True
    return viewer.may_write and registered_in_id is not None and viewer.organisation_id == registered_in_id


def can_describe(viewer: Viewer, standing: Standing, *, registered_in_id: int | None) -> bool:
    """Who may write its solutions: those who may change its facts, and who acts on its behalf with that scope."""
    may_edit = can_edit(viewer, standing, registered_in_id=registered_in_id)
    return may_edit or standing.acts(Scope.SOLUTIONS)


def may_be_published(state: str) -> bool:
    """Whether what the solver offers may be shown to everyone: only sketches until somebody has checked it."""
    return state not in {SolverState.UNVERIFIED, SolverState.REFUSED}


def can_verify(viewer: Viewer) -> bool:
    """Who may check those who register themselves: buyers, development managers, administrators, the operator."""
    if is_operator(viewer):
        return True
    return viewer.organisation_id is not None and viewer.may_write and bool(viewer.roles & CHECK_SOLVERS)


def can_check(viewer: Viewer, *, registered_in_id: int | None) -> bool:
    """Who may mark a solver as checked, or hide it: those who lead where it was registered, and the operator.

    One that registered itself belongs to no organisation: everyone who checks may hide it.
    """
    if registered_in_id is None:
        return can_verify(viewer)
    return is_operator(viewer) or (viewer.leads and viewer.organisation_id == registered_in_id)


def may_act_for_others(kind: str, state: str) -> bool:
    """Whether a solver may ask to act on behalf of others: an incubator that somebody has registered or checked."""
    return kind == Kind.INCUBATOR and state in SHOWN_STATES


def domains_agree(email: str, website: str) -> bool:
    """Whether the e-mail address lies under the web page's host name: a sign, for a person to weigh."""
    domain = email.rpartition("@")[2].lower()
    host = (urlsplit(website).hostname or "").lower().removeprefix("www.")
    return bool(domain) and bool(host) and (domain == host or domain.endswith(f".{host}"))


def can_see_secrecy(viewer: Viewer, standing: Standing, *, told_to: Collection[int | None]) -> bool:
    """Who may read what a solver asks to keep secret: those who write for it, and staff of whom it was told to."""
    if standing.acts(Scope.SOLUTIONS):
        return True
    return viewer.is_inside and viewer.organisation_id in told_to


def can_run_call(viewer: Viewer, *, organisation_id: int | None) -> bool:
    """Who may write, open and close a call of the organisation and decide on its answers."""
    mine = viewer.organisation_id is not None and viewer.organisation_id == organisation_id
    return mine and viewer.may_write and bool(viewer.roles & RUN_CALLS)


def can_read_answers(viewer: Viewer, *, organisation_id: int) -> bool:
    """Who may read the answers to a call: those who run it, and the organisation's auditors."""
    mine = viewer.organisation_id == organisation_id
    return can_run_call(viewer, organisation_id=organisation_id) or (mine and Role.AUDITOR in viewer.roles)


def clean_text(text: str) -> str:
    """The text as it is stored: what no database holds taken out, letters composed (NFC), no blanks around."""
    return unicodedata.normalize("NFC", tidy_text(text)).strip()


def clean_number(text: str, kind: str) -> str:
    """An organisation number as ten digits, "" for none. Raises Refused where it can not be one of that kind.

    A legal person's third and fourth digit are at least 20, which tells it from a personal number; a sole
    trader's number is the owner's personal number. The last digit is checked (Luhn). The texts never repeat
    the number. Source: the Swedish Tax Agency's description of organisation and personal numbers.
    """
    digits = re.sub(r"[\s\-–+]", "", unicodedata.normalize("NFKC", text)).upper()
    if vat := re.fullmatch(r"SE([0-9]{10})01", digits):
        digits = vat[1]
    if re.fullmatch(r"(16|18|19|20)[0-9]{10}", digits):
        digits = digits[2:]
    if not digits:
        return ""
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise Refused(_("An organisation number has ten digits, such as 556000-0000. Check what is written."))
    if not luhn_is_right(digits):
        raise Refused(
            _("The last digit of the organisation number does not fit the others. Check for a slip.")
        )
    if kind == Kind.SOLE_TRADER and int(digits[2:4]) >= 20:
        raise Refused(_("This is not a sole trader's number. Choose another kind, or correct the number."))
    if kind != Kind.SOLE_TRADER and int(digits[2:4]) < 20:
        raise Refused(
            _("This looks like a personal number. Choose “Sole trader”, and it will never be shown.")
        )
    return digits


def mentions_number(number: str, texts: Iterable[str]) -> bool:
    """Whether any of the texts holds the number, however it is spaced."""
    return bool(number) and any(number in _APART.sub("", text) for text in texts)


def clean_languages(text: str) -> str:
    """Language codes as comma text: "Svenska, EN" → "sv,en". Unknown words are left out."""
    found = (LANGUAGE_WORDS.get(word.casefold()) for word in re.split(r"[^\w]+", text))
    return ",".join(dict.fromkeys(code for code in found if code))


def clean_criteria(texts: Iterable[str]) -> list[str]:
    """One to five criteria. Raises Refused otherwise."""
    found = [text for text in (clean_text(each) for each in texts) if text]
    if not found:
        raise Refused(_("Write at least one criterion, so that everyone knows what is decided by."))
    if len(found) > MAX_CRITERIA:
        raise Refused(_("At most five criteria. Choose those that decide."))
    if any(len(text) > 300 for text in found):
        raise Refused(_("A criterion has at most 300 characters. Make it shorter."))
    return found
