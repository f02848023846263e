"""What pages and panels say of a match: sentences for and against it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString

from ringar.core.clock import today
from ringar.matching.models import Match
from ringar.matching.queries import Candidate, offer_of
from ringar.matching.rules import facts_of, limit_on
from ringar.matching.wording import say_fact, say_reasons
from ringar.needs.models import Need


@dataclass(frozen=True)
class Card:
    """What a match's card says, as sentences; and the candidate itself."""

    candidate: Candidate
    speaks_for: list[SafeString]
    speaks_against: list[SafeString]


def reasons_of(need: Need, match: Match, language: str) -> list[SafeString]:
    """Why the match came up, as sentences; `language` is the solution's."""
    return say_reasons(match.reasons, need_language=need.language, solution_language=language)


def card_of(need: Need, candidate: Candidate) -> Card:
    """The card of a candidate."""
    match, language = candidate.match, candidate.match.solution.language
    limit = limit_on(today(), settings.DIRECT_AWARD_LIMITS)
    facts = facts_of(offer_of(match.solution), cost_sek_year=need.cost_sek_year, direct_award_sek=limit)
    told = [(fact.speaks_for, say_fact(fact, language=language)) for fact in facts]
    return Card(
        candidate,
        reasons_of(need, match, language) + [text for speaks_for, text in told if speaks_for],
        [text for speaks_for, text in told if not speaks_for],
    )
