"""Reads on rounds: which a viewer may see, how far scoring has come, and the scores that count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ringar.core.clock import now
from ringar.core.models import Interest, Membership, Person
from ringar.core.queries import findable_people
from ringar.core.registry import MOST_WAITING
from ringar.core.rules import LEADING_ROLES, READ_ONLY_ROLES, NotAllowed, Role, Viewer, Visibility
from ringar.needs.models import Need
from ringar.needs.queries import NOT_IN_LISTS, living_needs, visible_needs
from ringar.needs.round_models import Assessor, Round, RoundCriterion, RoundNeed, Score
from ringar.needs.round_result import Given, Result, rank_needs
from ringar.needs.round_rules import (
    CANDIDATES,
    REMIND_BEFORE,
    can_see_round,
    can_see_scores,
    has_closed,
    is_in_play,
    steps_aside,
)
from ringar.needs.rules import NeedState, can_move, missing_for

PAGE = 25
MOST_CANDIDATES = 200


def visible_rounds(viewer: Viewer) -> QuerySet[Round]:
    """The rounds that the viewer may see (`round_rules.can_see_round`), newest first."""
    rounds = Round.objects.order_by("-id")
    if not viewer.is_inside:
        return rounds.none()
    rounds = rounds.filter(organisation_id=viewer.organisation_id or 0)
    if viewer.leads or Role.AUDITOR in viewer.roles:
        return rounds
    mine = Assessor.objects.filter(round=OuterRef("pk"), person_id=viewer.person_id or 0)
    return rounds.filter(Q(decided_at__isnull=False) | Exists(mine))


def listed_rounds(viewer: Viewer) -> QuerySet[Round]:
    """Those rounds with how many needs, assessors and handed in each has, and whether anything is scored."""

    def counted(rows: QuerySet[Assessor] | QuerySet[RoundNeed]) -> Coalesce:
        total = rows.filter(round=OuterRef("pk")).order_by().values("round").annotate(n=Count("pk"))
        return Coalesce(Subquery(total.values("n")), 0)

    return visible_rounds(viewer).annotate(
        needs=counted(RoundNeed.objects.all()),
        named=counted(Assessor.objects.all()),
        done=counted(Assessor.objects.filter(handed_in_at__isnull=False)),
        has_scores=Exists(Score.objects.filter(entry__round=OuterRef("pk"))),
    )


def assessor_of(viewer: Viewer, round: Round) -> Assessor | None:
    """The viewer as an assessor of the round, or None. 1 query."""
    return Assessor.objects.filter(round=round, person_id=viewer.person_id or 0).first()


def round_for(viewer: Viewer, uuid: UUID | str) -> tuple[Round, Assessor | None]:
    """The round with that uuid, and the viewer as its assessor. Raises NotAllowed where none is seen. 2 queries."""
    round = Round.objects.select_related("organisation", "opened_by").filter(uuid=uuid).first()
    if round is None:
        raise NotAllowed
    assessor = assessor_of(viewer, round)
    if not can_see_round(viewer, round.facts, is_assessor=assessor is not None):
        raise NotAllowed
    return round, assessor


def sees_scores(viewer: Viewer, round: Round, assessor: Assessor | None) -> bool:
    """Whether the viewer may see what others scored, now."""
    return can_see_scores(
        viewer,
        round.facts,
        now(),
        is_assessor=assessor is not None,
        has_handed_in=assessor is not None and assessor.handed_in_at is not None,
    )


def in_running_round() -> Exists:
    """That a need waits in a round that is neither decided nor withdrawn."""
    entries = RoundNeed.objects.filter(need=OuterRef("pk"), decided_at=None)
    return Exists(entries.filter(round__decided_at=None, round__withdrawn_at=None))


def choosable_needs(viewer: Viewer) -> QuerySet[Need]:
    """Explored needs with what a choice asks for, in no round that runs, of units that the viewer leads.

    Those first that have stood still the longest.
    """
    if not viewer.leads or viewer.person_id is None:
        return Need.objects.none()
    led = {unit for role in LEADING_ROLES for unit in viewer.role_units.get(role, ())}
    needs = visible_needs(viewer).filter(
        organisation_id=viewer.organisation_id or 0, state=NeedState.EXPLORED, unit_id__in=led
    )
    needs = living_needs(needs).exclude(in_running_round()).exclude(owner=None)
    needs = needs.filter(outside_count__gt=0, criteria_count__gt=0).defer("words")
    return needs.order_by("changed_at", "id")[:MOST_WAITING]


def needs_to_choose(viewer: Viewer) -> list[Need]:
    """Those of them that lack nothing, and that the viewer may choose. 1 query."""
    return [
        need
        for need in choosable_needs(viewer)
        if can_move(viewer, need.facts, NeedState.CHOSEN) and not missing_for(NeedState.CHOSEN, need.facts)
    ]


def candidates(viewer: Viewer) -> QuerySet[Need]:
    """Needs that a new round may take: shared or explored, seen by all who work here, in no round that runs."""
    needs = Need.objects.filter(
        organisation_id=viewer.organisation_id or 0, is_draft=False, state__in=CANDIDATES
    ).exclude(visibility=Visibility.UNIT)
    needs = needs.exclude(in_running_round()).select_related("unit").defer("symptom", *NOT_IN_LISTS)
    return needs.order_by("-changed_at", "-id")


def possible_assessors(viewer: Viewer) -> QuerySet[Person]:
    """Whom the viewer may name: everyone who works in the organisation and may write there."""
    writing = Membership.objects.filter(unit__organisation_id=viewer.organisation_id or 0)
    writing = writing.exclude(role__in=READ_ONLY_ROLES)
    people = Person.objects.filter(pk__in=writing.values("person_id"))
    return findable_people(viewer, people).order_by("name", "id")


def latest_criteria(viewer: Viewer) -> list[RoundCriterion]:
    """What the organisation scored by last time: a new round starts from them. 2 queries."""
    last = Round.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("-id").first()
    return list(last.criteria.all()) if last else []


def entries_of(round: Round) -> list[RoundNeed]:
    """The round's needs that are in play, in order. 1 query."""
    rows = round.entries.select_related("need__unit", "decided_by")
    return [
        row
        for row in rows.defer("need__words")
        if is_in_play(row.need.facts, is_decided=row.decided_at is not None)
    ]


