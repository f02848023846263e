"""What the robots write: rankings. They follow from needs and solutions, so the work tells of them, not the audit."""

import logging
import time
from collections.abc import Callable, Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from ringar.core.clock import now
from ringar.matching.comparing import Compared, Comparison, compare, explain_deeply, texts_of
from ringar.matching.index import Shelf, shelf
from ringar.matching.models import Match, Ranking
from ringar.matching.queries import matches_to_explain, needs_to_rank
from ringar.matching.rules import MATCHED_STATES, fits_at_all
from ringar.needs.models import Need
from ringar.solvers.models import Solution

log = logging.getLogger("ringar.matching")
AT_A_TIME = 10
"""Needs ranked before others may have the index."""


def rank_need(uuid: UUID | str) -> Ranking | None:
    """Ranks one need now; None where it is gone or no solutions are looked for in its state."""
    need = Need.objects.filter(uuid=uuid, state__in=MATCHED_STATES).first()
    if need is None:
        return None
    with shelf() as held:
        return _rank(held, need)


def rank_waiting(*, seconds: float, report: Callable[[float, str], object] = lambda part, text: None) -> bool:
    """Ranks needs that wait, for about so many seconds; True where some are left. A need that fails is passed over.

    Raises the last error once the others are done, so that the row of the work tells of it.
    """
    end, done = time.monotonic() + seconds, 0
    failed: dict[int, Exception] = {}
    while time.monotonic() < end:
        with shelf() as held:
            needs = list(needs_to_rank(held.mark).exclude(pk__in=failed)[:AT_A_TIME])
            for need in needs:
                try:
                    _rank(held, need)
                    done += 1
                except Exception as error:
                    log.exception("The need %s could not be ranked", need.uuid)
                    failed[need.pk] = error
        report(0.5, str(done))
        if not needs:
            break
    if failed:
        raise list(failed.values())[-1]
    return bool(needs)


def _rank(held: Shelf, need: Need) -> Ranking:
    """Compares, then saves the ranking and its matches in one transaction."""
    asked = list(need.matches.filter(is_asked=True).values_list("solution_id", flat=True))
    comparison = compare(held, need, asked)
    with transaction.atomic():
        return save_ranking(need, comparison, mark=held.mark, looked_through=len(held.index))


def save_ranking(need: Need, comparison: Comparison, *, mark: str, looked_through: int) -> Ranking:
    """Puts the comparison in place of the need's ranking and matches. What was asked for stays asked for."""
    Need.objects.select_for_update().get(pk=need.pk)
    ranking, _is_new = Ranking.objects.update_or_create(
        need=need,
        defaults={
            "computed_at": now(),
            "text_hash": need.text_hash,
            "mark": mark,
            "looked_through": looked_through,
            "by_meaning": comparison.by_meaning,
            "confidence": comparison.confidence,
            "is_learned": comparison.is_learned,
        },
    )
    before = {match.solution_id: match for match in need.matches.all()}
    best = max((each.chance for each in comparison.found), default=0.0)
    here = solved_here(need, [each for each in comparison.found if fits_at_all(each.chance, best)])
    ids = [each.solution_id for each in comparison.found]
    there = set(Solution.objects.filter(pk__in=ids).values_list("id", flat=True))
    need.matches.filter(Q(is_asked=False) | Q(solution__in=there)).delete()
    Match.objects.bulk_create(
        match_of(need, each, before.get(each.solution_id), is_here=each.solution_id in here)
        for each in comparison.found
        if each.solution_id in there
    )
    return ranking


def match_of(need: Need, each: Compared, before: Match | None, *, is_here: bool) -> Match:
    """The row of one compared solution, not saved. Reasons by meaning are kept while both texts are the same."""
    is_same = before is not None and before.texts == each.texts and not before.to_explain and each.to_explain
    return Match(
        need=need,
        solution_id=each.solution_id,
        rank=each.rank,
        score=each.score,
        reasons=before.reasons if before and is_same else each.reasons,
        to_explain=each.to_explain and not is_same,
        texts=each.texts,
        missing=each.missing,
        parts=dict(each.parts),
        is_here=is_here,
        is_trial=each.is_trial,
        is_asked=before is not None and before.is_asked,
    )


def explain_waiting(
    *, seconds: float, report: Callable[[float, str], object] = lambda part, text: None
) -> None:
    """Gives matches that wait for it their reasons by meaning, for about so many seconds; the newest needs first."""
    end, done = time.monotonic() + seconds, 0
    rows = matches_to_explain().order_by("-need__changed_at", "need_id", "rank")
    while time.monotonic() < end and (match := rows.select_related("need").first()):
        with shelf() as held:
            id_ = str(match.solution_id)
            is_there = id_ in held.index and texts_of(held, match.need, id_) == match.texts
            found = {"reasons": explain_deeply(held, match.need, id_)} if is_there else {}
        # Where the texts have changed, the need is ranked anew anyhow.
        Match.objects.filter(pk=match.pk, texts=match.texts).update(to_explain=False, **found)
        done += 1
        report(0.5, str(done))


def solved_here(need: Need, found: Collection[Compared]) -> set[int]:
    """Those of the solutions that the need's own organisation offers, or uses already."""
    own = Q(solver__organisation_id=need.organisation_id) | Q(
        references__organisation_id=need.organisation_id
    )
    rows = Solution.objects.filter(own, pk__in=[each.solution_id for each in found])
    return set(rows.values_list("id", flat=True))
