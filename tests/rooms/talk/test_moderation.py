"""Moderation as a journey: reported, hidden with a reason, objected to, shown again; and who may."""

import pytest
from django.utils.translation import override

from ringar.core.actions import add_person
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.needs.models import Need
from ringar.talk.actions import (
    add_comment,
    edit_comment,
    hide_comment,
    keep_report,
    object_to_hiding,
    react,
    report_row,
    show_comment,
)
from ringar.talk.models import Comment, Notification, Report
from ringar.talk.queries.moderation import log_page, waiting_reports
from ringar.talk.queries.threads import page_of_comments
from ringar.talk.rules import REPORTS_AN_HOUR, CommentFacts, can_moderate, can_read_comment
from tests.people import People
from tests.rooms.needs.cast import shared_by

OPERATOR = Viewer.of_command_line()


@pytest.fixture
def moa(people: People) -> Person:
    """The city's moderator, who works with communication and decides on nothing else."""
    unit = people.city.units.get(parent=None)
    moa = add_person(by=OPERATOR, email="moa@ringsala.example", name="Moa", unit=unit, role=Role.STAFF)
    add_person(by=OPERATOR, email=moa.email, name="Moa", unit=people.preschool, role=Role.MODERATOR)
    return moa


def told(person: Person) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("pk").values_list("event", flat=True))


def by_farid(people: People, text: str = "Köp min bil") -> Comment:
    need = shared_by(people.bo, visibility="public")
    return add_comment(by=viewer_of(people.farid), row=need, text=text).comment


def test_moderation_when_followed_through_the_pages_then_each_is_answered(
    people: People, moa: Person, logged_in
) -> None:
    comment = by_farid(people, "REKLAMEN")
    need_page = f"/behov/{comment.row}/"
    elif_, farid, moderator = logged_in(people.elif_), logged_in(people.farid), logged_in(moa)
    path = f"/samtal/kommentar/{comment.uuid}/"

    assert elif_.post(f"{path}anmal/", {"reason": "Det är reklam"}).status_code == 302
    assert "talk.reported" in told(moa)
    queue = moderator.get("/moderering/").content.decode()
    assert "REKLAMEN" in queue and "Det är reklam" in queue

    assert moderator.post(f"{path}dolj/", {"reason": ""}).context["form"].errors
    assert moderator.post(f"{path}dolj/", {"reason": "Här säljer vi inget"})["Location"] == "/moderering/"
    for client in (elif_, logged_in(people.bo), moderator):
        page = client.get(need_page).content.decode()
        assert "REKLAMEN" not in page and "Här säljer vi inget" in page
    assert "REKLAMEN" in farid.get(need_page).content.decode(), "the author still reads it"
    assert told(people.elif_) == ["talk.report_hidden"]
    assert "talk.hidden" in told(people.farid)
    assert "Här säljer vi inget" in farid.get("/aviseringar/").content.decode()

    assert farid.post(f"{path}prova-igen/", {"reason": "Det var ett skämt"}).status_code == 302
    assert "Det var ett skämt" in moderator.get("/moderering/").content.decode()
    assert moderator.post(f"{path}visa/", {"reason": "Du har rätt"}).status_code == 302
    assert "REKLAMEN" in elif_.get(need_page).content.decode()
    assert told(people.farid)[-1] == "talk.shown"
    assert not waiting_reports(viewer_of(moa)).exists()

    decided = [(line.decision, line.is_objection) for line in log_page(viewer_of(moa))[0]]
    assert decided == [("shown", True), ("hidden", False)]
    written = AuditEvent.objects.filter(action__in=["show_comment", "hide_comment", "report_row"])
    assert written.count() == 3
    log = moderator.get("/moderering/logg/").content.decode()
    assert "Här säljer vi inget" in log and "Du har rätt" in log and "REKLAMEN" not in log


@pytest.mark.parametrize("who", ["sam", "farid", "elif_", "bo"])
def test_hide_comment_when_no_moderator_of_the_organisation_then_not_allowed(
    people: People, who: str
) -> None:
    comment = by_farid(people)
    with pytest.raises(NotAllowed):
        hide_comment(by=viewer_of(getattr(people, who)), comment=comment, reason="Nej")
    with pytest.raises(NotAllowed):
        hide_comment(by=Viewer(), comment=comment, reason="Nej")
    comment.refresh_from_db()
    assert comment.hidden_at is None