def asides(round: Round, entries: Iterable[RoundNeed], people: Iterable[int]) -> set[tuple[int, int]]:
    """Who steps aside from which need: (entry id, person id). 1 query."""
    entries, people = list(entries), list(people)
    declared = set(
        Interest.objects.filter(row__in=[e.need.uuid for e in entries], person_id__in=people).values_list(
            "row", "person_id"
        )
    )
    return {
        (entry.pk, person)
        for entry in entries
        for person in people
        if steps_aside(
            person,
            author_id=entry.need.created_by_id,
            own_allowed=round.own_allowed,
            has_interest=(entry.need.uuid, person) in declared,
        )
    }


@dataclass(frozen=True)
class Progress:
    """How much one assessor has scored; never what."""

    assessor: Assessor
    scored: int
    aside: int
    total: int

    @property
    def left(self) -> int:
        """How many needs the assessor has yet to score."""
        return self.total - self.scored - self.aside


def progress_of(round: Round, entries: list[RoundNeed]) -> list[Progress]:
    """How far each assessor has come, by name. 3 queries."""
    assessors = list(round.assessors.select_related("person").order_by("person__name", "id"))
    aside = asides(round, entries, [each.person_id for each in assessors])
    shown = {entry.pk for entry in entries}
    person_of = {each.pk: each.person_id for each in assessors}
    scored = {
        (assessor, entry)
        for assessor, entry in Score.objects.filter(entry__round=round).values_list("assessor_id", "entry_id")
        if entry in shown and (entry, person_of[assessor]) not in aside
    }
    return [
        Progress(
            each,
            scored=sum(1 for assessor, _entry in scored if assessor == each.pk),
            aside=sum(1 for _entry, person in aside if person == each.person_id),
            total=len(entries),
        )
        for each in assessors
    ]


