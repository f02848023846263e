"""Reads on needs: what a viewer may see, lists a page at a time, search, and who else has the same need."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value
from django.utils.dateparse import parse_datetime

from ringar.core.models import AuditEvent, Membership, Person, TeamMember, Unit
from ringar.core.queries import units_below, visible_to
from ringar.core.rules import OUTSIDE_ROLES, NotAllowed, Viewer, Visibility
from ringar.core.search import has_several, match_words, scope_words
from ringar.needs.models import Evidence, Joining, Lineage, Need
from ringar.needs.rules import NeedFacts, NeedState, can_see_need
from ringar_kits.texts.analyse import search_words

PAGE = 25
MOST_FOUND = 100
NOT_IN_LISTS = ("words", "cause", "cost_of_nothing", "good_effect", "tried", "who_affected")


def visible_needs(viewer: Viewer) -> QuerySet[Need]:
    """The needs that the viewer may see, own drafts among them."""
    return visible_to(viewer, Need.objects.all(), owner="owner_id")


def need_for(viewer: Viewer, uuid: UUID | str) -> Need:
    """The need with that uuid, its unit and people with it. Raises NotAllowed where there is none to see. 1 query."""
    need = (
        visible_needs(viewer)
        .select_related("organisation", "unit", "owner", "created_by")
        .filter(uuid=uuid)
        .first()
    )
    if need is None:
        raise NotAllowed
    return need


def listed_needs(viewer: Viewer, *, everywhere: bool = False) -> QuerySet[Need]:
    """Needs that are no drafts, newest first: the viewer's organisation's; else (or `everywhere`) the public ones.

    Allows what `visible_needs` allows, said without "or": so the database walks one index and stops after a page.
    """
    needs = (
        living_needs(Need.objects.filter(is_draft=False))
        .order_by("-changed_at", "-id")
        .select_related("unit", "organisation")
    )
    needs = needs.defer(*NOT_IN_LISTS)
    if everywhere or not viewer.is_inside:
        return needs.filter(visibility=Visibility.PUBLIC)
    needs = needs.filter(organisation_id=viewer.organisation_id or 0)
    if viewer.leads and viewer.person_id is None:
        return needs
    return needs.exclude(
        Q(visibility=Visibility.UNIT)
        & ~Q(unit_id__in=viewer.unit_ids)
        & ~Q(created_by_id=viewer.person_id or 0)
        & ~Q(owner_id=viewer.person_id or 0)
        & ~Q(uuid__in=viewer.team_rows)
    )


def living_needs(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Leaves out needs that were merged or split: lists and searches lead to the ones that they became."""
    became = Lineage.from_needs.through.objects.filter(
        need_id=OuterRef("pk"), lineage__undone_at=None, lineage__is_closing=True
    )
    return needs.exclude(Q(state=NeedState.CLOSED) & Exists(became))


def filtered_needs(needs: QuerySet[Need], *, state: str = "", unit: Unit | None = None) -> QuerySet[Need]:
    """Only those in the state, and of the unit or the units below it."""
    if state in NeedState.values:
        needs = needs.filter(state=state)
    if unit is not None:
        needs = needs.filter(unit_id__in=unit_ids_of(unit))
    return needs


def unit_ids_of(unit: Unit) -> frozenset[int]:
    """The ids of the unit and of those below it. 1 query."""
    tree = Unit.objects.filter(organisation_id=unit.organisation_id).values_list("id", "parent_id")
    return units_below(tree, {unit.pk})


def older_than(needs: QuerySet[Need], cursor: str) -> QuerySet[Need]:
    """The needs after the one that `cursor` (of `cursor_of`) tells of; all of them where it tells of none."""
    stamp, _, last = cursor.partition("_")
    moment = parse_moment(stamp)
    if moment is None or not last.isdecimal() or len(last) > 18:
        return needs
    return needs.filter(changed_at__lte=moment).exclude(changed_at=moment, id__gte=int(last))


def parse_moment(stamp: str) -> datetime | None:
    """The moment that an address holds, or None where it is none."""
    try:
        moment = parse_datetime(stamp.replace(" ", "+"))
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):  # the first or last day of the calendar, in another time zone
        return None


def cursor_of(need: Need) -> str:
    """Where a page ends: the next one starts after this need."""
    return f"{need.changed_at.isoformat()}_{need.pk}"


def my_drafts(viewer: Viewer) -> QuerySet[Need]:
    """What the viewer has begun to write and nobody else sees."""
    return Need.objects.filter(created_by_id=viewer.person_id or 0, is_draft=True).order_by(
        "-changed_at", "-id"
    )


def my_needs(viewer: Viewer) -> QuerySet[Need]:
    """What the viewer has written and shared, newest first."""
    mine = Need.objects.filter(created_by_id=viewer.person_id or 0, is_draft=False)
    return mine.select_related("unit").order_by("-changed_at", "-id")


def found_ids(
    viewer: Viewer, text: str, *, everywhere: bool = False, limit: int = MOST_FOUND, drop_weak: bool = False
) -> list[tuple[int, float]]:
    """Ids of needs that hold words of the text, best first, near what the viewer may see. 1 query.

    `drop_weak` leaves out those that share but a common word, as `match_words` tells.
    """
    scopes = scope_words(
        organisation_id=None if everywhere or not viewer.is_inside else viewer.organisation_id,
        is_public=everywhere or not viewer.is_inside,
    )
    return match_words("needs_need", search_words(text), within=scopes, limit=limit, drop_weak=drop_weak)


