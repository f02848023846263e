"""What a merge or a split of needs will do: worked out once, for the page that shows it and the action that does it."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ringar.core.models import Person, TeamMember, Unit
from ringar.core.rules import Visibility
from ringar.needs.models import Criterion, Evidence, Joining, Need, Why
from ringar.needs.queries import evidence_texts, people_of
from ringar.needs.rules import MOST_CRITERIA, narrows, widens


@dataclass(frozen=True)
class Moving:
    """What goes from one need to the one that it becomes."""

    need: Need
    evidence: list[Evidence]
    joinings: list[Joining]
    criteria: list[Criterion]
    whys: list[Why]
    joins: bool = False  # its unit is written down as one that has the need too
    is_wider: bool = False  # people who do not see it now will see what moves
    is_narrower: bool = False  # people who see it now will not see the need that it becomes

    @property
    def shown(self) -> list[Evidence]:
        """The evidence that others than its writers see."""
        return [row for row in self.evidence if not row.is_draft]

    @property
    def drafts(self) -> int:
        """How many pieces of evidence move that only their writers see."""
        return len(self.evidence) - len(self.shown)


@dataclass(frozen=True)
class MergePlan:
    """Needs that become one: what moves from each, who joins its team, and which criteria do not fit."""

    target: Need | None
    visibility: str
    unit: Unit
    moves: list[Moving]
    people: list[Person]
    left_out: list[Criterion] = field(default_factory=list)

    @property
    def texts(self) -> dict[str, str]:
        """What more people than before will read, {field: text}, for the flags."""
        wider = [move for move in self.moves if move.is_wider]
        rows = [row for move in wider for row in move.shown]
        told = {
            "evidence": ["\n".join(evidence_texts(row).values()) for row in rows],
            "why": [why.answer for move in wider for why in move.whys],
            "criteria": [criterion.text for move in wider for criterion in move.criteria],
            "note": [joining.note for move in wider for joining in move.joinings],
        }
        return {name: "\n".join(texts) for name, texts in told.items() if any(texts)}

    @property
    def criteria_count(self) -> int:
        """How many criteria the need has then."""
        return sum(len(move.criteria) for move in self.moves) + (
            self.target.criteria_count if self.target else 0
        )

    @property
    def mark(self) -> str:
        """Tells this plan from any other: where it differs from the one that was looked at, something has changed."""
        parts: list[object] = [self.target and self.target.pk, self.visibility, self.unit.pk]
        for move in self.moves:
            rows = (move.evidence, move.joinings, move.criteria, move.whys)
            parts += [
                move.need.pk,
                move.need.state,
                move.is_wider,
                *([row.pk for row in each] for each in rows),
            ]
            parts += [evidence_texts(row) for row in move.shown]
        parts += [person.pk for person in self.people]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def words_to_check(
    plan: MergePlan, *, reason: str, written: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of a merge whose flagged words must be decided on, and those that the same people read already."""
    words = {name: text for name, text in written.items() if text and plan.target is None}
    known = {
        name: "\n".join(getattr(move.need, name) for move in plan.moves if not move.is_wider)
        for name in ("title", "symptom")
    }
    return {"reason": reason, **words, **plan.texts}, known


def plan_merge(
    needs: Sequence[Need],
    *,
    target: Need | None,
    unit: Unit,
    visibility: str,
    author_id: int | None = None,
    criteria: Collection[int] | None = None,
) -> MergePlan:
    """What merging `needs` into `target` (None: into one newly written, of that unit and visibility) does. 7 queries.

    A unit that has the target already, or has joined it, is not joined twice; its joining stays where it is. The
    whys move only to a need that has none, from the one with most of them. `criteria`: ids of those that move;
    None: the first that fit among five, each text once. `author_id`: who writes the new one.
    """
    visibility = target.visibility if target else visibility
    unit = target.unit if target else unit
    ids = [need.pk for need in needs]
    joinings = list(
        Joining.objects.filter(need__in=ids).select_related("unit", "person").order_by("at", "id")
    )
    evidence = list(Evidence.objects.filter(need__in=ids).order_by("id"))
    moved, left_out = chosen_criteria(needs, target, criteria)
    whys = chosen_whys(needs, target)
    taken = {unit.pk, *(target.joinings.values_list("unit_id", flat=True) if target else ())}
    moves = []
    for need in needs:
        joins = need.unit_id not in taken
        taken.add(need.unit_id)
        theirs = [row for row in joinings if row.need_id == need.pk and row.unit_id not in taken]
        taken |= {row.unit_id for row in theirs}
        moves.append(
            Moving(
                need=need,
                evidence=[row for row in evidence if row.need_id == need.pk],
                joinings=theirs,
                criteria=[row for row in moved if row.need_id == need.pk],
                whys=[row for row in whys if row.need_id == need.pk],
                joins=joins,
                is_wider=widens(need.facts, visibility=visibility, unit_id=unit.pk),
                is_narrower=narrows(need.facts, visibility=visibility, unit_id=unit.pk),
            )
        )
    people = newcomers(needs, target, author_id)
    return MergePlan(target, visibility, unit, moves, people, left_out)


