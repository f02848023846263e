"""Every write on needs: writing one down, sharing it, moving it on, and what hangs on it."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person, Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.vectors import as_query, save_vectors, vectors_for
from ringar.needs.actions.prepare import decide_flags, index_need, tidy
from ringar.needs.models import Criterion, Joining, Need, Why
from ringar.needs.queries import concerned_people, home_unit, texts_of
from ringar.needs.rules import (
    LONGEST_TITLE,
    MOST_CRITERIA,
    MOST_WHYS,
    NeedState,
    can_edit_need,
    can_join,
    seen_by_more,
    title_from,
)
from ringar.robots.actions.work import queue_work
from ringar.talk.actions import tell_people
from ringar_kits.texts import load_embedder

TEXTS = ("title", "symptom", "who_affected", "cause", "cost_of_nothing", "good_effect", "tried")
EMBED_BATCH = 64
FACTS = ("people_affected", "how_often", "cost_sek_year", "owner", "unit", "visibility")


def queue_embedding(need: Need, *, by: Viewer) -> None:
    """Asks the robots for the need's vector; until then it is found by its words."""
    queue_work(
        "needs.embed",
        by=by,
        key=f"needs.embed:{need.uuid}:{need.text_hash}",
        payload={"needs": [str(need.uuid)]},
        organisation_id=need.organisation_id,
    )


def save_need(need: Need, *, by: Viewer, action: str, changes: dict[str, object] | None = None) -> None:
    """Saves a need with its search words, audit row and queued vector. Call it inside a transaction."""
    hash_before = need.text_hash
    index_need(need)
    need.is_draft = need.state == NeedState.DRAFT
    need.changed_at = now()
    need.save()
    record_audit(by=by, action=action, target=need, changes=changes)
    if need.text_hash != hash_before:
        queue_embedding(need, by=by)


def locked(need: Need) -> Need:
    """The need as it is now, kept from other writers until the transaction ends."""
    return Need.objects.select_for_update().get(pk=need.pk)


def require_edit(by: Viewer, need: Need) -> None:
    """Raises NotAllowed unless the viewer may change the need."""
    if not can_edit_need(by, need.facts):
        raise NotAllowed


@transaction.atomic
def start_need(
    *, by: Viewer, symptom: str, title: str = "", unit: Unit | None = None, uuid: UUID | None = None
) -> Need:
    """A new need as a draft that only its author sees. Without a title, the first words name it.

    `unit`: one of the author's own (those who lead: any in the organisation); default the first one.
    `uuid`: chosen by the page, so that saving the same draft twice makes one. Raises NotAllowed, Refused.
    """
    unit = unit or home_unit(by)
    if not by.may_write or unit is None or unit.organisation_id != by.organisation_id:
        raise NotAllowed
    if unit.pk not in by.unit_ids and not by.leads:
        raise NotAllowed
    symptom = tidy(symptom)
    if not symptom:
        raise Refused(_("Write what you see. A sentence is enough."))
    need = Need(
        uuid=uuid or uuid4(),
        organisation_id=unit.organisation_id,
        unit=unit,
        title=tidy(title, LONGEST_TITLE) or title_from(symptom),
        symptom=symptom,
        created_by_id=by.person_id,
        owner_id=None,
        created_at=now(),
    )
    save_need(need, by=by, action="start_need")
    return need


@transaction.atomic
def save_draft(*, by: Viewer, uuid: UUID, symptom: str, title: str = "") -> Need:
    """Keeps a draft while it is written: made the first time, changed after that. Raises as `start_need`."""
    need = Need.objects.select_for_update().filter(uuid=uuid).first()
    if need is None:
        try:
            with transaction.atomic():
                return start_need(by=by, symptom=symptom, title=title, uuid=uuid)
        except IntegrityError:  # the page saved it by itself at the same moment
            need = Need.objects.select_for_update().get(uuid=uuid)
    if not need.is_draft or by.person_id is None or need.created_by_id != by.person_id:
        raise NotAllowed
    symptom = tidy(symptom)
    if not symptom:
        raise Refused(_("Write what you see. A sentence is enough."))
    need.symptom, need.title = symptom, tidy(title, LONGEST_TITLE) or title_from(symptom)
    save_need(need, by=by, action="save_draft")
    return need