def search_ids(
    viewer: Viewer, text: str, *, state: str = "", unit: Unit | None = None, everywhere: bool = False
) -> list[int]:
    """Ids of needs that hold words of the text, best first, that the viewer may see; never drafts. 2–3 queries.

    Who may see them is decided row by row: asked together with the ids, SQLite would walk the whole index.
    """
    hits = found_ids(viewer, text, everywhere=everywhere, drop_weak=has_several(text))
    found = [pk for pk, _ in hits]
    below = unit_ids_of(unit) if unit else None
    is_public = everywhere or not viewer.is_inside
    rows = living_needs(Need.objects.filter(pk__in=found, is_draft=False))
    names = ("pk", "uuid", "organisation_id", "unit_id", "created_by_id", "owner_id", "state", "visibility")
    seen = set()
    for pk, uuid, *facts in rows.values_list(*names):
        need = replace(NeedFacts(*facts), uuid=uuid)
        is_ours = (
            need.visibility == Visibility.PUBLIC
            if is_public
            else need.organisation_id == viewer.organisation_id
        )
        fits = (not state or need.state == state) and (below is None or need.unit_id in below)
        if is_ours and fits and can_see_need(viewer, need):
            seen.add(pk)
    return [pk for pk in found if pk in seen]


def search_needs(viewer: Viewer, text: str, *, limit: int = PAGE, everywhere: bool = False) -> list[Need]:
    """The needs of `search_ids`, at most `limit`, with their units. 3 queries."""
    ids = search_ids(viewer, text, everywhere=everywhere)[:limit]
    rows = Need.objects.select_related("unit", "organisation").in_bulk(ids)
    return [rows[pk] for pk in ids]


def home_unit(viewer: Viewer) -> Unit | None:
    """The unit that the viewer writes for: the first one with a role, in the organisation at hand. 1 query."""
    units = Unit.objects.filter(
        organisation_id=viewer.organisation_id or 0, memberships__person_id=viewer.person_id or 0
    )
    return units.order_by("memberships__id").first()


def units_of(viewer: Viewer) -> QuerySet[Unit]:
    """The units that the viewer may write for: one's own; those who lead, all in the organisation."""
    units = Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name")
    return units if viewer.leads else units.filter(pk__in=viewer.unit_ids)


def people_of(organisation_id: int) -> QuerySet[Person]:
    """Who can own a need, or work with it: everyone with a role inside the organisation."""
    inside = Membership.objects.filter(unit__organisation_id=organisation_id).exclude(role__in=OUTSIDE_ROLES)
    return Person.objects.filter(is_active=True, pk__in=inside.values("person_id")).order_by("name")


def concerned_people(need: Need) -> set[int]:
    """The ids of the people whom the need concerns: writer, owner, team, and who joined it. 2 queries."""
    ids = {need.created_by_id, need.owner_id}
    ids |= set(need.joinings.order_by().values_list("person_id", flat=True))
    ids |= set(TeamMember.objects.filter(row=need.uuid).values_list("person_id", flat=True))
    return {pk for pk in ids if pk is not None}


def evidence_of(need: Need, viewer: Viewer) -> list[Evidence]:
    """The need's evidence that the viewer may see: drafts only by who wrote them. 1 query."""
    rows = need.evidence.select_related("created_by")
    return [row for row in rows if not row.is_draft or row.created_by_id == viewer.person_id]


def evidence_for(viewer: Viewer, uuid: UUID | str) -> Evidence:
    """The evidence with that uuid on a need that the viewer may see; a draft only by who wrote it. 2 queries."""
    row = Evidence.objects.select_related("need").filter(uuid=uuid).first()
    if row is None or (row.is_draft and row.created_by_id != viewer.person_id):
        raise NotAllowed
    row.need = need_for(viewer, row.need.uuid)
    return row


def joinings_of(need: Need) -> QuerySet[Joining]:
    """The units that have the need too. 1 query."""
    return need.joinings.select_related("unit", "person")


def joined_units() -> "Prefetch[str, QuerySet[Joining], str]":
    """What prefetches the names of units that have a need too, for a list."""
    return Prefetch("joinings", Joining.objects.select_related("unit"))


def whys_and_criteria(need: Need) -> tuple[list[str], list[str]]:
    """The answers of the whys and the criteria, each in order. 1 query."""
    whys = need.whys.order_by().annotate(part=Value(0)).values_list("part", "order", "answer")
    criteria = need.criteria.order_by().annotate(part=Value(1)).values_list("part", "order", "text")
    rows = sorted(whys.union(criteria, all=True))
    return [text for part, _, text in rows if part == 0], [text for part, _, text in rows if part == 1]


def history_of(need: Need, limit: int = 20) -> QuerySet[AuditEvent]:
    """How the need moved, newest first, from the audit trail."""
    moves = AuditEvent.objects.filter(
        target_id=str(need.uuid), action__in=["start_need", "share_need", "move_need"]
    )
    return moves.order_by("-id")[:limit]


def evidence_texts(evidence: Evidence) -> dict[str, str]:
    """The texts of one piece of evidence, for the flags."""
    return {"met": evidence.met, "summary": evidence.summary, "surprise": evidence.surprise}


def texts_of(need: Need) -> dict[str, str]:
    """All that people wrote on a need, {field: text}, for the flags: 3 queries."""
    texts = {
        name: getattr(need, name)
        for name in ("title", "symptom", "who_affected", "cause", "cost_of_nothing", "good_effect", "tried")
    }
    texts["why"] = "\n".join(need.whys.values_list("answer", flat=True))
    texts["criteria"] = "\n".join(need.criteria.values_list("text", flat=True))
    seen = need.evidence.filter(is_draft=False)
    texts["evidence"] = "\n".join("\n".join(evidence_texts(row).values()) for row in seen)
    return texts
