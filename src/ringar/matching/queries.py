"""Reads of matches: what waits to be ranked, what a need's page shows, what a solution's page shows."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, prefetch_related_objects

from ringar.core.clock import now
from ringar.core.registry import MOST_WAITING
from ringar.core.rules import NotAllowed, Viewer, Visibility
from ringar.matching.models import Choice, CriterionCheck, Judgement, Match, Preference
from ringar.matching.rules import (
    AWAITING_STATES,
    KEPT,
    MATCHED_STATES,
    MOST_FOR_SOLUTION,
    NEW_DAYS,
    NOTHING,
    READY_FOR_CALL,
    SHOWN,
    Offer,
    Verdicts,
    can_see_matches,
    is_own_solution,
    place_order,
    tally,
)
from ringar.needs.models import Need
from ringar.needs.queries import visible_needs
from ringar.needs.rules import NeedState
from ringar.robots.models.work import Work
from ringar.robots.rules.work import State
from ringar.solvers.models import Solution
from ringar.solvers.rules import SHOWN_STATES

METHOD = "1"
"""Raised when rankings would come out differently, so that all are made anew."""

OFFERED = Q(solution__is_published=True, solution__solver__state__in=SHOWN_STATES)
MOST_NEEDS = 25


@dataclass(frozen=True)
class Candidate:
    """A match as its card shows it: what was said of it, by the viewer and by all."""

    match: Match
    place: int
    verdicts: Verdicts
    mine: Judgement | None

    @property
    def is_chosen(self) -> bool:
        """Chosen for the need, as `candidates_of` has looked up."""
        return bool(getattr(self.match, "is_chosen", False))


def solutions_mark(model: str) -> str:
    """What tells one state of all published solutions and their vectors from another. 3 queries, quick at any size."""
    state = Solution.objects.filter(is_published=True).aggregate(n=Count("id"), last=Max("id"))
    changed = Solution.objects.aggregate(at=Max("changed_at"))["at"]
    work = Work.objects.filter(key="solvers.embed").values_list("state", "finished_at").first()
    embedded = work[1] if work and work[0] == State.DONE else None
    told = f"{METHOD}|{model}|{state['n']}|{state['last']}|{changed}|{embedded}"
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def needs_to_rank(mark: str) -> QuerySet[Need]:
    """Needs whose ranking is missing or made of something else than what is there now; the chosen ones first."""
    is_old = Q(ranking=None) | ~Q(ranking__mark=mark) | ~Q(ranking__text_hash=F("text_hash"))
    needs = Need.objects.filter(is_old, state__in=MATCHED_STATES).defer("words")
    return needs.annotate(is_chosen=Q(state=NeedState.CHOSEN)).order_by("-is_chosen", "-changed_at", "-id")


def offer_of(solution: Solution) -> Offer:
    """What is told of the solution besides its text; its references must be prefetched."""
    return Offer(
        price_class=solution.price_class,
        maturity=solution.maturity,
        integration_needs=solution.integration_needs,
        data_needs=solution.data_needs,
        languages=tuple(code for code in solution.languages.split(",") if code),
        used_in=tuple(reference.municipality for reference in solution.references.all()),
    )


def offers_of(ids: Iterable[int]) -> dict[int, Offer]:
    """What is told of these solutions besides their texts, by id. 2 queries."""
    rows = Solution.objects.filter(pk__in=list(ids)).prefetch_related("references")
    return {row.pk: offer_of(row) for row in rows.defer("secrecy", "words", "what", "for_whom")}


def newcomers(organisation_id: int, ids: Iterable[int]) -> set[int]:
    """Those of the solutions that are new and that nobody in the organisation has judged. 1 query."""
    judged = Judgement.objects.filter(organisation_id=organisation_id, solution=OuterRef("pk"))
    since = now() - timedelta(days=NEW_DAYS)
    rows = Solution.objects.filter(~Exists(judged), pk__in=list(ids), created_at__gte=since)
    return set(rows.values_list("id", flat=True))


def learned_weights(organisation_id: int) -> dict[str, float]:
    """What the organisation's judgements have taught; {} for nothing as yet. 1 query."""
    kept = (
        Preference.objects.filter(organisation_id=organisation_id).values_list("weights", flat=True).first()
    )
    return kept or {}


def matches_to_explain() -> QuerySet[Match]:
    """Matches that wait for their reasons by meaning."""
    return Match.objects.filter(to_explain=True)


def need_to_match(viewer: Viewer, uuid: UUID) -> Need:
    """The need with its ranking; NotAllowed unless the viewer may see what matches it. 1 query."""
    rows = visible_needs(viewer).select_related("organisation", "unit", "owner", "ranking")
    need = rows.filter(uuid=uuid).first()
    if need is None or not can_see_matches(viewer, need.facts):
        raise NotAllowed
    return need


def matches_of(need: Need) -> QuerySet[Match]:
    """The need's ranked matches, those withdrawn since left out, by rank."""
    rows = need.matches.filter(OFFERED, rank__isnull=False, rank__lte=KEPT)
    rows = rows.select_related("solution__solver").defer("solution__secrecy", "solution__words")
    return rows.order_by("rank")


