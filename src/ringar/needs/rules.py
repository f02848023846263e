"""A need's states and what each asks; who may do what. Pure decisions: no database, no clock."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Viewer, Visibility, can_see

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000
MOST_CRITERIA = 5
MOST_WHYS = 5
MOST_MERGED = 10
"""Needs that are merged at a time; more can not be looked through on one page."""
MOST_PARTS = 5


class NeedState(models.TextChoices):
    """How far a need has come."""

    DRAFT = "draft", _("Draft")
    SHARED = "shared", _("Shared")
    EXPLORED = "explored", _("Explored")
    CHOSEN = "chosen", _("Chosen")
    MATCHED = "matched", _("Matched")
    MEETING = "meeting", _("Meeting")
    PILOT = "pilot", _("Pilot")
    DECIDED = "decided", _("Decided")
    ADOPTED = "adopted", _("Adopted")
    CLOSED = "closed", _("Closed")


class Often(models.TextChoices):
    """How often the need is felt."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    RARELY = "rarely", _("More rarely")


class EvidenceKind(models.TextChoices):
    """How the evidence was gathered."""

    INTERVIEW = "interview", _("A talk with someone")
    OBSERVATION = "observation", _("Something we saw")
    DATA = "data", _("Figures")
    PHOTO = "photo", _("A photo")


class LineageKind(models.TextChoices):
    """How needs became others."""

    MERGE = "merge", _("Merged")
    SPLIT = "split", _("Split")


class Who(models.TextChoices):
    """Who takes a step."""

    AUTHOR = "author", _("the one who wrote it")
    UNIT = "unit", _("the unit that has the need")
    LEADERS = "leaders", _("those who lead development")


@dataclass(frozen=True)
class NeedFacts:
    """What the rules ask about a need; every field has its counterpart on `models.Need`."""

    organisation_id: int
    unit_id: int | None
    author_id: int | None
    owner_id: int | None
    state: str
    visibility: str
    symptom: bool = True
    who_affected: bool = False
    good_effect: bool = False
    evidence: int = 0
    criteria: int = 0
    match: bool = False
    reason: bool = False
    undo: bool = False
    uuid: UUID | None = None


@dataclass(frozen=True)
class Transition:
    """One arrow of the table: who may take it, and what must be there (keys of ASKS)."""

    start: str
    to: str
    who: Who
    asks: tuple[str, ...] = ()


S = NeedState
TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.DRAFT, S.SHARED, Who.AUTHOR, ("symptom",)),
    Transition(S.SHARED, S.EXPLORED, Who.UNIT, ("evidence",)),
    Transition(
        S.EXPLORED, S.CHOSEN, Who.LEADERS, ("who_affected", "good_effect", "owner", "evidence", "criteria")
    ),
    Transition(S.CHOSEN, S.EXPLORED, Who.LEADERS),
    Transition(S.CHOSEN, S.MATCHED, Who.UNIT, ("match",)),
    Transition(S.MATCHED, S.CHOSEN, Who.UNIT),
    Transition(S.MATCHED, S.MEETING, Who.UNIT, ("match",)),
    Transition(S.MEETING, S.PILOT, Who.LEADERS, ("match",)),
    Transition(S.MEETING, S.CHOSEN, Who.UNIT),
    Transition(S.PILOT, S.DECIDED, Who.LEADERS, ("reason",)),
    Transition(S.DECIDED, S.ADOPTED, Who.LEADERS),
    *(
        Transition(start, S.CLOSED, Who.UNIT if start in {S.SHARED, S.EXPLORED} else Who.LEADERS, ("reason",))
        for start in NeedState
        if start not in {S.DRAFT, S.CLOSED}
    ),
    Transition(S.CLOSED, S.SHARED, Who.UNIT, ("reason",)),
    Transition(S.CLOSED, S.EXPLORED, Who.UNIT, ("undo",)),
    Transition(S.CLOSED, S.CHOSEN, Who.LEADERS, ("undo",)),
)

ASKS: dict[str, Promise] = {
    "symptom": _("Write what you see."),
    "evidence": _("Add evidence from outside the building: meet someone who lives with the need."),
    "who_affected": _("Say who is affected."),
    "good_effect": _("Say what a good effect would be."),
    "owner": _("Say who owns the need."),
    "criteria": _("Write at least one criterion that a solution must meet."),
    "match": _("Choose a solution among the matches."),
    "reason": _("Write a reason, so that others can learn from it."),
    "undo": _("Undo the merge or the split that closed it."),
}

NEXT_ACTIONS: dict[str, Promise] = {
    S.SHARED: _("share it"),
    S.EXPLORED: _("meet someone who lives with the need"),
    S.CHOSEN: _("choose it, or say why not"),
    S.MATCHED: _("choose a solution to meet"),
    S.MEETING: _("meet the supplier"),
    S.PILOT: _("decide on a pilot"),
    S.DECIDED: _("decide from what the pilot showed"),
    S.ADOPTED: _("take it into use"),
}
"""What somebody does for the need to come to each state, as the end of "Next step: …"."""

SEERS: dict[str, Promise] = {
    Visibility.UNIT: _("Only those who work in %(unit)s or a unit above it"),
    Visibility.ORGANISATION: _("Everyone who works in %(organisation)s"),
    Visibility.PUBLIC: _("Everyone in and outside %(organisation)s"),
}

STEPS = (S.DRAFT, S.SHARED, S.EXPLORED, S.CHOSEN, S.MATCHED, S.MEETING, S.PILOT, S.DECIDED, S.ADOPTED)
"""The way forward, in order; the line of steps on the page."""

SET_BY_OTHERS = frozenset({S.MATCHED, S.MEETING, S.PILOT, S.DECIDED, S.ADOPTED})
"""States that the rooms above set from their own pages (matching, pilots); the need's page has no button for them."""


