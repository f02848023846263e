"""Writing on a row: who may, who is told, what is refused, and what others read."""

from uuid import uuid4

import pytest
from django.utils.translation import override

from ringar.core.actions import add_person
from ringar.core.models import AuditEvent, Person
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Role, Viewer
from ringar.talk.actions import (
    Ambiguous,
    add_comment,
    edit_comment,
    follow_row,
    react,
    take_back_comment,
    unfollow_row,
    write_comment,
)
from ringar.talk.models import Comment, Follow, Notification
from ringar.talk.queries.threads import following_of, page_of_comments
from ringar.talk.rules import NEW_COMMENTS_AN_HOUR, Purpose
from tests.people import People
from tests.rooms.needs.cast import draft_of, shared_by

OPERATOR = Viewer.of_command_line()


def colleague(people: People, name: str, title: str = "") -> Person:
    email = f"{name.lower().replace(' ', '.')}@ringsala.example"
    return add_person(by=OPERATOR, email=email, name=name, unit=people.care, title=title)


def told(person: Person) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("pk").values_list("event", flat=True))


def texts(viewer: Viewer, row: object) -> list[str]:
    return [each.text for each in page_of_comments(viewer, row)[0]]


def test_add_comment_when_written_then_concerned_and_followers_are_told_once(people: People) -> None:
    need = shared_by(people.bo)
    follow_row(by=viewer_of(people.cilla), row=need)
    written = add_comment(by=viewer_of(people.dag), row=need, text="Vi har det i Hamnstaden också.")
    assert told(people.bo) == told(people.cilla) == ["talk.commented"]
    assert told(people.dag) == []
    assert written.follows_now
    assert following_of(viewer_of(people.dag), need.uuid).mine
    audit = AuditEvent.objects.get(action="add_comment")
    assert audit.changes["length"] == len(written.comment.text)
    assert "Hamnstaden" not in str(audit.changes)


def test_add_comment_when_the_writer_may_not_see_the_row_then_not_allowed(people: People) -> None:
    need, draft = shared_by(people.bo), draft_of(people.bo)
    for who, row in ((people.sam, need), (people.farid, need), (people.alva, draft)):
        with pytest.raises(NotAllowed):
            add_comment(by=viewer_of(who), row=row, text="Hej")
    with pytest.raises(NotAllowed):
        add_comment(by=Viewer(), row=need, text="Hej")
    assert not Comment.objects.exists()


def test_add_comment_when_an_auditor_writes_then_not_allowed(people: People) -> None:
    auditor = add_person(
        by=OPERATOR, email="rev@ringsala.example", name="Rev", unit=people.district, role=Role.AUDITOR
    )
    with pytest.raises(NotAllowed):
        add_comment(by=viewer_of(auditor), row=shared_by(people.bo), text="Hej")


@pytest.mark.parametrize(
    "text",
    ["", "  \n ", "\0\x07", "x" * 5_001, "Hon heter så, 19811218-9876.", "Ring henne: 8112189876"],
)
def test_add_comment_when_the_text_is_wrong_then_refused_and_nothing_saved(people: People, text: str) -> None:
    need = shared_by(people.bo)
    with pytest.raises(Refused):
        add_comment(by=viewer_of(people.bo), row=need, text=text)
    assert not Comment.objects.exists()
    assert not Follow.objects.exists()


@pytest.mark.parametrize("text", ["🦉 שלום", "a\0b", "a\ud800b", "<script>alert(1)</script>", "x" * 5_000])
def test_add_comment_when_the_text_is_strange_then_kept(people: People, text: str) -> None:
    need = shared_by(people.bo)
    add_comment(by=viewer_of(people.bo), row=need, text=text)
    [kept] = texts(viewer_of(people.bo), need)
    assert "\0" not in kept and "\ud800" not in kept
    assert len(kept) >= len(text) - 1