def own_scores(assessor: Assessor) -> dict[int, Score]:
    """What the assessor has scored so far, by entry id. 1 query."""
    return {score.entry_id: score for score in assessor.scores.all()}


def counted_scores(round: Round, entries: list[RoundNeed], at: datetime) -> list[Score]:
    """The scores that the result is made of at that time, with their assessors. 2 queries.

    Left out: of needs no longer in play, of who steps aside or did so when the round closed; and while the round
    runs, all that is not handed in. Call it only for who may see scores.
    """
    rows = Score.objects.filter(entry__in=[entry.pk for entry in entries], stepped_aside=False)
    if not has_closed(round.facts, at):
        rows = rows.filter(assessor__handed_in_at__isnull=False)
    rows = rows.order_by("entry__order", "assessor__person__name", "assessor_id")
    scores = list(rows.select_related("assessor__person"))
    aside = asides(round, entries, {score.assessor.person_id for score in scores})
    return [score for score in scores if (score.entry_id, score.assessor.person_id) not in aside]


def result_of(round: Round, entries: list[RoundNeed], scores: list[Score]) -> Result:
    """The ranking of the entries by those scores; the same each time for the same scores. 1 query."""
    weights = [float(weight) for weight in round.criteria.values_list("weight", flat=True)]
    given = [Given(score.entry_id, score.assessor_id, score.values) for score in scores]
    return rank_needs([entry.pk for entry in entries], given, weights, seed=round.uuid.int % 2**32)


def rounds_awaiting_scores(viewer: Viewer) -> QuerySet[Round]:
    """Rounds where the viewer has scores left to hand in, the soonest deadline first. 1 query."""
    rounds = Round.objects.filter(
        assessors__person_id=viewer.person_id or 0,
        assessors__handed_in_at=None,
        organisation_id=viewer.organisation_id or 0,
        closed_at=None,
        withdrawn_at=None,
        deadline__gt=now(),
    )
    return rounds.order_by("deadline", "id")[:MOST_WAITING]


def rounds_awaiting_choice(viewer: Viewer) -> QuerySet[Round]:
    """Rounds that have closed and wait for somebody who leads to choose, the oldest first. 1 query."""
    if not viewer.leads:
        return Round.objects.none()
    rounds = Round.objects.filter(
        Q(closed_at__isnull=False) | Q(deadline__lte=now()),
        organisation_id=viewer.organisation_id or 0,
        decided_at=None,
        withdrawn_at=None,
    )
    return rounds.order_by("deadline", "id")[:MOST_WAITING]


def rounds_to_close(at: datetime) -> QuerySet[Round]:
    """Rounds whose deadline has passed and that nobody has closed."""
    return Round.objects.filter(closed_at=None, withdrawn_at=None, deadline__lte=at).order_by("deadline")


def assessors_to_remind(at: datetime) -> QuerySet[Assessor]:
    """Those who have not handed in when the deadline is near, and have not been reminded."""
    return Assessor.objects.filter(
        round__closed_at=None,
        round__withdrawn_at=None,
        round__deadline__gt=at,
        round__deadline__lte=at + REMIND_BEFORE,
        # A round that is short from the start has its opening as its reminder.
        round__opened_at__lte=F("round__deadline") - REMIND_BEFORE,
        handed_in_at=None,
        reminded_at=None,
    ).order_by("id")


def outcomes_of(need: Need) -> list[RoundNeed]:
    """How the need fared in rounds that are decided, newest first. 1 query."""
    rows = RoundNeed.objects.filter(need=need, decided_at__isnull=False).select_related("round")
    return list(rows.order_by("-decided_at")[:3])


def concerned_by_round(round: Round) -> set[int]:
    """The ids of the people whom the round concerns: who opened it and the assessors. 1 query."""
    ids = {round.opened_by_id, *round.assessors.order_by().values_list("person_id", flat=True)}
    return {pk for pk in ids if pk is not None}
