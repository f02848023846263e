"""Who is invited to a meeting day: added from needs, solutions and answers to calls, written to, taken away."""

from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Person
from ringar.core.queries import shown_name
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.matching.actions.day_letters import send_letters
from ringar.matching.actions.days import locked_day
from ringar.matching.actions.matches import tidy
from ringar.matching.day_models import MeetingDay, Party
from ringar.matching.day_queries import mails_to_send, parties_to_remind
from ringar.matching.day_rules import (
    LONGEST_TITLE,
    MOST_PARTIES,
    MOST_SLOTS,
    DayState,
    PartyKind,
    takes_wishes,
)
from ringar.needs.models import Need
from ringar.solvers.models import Answer, Solution, SolverMember

NOBODY = Viewer()
LANGUAGES = ("sv", "en")


@transaction.atomic
def add_managers(*, by: Viewer, day: MeetingDay, needs: Iterable[Need]) -> list[Party]:
    """Those who own the needs (or wrote them, where nobody owns them) are to meet startups; one party a person.

    Startups read the needs' short names, and their words where everyone may see them. Raises Refused for a need
    without anybody, or where there are too many.
    """
    day = locked_day(by, day)
    found: dict[int, list[Need]] = defaultdict(list)
    people: dict[int, Person] = {}
    for need in needs:
        person = need.owner or need.created_by
        if need.organisation_id != day.organisation_id or need.is_draft:
            raise NotAllowed
        if person is None or person.erased_at is not None or not person.is_active:
            raise Refused(
                _("“%(need)s” has nobody who answers for it. Give it an owner first.") % {"need": need}
            )
        people[person.pk] = person
        found[person.pk].append(need)
    made = []
    for pk, brought in found.items():
        person = people[pk]
        party = day.parties.filter(kind=PartyKind.MANAGER, person=person).first()
        if party is None:
            party = new_party(
                day,
                PartyKind.MANAGER,
                shown_name(person, NOBODY),
                email=person.email,
                language=person.language,
                person=person,
                unit_id=brought[0].unit_id,
            )
            made.append(party)
        party.needs.add(*brought)
        told: dict[str, object] = {"needs": [str(need.uuid) for need in brought]}
        record_audit(by=by, action="add_meeting_party", target=party, changes=told)
    return made


@transaction.atomic
def add_startups(
    *, by: Viewer, day: MeetingDay, solutions: Iterable[Solution] = (), answers: Iterable[Answer] = ()
) -> list[Party]:
    """Those who offer the solutions, or answered the call, are to meet managers; one party a supplier."""
    day = locked_day(by, day)
    made = []
    for solution in solutions:
        if not solution.is_published:
            raise NotAllowed
        party = day.parties.filter(kind=PartyKind.STARTUP, solver=solution.solver_id).first()
        if party is None:
            solver = solution.solver
            email, language = contact_of(solver.pk, solver.email, solver.language)
            party = new_party(
                day, PartyKind.STARTUP, solver.name, email=email, language=language, solver=solver
            )
            made.append(party)
        party.solutions.add(solution)
        told: dict[str, object] = {"solutions": [str(solution.uuid)]}
        record_audit(by=by, action="add_meeting_party", target=party, changes=told)
    for answer in answers:
        made += [party] if (party := add_answer(by, day, answer)) else []
    return made


def add_answer(by: Viewer, day: MeetingDay, answer: Answer) -> Party | None:
    """The party of an answer to the day's call; None where it has one already, which then brings the solution too."""
    if answer.call_id != day.call_id:
        raise NotAllowed
    rows = day.parties.filter(kind=PartyKind.STARTUP)
    known = rows.filter(solver=answer.solver_id).first() if answer.solver_id else None
    known = known or rows.filter(email__iexact=answer.email).first()
    party = known or new_party(
        day,
        PartyKind.STARTUP,
        (answer.solver.name if answer.solver else answer.name) or answer.email.rpartition("@")[2],
        email=answer.email,
        language=answer.language,
        solver=answer.solver,
    )
    if answer.solution is not None and answer.solution.is_published:
        party.solutions.add(answer.solution)
    told: dict[str, object] = {"answers": [str(answer.uuid)]}
    record_audit(by=by, action="add_meeting_party", target=party, changes=told)
    return None if known else party


def contact_of(solver_id: int, email: str, language: str) -> tuple[str, str]:
    """Whom to write to for a supplier: its own address, else its oldest representative's."""
    if email:
        return email, language
    row = (
        SolverMember.objects.filter(solver=solver_id, person__is_active=True).order_by("since", "id").first()
    )
    return (row.person.email, row.person.language) if row else ("", language)


@transaction.atomic
def add_party(
    *, by: Viewer, day: MeetingDay, kind: str, name: str, email: str = "", language: str = "sv"
) -> Party:
    """Somebody who has neither a need nor a solution here yet is to take part. Raises Refused for what is wrong."""
    day = locked_day(by, day)
    party = new_party(day, PartyKind(kind), name, email=email, language=language)
    record_audit(by=by, action="add_meeting_party", target=party)
    return party


def new_party(day: MeetingDay, kind: PartyKind, name: str, **facts: object) -> Party:
    """The party with a name that no other on its side has. Raises Refused where there are too many."""
    if day.parties.count() >= MOST_PARTIES:
        raise Refused(_("At most %(most)d can be invited to one day.") % {"most": MOST_PARTIES})
    email = check_email(str(facts.pop("email", "")))
    language = facts.pop("language", "sv")
    return Party.objects.create(
        day=day,
        kind=kind,
        name=free_name(day, kind, name),
        email=email,
        language=language if language in LANGUAGES else "sv",
        **facts,
    )


