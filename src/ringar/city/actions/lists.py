"""Work lists: drawn, handed to the crew, closed. What is drawn stands; what is closed is never changed."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.city.models import Fit, WorkList, WorkListItem
from ringar.city.queries.data import holding
from ringar.city.queries.lists import candidates_for, handed_out
from ringar.city.rules.draws import (
    Candidate,
    Chosen,
    before_score,
    choose_by_lot,
    choose_by_model,
    model_score,
    seed_of,
)
from ringar.city.rules.fits import Arm, AsBefore, CapacityIn, ChosenBy, FitState, ListState, OrderedBy
from ringar.city.rules.lists import LONGEST_NAME, can_plan, require_capacity
from ringar.core.actions import record_audit
from ringar.core.clock import now, today
from ringar.core.models import Unit
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text


@transaction.atomic
def draw_list(
    *,
    by: Viewer,
    fit: Fit,
    name: str,
    unit: Unit,
    capacity: float,
    capacity_in: str = CapacityIn.PIPES,
    year: int | None = None,
    chosen_by: str = ChosenBy.HALVES,
    ordered_by: str = OrderedBy.EXPECTED,
    as_before: str = AsBefore.OLDEST,
    seed: int | None = None,
) -> WorkList:
    """A list at the crew's capacity (pipes or metres), drawn once: its seed is kept, so that anyone can draw it again.

    Half of it is chosen by the model and half as before where `chosen_by` says so. Without a `seed` the lot is
    `rules.draws.seed_of`: a draft that is taken back and drawn anew comes out the same. A form that is sent twice makes
    one draft. Raises NotAllowed, Refused.
    """
    # Held, so that two lists drawn at once do not take the same pipes.
    fit = Fit.objects.select_for_update(of=("self",)).select_related("pipes").get(pk=fit.pk)
    require_plannable(by, fit, unit)
    name = tidy_text(name).strip()[:LONGEST_NAME]
    if not name:
        raise Refused(_("Give the list a name."))
    require_capacity(capacity, capacity_in)
    candidates, year = candidates_for(fit), year or today().year
    require_known(candidates, ordered_by)
    work_list = WorkList(
        organisation_id=fit.organisation_id,
        fit=fit,
        name=name,
        year=year,
        unit=unit,
        capacity=capacity,
        capacity_in=CapacityIn(capacity_in),
        chosen_by=ChosenBy(chosen_by),
        ordered_by=OrderedBy(ordered_by),
        as_before=AsBefore(as_before),
        seed=seed_of(fit.pipes.uuid, year, handed_out(fit.pipes, year)) if seed is None else seed,
        made_by_id=by.person_id,
        created_at=now(),
    )
    if seed is None and (same := draft_like(work_list)):
        return same
    chosen = choose(work_list, candidates)
    if not chosen:
        raise Refused(_("No pipe is left that fits. Close earlier lists, or give the crew more capacity."))
    keep_drawn(by, work_list, candidates, chosen)
    return work_list


def require_plannable(by: Viewer, fit: Fit, unit: Unit) -> None:
    """Raises NotAllowed, or Refused where the reckoning is not done."""
    if not can_plan(by, holding(fit.pipes)) or unit.organisation_id != fit.organisation_id:
        raise NotAllowed
    if fit.state != FitState.DONE:
        raise Refused(_("It is not worked out yet. Wait until it is, then make the list."))


def require_known(candidates: Sequence[Candidate], ordered_by: str) -> None:
    """Raises Refused where the order asks for what a break would mean, and nothing tells."""
    if ordered_by == OrderedBy.RISK and all(pipe.risk is None for pipe in candidates):
        raise Refused(
            _("Nothing says yet what a break would mean. Add places that need water, and reckon again.")
        )


def draft_like(asked: WorkList) -> WorkList | None:
    """The draft that the same person has already drawn from the same form: sent twice, it makes one list."""
    of_the_form = ("unit", "name", "year", "capacity", "capacity_in", "chosen_by", "ordered_by", "as_before")
    same = {field: getattr(asked, field) for field in ("fit", "made_by", *of_the_form)}
    return WorkList.objects.filter(state=ListState.DRAFT, **same).first()


def choose(work_list: WorkList, candidates: Sequence[Candidate]) -> list[Chosen]:
    """What the list takes of the candidates, in order: the same each time for the same seed."""
    size, capacity_in, seed = work_list.capacity, work_list.capacity_in, work_list.seed
    score = model_score(work_list.ordered_by, capacity_in)
    if work_list.chosen_by == ChosenBy.MODEL:
        return choose_by_model(candidates, score, size=size, capacity_in=capacity_in, seed=seed)
    before = before_score(work_list.as_before)
    return choose_by_lot(candidates, score, before, size=size, capacity_in=capacity_in, seed=seed)


def keep_drawn(
    by: Viewer, work_list: WorkList, candidates: Sequence[Candidate], chosen: Sequence[Chosen]
) -> None:
    """Saves the list with its pipes as they stood, and its audit row."""
    by_key = {pipe.key: pipe for pipe in candidates}
    work_list.figures = {
        "candidates": len(candidates),
        "candidates_km": round(sum(pipe.length_m for pipe in candidates) / 1000, 3),
    }
    work_list.save()
    WorkListItem.objects.bulk_create(
        (
            WorkListItem(
                work_list=work_list,
                asset_id=each.key,
                place=place,
                arm=each.arm,
                length_m=by_key[each.key].length_m,
                expected=by_key[each.key].expected,
                risk=by_key[each.key].risk,
            )
            for place, each in enumerate(chosen, 1)
        ),
        batch_size=1_000,
    )
    told: dict[str, object] = {
        "seed": work_list.seed,
        "pipes": len(chosen),
        "by_model": sum(each.arm == Arm.MODEL for each in chosen),
        "chosen_by": work_list.chosen_by,
        "ordered_by": work_list.ordered_by,
        "as_before": work_list.as_before,
    }
    record_audit(by=by, action="draw_list", target=work_list, changes=told)


def locked(by: Viewer, work_list: WorkList) -> WorkList:
    """The list as it is now, kept from other writers, where the viewer plans it. Raises NotAllowed."""
    row = WorkList.objects.select_for_update().get(pk=work_list.pk)
    if not can_plan(by, holding(row.fit.pipes)):
        raise NotAllowed
    return row


@transaction.atomic
def open_list(*, by: Viewer, work_list: WorkList) -> WorkList:
    """Hands the list to the crew. Raises NotAllowed; Refused where it is not a draft."""
    row = locked(by, work_list)
    if row.state != ListState.DRAFT:
        raise Refused(_("The list is handed out already."))
    row.state, row.opened_at = ListState.OPEN, now()
    row.save(update_fields=["state", "opened_at"])
    record_audit(by=by, action="open_list", target=row, changes={"state": [ListState.DRAFT, ListState.OPEN]})
    return row


@transaction.atomic
def close_list(*, by: Viewer, work_list: WorkList) -> WorkList:
    """Ends the work by the list; from now on it is kept as it is. Raises NotAllowed, Refused."""
    row = locked(by, work_list)
    if row.state != ListState.OPEN:
        raise Refused(_("Only a list in the field can be closed. Load the page anew to see how it stands."))
    row.state, row.closed_at = ListState.CLOSED, now()
    row.save(update_fields=["state", "closed_at"])
    record_audit(
        by=by, action="close_list", target=row, changes={"state": [ListState.OPEN, ListState.CLOSED]}
    )
    return row


@transaction.atomic
def drop_list(*, by: Viewer, work_list: WorkList) -> None:
    """Takes back a draft; the audit trail keeps that it was drawn, and its seed. Raises NotAllowed, Refused."""
    row = locked(by, work_list)
    if row.state != ListState.DRAFT or row.pilot_uuid is not None:
        raise Refused(_("The list is handed out or belongs to a pilot, and stays. It can be closed."))
    record_audit(by=by, action="drop_list", target=row, changes={"seed": [row.seed, None]})
    row.items.all().delete()
    row.delete()


@transaction.atomic
def join_pilot(*, by: Viewer, work_list: WorkList, pilot: UUID) -> WorkList:
    """Says which pilot tries the list, once. Raises NotAllowed; Refused where another does, or the list is closed."""
    row = locked(by, work_list)
    if row.pilot_uuid not in (None, pilot):
        raise Refused(_("Another pilot tries the list already."))
    if row.state == ListState.CLOSED:
        raise Refused(_("The list is closed, and is kept as it is."))
    before, row.pilot_uuid = row.pilot_uuid, pilot
    row.save(update_fields=["pilot_uuid"])
    told: dict[str, object] = {"pilot": [str(before or ""), str(pilot)]}
    record_audit(by=by, action="join_pilot", target=row, changes=told)
    return row