def test_hide_comment_when_it_was_hidden_then_nobody_changes_replies_or_praises_it(
    people: People, moa: Person
) -> None:
    comment = by_farid(people)
    hide_comment(by=viewer_of(moa), comment=comment, reason="Reklam")
    with pytest.raises(Refused):
        hide_comment(by=viewer_of(people.dag), comment=comment, reason="Igen")
    with pytest.raises(NotAllowed):
        edit_comment(by=viewer_of(people.farid), comment=comment, text="Annat")
    with pytest.raises(NotAllowed):
        react(by=viewer_of(people.bo), comment=comment, is_helpful=True)
    assert [line.reason for line in log_page(viewer_of(moa))[0]] == ["Reklam"]
    assert Comment.objects.get(pk=comment.pk).text == "Köp min bil", "kept, as it may be a public record"
    audit = AuditEvent.objects.get(action="hide_comment")
    assert audit.changes == {"hidden": [False, True], "reason": "Reklam"}


def test_report_row_when_sent_twice_or_by_several_then_one_each_and_moderators_told_once(
    people: People, moa: Person
) -> None:
    comment = by_farid(people)
    row = Need.objects.get(uuid=comment.row)
    for person in (people.elif_, people.elif_, people.bo):
        report_row(by=viewer_of(person), row=row, comment=comment, why="Reklam")
    assert Report.objects.count() == 2
    assert told(moa) == ["talk.reported"]
    hide_comment(by=viewer_of(moa), comment=comment, reason="Reklam")
    assert set(Report.objects.values_list("decision", flat=True)) == {"hidden"}


def test_report_row_when_many_in_an_hour_then_refused(people: People) -> None:
    needs = [shared_by(people.bo, visibility="public") for _ in range(REPORTS_AN_HOUR + 1)]
    for need in needs[:-1]:
        report_row(by=viewer_of(people.farid), row=need, why="Fel")
    with pytest.raises(Refused):
        report_row(by=viewer_of(people.farid), row=needs[-1], why="Fel")
    assert Report.objects.count() == REPORTS_AN_HOUR


def test_report_row_when_the_viewer_does_not_see_it_then_not_allowed(people: People) -> None:
    need = shared_by(people.bo)
    internal = add_comment(
        by=viewer_of(people.bo), row=shared_by(people.bo, visibility="public"), text="Vi", is_internal=True
    ).comment
    public = Need.objects.get(uuid=internal.row)
    with pytest.raises(NotAllowed):
        report_row(by=viewer_of(people.sam), row=need, why="Fel")
    with pytest.raises(NotAllowed):
        report_row(by=viewer_of(people.sam), row=public, comment=internal, why="Fel")
    with pytest.raises(NotAllowed):
        report_row(by=Viewer(), row=public, why="Fel")
    assert not Report.objects.exists()


def test_keep_report_when_decided_then_the_reporter_is_told_why_and_nobody_decides_again(
    people: People, moa: Person
) -> None:
    need = shared_by(people.bo, visibility="public")
    report = report_row(by=viewer_of(people.farid), row=need, why="Fel")
    keep_report(by=viewer_of(moa), report=report, reason="Det stämmer")
    note = Notification.objects.get(person=people.farid)
    assert (note.event, note.facts["reason"], note.is_answer) == ("talk.report_kept", "Det stämmer", True)
    with pytest.raises(Refused):
        keep_report(by=viewer_of(moa), report=report, reason="Igen")
    with pytest.raises(NotAllowed):
        keep_report(by=viewer_of(people.sam), report=report, reason="Igen")


def test_object_to_hiding_when_kept_hidden_then_told_why(people: People, moa: Person) -> None:
    comment = by_farid(people)
    row = Need.objects.get(uuid=comment.row)
    with pytest.raises(NotAllowed):
        object_to_hiding(by=viewer_of(people.farid), comment=comment, row=row, why="Den är inte dold")
    hide_comment(by=viewer_of(moa), comment=comment, reason="Reklam")
    comment.refresh_from_db()
    with pytest.raises(NotAllowed):
        object_to_hiding(by=viewer_of(people.elif_), comment=comment, row=row, why="Jag tyckte om den")
    report = object_to_hiding(by=viewer_of(people.farid), comment=comment, row=row, why="Ett skämt")
    keep_report(by=viewer_of(moa), report=report, reason="Det är fortfarande reklam")
    assert told(people.farid)[-1] == "talk.kept_hidden"


def test_show_comment_when_not_hidden_then_refused(people: People, moa: Person) -> None:
    with pytest.raises(Refused):
        show_comment(by=viewer_of(moa), comment=by_farid(people))