def test_add_comment_when_sent_twice_then_written_once(people: People) -> None:
    need, key = shared_by(people.bo), uuid4()
    for _ in range(2):
        add_comment(by=viewer_of(people.dag), row=need, text="Hej", uuid=key)
    assert Comment.objects.count() == 1
    assert told(people.bo) == ["talk.commented"]
    with pytest.raises(Refused):
        add_comment(by=viewer_of(people.cilla), row=need, text="Annat", uuid=key)


def test_add_comment_when_internal_then_only_the_own_organisation_reads_it_and_is_told(
    people: People,
) -> None:
    need = shared_by(people.bo, visibility="public")
    for person in (people.farid, people.sam, people.cilla):
        follow_row(by=viewer_of(person), row=need)
    add_comment(by=viewer_of(people.dag), row=need, text="HEMLIGT", is_internal=True)
    assert told(people.bo) == told(people.cilla) == ["talk.commented"]
    assert told(people.farid) == told(people.sam) == []
    for reader in (viewer_of(people.farid), viewer_of(people.sam), viewer_of(people.elif_), Viewer()):
        assert texts(reader, need) == []
    assert texts(viewer_of(people.alva), need) == ["HEMLIGT"]


def test_add_comment_when_another_city_writes_internally_then_the_needs_city_does_not_read_it(
    people: People,
) -> None:
    need = shared_by(people.bo, visibility="public")
    add_comment(by=viewer_of(people.sam), row=need, text="Mellan oss", is_internal=True)
    assert texts(viewer_of(people.bo), need) == []
    assert texts(viewer_of(people.sam), need) == ["Mellan oss"]
    assert told(people.bo) == []


def test_add_comment_when_a_resident_writes_internally_then_not_allowed(people: People) -> None:
    need = shared_by(people.bo, visibility="public")
    with pytest.raises(NotAllowed):
        add_comment(by=viewer_of(people.farid), row=need, text="Hej", is_internal=True)
    add_comment(by=viewer_of(people.farid), row=need, text="Hej")


def test_reply_when_to_an_internal_comment_then_internal_and_its_author_is_told(people: People) -> None:
    need = shared_by(people.bo, visibility="public")
    first = add_comment(by=viewer_of(people.dag), row=need, text="Fråga", is_internal=True).comment
    reply = add_comment(by=viewer_of(people.cilla), row=need, text="Svar", parent=first).comment
    assert reply.is_internal
    assert told(people.dag) == ["talk.replied"]
    assert told(people.bo) == ["talk.commented", "talk.commented"]
    again = add_comment(by=viewer_of(people.bo), row=need, text="Till", parent=reply).comment
    assert again.parent == first
    with pytest.raises(NotAllowed):
        add_comment(by=viewer_of(people.sam), row=need, text="Hej", parent=first)


def test_reply_when_the_comment_is_on_another_row_then_not_allowed(people: People) -> None:
    one, other = shared_by(people.bo), shared_by(people.bo)
    first = add_comment(by=viewer_of(people.bo), row=one, text="Här").comment
    with pytest.raises(NotAllowed):
        add_comment(by=viewer_of(people.bo), row=other, text="Där", parent=first)


def test_reply_when_the_comment_is_taken_back_then_refused(people: People) -> None:
    need = shared_by(people.bo)
    first = add_comment(by=viewer_of(people.bo), row=need, text="Fel").comment
    take_back_comment(by=viewer_of(people.bo), comment=first)
    with pytest.raises(Refused):
        add_comment(by=viewer_of(people.dag), row=need, text="Svar", parent=first)


def test_answer_when_those_responsible_write_it_then_told_as_an_answer(people: People) -> None:
    need = shared_by(people.bo)
    with pytest.raises(NotAllowed):
        outsider = add_person(by=OPERATOR, email="v@ringsala.example", name="Vi", unit=people.water)
        add_comment(by=viewer_of(outsider), row=need, text="Svar", purpose=Purpose.ANSWER)
    add_comment(by=viewer_of(people.dag), row=need, text="Vi börjar i mars.", purpose=Purpose.ANSWER)
    note = Notification.objects.get(person=people.bo)
    assert (note.event, note.is_answer) == ("talk.answered", True)
    with pytest.raises(Refused):
        add_comment(by=viewer_of(people.dag), row=need, text="X", purpose=Purpose.ANSWER, is_internal=True)


