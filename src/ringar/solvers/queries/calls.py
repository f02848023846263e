"""Reads of calls and answers: what each viewer may see of them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from ringar.core.models import Interest, Person
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed, Viewer
from ringar.core.search import has_several, rank_few
from ringar.solvers.models import Answer, Call
from ringar.solvers.rules import RUN_CALLS, AnswerState, CallState, can_read_answers
from ringar_kits.texts import analyse, search_words

MOST_SEARCHED = 200
"""Open calls whose texts a search reads, the soonest deadline first: they are few, and need no word index."""


def visible_calls(viewer: Viewer) -> "QuerySet[Call]":
    """Calls that are or have been open, and the organisation's own drafts; the latest deadline first."""
    rows = Call.objects.select_related("organisation").order_by("-deadline", "-id")
    seen = ~Q(state=CallState.DRAFT)
    if viewer.is_inside:
        seen |= Q(organisation_id=viewer.organisation_id)
    return rows.filter(seen)


def calls_after(calls: "QuerySet[Call]", uuid: str) -> "QuerySet[Call]":
    """Those of the calls (as `visible_calls` orders them) that come after the one with that uuid; else all. 1 query."""
    try:
        last = Call.objects.filter(uuid=UUID(uuid)).values_list("deadline", "id").first()
    except ValueError:
        return calls
    if last is None:
        return calls
    return calls.filter(deadline__lte=last[0]).exclude(deadline=last[0], id__gte=last[1])


def in_state(calls: "QuerySet[Call]", state: CallState, at: datetime) -> "QuerySet[Call]":
    """Those that stand in the state at that time: an open call whose deadline is past is closed."""
    over = Q(state=CallState.OPEN, deadline__lte=at)
    if state == CallState.OPEN:
        return calls.filter(state=state).exclude(over)
    return calls.filter(Q(state=state) | over) if state == CallState.CLOSED else calls.filter(state=state)


def open_calls(at: datetime) -> "QuerySet[Call]":
    """Calls that take answers at that time, the soonest deadline first."""
    rows = Call.objects.filter(state=CallState.OPEN, deadline__gt=at)
    return rows.select_related("organisation").order_by("deadline", "id")


def search_calls(at: datetime, text: str, *, limit: int) -> list[Call]:
    """Calls open at that time that hold words of the text, best first, at most `limit`. 1 query."""
    calls = list(open_calls(at)[:MOST_SEARCHED])
    texts = [set(analyse(f"{call.title}\n{call.text}", call.language)) for call in calls]
    places = rank_few(texts, search_words(text), drop_weak=has_several(text))
    return [calls[place] for place in places[:limit]]


def call_for(viewer: Viewer, uuid: UUID) -> Call:
    """The call with that uuid, its needs and criteria with it; NotAllowed where the viewer may not see it."""
    call = visible_calls(viewer).prefetch_related("needs", "criteria").filter(uuid=uuid).first()
    if call is None:
        raise NotAllowed
    return call


def calls_of_needs(need_uuids: Iterable[UUID], viewer: Viewer) -> "QuerySet[Call]":
    """The calls that are for any of these needs and that the viewer may see."""
    return visible_calls(viewer).filter(needs__need_uuid__in=need_uuids).distinct()


def answers_to(viewer: Viewer, call: Call) -> "QuerySet[Answer]":
    """The answers to the call, in the order they came; NotAllowed for those who may not read them."""
    if not can_read_answers(viewer, organisation_id=call.organisation_id):
        raise NotAllowed
    return call.answers.select_related(
        "solution__solver", "solver", "agent", "decided_by", "created_by"
    ).order_by("id")


def answer_counts(call: Call) -> dict[str, int]:
    """How many answers stand in each state, those withdrawn left out: {"received": 2, …}."""
    rows = call.answers.exclude(state=AnswerState.WITHDRAWN).values_list("state")
    return dict(rows.annotate(count=Count("id")).order_by())


def answer_with_token(token: str) -> Answer:
    """The answer that the private link opens, with its call; NotAllowed where there is none."""
    answer = (
        Answer.objects.select_related("call__organisation", "solution", "solver", "agent")
        .filter(token=token)
        .first()
    )
    if answer is None:
        raise NotAllowed
    return answer


def readable_answers(viewer: Viewer) -> "QuerySet[Answer]":
    """All answers that the viewer may read: those to calls of the organisation, for who runs or audits them."""
    rows = Answer.objects.select_related("call__organisation")
    organisation_id = viewer.organisation_id
    if organisation_id is None or not can_read_answers(viewer, organisation_id=organisation_id):
        return rows.none()
    return rows.filter(call__organisation_id=organisation_id)


def own_answers(viewer: Viewer, call: Call, sent: Iterable[UUID] = ()) -> list[Answer]:
    """The viewer's own answers to the call, and those `sent` (uuids) that the browser remembers. 0 or 1 query."""
    uuids = list(sent)
    if viewer.person_id is None and not uuids:
        return []
    mine = Q(uuid__in=uuids) | Q(created_by_id=viewer.person_id or 0)
    return list(call.answers.filter(mine).select_related("solver").order_by("id"))


def people_of_call(call: Call) -> set[int]:
    """The ids of the people whom the call concerns: who wrote it. Answers are told to them."""
    return {call.created_by_id} if call.created_by_id else set()


def deciders_of(call: Call, viewer: Viewer) -> list[Person]:
    """Others than the viewer who may decide on the call's answers and have declared no interest in it, at most 5."""
    stepped_aside = Interest.objects.filter(row=call.uuid).values("person_id")
    rows = Person.objects.filter(
        memberships__unit__organisation_id=call.organisation_id,
        memberships__role__in=RUN_CALLS,
        is_active=True,
    )
    return list(
        rows.exclude(pk__in=stepped_aside).exclude(pk=viewer.person_id or 0).distinct().order_by("name")[:5]
    )


def sender_of(answer: Answer, viewer: Viewer) -> tuple[str, str]:
    """The name and address shown of who answered; neither of somebody protected or erased. 0 or 1 query."""
    person = answer.created_by
    if person is not None and shown_name(person, viewer) != (person.name or person.email):
        return (answer.solver.name if answer.solver else shown_name(person, viewer)), ""
    return answer.name or (answer.solver.name if answer.solver else answer.email), answer.email
