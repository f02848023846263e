"""What pages and panels say of a match: sentences for and against it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString

from ringar.core.clock import today
from ringar.matching.models import Match
from ringar.matching.queries import Candidate, offer_of
from ringar.matching.rules import Finding, chance_of, facts_of, finding_of, limit_on
from ringar.matching.wording import say_fact, say_reasons
from ringar.needs.models import Need
from ringar_kits.texts.analyse import is_telling


def is_weak(match: Match, *, is_spoken_for: bool = False) -> bool:
    """Whether the match most likely does not fit, by itself, and nobody has said otherwise."""
    stands = match.is_here or is_spoken_for
    return not stands and bool(match.parts) and finding_of(chance_of(match.parts)) == Finding.NOTHING


@dataclass(frozen=True)
class Card:
    """What a match's card says, as sentences; and the candidate itself.

    `is_weak`: it most likely does not fit, and nobody has said that it does or chosen it.
    """

    candidate: Candidate
    speaks_for: list[SafeString]
    speaks_against: list[SafeString]
    is_weak: bool


def reasons_of(need: Need, match: Match, language: str) -> list[SafeString]:
    """Why the match came up, as sentences; `language` is the solution's. Words that say nothing are left out.

    Reasons are stored; which words are too vague may have been decided since.
    """
    told = [reason for reason in match.reasons if is_telling(str(reason["need_word"]), need.language)]
    return say_reasons(told, need_language=need.language, solution_language=language)


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
        is_weak(match, is_spoken_for=candidate.verdicts.is_in or candidate.is_chosen),
    )