def free_name(day: MeetingDay, kind: str, name: str, besides: int = 0) -> str:
    """The name as it is kept, with a number behind it where another has the same."""
    name = tidy(name, LONGEST_TITLE)
    if not name:
        raise Refused(_("Give the name of who is invited."))
    taken = set(day.parties.filter(kind=kind).exclude(pk=besides).values_list("name", flat=True))
    numbered = (f"{name[: LONGEST_TITLE - 6]} ({number})" for number in range(2, MOST_PARTIES + 2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def check_email(email: str) -> str:
    """The address as it is kept. Raises Refused where it is none."""
    email = tidy(email, 254).lower()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Refused(_("%(email)s is no e-mail address.") % {"email": email[:100]}) from None
    return email


@transaction.atomic
def change_party(
    *, by: Viewer, party: Party, name: str, email: str, most_meetings: int | None = None
) -> Party:
    """Corrects a party's name or address, or how many meetings it may have at most."""
    day = locked_day(by, party.day)
    party = day.parties.get(pk=party.pk)
    if most_meetings is not None and not 1 <= most_meetings <= MOST_SLOTS:
        raise Refused(_("At most how many meetings? Give a number from 1, or leave it empty."))
    after = {
        "name": free_name(day, party.kind, name, besides=party.pk),
        "email": check_email(email),
        "most_meetings": most_meetings,
    }
    before = {column: getattr(party, column) for column in after}
    for column, value in after.items():
        setattr(party, column, value)
    party.save(update_fields=list(after))
    changes: dict[str, object] = {
        # An address of somebody outside is not kept in the trail, which is never erased.
        column: "changed" if column == "email" else [before[column], value]
        for column, value in after.items()
        if before[column] != value
    }
    if changes:
        record_audit(by=by, action="change_meeting_party", target=party, changes=changes)
    return party


@transaction.atomic
def remove_party(*, by: Viewer, party: Party) -> None:
    """Takes back a party that nobody has written to. Raises Refused where somebody has: that one is cancelled."""
    day = locked_day(by, party.day)
    party = day.parties.get(pk=party.pk)
    if party.invited_at is not None or day.meetings.filter(manager=party).exists():
        raise Refused(_("%(party)s has been invited. Note that they do not come instead.") % {"party": party})
    if day.meetings.filter(startup=party).exists():
        raise Refused(_("%(party)s has meetings. Note that they do not come instead.") % {"party": party})
    record_audit(by=by, action="remove_meeting_party", target=party)
    party.delete()


@transaction.atomic
def invite_parties(*, by: Viewer, day: MeetingDay) -> list[Party]:
    """A letter with a personal link goes to all who have had none; the first ones open the day for wishes.

    Raises Refused where one side is empty or the last day for wishes has passed.
    """
    day = locked_day(by, day)
    sides = set(day.parties.filter(cancelled_at=None).values_list("kind", flat=True))
    if sides != set(PartyKind.values):
        raise Refused(_("Add at least one manager and one startup first."))
    if day.wishes_until <= now() and day.state != DayState.PUBLISHED:
        raise Refused(_("The last day for wishes has passed. Set a later one first."))
    parties = list(mails_to_send(day))
    if not parties:
        raise Refused(_("Everyone with an e-mail address has been invited already."))
    changes: dict[str, object] = {"letters": len(parties)}
    if day.state == DayState.DRAFT:
        changes["state"] = [DayState.DRAFT.value, DayState.INVITED.value]
        day.state, day.invited_at = DayState.INVITED, now()
        day.save(update_fields=["state", "invited_at"])
    send_letters(day, parties, "invited")
    Party.objects.filter(pk__in=[party.pk for party in parties]).update(invited_at=now())
    record_audit(by=by, action="invite_meeting_parties", target=day, changes=changes)
    return parties


@transaction.atomic
def remind_parties(*, by: Viewer, day: MeetingDay) -> list[Party]:
    """A reminder with a new link goes to all who have not answered. Raises Refused where there are none to remind."""
    day = locked_day(by, day)
    if not takes_wishes(day.state, day.wishes_until, now()):
        raise Refused(_("Wishes are not taken now, so there is nothing to remind of."))
    parties = list(parties_to_remind(now(), day))
    if not parties:
        raise Refused(_("Nobody needs a reminder: they have answered, or were written to within a day."))
    return write_reminders(by, day, parties)


def write_reminders(by: Viewer, day: MeetingDay, parties: list[Party]) -> list[Party]:
    """Sends the reminders and notes when."""
    sent = send_letters(day, parties, "reminder")
    Party.objects.filter(pk__in=[party.pk for party in sent]).update(reminded_at=now())
    told: dict[str, object] = {"letters": len(sent)}
    record_audit(by=by, action="remind_meeting_parties", target=day, changes=told)
    return sent


@transaction.atomic
def remind_late_parties() -> int:
    """The robots' reminder, once each, when the last day for wishes is near; returns how many."""
    late: dict[int, list[Party]] = defaultdict(list)
    rows = parties_to_remind(now()).select_related("day__organisation").defer("day__unmet")
    for party in rows.select_for_update(of=("self",)):
        late[party.day_id].append(party)
    for parties in late.values():
        day = parties[0].day
        write_reminders(Viewer.of_robot(day.organisation_id), day, parties)
    return sum(map(len, late.values()))
