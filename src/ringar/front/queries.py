"""Reads of the first page and the overview; a row never reaches who may not see it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from ringar.core.clock import now
from ringar.core.models import Unit
from ringar.core.rules import Viewer
from ringar.front.rules import holds_most
from ringar.needs.models import Joining, Need
from ringar.needs.queries import listed_needs, my_drafts, my_needs, search_needs
from ringar.needs.rules import NeedState, can_see_need
from ringar.solvers.models import Call, Solution
from ringar.solvers.queries import open_calls, search_calls, search_solutions
from ringar_kits.texts import analyse, search_words

SHOWN = 6
LONGEST_LIST = 25
MOST_FOUND = 12
UNDER_WAY = tuple(s for s in NeedState if s not in {NeedState.DRAFT, NeedState.CLOSED, NeedState.ADOPTED})


def newest_public_needs() -> list[Need]:
    """The latest needs that everyone may see."""
    return list(listed_needs(Viewer())[:SHOWN])


def next_calls() -> list[Call]:
    """The open calls that close first."""
    return list(open_calls(now())[:SHOWN])


def any_of(parts: Iterable[QuerySet[Need]]) -> Q:
    """Rows whose id is in any of the parts."""
    return reduce(or_, (Q(id__in=part.values("id")) for part in parts))


def own_needs(viewer: Viewer) -> list[Need]:
    """What the viewer has written or owns: drafts first, then the rest, newest first. One query."""
    owned = Need.objects.filter(owner_id=viewer.person_id or 0, is_draft=False).order_by("-changed_at", "-id")
    parts = [my_drafts(viewer), my_needs(viewer), owned]
    mine = Need.objects.filter(any_of(part[:SHOWN] for part in parts))
    mine = mine.select_related("unit").defer("words")
    mine = mine.order_by("-is_draft", "-changed_at", "-id")
    return [need for need in mine if can_see_need(viewer, need.facts)]


def latest_joinings(viewer: Viewer, needs: Iterable[Need]) -> list[Joining]:
    """The units that last said "we have this too" of those needs, which the viewer sees already."""
    joined = [need.pk for need in needs if need.joined_count]
    if not joined:
        return []
    joinings = Joining.objects.filter(need__in=joined)
    joinings = joinings.exclude(person_id=viewer.person_id or 0)
    return list(joinings.select_related("need", "unit").order_by("-at")[:SHOWN])


def newest_needs(viewer: Viewer) -> list[Need]:
    """The latest needs of the viewer's organisation that others have written."""
    return list(listed_needs(viewer).exclude(created_by_id=viewer.person_id)[:SHOWN])


def own_solutions(viewer: Viewer) -> list[Solution]:
    """What the viewer offers, as the one who wrote it."""
    solutions = Solution.objects.filter(
        Q(created_by_id=viewer.person_id) | Q(solver__created_by_id=viewer.person_id)
    )
    return list(solutions.select_related("solver").order_by("-id")[:SHOWN])


@dataclass(frozen=True)
class Found:
    """What a search found, best first; `is_near` tells whether anything of it holds most of the words."""

    calls: list[Call]
    needs: list[Need]
    solutions: list[Solution]
    is_near: bool


def found(viewer: Viewer, text: str) -> Found:
    """The open calls, needs and solutions that fit the words best, of those that the viewer may see. 7 queries."""
    calls = search_calls(now(), text, limit=MOST_FOUND)
    needs = search_needs(viewer, text, limit=MOST_FOUND)
    solutions = search_solutions(viewer, text, limit=MOST_FOUND)
    held = [analyse(f"{call.title}\n{call.text}", call.language) for call in calls]
    held += [need.words.split() for need in needs] + [offer.words.split() for offer in solutions]
    return Found(calls, needs, solutions, is_near=holds_most(search_words(text), held))


def needs_under_way(viewer: Viewer) -> list[Need]:
    """The needs under way that have stood still the longest, so that lost time is seen. One query."""
    still = listed_needs(viewer).order_by("changed_at", "id")
    # The first of each state by its index; all states at once would sort the whole table.
    first = [still.filter(state=state)[:LONGEST_LIST] for state in UNDER_WAY]
    needs = Need.objects.filter(any_of(first)).select_related("unit", "owner").defer("words")
    return list(needs.order_by("changed_at", "id")[:LONGEST_LIST])


def count_needs(viewer: Viewer) -> Counter[tuple[int, str]]:
    """How many needs that the viewer may see each (unit id, state) holds; drafts are their authors' own."""
    rows = listed_needs(viewer).order_by().values_list("unit_id", "state").annotate(Count("id"))
    return Counter({(unit_id, state): count for unit_id, state, count in rows})


def unit_tree(viewer: Viewer) -> list[Unit]:
    """All units of the viewer's organisation."""
    return list(Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name", "id"))
