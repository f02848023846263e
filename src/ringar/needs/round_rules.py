"""A round's states, who may do what in it, and who steps aside. Pure decisions: no database, no clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Role, Viewer, Visibility
from ringar.needs.rules import NeedFacts, NeedState, missing_for

LEAST_NEEDS, MOST_NEEDS = 3, 60
LEAST_CRITERIA, MOST_CRITERIA = 2, 8
LEAST_ASSESSORS, MOST_ASSESSORS = 2, 30
LEAST_VALUE, MOST_VALUE = 1, 5
MOST_WEIGHT = 10
LONGEST_REASON = 2_000
SHORTEST_TIME, LONGEST_TIME = timedelta(hours=1), timedelta(days=366)
REMIND_BEFORE = timedelta(hours=48)
CANDIDATES = (NeedState.SHARED.value, NeedState.EXPLORED.value)


class RoundState(models.TextChoices):
    """How far a round has come."""

    OPEN = "open", _("Open")
    SCORING = "scoring", _("Scores are given")
    CLOSED = "closed", _("The time for scores is over")
    CHOSEN = "chosen", _("Choice is made")
    WITHDRAWN = "withdrawn", _("Withdrawn")


STEPS = (RoundState.OPEN, RoundState.SCORING, RoundState.CLOSED, RoundState.CHOSEN)
"""The way forward, in order; the line of steps on the page."""


@dataclass(frozen=True)
class RoundFacts:
    """What the rules ask about a round; every field has its counterpart on `round_models.Round`."""

    organisation_id: int
    deadline: datetime
    is_closed: bool = False
    is_decided: bool = False
    is_withdrawn: bool = False
    own_allowed: bool = False


def takes_scores(facts: RoundFacts, at: datetime) -> bool:
    """Whether scores are taken at that time: from opening until somebody closes it, or the deadline passes."""
    return not (facts.is_closed or facts.is_withdrawn) and at < facts.deadline


def has_closed(facts: RoundFacts, at: datetime) -> bool:
    """Whether scoring is over and the result is there to read; never so for a round that was withdrawn."""
    return not facts.is_withdrawn and not takes_scores(facts, at)


def round_state(facts: RoundFacts, at: datetime, *, has_scores: bool) -> RoundState:
    """The state that pages show."""
    if facts.is_withdrawn:
        return RoundState.WITHDRAWN
    if facts.is_decided:
        return RoundState.CHOSEN
    if has_closed(facts, at):
        return RoundState.CLOSED
    return RoundState.SCORING if has_scores else RoundState.OPEN


def can_open_round(viewer: Viewer) -> bool:
    """Whether the viewer may open rounds: those who lead development."""
    return viewer.organisation_id is not None and viewer.leads


def can_lead_round(viewer: Viewer, facts: RoundFacts) -> bool:
    """Whether the viewer may move the deadline, close, withdraw and choose."""
    return can_open_round(viewer) and viewer.organisation_id == facts.organisation_id


def can_see_round(viewer: Viewer, facts: RoundFacts, *, is_assessor: bool) -> bool:
    """Whether the viewer may see the round: who leads, audits or assesses; once it is decided all who work there."""
    if not viewer.is_inside or viewer.organisation_id != facts.organisation_id:
        return False
    return is_assessor or viewer.leads or Role.AUDITOR in viewer.roles or facts.is_decided


def can_see_scores(
    viewer: Viewer, facts: RoundFacts, at: datetime, *, is_assessor: bool, has_handed_in: bool
) -> bool:
    """Whether the viewer may see what others scored, and all that is computed of it.

    Blind: nobody does before the round has closed, but an assessor whose own scores are handed in and fixed.
    """
    if not can_see_round(viewer, facts, is_assessor=is_assessor) or facts.is_withdrawn:
        return False
    return has_closed(facts, at) or (is_assessor and has_handed_in)


def is_in_play(need: NeedFacts, *, is_decided: bool) -> bool:
    """Whether a need of the round is to be scored and chosen: not closed, merged, chosen or hidden meanwhile."""
    return is_decided or (need.state in CANDIDATES and need.visibility != Visibility.UNIT)


def steps_aside(
    person_id: int | None, *, author_id: int | None, own_allowed: bool, has_interest: bool
) -> bool:
    """Whether this person neither scores nor decides on a need: wrote it, or has declared an interest in it."""
    is_own = person_id is not None and person_id == author_id
    return has_interest or (is_own and not own_allowed)


def wrong_values(values: Sequence[Any], criteria: int) -> bool:
    """Whether the values are anything but one of 1–5 or None for each criterion."""
    possible = [None, *range(LEAST_VALUE, MOST_VALUE + 1)]
    return len(values) != criteria or any(
        isinstance(value, bool | float) or value not in possible for value in values
    )


def missing_to_choose(facts: NeedFacts) -> list[str]:
    """The keys of `rules.ASKS` that are missing before the need may be chosen, by way of "explored" where needed."""
    if facts.state != NeedState.SHARED:
        return missing_for(NeedState.CHOSEN, facts)
    first = missing_for(NeedState.EXPLORED, facts)
    then = missing_for(NeedState.CHOSEN, replace(facts, state=NeedState.EXPLORED.value))
    return list(dict.fromkeys([*first, *then]))


def out_of_order(
    ranks: Mapping[int, int | None], *, chosen: Collection[int], refused: Collection[int]
) -> set[int]:
    """The chosen entries (ids) that a refused one is ranked before: these need a reason of their own.

    One that nobody scored has no rank, and counts as ranked last.
    """
    last = len(ranks) + 1
    places = {entry: rank or last for entry, rank in ranks.items()}
    best_refused = min((places[entry] for entry in refused), default=last + 1)
    return {entry for entry in chosen if places[entry] > best_refused}
