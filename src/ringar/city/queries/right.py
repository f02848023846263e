"""Was it right? A list held against the breaks that came after it was drawn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db.models import Count, F, Max, QuerySet, Sum
from django.utils import timezone

from ringar.city.models import Fit, Incident, WorkList, WorkListItem
from ringar.city.queries.lists import as_year, breaks_before
from ringar.city.queries.network import FIELD
from ringar.city.rules.catches import (
    CatchCurve,
    Rate,
    Times,
    catch_curve,
    caught_on_length,
    rate_of,
    times_of,
)
from ringar.city.rules.draws import Candidate, before_score
from ringar.city.rules.fits import Arm, AsBefore, ChosenBy
from ringar.city.rules.lists import Watched, watched_days

KEPT_SECONDS = 3_600
METHODS = ("model", *AsBefore.values)


@dataclass(frozen=True)
class Caught:
    """What was caught by a list, or a half of it."""

    arm: str
    pipes: int
    rate: Rate


@dataclass(frozen=True)
class Rival:
    """What another way of choosing would have caught on as many metres as the list, of the same pipes."""

    method: str
    breaks: float
    rate: Rate
    times: Times


@dataclass(frozen=True)
class Outcome:
    """A list and what came: in all, by halves, against other ways of choosing, and the curves.

    `share` is the list's part of all length, where the crew's capacity is marked; `known_until` the last day of which a
    break is told.
    """

    watched: Watched
    whole: Caught
    halves: tuple[Caught, ...]
    between: Times | None
    rivals: tuple[Rival, ...]
    curves: tuple[CatchCurve, ...]
    share: float
    all_breaks: int
    known_until: date | None

    @property
    def is_untold(self) -> bool:
        """Whether no break is told of since the days began: none came, or those that came are not handed in."""
        return self.known_until is None or self.known_until < self.watched.first


def watched_of(work_list: WorkList) -> Watched:
    """The days in which breaks are held against the list."""
    return watched_days(
        work_list.year, as_of=work_list.fit.as_of, made_on=timezone.localdate(work_list.created_at)
    )


def breaks_that_came(fit: Fit, watched: Watched) -> QuerySet[Incident]:
    """The breaks in the watched days on pipes that lay there; not those that a crew looked for and found."""
    rows = Incident.objects.filter(
        data_set=fit.breaks_id or 0, day__range=(watched.first, watched.last), former=False
    )
    return rows.exclude(kind=FIELD)


def counted(rows: QuerySet[Incident]) -> dict[int, int]:
    """How many breaks each pipe had, by its row. 1 query."""
    by_pipe = rows.exclude(asset=None).order_by().values("asset_id").annotate(n=Count("pk"))
    return dict(by_pipe.values_list("asset_id", "n"))


def caught_by(work_list: WorkList, came: Mapping[int, int]) -> tuple[Caught, ...]:
    """What the list's halves caught; one where all of it was chosen by the model. 1 query."""
    rows = list(work_list.items.values_list("asset_id", "arm", "length_m"))
    arms = Arm if work_list.chosen_by == ChosenBy.HALVES else (Arm.MODEL,)
    return tuple(caught_on([row for row in rows if row[1] == arm], came, arm) for arm in arms)


def caught_on(rows: list[tuple[int, str, float]], came: Mapping[int, int], arm: str = "") -> Caught:
    """What those pipes caught."""
    return Caught(
        arm, len(rows), rate_of(sum(came.get(row[0], 0) for row in rows), sum(row[2] for row in rows))
    )


def caught_in_short(lists: Sequence[WorkList]) -> list[tuple[WorkList, Watched, Caught]]:
    """The lists, each with its watched days and what the whole of it caught in them. 2 queries for all."""
    watched = {each.pk: watched_of(each) for each in lists}
    sizes = WorkListItem.objects.filter(work_list__in=lists).order_by().values("work_list_id")
    told = sizes.annotate(n=Count("pk"), metres=Sum("length_m")).values_list("work_list_id", "n", "metres")
    held = {key: (count, metres) for key, count, metres in told}
    came = Counter(
        key
        for key, day, kind in WorkListItem.objects.filter(
            work_list__in=lists,
            asset__incidents__data_set_id=F("work_list__fit__breaks_id"),
            asset__incidents__former=False,
            asset__incidents__day__gte=min((each.first for each in watched.values()), default=date.max),
        ).values_list("work_list_id", "asset__incidents__day", "asset__incidents__kind")
        if kind != FIELD and watched[key].first <= day <= watched[key].last
    )
    found = []
    for each in lists:
        count, metres = held.get(each.pk, (0, 0.0))
        found.append((each, watched[each.pk], Caught("", count, rate_of(came[each.pk], metres))))
    return found


def outcome_of(work_list: WorkList) -> Outcome:
    """The list against what came; remembered until breaks are added or removed. 2 queries, else 6."""
    watched = watched_of(work_list)
    rows = Incident.objects.filter(data_set=work_list.fit.breaks_id or 0)
    told = rows.aggregate(n=Count("pk"), last=Max("pk"), until=Max("day"))
    key = f"city.right:{work_list.pk}:{watched.first}:{told['n']}:{told['last']}:{told['until']}"
    found: Outcome | None = cache.get(key)
    if found is None:
        found = reckoned(work_list, watched, told["until"])
        cache.set(key, found, KEPT_SECONDS)
    return found


def reckoned(work_list: WorkList, watched: Watched, known_until: date | None) -> Outcome:
    """The list against what came. 4 queries."""
    fit = work_list.fit
    came = counted(breaks_that_came(fit, watched))
    halves = caught_by(work_list, came)
    listed = list(work_list.items.values_list("asset_id", "arm", "length_m"))
    whole, pipes = caught_on(listed, came), pipes_of(fit)
    lengths, breaks = [pipe.length_m for pipe in pipes], [came.get(pipe.key, 0) for pipe in pipes]
    scores = {method: scores_of(method, pipes) for method in METHODS}
    metres, all_metres = whole.rate.km * 1000, sum(lengths)
    rivals = []
    for way in AsBefore.values:
        caught = caught_on_length(scores[way], lengths, breaks, most_m=metres)
        rate = rate_of(round(caught), metres)
        rivals.append(Rival(way, caught, rate, times_of(whole.rate, rate)))
    return Outcome(
        watched=watched,
        whole=whole,
        halves=halves,
        between=times_of(halves[0].rate, halves[1].rate) if len(halves) == 2 else None,
        rivals=tuple(rivals),
        curves=tuple(catch_curve(method, scores[method], lengths, breaks) for method in METHODS),
        share=min(1.0, metres / all_metres) if all_metres else 0.0,
        all_breaks=sum(breaks),
        known_until=known_until,
    )


def pipes_of(fit: Fit) -> list[Candidate]:
    """All pipes that lay there when the fit was made, with what each way of choosing looks at. 2 queries."""
    so_far, until = breaks_before(fit), as_year(fit)
    rows = fit.risks.values_list("asset_id", "asset__length_m", "expected", "risk", "asset__installed")
    return [
        Candidate(key, max(length or 0.0, 0.01), expected, risk, installed, so_far.get(key, 0))
        for key, length, expected, risk, installed in rows.iterator(chunk_size=5_000)
        if installed is None or installed <= until
    ]


def scores_of(method: str, pipes: list[Candidate]) -> list[float]:
    """What that way of choosing sorts by, for each metre: the curve is drawn over length."""
    if method == "model":
        return [pipe.expected / pipe.length_m for pipe in pipes]
    score = before_score(method)
    return [score(pipe) for pipe in pipes]
