"""One need that is really several becomes two to five."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.models import TeamMember
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.needs.actions.lineage import (
    Before,
    close_needs,
    count_rows,
    finish,
    invite,
    keep_lineage,
    lock_needs,
    move_rows,
    states_before,
    tell_all,
    write_need,
)
from ringar.needs.actions.needs import save_need
from ringar.needs.actions.prepare import decide_flags, tidy
from ringar.needs.lineage import Part, PartPlan, plan_split, words_of_parts
from ringar.needs.models import Lineage, Need
from ringar.needs.queries import people_of
from ringar.needs.rules import LONGEST_TITLE, MOST_PARTS, LineageKind, NeedState, can_give_up


@transaction.atomic
def split_need(
    *,
    by: Viewer,
    need: Need,
    parts: Sequence[Part],
    reason: str,
    closes: bool = True,
    kept: Iterable[str] = (),
) -> Lineage:
    """Makes two to five needs of one; with `closes` the first is closed and leads to them, else it lives on.

    Each part is shared with those who see the need now. Raises NotAllowed, Flagged, or Refused where a text is
    missing.
    """
    need = lock_needs([need])[need.pk]
    if need.state == NeedState.CLOSED:
        raise Refused(_("“%(title)s” has been closed. Choose again.") % {"title": need.title})
    if not can_give_up(by, need.facts):
        raise NotAllowed
    reason = tidy(reason, 2_000)
    parts = [replace(p, title=tidy(p.title, LONGEST_TITLE), symptom=tidy(p.symptom)) for p in parts]
    told = require_parts(need, parts, reason=reason, closes=closes, kept=kept)
    before = states_before([need])
    made = [make_part(by, need, plan, told, before) for plan in plan_split(need, parts)]
    before["new"] = [part.pk for part in made]
    lineage = keep_lineage(
        by, LineageKind.SPLIT, [need], made, reason=reason, before=before, is_closing=closes
    )
    if closes:
        close_needs(by, [need], reason)
    else:
        count_rows(need)
        save_need(need, by=by, action="split_need", changes={"reason": reason})
    finish(lineage, [need, *made], before)
    tell_all(by, [need, *made], "needs.split", reason)
    return lineage


def require_parts(
    need: Need, parts: Sequence[Part], *, reason: str, closes: bool, kept: Iterable[str]
) -> dict[str, object]:
    """What the audit row says of flags. Raises Refused or Flagged unless the parts hold together."""
    least = 2 if closes else 1
    if not least <= len(parts) <= MOST_PARTS:
        raise Refused(
            _("Write at least two parts, and at most five.") if closes else _("Write at least one part.")
        )
    if not all(part.symptom for part in parts):
        raise Refused(_("Write what is seen in each part. A sentence is enough."))
    if not reason:
        raise Refused(_("Write why it is split, so that those who wrote it understand."))
    texts, known = words_of_parts(need, parts, reason=reason)
    return decide_flags(texts, shared=known, kept=kept)


def make_part(by: Viewer, need: Need, plan: PartPlan, told: dict[str, object], before: Before) -> Need:
    """One part: seen by those who see the need, worked with by those who worked with it."""
    part = write_need(
        by, need.unit, title=plan.part.title, symptom=plan.part.symptom, visibility=need.visibility, told=told
    )
    part.owner_id = need.owner_id
    move_rows(plan, part, before)
    count_rows(part)
    save_need(part, by=by, action="split_need", changes={"from": str(need.uuid)})
    team = set(TeamMember.objects.filter(row=need.uuid).values_list("person_id", flat=True))
    team |= {need.created_by_id or 0} - {by.person_id, need.owner_id}
    invite(by, people_of(need.organisation_id).filter(pk__in=team), part, before)
    return part