def chosen_criteria(
    needs: Sequence[Need], target: Need | None, wanted: Collection[int] | None
) -> tuple[list[Criterion], list[Criterion]]:
    """The criteria that move, and those that stay on the closed needs. 1–2 queries."""
    own = list(target.criteria.all()) if target else []
    ids = [need.pk for need in needs]
    rows = list(Criterion.objects.filter(need__in=ids))
    rows.sort(key=lambda row: (ids.index(row.need_id), row.order))
    texts = {row.text.casefold() for row in own}
    new: list[Criterion] = []
    for row in rows:
        if row.text.casefold() not in texts:
            texts.add(row.text.casefold())
            new.append(row)
    room = MOST_CRITERIA - len(own)
    moved = new[:room] if wanted is None else [row for row in new if row.pk in wanted]
    return moved, [row for row in new if row not in moved]


def chosen_whys(needs: Sequence[Need], target: Need | None) -> list[Why]:
    """The whys that move: the longest chain, to a need that has none. 1–2 queries."""
    if target is not None and target.whys.exists():
        return []
    chains: dict[int, list[Why]] = {need.pk: [] for need in needs}
    for why in Why.objects.filter(need__in=chains).order_by("need", "order"):
        chains[why.need_id].append(why)
    return max(chains.values(), key=len)


def newcomers(needs: Sequence[Need], target: Need | None, author_id: int | None) -> list[Person]:
    """Who comes into the team of the need that others become: their writers, owners and teams. 2 queries."""
    team = TeamMember.objects.filter(row__in=[need.uuid for need in needs])
    ids = {pk for need in needs for pk in (need.created_by_id, need.owner_id)}
    ids |= set(team.values_list("person_id", flat=True))
    if target is not None:
        author_id = target.created_by_id
        ids.discard(target.owner_id)
        ids -= set(TeamMember.objects.filter(row=target.uuid).values_list("person_id", flat=True))
    people = {pk for pk in ids if pk is not None and pk != author_id}
    return list(people_of(needs[0].organisation_id).filter(pk__in=people))


@dataclass(frozen=True)
class Part:
    """One of the needs that a need is split into: its words, and the ids of what goes there."""

    title: str
    symptom: str
    evidence: Collection[int] = ()
    joinings: Collection[int] = ()
    criteria: Collection[int] = ()


def words_of_parts(
    need: Need, parts: Sequence[Part], *, reason: str
) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of a split whose flagged words must be decided on, and those that the same people read already."""
    own = f"{need.title}\n{need.symptom}"
    texts = {name: "\n".join(getattr(part, name) for part in parts) for name in ("title", "symptom")}
    return {"reason": reason, **texts}, {"title": own, "symptom": own}


@dataclass(frozen=True)
class PartPlan:
    """One part, with the rows that go there."""

    part: Part
    evidence: list[Evidence]
    joinings: list[Joining]
    criteria: list[Criterion]


def plan_split(need: Need, parts: Sequence[Part]) -> list[PartPlan]:
    """What goes to each part; a row that two parts ask for goes to the first. The rest stays. 3 queries."""
    evidence = list(need.evidence.order_by("id"))
    joinings = list(need.joinings.select_related("unit"))
    criteria = list(need.criteria.all())
    plans = []
    for part in parts:
        mine = PartPlan(
            part,
            [row for row in evidence if row.pk in part.evidence],
            [row for row in joinings if row.pk in part.joinings],
            [row for row in criteria if row.pk in part.criteria],
        )
        evidence = [row for row in evidence if row not in mine.evidence]
        joinings = [row for row in joinings if row not in mine.joinings]
        criteria = [row for row in criteria if row not in mine.criteria]
        plans.append(mine)
    return plans


def narrowest(needs: Sequence[Need]) -> str:
    """The visibility among those of the needs that the fewest have."""
    order = [Visibility.UNIT, Visibility.ORGANISATION, Visibility.PUBLIC]
    return min((need.visibility for need in needs), key=lambda each: order.index(Visibility(each)))