@transaction.atomic
def discard_draft(*, by: Viewer, need: Need) -> None:
    """Throws a draft away. Only its author can, and only while it is a draft."""
    need = locked(need)
    if not need.is_draft or by.person_id is None or need.created_by_id != by.person_id:
        raise NotAllowed
    record_audit(by=by, action="discard_draft", target=need)
    need.delete()


def as_told(value: object) -> object:
    """A field's value as the audit row holds it."""
    return value if isinstance(value, int) else str(value or "")


def change_of(need: Need, name: str, value: object) -> list[object] | None:
    """Sets one field; what the audit row says of it, or None where nothing changed.

    Of long texts it says the lengths: what people wrote is in the need, not in its history.
    """
    before = getattr(need, name)
    if name in TEXTS:
        value = tidy(str(value or ""), *([LONGEST_TITLE] if name == "title" else []))
    if before == value:
        return None
    setattr(need, name, value)
    if name in TEXTS and name != "title":
        return [len(before), len(str(value))]
    return [as_told(before), as_told(value)]


@transaction.atomic
def edit_need(*, by: Viewer, need: Need, changes: Mapping[str, object], kept: Iterable[str] = ()) -> Need:
    """Changes fields of TEXTS and FACTS. A shared need's new words are flagged first.

    `kept`: keys of flags that the person decided to keep. Raises Flagged, Refused or NotAllowed.
    """
    need = locked(need)
    require_edit(by, need)
    before, visibility = texts_of(need), need.visibility
    told: dict[str, object] = {}
    for name, value in changes.items():
        if name not in TEXTS + FACTS:
            raise ValueError(f"edit_need: {name!r} is not a field that can be changed")
        if change := change_of(need, name, value):
            told[name] = change
    require_sound(by, need, told)
    if not need.is_draft:
        is_wider = seen_by_more(visibility, need.visibility)
        told.update(decide_flags(texts_of(need), shared={} if is_wider else before, kept=kept))
    if told:
        save_need(need, by=by, action="edit_need", changes=told)
    return need


def require_sound(by: Viewer, need: Need, told: Mapping[str, object]) -> None:
    """Raises Refused where what was changed does not hold together."""
    if "symptom" in told and not need.symptom:
        raise Refused(_("Write what you see. A sentence is enough."))
    if "title" in told and not need.title:
        need.title = title_from(need.symptom)
    if "unit" in told and (
        need.unit.organisation_id != need.organisation_id or not (need.unit_id in by.unit_ids or by.leads)
    ):
        raise NotAllowed
    if (
        "owner" in told
        and need.owner_id
        and not Person.objects.filter(
            pk=need.owner_id, memberships__unit__organisation_id=need.organisation_id
        ).exists()
    ):
        raise Refused(_("The owner must be someone who works in the organisation."))


@transaction.atomic
def add_why(*, by: Viewer, need: Need, answer: str, kept: Iterable[str] = ()) -> Why:
    """The answer to the next "why?"; at most five. Raises Refused, Flagged or NotAllowed."""
    need = locked(need)
    require_edit(by, need)
    answer, place = tidy(answer, 2_000), need.whys.count() + 1
    if not answer:
        raise Refused(_("Write an answer, even a guess: it can be changed."))
    if place > MOST_WHYS:
        raise Refused(_("Five whys are answered. Take the last one back to answer it anew."))
    told = {} if need.is_draft else decide_flags({"why": answer}, shared={}, kept=kept)
    why = Why.objects.create(need=need, order=place, answer=answer)
    save_need(need, by=by, action="add_why", changes={"order": place, **told})
    return why


@transaction.atomic
def remove_last_why(*, by: Viewer, need: Need) -> None:
    """Takes back the deepest answer, so that it can be answered anew."""
    need = locked(need)
    require_edit(by, need)
    if why := need.whys.order_by("-order").first():
        why.delete()
        save_need(need, by=by, action="remove_last_why", changes={"order": why.order})


