"""What the rankings say of a meeting day: who fits whom, and whom to invite."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, Model, OuterRef, Prefetch

from ringar.core.rules import Viewer
from ringar.matching.day_models import MeetingDay, Party
from ringar.matching.day_rules import MATCHED_PLACES, PartyKind
from ringar.matching.models import Choice, Match
from ringar.matching.queries import OFFERED
from ringar.matching.rules import AWAITING_STATES, chance_of
from ringar.needs.models import Need
from ringar.needs.queries import NOT_IN_LISTS, living_needs, visible_needs
from ringar.needs.rules import NeedState
from ringar.solvers.models import Answer, Solution
from ringar.solvers.rules import AnswerState, can_read_answers

MOST_LISTED = 200
FIRST_PLACES = 3
MEETABLE = (*AWAITING_STATES, NeedState.MATCHED, NeedState.MEETING)


@dataclass(frozen=True)
class Fit:
    """How likely a solution of one party fits a need of another (0 to 1), and which those are."""

    chance: float
    need_id: int
    solution_id: int


def parties_by(through: type[Model], column: str, day: MeetingDay) -> dict[int, list[int]]:
    """The ids of the day's parties by the need or the solution that they bring. 1 query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = through._default_manager.filter(party__day=day, party__cancelled_at=None)
    for party, row in rows.values_list("party_id", column):
        found[row].append(party)
    return found


def fits_between(day: MeetingDay) -> dict[tuple[int, int], Fit]:
    """The best fit of each pair (manager's id, startup's id) that the rankings or a choice speak for. 4 queries.

    A solution counts for a need from the first MATCHED_PLACES of its ranking; one chosen to be met counts 1.
    """
    managers = parties_by(Party.needs.through, "need_id", day)
    startups = parties_by(Party.solutions.through, "solution_id", day)
    ranked = Match.objects.filter(OFFERED, need__in=managers, solution__in=startups, rank__lte=MATCHED_PLACES)
    fits = [
        Fit(chance_of(parts), need, solution)
        for need, solution, parts in ranked.values_list("need_id", "solution_id", "parts")
    ]
    chosen = Choice.objects.filter(need__in=managers, solution__in=startups)
    fits += [Fit(1.0, need, solution) for need, solution in chosen.values_list("need_id", "solution_id")]
    best: dict[tuple[int, int], Fit] = {}
    for fit in sorted(fits, key=lambda each: (each.chance, -each.need_id, -each.solution_id)):
        for manager in managers[fit.need_id]:
            for startup in startups[fit.solution_id]:
                best[manager, startup] = fit
    return best


def only_brought(day: MeetingDay) -> dict[int, int]:
    """The id of the need, or the solution, that each party brings, by its id, where it brings one only. 2 queries."""
    found: dict[int, list[int]] = defaultdict(list)
    for through, column in ((Party.needs.through, "need_id"), (Party.solutions.through, "solution_id")):
        for row, parties in parties_by(through, column, day).items():
            for party in parties:
                found[party].append(row)
    return {party: rows[0] for party, rows in found.items() if len(rows) == 1}


def others_of(party: Party) -> list[tuple[Party, float]]:
    """Whom the party could meet with how well they fit (0 to 1), the best first. 8 queries."""
    is_manager = party.kind == PartyKind.MANAGER
    rows = Party.objects.filter(day=party.day_id, cancelled_at=None).exclude(kind=party.kind)
    found = rows.select_related("unit").prefetch_related(
        Prefetch("needs", Need.objects.defer(*NOT_IN_LISTS)),
        Prefetch("solutions", Solution.objects.defer("secrecy", "secrecy_reason", "words")),
    )
    fits = fits_between(party.day)
    told = []
    for other in found:
        fit = fits.get((party.pk, other.pk) if is_manager else (other.pk, party.pk))
        told.append((other, fit.chance if fit else 0.0))
    return sorted(told, key=lambda each: (-each[1], each[0].name, each[0].pk))


def needs_to_bring(viewer: Viewer, day: MeetingDay) -> list[Need]:
    """The organisation's needs that could be met about and are not in the day yet, those furthest on first. 1 query."""
    rows = visible_needs(viewer).filter(
        organisation_id=day.organisation_id, is_draft=False, state__in=MEETABLE
    )
    rows = living_needs(rows).exclude(meeting_parties__day=day).select_related("unit", "owner", "created_by")
    order = {state: place for place, state in enumerate(reversed(MEETABLE))}
    found = list(rows.defer(*NOT_IN_LISTS).order_by("-changed_at", "-id")[:MOST_LISTED])
    return sorted(found, key=lambda need: order[NeedState(need.state)])


def solutions_to_bring(day: MeetingDay) -> list[Solution]:
    """Solutions chosen for the day's needs, then the first of their rankings; not those in the day yet. 1 query."""
    needs = Party.needs.through.objects.filter(party__day=day).values("need_id")
    chosen = Choice.objects.filter(solution=OuterRef("pk"), need__in=needs)
    ranked = Match.objects.filter(solution=OuterRef("pk"), need__in=needs, rank__lte=FIRST_PLACES)
    rows = Solution.objects.filter(Exists(chosen) | Exists(ranked), is_published=True)
    rows = rows.exclude(meeting_parties__day=day).annotate(is_chosen=Exists(chosen))
    rows = rows.select_related("solver").defer("secrecy", "secrecy_reason", "words")
    return list(rows.order_by("-is_chosen", "solver__name", "id")[:MOST_LISTED])


def answers_to_bring(viewer: Viewer, day: MeetingDay) -> list[Answer]:
    """Answers to the day's call that wait or are invited, for who may read them. 1 query, none without a call."""
    if day.call_id is None or not can_read_answers(viewer, organisation_id=day.organisation_id):
        return []
    rows = Answer.objects.filter(call=day.call_id, state__in=(AnswerState.RECEIVED, AnswerState.INVITED))
    taken = day.parties.exclude(email="").values("email")
    rows = rows.exclude(email__in=taken).exclude(solver__in=day.parties.exclude(solver=None).values("solver"))
    return list(rows.select_related("solver", "solution").defer("secrecy").order_by("id")[:MOST_LISTED])
