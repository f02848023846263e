"""What is said of a meeting once its time has come: held or not, and each side's three answers."""

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions.matches import move_to_meeting, tidy
from ringar.matching.actions.wishes import as_party
from ringar.matching.day_mail import new_token, own_links
from ringar.matching.day_models import Meeting, MeetingAnswer, Party
from ringar.matching.day_rules import GoOn, MeetingState, NoShow
from ringar.matching.meeting_queries import facts_of, parties_to_ask
from ringar.matching.meeting_rules import LONGEST_ANSWER, can_mark, has_begun, side_of
from ringar.needs.rules import NeedState


def locked_meeting(meeting: Meeting) -> Meeting:
    """The meeting as it is now, kept from other writers. Raises Refused before its time, and where it is cancelled."""
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("day", "manager", "startup")
    meeting = rows.get(pk=meeting.pk)
    if meeting.state == MeetingState.CANCELLED:
        raise Refused(_("The meeting is cancelled."))
    if not has_begun(facts_of(meeting), now()):
        raise Refused(_("The meeting has not been yet. Come back when it is over."))
    return meeting


def party_acting(by: Viewer, meeting: Meeting, party: Party | None) -> Party | None:
    """The side that acts: the one whose link was opened, else the viewer's own; None where the viewer has none."""
    if party is not None:
        if party.pk not in (meeting.manager_id, meeting.startup_id):
            raise NotAllowed
        return party
    side = side_of(by, facts_of(meeting))
    return getattr(meeting, side) if side else None


@transaction.atomic
def save_answer(
    *,
    by: Viewer,
    meeting: Meeting,
    go_on: str,
    learned: str = "",
    in_the_way: str = "",
    party: Party | None = None,
) -> MeetingAnswer:
    """One side's answers after a meeting, in place of earlier ones; the meeting then counts as held.

    `party`: whose personal link was opened; without it the viewer must be one of the sides. Raises NotAllowed, or
    Refused before the meeting's time, where it is cancelled or marked as not held, and for a text that is too long.
    """
    meeting = locked_meeting(meeting)
    side = party_acting(by, meeting, party)
    if side is None or go_on not in GoOn.values:
        raise NotAllowed
    if meeting.state == MeetingState.MISSED:
        raise Refused(_("The meeting is marked as not held. If it was held after all, say so first."))
    answer = MeetingAnswer.objects.filter(meeting=meeting, party=side).first()
    before = [answer.go_on] if answer else []
    answer = answer or MeetingAnswer(meeting=meeting, party=side)
    answer.go_on, answer.at = go_on, now()
    answer.learned, answer.in_the_way = tidy(learned, LONGEST_ANSWER), tidy(in_the_way, LONGEST_ANSWER)
    answer.save()
    # The words are the sides' own and stay out of the trail, which outlives them.
    changes: dict[str, object] = {"party": side.kind, "go_on": [*before, go_on]}
    record_audit(by=as_party(by, meeting.day), action="answer_meeting", target=meeting, changes=changes)
    if meeting.state == MeetingState.PLANNED:
        mark(meeting, MeetingState.HELD, "", by=by)
    return answer


@transaction.atomic
def mark_held(*, by: Viewer, meeting: Meeting, party: Party | None = None) -> Meeting:
    """The meeting was held. Raises NotAllowed unless the viewer runs the day or is one of its sides, Refused."""
    meeting = locked_meeting(meeting)
    side = party_acting(by, meeting, party)
    if not can_mark(by, facts_of(meeting), is_side=side is not None):
        raise NotAllowed
    return mark(meeting, MeetingState.HELD, "", by=by)


@transaction.atomic
def mark_no_show(*, by: Viewer, meeting: Meeting, who: str, party: Party | None = None) -> Meeting:
    """The meeting was not held, as `who` did not come (day_rules.NoShow). Either side, or who runs the day, says so.

    Raises NotAllowed, or Refused before its time and where a side has told how the meeting went.
    """
    meeting = locked_meeting(meeting)
    side = party_acting(by, meeting, party)
    if not can_mark(by, facts_of(meeting), is_side=side is not None):
        raise NotAllowed
    if who not in NoShow.values:
        raise Refused(_("Say who did not come."))
    if meeting.answers.exists():
        raise Refused(_("Somebody has told how the meeting went, so it was held."))
    return mark(meeting, MeetingState.MISSED, who, by=by)


def mark(meeting: Meeting, state: MeetingState, no_show: str, *, by: Viewer) -> Meeting:
    """Writes what became of the meeting, where that is anything new."""
    before = (meeting.state, meeting.no_show)
    if before == (state, no_show):
        return meeting
    meeting.state, meeting.no_show = state, no_show
    meeting.save(update_fields=["state", "no_show"])
    changes: dict[str, object] = {"state": [before[0], state.value], "no_show": [before[1], no_show]}
    record_audit(by=as_party(by, meeting.day), action="mark_meeting", target=meeting, changes=changes)
    if state == MeetingState.HELD and meeting.need is not None and meeting.need.state == NeedState.MATCHED:
        move_to_meeting(meeting.need)
    return meeting


@transaction.atomic
def ask_for_answers() -> int:
    """Asks each party, after its last meeting, how its meetings went, and once more; returns how many letters."""
    waiting = parties_to_ask(now())
    # Locked in one order, and looked at again: another worker may have asked them a moment ago.
    free = Party.objects.select_for_update().filter(pk__in=[party.pk for party in waiting]).order_by("pk")
    letters = dict(free.values_list("pk", "answer_letters"))
    asked = [party for party in waiting if letters.get(party.pk) == party.answer_letters]
    for party in asked:
        ask_party(party)
        Party.objects.filter(pk=party.pk).update(answer_letters=F("answer_letters") + 1)
        robot = Viewer.of_robot(party.day.organisation_id)
        record_audit(by=robot, action="ask_how_it_went", target=party)
    return len(asked)


def ask_party(party: Party) -> None:
    """The letter that asks how the meetings went."""
    context = {"party": party, "day": party.day, **own_links(new_token(party))}
    with translation.override(party.language):
        subject = _("How did it go? %(day)s") % {"day": " ".join(party.day.title.split())}
        send_mail(subject, render_to_string("matching/mail/answers.txt", context), None, [party.email])