def candidates_of(viewer: Viewer, need: Need, *, everything: bool = False) -> list[Candidate]:
    """The need's candidates in the order they are shown: the first SHOWN and those spoken of, or all. 3 queries."""
    judgements = list(Judgement.objects.filter(need=need))
    verdicts = tally((row.solution_id, row.fits) for row in judgements)
    mine = {row.solution_id: row for row in judgements if row.person_id == viewer.person_id}
    chosen = Choice.objects.filter(need=need, solution=OuterRef("solution"))
    found = matches_of(need).annotate(is_chosen=Exists(chosen)).prefetch_related("solution__references")
    if not everything:
        found = found.filter(
            Q(rank__lte=SHOWN) | Q(is_here=True) | Q(is_chosen=True) | Q(solution__in=list(verdicts))
        )
    rows = sorted(
        found,
        key=lambda row: place_order(
            row.rank or 0, is_here=row.is_here, verdicts=verdicts.get(row.solution_id, Verdicts())
        ),
    )
    return [
        Candidate(row, place, verdicts.get(row.solution_id, Verdicts()), mine.get(row.solution_id))
        for place, row in enumerate(rows, start=1)
    ]


def is_shown_first(need: Need, solution: Solution) -> bool:
    """Whether the solution is in the short list of `candidates_of`. 1 query."""
    spoken_of = Exists(Judgement.objects.filter(need=need, solution=OuterRef("solution")))
    chosen = Exists(Choice.objects.filter(need=need, solution=OuterRef("solution")))
    first = Q(rank__lte=SHOWN) | Q(is_here=True) | spoken_of | chosen
    return matches_of(need).filter(first, solution=solution).exists()


def top_matches(need: Need, count: int = 3) -> list[Match]:
    """The first few of the need's matches, its ranking with them. 1 query."""
    rows = matches_of(need).select_related("solution__solver", "need__ranking")
    said = Judgement.objects.filter(need=need, solution=OuterRef("solution"))
    out = Exists(said.filter(fits=False)) & ~Exists(said.filter(fits=True))
    return list(rows.exclude(out).order_by("-is_here", "rank")[:count])


def asked_match(need: Need, solution: Solution) -> Match | None:
    """The match that somebody asked for, or that is there anyway. 1 query."""
    return need.matches.filter(solution=solution).select_related("solution__solver").first()


def needs_fitting(viewer: Viewer, solution: Solution) -> list[Match]:
    """The needs that the solution fits, best place first, of those whose matches the viewer may see. 1 query."""
    if not viewer.is_inside:
        return []
    needs = visible_needs(viewer).filter(organisation_id=viewer.organisation_id or 0, is_draft=False)
    rows = Match.objects.filter(
        solution=solution, rank__lte=MOST_FOR_SOLUTION, need__in=needs, need__ranking__confidence__gte=NOTHING
    )
    return list(rows.select_related("need__unit", "need__ranking").order_by("rank", "-need_id")[:MOST_NEEDS])


def public_needs_ranked(viewer: Viewer, solution: Solution) -> list[Match]:
    """For the solution's own person: the public needs it came up for, with reasons. NotAllowed for all others."""
    if not is_own_solution(viewer, author_ids=(solution.created_by_id, solution.solver.created_by_id)):
        raise NotAllowed
    rows = Match.objects.filter(
        OFFERED,
        solution=solution,
        rank__lte=KEPT,
        need__visibility=Visibility.PUBLIC,
        need__is_draft=False,
        need__state__in=MATCHED_STATES,
    )
    rows = rows.select_related("need__organisation", "need__ranking", "solution__solver")
    return list(rows.order_by("rank", "-need_id")[:MOST_NEEDS])


def checks_of(need: Need) -> dict[tuple[int, str], CriterionCheck]:
    """What was found of each candidate against each criterion: {(solution id, criterion text): check}. 1 query."""
    return {(row.solution_id, row.criterion): row for row in need.checks.select_related("person")}


def compared_solutions(need: Need, most: int = 4) -> list[Solution]:
    """The candidates to compare by the criteria: chosen ones first, then the best by rank. 3 queries."""
    chosen = chosen_solutions(need)
    best = [match.solution for match in top_matches(need, most)]
    rows = list({row.pk: row for row in [*chosen, *best]}.values())[: max(most, len(chosen))]
    prefetch_related_objects(rows, "references")
    return rows


def needs_awaiting_word(viewer: Viewer) -> QuerySet[Need]:
    """The viewer's own needs with fitting matches: those chosen, and others that nobody has judged yet. 1 query.

    Those first that have stood still the longest.
    """
    if viewer.person_id is None or not viewer.may_write:
        return Need.objects.none()
    mine = Q(created_by_id=viewer.person_id) | Q(owner_id=viewer.person_id)
    rows = visible_needs(viewer).filter(mine, organisation_id=viewer.organisation_id or 0)
    rows = rows.filter(state__in=AWAITING_STATES, ranking__confidence__gte=NOTHING)
    judged = Exists(Judgement.objects.filter(need=OuterRef("pk")))
    rows = rows.filter(Q(state=NeedState.CHOSEN) | ~judged).defer("words")
    return rows.order_by("changed_at", "id")[:MOST_WAITING]


def chosen_solutions(need: Need) -> list[Solution]:
    """The solutions chosen for the need, in the order they were. 1 query."""
    rows = Solution.objects.filter(choices__need=need).select_related("solver")
    return list(rows.defer("secrecy", "words").order_by("choices__id"))


def needs_for_call(viewer: Viewer, ticked: Collection[UUID] = (), most: int = 30) -> list[Need]:
    """Needs of the organisation that everyone may see and that are ready for a call; those ticked first. 1 query."""
    rows = visible_needs(viewer).filter(organisation_id=viewer.organisation_id or 0, is_draft=False)
    ready = Q(state__in=READY_FOR_CALL, visibility=Visibility.PUBLIC)
    rows = rows.filter(ready | Q(uuid__in=ticked, state__in=MATCHED_STATES))
    rows = rows.select_related("unit").defer("words").annotate(is_ticked=Q(uuid__in=ticked))
    return list(rows.order_by("-is_ticked", "-changed_at", "-id")[: max(most, len(ticked))])
