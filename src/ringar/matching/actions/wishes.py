"""What those invited say: when they can come, whom they want to meet, and that they can not come after all."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import Refused, Viewer
from ringar.matching.actions.days import locked, refuse_when_over
from ringar.matching.actions.matches import tidy
from ringar.matching.actions.settling import drop_meetings, settle_meetings
from ringar.matching.day_mail import tell_changes
from ringar.matching.day_models import Busy, MeetingDay, Party, Wish
from ringar.matching.day_problem import what_is_asked
from ringar.matching.day_queries import slots_of_day, standing_meetings
from ringar.matching.day_rules import (
    LONGEST_REASON,
    MOST_MUSTS,
    DayState,
    WishKind,
    can_run_day,
    takes_wishes,
)
from ringar.talk.actions import tell_people
from ringar_kits.timetable import repair_plan

MOST_MOVED = 3
REPAIR_SECONDS = 1.0


def as_party(by: Viewer, day: MeetingDay) -> Viewer:
    """Who the audit trail names: the person logged in, else whoever the personal link was sent to."""
    return by if by.label else Viewer(label="invited party", organisation_id=day.organisation_id)


@transaction.atomic
def save_wishes(*, by: Viewer, party: Party, busy: Collection[datetime], wishes: Mapping[int, str]) -> Party:
    """The party's answer, in place of an earlier one. Whoever holds the personal link is the party.

    `busy`: starts of slots (UTC) when they can not come; `wishes`: {id of another party: WishKind}. Meetings planned
    already that can no longer stand fall away. Raises Refused when wishes are not taken (any more), for who has been
    cancelled, for times or parties that are not of the day, or more than MOST_MUSTS musts.
    """
    day = locked(party.day)
    party = day.parties.get(pk=party.pk)
    runs = can_run_day(by, day.organisation_id) and day.state != DayState.PUBLISHED
    if not runs and not takes_wishes(day.state, day.wishes_until, now()):
        raise Refused(_("Wishes are no longer taken. Write to whoever invited you if something has changed."))
    if party.cancelled_at is not None:
        raise Refused(
            _("You have said that you do not come. Write to whoever invited you if that has changed.")
        )
    if not set(busy) <= set(slots_of_day(day)):
        raise Refused(_("The times have changed meanwhile. Load the page anew and tick again."))
    known = set(day.parties.exclude(kind=party.kind).values_list("pk", flat=True))
    if not set(wishes) <= known or not set(wishes.values()) <= set(WishKind.values):
        raise Refused(_("Those invited have changed meanwhile. Load the page anew and tick again."))
    if sum(kind == WishKind.MUST for kind in wishes.values()) > MOST_MUSTS:
        raise Refused(
            _("At most %(most)d can be a must. Let the others be “want to meet”.") % {"most": MOST_MUSTS}
        )
    changes: dict[str, object] = {}
    before = write_answer(party, busy, wishes)
    for name, number in counted(busy, wishes).items():
        if before[name] != number:
            changes[name] = [before[name], number]
    party.answered_at = now()
    party.save(update_fields=["answered_at"])
    gone = [
        row
        for row in standing_meetings(day).filter(starts_at__gt=now())
        if party.pk in (row.manager_id, row.startup_id)
        and (row.starts_at in busy or WishKind.NO in (wishes.get(row.manager_id), wishes.get(row.startup_id)))
    ]
    if drop_meetings(gone):
        changes["meetings_dropped"] = len(gone)
    record_audit(by=as_party(by, day), action="save_meeting_wishes", target=party, changes=changes)
    return party


def write_answer(party: Party, busy: Collection[datetime], wishes: Mapping[int, str]) -> dict[str, int]:
    """Writes times and wishes in place of those before; returns the earlier ones, counted."""
    old_busy = Busy.objects.filter(party=party)
    old_wishes = Wish.objects.filter(party=party)
    before = counted(
        list(old_busy.values_list("starts_at", flat=True)), dict(old_wishes.values_list("other_id", "kind"))
    )
    old_busy.delete()
    old_wishes.delete()
    Busy.objects.bulk_create(Busy(party=party, starts_at=each) for each in sorted(set(busy)))
    Wish.objects.bulk_create(Wish(party=party, other_id=pk, kind=kind) for pk, kind in sorted(wishes.items()))
    return before


def counted(busy: Collection[datetime], wishes: Mapping[int, str]) -> dict[str, int]:
    """How much was said of each kind: what the audit trail keeps of it. Who said no to whom stays between them."""
    kinds = list(wishes.values())
    return {"busy": len(set(busy)), **{kind: kinds.count(kind) for kind in WishKind.values}}


@transaction.atomic
def cancel_party(*, by: Viewer, party: Party, why: str = "") -> int:
    """The party does not come: its coming meetings go, and others may take the time, moving at most three meetings.

    Whoever meets somebody else or at another time than they were told is written to. Returns how many meetings
    others got instead. Whoever holds the personal link is the party. Twice is as once. Raises Refused once it is over.
    """
    day = locked(party.day)
    refuse_when_over(day)
    party = day.parties.get(pk=party.pk)
    if party.cancelled_at is not None:
        return 0
    party.cancelled_at, party.why_cancelled = now(), tidy(why, LONGEST_REASON)
    party.save(update_fields=["cancelled_at", "why_cancelled"])
    at = now()
    asked = what_is_asked(day, at)
    settled = None
    if asked.standing:
        repair = repair_plan(
            asked.standing,
            wishes=[wish for wish in asked.wishes if (wish.manager, wish.startup) in asked.wished],
            cancelled=[str(party.pk)],
            fixed=asked.by_hand,
            most_moved=MOST_MOVED,
            seconds=REPAIR_SECONDS,
            **asked.frame.asked(),
        )
        settled = settle_meetings(day, asked, repair.plan, at)
    changes: dict[str, object] = {"why_cancelled": ["", party.why_cancelled]}
    if settled is not None:
        changes |= vars(settled)
    record_audit(by=as_party(by, day), action="cancel_meeting_party", target=party, changes=changes)
    tell_changes(as_party(by, day), day)
    if day.created_by_id:
        tell_people(
            by=by,
            row=day,
            event="matching.party_cancelled",
            people=[day.created_by_id],
            facts={"party": party.name, "why": party.why_cancelled},
            followers=False,
        )
    return settled.added if settled is not None else 0