def test_mention_when_one_colleague_is_named_then_told_of_that_alone(people: People) -> None:
    need = shared_by(people.bo)
    åsa = colleague(people, "Åsa Ek")
    written = add_comment(by=viewer_of(people.dag), row=need, text="Kan @åsa ek svara? Mejla a@alva.se")
    assert written.mentioned == [åsa]
    assert told(åsa) == ["talk.mentioned"]
    assert told(people.alva) == []


def test_mention_when_several_have_the_name_then_asked_and_nothing_saved(people: People) -> None:
    need = shared_by(people.bo)
    ek, lund = colleague(people, "Anna Ek"), colleague(people, "Anna Lund")
    with pytest.raises(Ambiguous) as several:
        add_comment(by=viewer_of(people.dag), row=need, text="Vad säger @Anna?")
    assert several.value.choices == {"anna": [ek, lund]}
    assert not Comment.objects.exists()
    chosen = {"anna": lund.uuid}
    written = add_comment(by=viewer_of(people.dag), row=need, text="Vad säger @Anna?", meant=chosen)
    assert written.mentioned == [lund]
    assert told(ek) == []


def test_mention_when_the_colleague_may_not_see_the_row_then_not_told_and_the_writer_knows(
    people: People,
) -> None:
    need = shared_by(people.bo, visibility="unit")
    vatten = add_person(by=OPERATOR, email="v@ringsala.example", name="Vera", unit=people.water)
    written = add_comment(by=viewer_of(people.bo), row=need, text="Hej @Vera")
    assert (written.mentioned, written.unseeing) == ([], 1)
    assert told(vatten) == []


def test_mention_when_written_from_outside_then_nobody_is_looked_up(people: People) -> None:
    need = shared_by(people.bo, visibility="public")
    colleague(people, "Anna Ek"), colleague(people, "Anna Lund")
    written = add_comment(by=viewer_of(people.farid), row=need, text="Hej @Anna och @Alva")
    assert written.mentioned == []
    assert told(people.alva) == []


def test_mention_when_protected_then_found_in_the_own_unit_only(people: People) -> None:
    need = shared_by(people.bo)
    hidden = colleague(people, "Gun Gömd")
    hidden.is_protected = True
    hidden.save()
    assert add_comment(by=viewer_of(people.cilla), row=need, text="Hej @Gun").mentioned == []
    assert add_comment(by=viewer_of(people.bo), row=need, text="Hej @Gun").mentioned == [hidden]


def test_write_comment_when_a_new_account_floods_then_refused_and_logged(people: People) -> None:
    need = shared_by(people.bo)
    for number in range(NEW_COMMENTS_AN_HOUR):
        write_comment(by=viewer_of(people.bo), row=need, text=f"Nummer {number}")
    with pytest.raises(Refused, match=str(NEW_COMMENTS_AN_HOUR)):
        write_comment(by=viewer_of(people.bo), row=need, text="En till")
    assert Comment.objects.count() == NEW_COMMENTS_AN_HOUR
    assert AuditEvent.objects.filter(action="refuse_many_tries").count() == 1
    write_comment(by=viewer_of(people.dag), row=need, text="Andra får skriva")


def test_edit_comment_when_ones_own_then_changed_and_seen_as_such(people: People) -> None:
    need = shared_by(people.bo)
    comment = add_comment(by=viewer_of(people.bo), row=need, text="Fle").comment
    edit_comment(by=viewer_of(people.bo), comment=comment, text="Fel")
    comment.refresh_from_db()
    assert comment.text == "Fel" and comment.edited_at
    with pytest.raises(Refused):
        edit_comment(by=viewer_of(people.bo), comment=comment, text="811218-9876")
    for other in (people.dag, people.cilla, people.sam):
        with pytest.raises(NotAllowed):
            edit_comment(by=viewer_of(other), comment=comment, text="Annat")