@transaction.atomic
def set_criteria(
    *, by: Viewer, need: Need, texts: Iterable[str], kept: Iterable[str] = ()
) -> list[Criterion]:
    """What a solution must meet, in order; empty ones are left out. Raises Refused above five."""
    need = locked(need)
    require_edit(by, need)
    wanted = [text for text in dict.fromkeys(tidy(t, 300) for t in texts) if text]
    if len(wanted) > MOST_CRITERIA:
        raise Refused(_("At most five criteria: choose those that matter most."))
    before = [criterion.text for criterion in need.criteria.all()]
    if wanted == before:
        return list(need.criteria.all())
    shared = {"criteria": "\n".join(before)}
    told = {} if need.is_draft else decide_flags({"criteria": "\n".join(wanted)}, shared=shared, kept=kept)
    need.criteria.all().delete()
    rows = Criterion.objects.bulk_create(
        Criterion(need=need, order=place, text=text) for place, text in enumerate(wanted, start=1)
    )
    need.criteria_count = len(rows)
    save_need(need, by=by, action="set_criteria", changes={"count": [len(before), len(rows)], **told})
    return rows


def add_criterion(*, by: Viewer, need: Need, text: str, kept: Iterable[str] = ()) -> list[Criterion]:
    """One more criterion, last. Raises as `set_criteria`."""
    return set_criteria(
        by=by, need=need, texts=[*need.criteria.values_list("text", flat=True), text], kept=kept
    )


def save_joined(need: Need, *, by: Viewer, action: str, changes: dict[str, object]) -> None:
    """Saves how many have the need, with the audit row. What is written stays as old as it was."""
    need.save(update_fields=["joined_count"])
    record_audit(by=by, action=action, target=need, changes=changes)


@transaction.atomic
def join_need(
    *, by: Viewer, need: Need, unit: Unit | None = None, note: str = "", kept: Iterable[str] = ()
) -> Joining:
    """Says "we have this too" for a unit (default: one's own). Raises Refused where it says so already."""
    need = locked(need)
    unit = unit or home_unit(by)
    if not can_join(by, need.facts) or unit is None or (unit.pk not in by.unit_ids and not by.leads):
        raise NotAllowed
    if unit.organisation_id != need.organisation_id:
        raise NotAllowed
    if unit.pk == need.unit_id or need.joinings.filter(unit=unit).exists():
        raise Refused(_("%(unit)s has this need already.") % {"unit": unit})
    told = decide_flags({"note": tidy(note, 2_000)}, shared={}, kept=kept)
    joining = Joining.objects.create(
        need=need, unit=unit, person_id=by.person_id, note=tidy(note, 2_000), at=now()
    )
    need.joined_count += 1
    save_joined(need, by=by, action="join_need", changes={"unit": str(unit), **told})
    facts = {"unit": str(unit)}
    tell_people(by=by, row=need, event="needs.joined", people=concerned_people(need), facts=facts)
    return joining


@transaction.atomic
def leave_need(*, by: Viewer, need: Need, unit: Unit) -> None:
    """Takes back "we have this too" for a unit of one's own."""
    need = locked(need)
    joining = need.joinings.filter(unit=unit).first()
    if (
        joining is None
        or not by.may_write
        or not (unit.pk in by.unit_ids or joining.person_id == by.person_id)
    ):
        raise NotAllowed
    joining.delete()
    need.joined_count = need.joinings.count()
    save_joined(need, by=by, action="leave_need", changes={"unit": str(unit)})


def embed_needs(
    *, uuids: Iterable[str], report: Callable[[float, str], object] = lambda part, text: None
) -> int:
    """Makes the vectors that these needs lack; returns how many. Nothing without a model: words find them then."""
    embedder = load_embedder("all")
    if embedder is None:
        return 0
    name = as_query(embedder.name)
    texts = {need.text_hash: need.match_text for need in Need.objects.filter(uuid__in=list(uuids))}
    kept = vectors_for(texts, name)
    lacking = [text_hash for text_hash in texts if text_hash not in kept]
    for start in range(0, len(lacking), EMBED_BATCH):
        batch = lacking[start : start + EMBED_BATCH]
        vectors = embedder.embed_queries([texts[text_hash] for text_hash in batch])
        save_vectors(dict(zip(batch, vectors, strict=True)), name)
        report(min(1.0, (start + EMBED_BATCH) / len(lacking)), "")
    return len(lacking)