def seen_by(visibility: str, *, unit: str, organisation: str) -> str:
    """Who sees a need with that visibility, by name: the same words when it is chosen and when it has been."""
    return str(SEERS[visibility]) % {"unit": unit, "organisation": organisation}


def visibility_choices(*, unit: str, organisation: str) -> list[tuple[str, str]]:
    """The choices of "Who may see it?", by name."""
    return [(value, seen_by(value, unit=unit, organisation=organisation)) for value in Visibility.values]


def title_from(symptom: str) -> str:
    """A short name made of the first words: the first sentence, at most about 60 characters."""
    first = re.split(r"(?<=[.!?])\s|\n", symptom.strip(), maxsplit=1)[0]
    if len(first) <= 70:
        return first.rstrip(".")
    return first[:60].rsplit(" ", 1)[0].rstrip(" ,;:-") + " …"


def transition(start: str, to: str) -> Transition | None:
    """The arrow from one state to another, or None where there is none."""
    return next((t for t in TRANSITIONS if t.start == start and t.to == to), None)


def has(facts: NeedFacts, ask: str) -> bool:
    """Whether what `ask` (a key of ASKS) asks for is there."""
    return bool(facts.owner_id if ask == "owner" else getattr(facts, ask))


def missing_for(to: str, facts: NeedFacts) -> list[str]:
    """The keys of ASKS that are missing before the need may move to the state `to`; empty where nothing is."""
    arrow = transition(facts.state, to)
    return [ask for ask in arrow.asks if not has(facts, ask)] if arrow else []


def next_step(state: str) -> str | None:
    """The next state on the way forward, or None at the end and for closed needs."""
    place = STEPS.index(NeedState(state)) if state in STEPS else len(STEPS)
    return STEPS[place + 1] if place + 1 < len(STEPS) else None


def works_with(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer, from whatever unit, is in the need's team or owns it."""
    is_owner = viewer.person_id is not None and viewer.person_id == facts.owner_id
    return is_owner or facts.uuid in viewer.team_rows


def can_see_need(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may see the need: its visibility, and a draft by its author alone."""
    return can_see(
        viewer,
        organisation_id=facts.organisation_id,
        unit_id=facts.unit_id,
        visibility=facts.visibility,
        author_id=facts.author_id,
        is_draft=facts.state == S.DRAFT,
        in_team=works_with(viewer, facts),
    )


def can_edit_need(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may change the need: author, owner, team, the unit's own people, and who leads there."""
    if (
        not can_see_need(viewer, facts)
        or not viewer.may_write
        or viewer.organisation_id != facts.organisation_id
    ):
        return False
    if viewer.person_id is not None and viewer.person_id == facts.author_id:
        return True
    is_theirs = (
        facts.unit_id in viewer.unit_ids or viewer.leads_in(facts.unit_id) or works_with(viewer, facts)
    )
    return facts.state != S.DRAFT and is_theirs


def can_move(viewer: Viewer, facts: NeedFacts, to: str) -> bool:
    """Whether the viewer is one who may move the need to `to`; what may be missing is `missing_for`'s to say."""
    arrow = transition(facts.state, to)
    if arrow is None or not can_edit_need(viewer, facts):
        return False
    return viewer.leads_in(facts.unit_id) if arrow.who == Who.LEADERS else True


def can_ask_reopen(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may ask others to open a closed need: wrote it, or works there; may not open it."""
    if facts.state != S.CLOSED or viewer.person_id is None or can_move(viewer, facts, S.SHARED):
        return False
    is_here = viewer.may_write and viewer.organisation_id == facts.organisation_id
    return viewer.person_id == facts.author_id or (is_here and can_see_need(viewer, facts))


def can_join(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may say "we have this too": works in the organisation and sees a need that is open."""
    same = viewer.may_write and viewer.organisation_id == facts.organisation_id
    return same and can_see_need(viewer, facts) and facts.state not in {S.DRAFT, S.CLOSED}


def can_add_evidence(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may add evidence: whoever works in the organisation and sees the need, until it is closed."""
    same = viewer.may_write and viewer.organisation_id == facts.organisation_id
    return same and can_see_need(viewer, facts) and facts.state != S.CLOSED


FREE_STATES = frozenset({S.SHARED, S.EXPLORED, S.CHOSEN})
"""States in which a need can be merged into another, or split: no supplier has been chosen to meet for it."""


def can_absorb(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may merge others into this need: may change it, and it is open."""
    return can_edit_need(viewer, facts) and facts.state not in {S.DRAFT, S.CLOSED}


def can_give_up(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may merge this need into another, or split it: may close it, and no supplier waits for it."""
    return facts.state in FREE_STATES and can_move(viewer, facts, S.CLOSED)


def widens(source: NeedFacts, *, visibility: str, unit_id: int | None) -> bool:
    """Whether what moves from `source` to a need with that visibility and unit is seen by people who did not see it."""
    if seen_by_more(source.visibility, visibility):
        return True
    return source.visibility == visibility == Visibility.UNIT and source.unit_id != unit_id


def narrows(source: NeedFacts, *, visibility: str, unit_id: int | None) -> bool:
    """Whether people who see `source` will not see the need that it becomes."""
    if seen_by_more(visibility, source.visibility):
        return True
    return source.visibility == visibility == Visibility.UNIT and source.unit_id != unit_id


def seen_by_more(before: str, after: str) -> bool:
    """Whether a change of visibility lets more people see the need."""
    order = [Visibility.UNIT, Visibility.ORGANISATION, Visibility.PUBLIC]
    return order.index(Visibility(after)) > order.index(Visibility(before))