def test_take_back_comment_when_done_then_its_words_are_gone_and_kept(people: People) -> None:
    need = shared_by(people.bo)
    comment = add_comment(by=viewer_of(people.bo), row=need, text="ÅNGRAT").comment
    with pytest.raises(NotAllowed):
        take_back_comment(by=viewer_of(people.dag), comment=comment)
    take_back_comment(by=viewer_of(people.bo), comment=comment)
    with override("en"):
        [shown] = page_of_comments(viewer_of(people.bo), need)[0]
    assert shown.text == "" and "Taken back" in shown.gone
    assert Comment.objects.get().text == "ÅNGRAT"
    with pytest.raises(NotAllowed):
        edit_comment(by=viewer_of(people.bo), comment=comment, text="Åter")


def test_react_when_pressed_then_counted_once_and_taken_back(people: People) -> None:
    need = shared_by(people.bo)
    comment = add_comment(by=viewer_of(people.bo), row=need, text="Så här gjorde vi").comment
    assert react(by=viewer_of(people.dag), comment=comment, is_helpful=True) == 1
    assert react(by=viewer_of(people.dag), comment=comment, is_helpful=True) == 1
    assert react(by=viewer_of(people.cilla), comment=comment, is_helpful=True) == 2
    assert react(by=viewer_of(people.dag), comment=comment, is_helpful=False) == 1
    assert react(by=viewer_of(people.dag), comment=comment, is_helpful=False) == 1
    with pytest.raises(NotAllowed):
        react(by=viewer_of(people.bo), comment=comment, is_helpful=True)


def test_unfollow_when_stopped_then_not_told_but_concerned_still_are(people: People) -> None:
    need = shared_by(people.bo)
    follow_row(by=viewer_of(people.dag), row=need)
    follow_row(by=viewer_of(people.dag), row=need)
    assert following_of(viewer_of(people.dag), need.uuid).count == 1
    unfollow_row(by=viewer_of(people.dag), row=need)
    add_comment(by=viewer_of(people.cilla), row=need, text="Hej")
    assert told(people.dag) == []
    assert told(people.bo) == ["talk.commented"]


def test_author_when_read_from_outside_then_the_unit_and_not_the_name(people: People) -> None:
    need = shared_by(people.bo, visibility="public")
    add_comment(by=viewer_of(people.bo), row=need, text="Från enheten")
    add_comment(by=viewer_of(people.farid), row=need, text="Från en boende")

    def authors(viewer: Viewer) -> list[str]:
        return [each.author for each in page_of_comments(viewer, need)[0]]

    unit = f"{people.care.name}, {people.city.name}"
    assert authors(viewer_of(people.alva)) == ["Farid", "Bo"]
    assert authors(viewer_of(people.sam)) == authors(Viewer()) == ["Farid", unit]
    people.farid.is_protected = True
    people.farid.save()
    assert "Farid" not in authors(Viewer())


def test_page_of_comments_when_many_then_each_once_newest_thread_first(people: People) -> None:
    need = shared_by(people.bo)
    bo = viewer_of(people.bo)
    threads = [add_comment(by=bo, row=need, text=f"t{number}").comment for number in range(7)]
    for thread in threads[::2]:
        add_comment(by=bo, row=need, text=f"{thread.text}-svar", parent=thread)
    found: list[str] = []
    after = ""
    for _ in range(10):
        shown, after = page_of_comments(bo, need, after=after, size=3)
        found += [each.text for each in shown]
        if not after:
            break
    wanted = [text for n in range(6, -1, -1) for text in (f"t{n}", *([f"t{n}-svar"] if n % 2 == 0 else []))]
    assert found == wanted
    for odd in ("x", "1_", "_1", "-1_2", "9" * 40, "1_2_3"):
        assert len(page_of_comments(bo, need, after=odd)[0]) == 11