def test_moderation_when_of_another_organisation_then_closed(people: People, logged_in) -> None:
    add_person(by=OPERATOR, email=people.sam.email, name="Sam", unit=people.other_care, role=Role.MODERATOR)
    comment = by_farid(people)
    sam = logged_in(people.sam)
    assert not waiting_reports(viewer_of(people.sam)).exists()
    for step in ("dolj", "visa"):
        assert sam.get(f"/samtal/kommentar/{comment.uuid}/{step}/").status_code == 404
    with pytest.raises(NotAllowed):
        hide_comment(by=viewer_of(people.sam), comment=comment, reason="Nej")


def test_comment_hide_when_internal_words_of_an_unseen_row_are_not_reported_then_not_read(
    people: People, moa: Person, logged_in
) -> None:
    need = shared_by(people.bo, visibility="unit")
    Person.objects.get(pk=moa.pk).memberships.filter(role=Role.STAFF).delete()
    comment = add_comment(by=viewer_of(people.bo), row=need, text="ENHETENS ORD").comment
    path = f"/samtal/kommentar/{comment.uuid}/dolj/"
    assert logged_in(moa).get(path).status_code == 404
    report_row(by=viewer_of(people.alva), row=need, comment=comment, why="Se på det här")
    assert "ENHETENS ORD" in logged_in(moa).get(path).content.decode()
    queue = logged_in(moa).get("/moderering/").content.decode()
    assert need.title not in queue


def test_page_of_comments_when_hidden_then_the_reason_in_each_language(people: People, moa: Person) -> None:
    comment = by_farid(people)
    row = Need.objects.get(uuid=comment.row)
    hide_comment(by=viewer_of(moa), comment=comment, reason="Reklam")
    for language, words in (("sv", "Dold av moderator: Reklam"), ("en", "Hidden by a moderator: Reklam")):
        with override(language):
            [shown] = page_of_comments(viewer_of(people.bo), row)[0]
        assert (shown.text, shown.gone) == ("", words)


@pytest.mark.parametrize(
    ("roles", "organisation", "of", "may"),
    [
        ({"moderator"}, 1, 1, True),
        ({"administrator"}, 1, 1, True),
        ({"cio"}, 1, 1, True),
        ({"moderator"}, 1, 2, False),
        ({"moderator"}, 1, None, True),
        ({"manager", "staff"}, 1, 1, False),
        ({"auditor"}, 1, 1, False),
        ({"solver", "resident"}, 1, 1, False),
        (set(), None, None, False),
    ],
)
def test_can_moderate_for_each_role_then_as_the_table(
    roles: set[str], organisation: int | None, of: int | None, may: bool
) -> None:
    viewer = Viewer(person_id=1, organisation_id=organisation, roles=frozenset(roles))
    assert can_moderate(viewer, of) is may


@pytest.mark.parametrize(
    ("roles", "organisation", "internal", "reads"),
    [
        ({"staff"}, 1, True, True),
        ({"auditor"}, 1, True, True),
        ({"staff"}, 2, True, False),
        ({"resident"}, 1, True, False),
        ({"solver"}, 1, True, False),
        (set(), None, True, False),
        (set(), None, False, True),
    ],
)
def test_can_read_comment_for_each_viewer_then_as_the_table(
    roles: set[str], organisation: int | None, internal: bool, reads: bool
) -> None:
    facts = CommentFacts(
        organisation_id=1, is_internal=internal, author_id=9, is_hidden=False, is_taken_back=False
    )
    assert can_read_comment(Viewer(organisation_id=organisation, roles=frozenset(roles)), facts) is reads


def test_log_page_when_many_then_each_once_newest_first(people: People, moa: Person) -> None:
    need, viewer = shared_by(people.bo, visibility="public"), viewer_of(moa)
    for number in range(30):
        report = report_row(by=viewer_of(people.elif_), row=need, why="Fel") if number < 3 else None
        if report:
            keep_report(by=viewer, report=report, reason=f"beslut {number}")
        else:
            comment = add_comment(by=viewer_of(people.farid), row=need, text="Reklam").comment
            hide_comment(by=viewer, comment=comment, reason=f"beslut {number}")
    first, more = log_page(viewer)
    rest, end = log_page(viewer, after=more)
    assert [line.reason for line in [*first, *rest]] == [f"beslut {number}" for number in range(29, -1, -1)]
    assert end == ""
    for odd in ("x", "_", "2026-01-01_1", "2026-01-01T00:00:00+00:00_x", "9999-99-99T00:00:00+00:00_1"):
        assert len(log_page(viewer, after=odd)[0]) == 25
    for outsider in (people.bo, people.farid, people.sam):
        with pytest.raises(NotAllowed):
            log_page(viewer_of(outsider))
