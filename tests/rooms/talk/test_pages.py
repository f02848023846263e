"""The discussion on pages: written, replied to, mentioned, followed; what is wrong is told and nothing is lost."""

import re
import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ringar.core.actions import add_person
from ringar.core.queries import viewer_of
from ringar.core.rules import Refused, Viewer
from ringar.needs.models import Need
from ringar.solvers.actions import publish_solution, register_solver
from ringar.talk.actions import add_comment, follow_row, hide_comment, react
from ringar.talk.models import Comment, Follow, Notification, Reaction
from tests.people import People
from tests.rooms.needs.cast import shared_by

OPERATOR = Viewer.of_command_line()


def thread(need: Need) -> str:
    return reverse("talk_thread", args=["need", need.uuid])


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_talk_thread_when_written_then_on_the_needs_page_and_told_that_one_follows(
    people: People, logged_in
) -> None:
    need = shared_by(people.bo)
    dag = logged_in(people.dag)
    key = re.search(r'name="key" value="([^"]+)"', page(dag, need.get_absolute_url()))
    assert key
    answer = dag.post(thread(need), {"text": "Vi har prövat <b>detta</b>", "key": key[1]}, follow=True)
    shown = answer.content.decode()
    assert answer.redirect_chain[-1][0].startswith(need.get_absolute_url())
    assert "Vi har prövat &lt;b&gt;detta&lt;/b&gt;" in shown
    assert "Du följer det här från och med nu" in shown
    again = dag.post(thread(need), {"text": "Vi har prövat detta", "key": key[1]})
    assert again.status_code == 302 and Comment.objects.count() == 1


@pytest.mark.parametrize("text", ["", "x" * 50_000, "Hon är 19811218-9876", "  "])
def test_talk_thread_when_the_text_is_wrong_then_told_and_still_there(
    people: People, logged_in, text: str
) -> None:
    need = shared_by(people.bo)
    answer = logged_in(people.dag).post(thread(need), {"text": text})
    assert answer.status_code == 200 and answer.context["form"].errors["text"]
    assert text.strip() in answer.content.decode()
    assert not Comment.objects.exists() and not Follow.objects.exists()


def test_talk_thread_when_a_mention_is_ambiguous_then_asked_and_the_choice_is_told(
    people: People, logged_in
) -> None:
    need = shared_by(people.bo)
    for name, title in (("Anna Ek", "Chef"), ("Anna Lund", "Samordnare")):
        email = f"{name.split()[1].lower()}@ringsala.example"
        add_person(by=OPERATOR, email=email, name=name, unit=people.care, title=title)
    dag = logged_in(people.dag)
    asked = dag.post(thread(need), {"text": "Vad säger @Anna?"})
    shown = asked.content.decode()
    assert "Anna Ek, Chef" in shown and "Anna Lund, Samordnare" in shown and "Vad säger @Anna?" in shown
    choice = re.findall(r'name="meant_0" value="([^"]+)"', shown)
    assert len(choice) == 2
    dag.post(thread(need), {"text": "Vad säger @Anna?", "meant_0": choice[1]})
    assert Notification.objects.get(event="talk.mentioned").person.name == "Anna Lund"
    for odd in ("x", "", f"{uuid4()} anna", "\0"):
        assert dag.post(thread(need), {"text": "@Anna?", "meant_0": odd}).status_code == 200
    assert Comment.objects.count() == 1


def test_comment_detail_when_replied_then_below_and_its_author_is_told(people: People, logged_in) -> None:
    need = shared_by(people.bo)
    first = add_comment(by=viewer_of(people.cilla), row=need, text="Hur många?").comment
    dag = logged_in(people.dag)
    shown = page(dag, first.get_absolute_url())
    parent = re.search(r'name="parent" value="([^"]+)"', shown)
    assert parent
    answer = dag.post(thread(need), {"text": "Fyrtio", "parent": parent[1]}, follow=True).content.decode()
    assert answer.index("Hur många?") < answer.index("Fyrtio")
    reply = Comment.objects.get(text="Fyrtio")
    assert dag.get(reply.get_absolute_url())["Location"].endswith(f"#c-{reply.uuid}")
    assert Notification.objects.get(person=people.cilla).event == "talk.replied"
    other = shared_by(people.bo)
    dag.post(thread(other), {"text": "Fel tråd", "parent": str(first.uuid)})
    assert Comment.objects.get(text="Fel tråd").parent is None


def test_comment_edit_and_take_back_when_ones_own_then_through_pages(people: People, logged_in) -> None:
    need = shared_by(people.bo)
    comment = add_comment(by=viewer_of(people.bo), row=need, text="Fle").comment
    bo = logged_in(people.bo)
    assert "Fle" in page(bo, reverse("comment_edit", args=[comment.uuid]))
    wrong = bo.post(reverse("comment_edit", args=[comment.uuid]), {"text": "811218-9876"})
    assert wrong.context["form"].errors
    bo.post(reverse("comment_edit", args=[comment.uuid]), {"text": "RÄTTAT"})
    assert "RÄTTAT" in page(bo, need.get_absolute_url())
    bo.post(reverse("comment_take_back", args=[comment.uuid]))
    for client in (bo, logged_in(people.dag)):
        assert "RÄTTAT" not in page(client, need.get_absolute_url())


def test_comment_react_when_pressed_then_back_where_one_was_and_never_elsewhere(
    people: People, logged_in
) -> None:
    need = shared_by(people.bo)
    comment = add_comment(by=viewer_of(people.bo), row=need, text="Tips").comment
    dag, path = logged_in(people.dag), reverse("comment_react", args=[comment.uuid])
    for way, back in (
        (thread(need), thread(need)),
        ("https://ond.example/", need.get_absolute_url()),
        ("//ond.example/", need.get_absolute_url()),
        ("/\\ond.example", need.get_absolute_url()),
        ("", need.get_absolute_url()),
    ):
        answer = dag.post(path, {"helpful": "1", "next": way})
        assert answer["Location"] == f"{back}#c-{comment.uuid}"
    comment.refresh_from_db()
    assert comment.helpful_count == Reaction.objects.count() == 1
    dag.post(path, {"helpful": "0"})
    assert not Reaction.objects.exists()


def test_row_follow_when_pressed_then_the_button_turns(people: People, logged_in) -> None:
    need = shared_by(people.bo)
    dag, path = logged_in(people.dag), reverse("row_follow", args=["need", need.uuid])
    assert 'name="follow" value="1"' in page(dag, need.get_absolute_url())
    dag.post(path, {"follow": "1"})
    assert 'name="follow" value="0"' in page(dag, need.get_absolute_url())
    dag.post(path, {"follow": "0"})
    assert not Follow.objects.exists()
    for odd in ("no-such-kind", "person"):
        assert dag.post(f"/samtal/{odd}/{need.uuid}/folj/").status_code == 404


def test_discussion_when_read_from_outside_then_nothing_internal_on_any_page(
    people: People, logged_in
) -> None:
    need = shared_by(people.bo, title="Öppet behov", visibility="public")
    add_comment(by=viewer_of(people.dag), row=need, text="INTERNA ORD", is_internal=True)
    public = add_comment(by=viewer_of(people.bo), row=need, text="DOLDA ORD").comment
    hide_comment(by=viewer_of(people.dag), comment=public, reason="Skäl")
    internal = Comment.objects.get(is_internal=True)
    paths = [need.get_absolute_url(), thread(need), "/aviseringar/", "/sok/?q=INTERNA", "/behov/lista.csv"]
    for client in (logged_in(people.farid), logged_in(people.elif_), logged_in(people.sam), Client()):
        for path in paths:
            told = client.get(path)
            text = told.getvalue().decode(errors="replace")
            assert (
                "INTERNA" not in text.replace("q=INTERNA", "").replace('value="INTERNA"', "") or "sok" in path
            )
            assert "DOLDA ORD" not in text
        assert client.get(internal.get_absolute_url()).status_code == 404
        for name in ("comment_react", "comment_report", "comment_edit", "comment_hide"):
            assert client.post(reverse(name, args=[internal.uuid]), {"helpful": "1"}).status_code in {
                302,
                404,
            }
    assert not Reaction.objects.exists()
    assert "INTERNA ORD" in page(logged_in(people.alva), need.get_absolute_url())


def test_discussion_when_on_a_draft_then_none(people: People, logged_in) -> None:
    solver = register_solver(by=viewer_of(people.elif_), name="Startup AB")
    solution = publish_solution(by=viewer_of(people.elif_), solver=solver, name="Lösning", what="Gör något")
    assert 'id="talk"' in page(logged_in(people.bo), solution.get_absolute_url())
    assert 'id="talk"' in page(Client(), solution.get_absolute_url())
    add_comment(by=viewer_of(people.bo), row=solution, text="Har ni prövat på svenska?")
    assert Notification.objects.get(person=people.elif_).event == "talk.commented"


def test_pages_when_much_is_said_then_as_few_queries(people: People, logged_in) -> None:
    need = shared_by(people.bo)
    client = logged_in(people.bo)
    paths = [need.get_absolute_url(), thread(need)]
    add_comment(by=viewer_of(people.dag), row=need, text="Första")

    def counts() -> list[int]:
        found = []
        for path in paths:
            page(client, path)
            with CaptureQueriesContext(connection) as queries:
                page(client, path)
            found.append(len(queries))
        return found

    before = counts()
    for number in range(40):
        add_comment(by=viewer_of(people.cilla), row=need, text=f"Nummer {number}")
        if number % 10 == 0:
            react(by=viewer_of(people.bo), comment=Comment.objects.order_by("-pk")[0], is_helpful=True)
    assert counts() == before
    assert before[1] <= 10


@pytest.mark.django_db(transaction=True)
def test_react_and_write_when_many_do_it_at_once_then_each_is_counted_once(people: People) -> None:
    need = shared_by(people.bo)
    comment = add_comment(by=viewer_of(people.bo), row=need, text="Tips").comment
    key, wrong = uuid4(), []
    viewers = [viewer_of(person) for person in (people.dag, people.cilla, people.alva)]
    started = threading.Barrier(len(viewers) * 2)

    def press(viewer: Viewer) -> None:
        connection.ensure_connection()
        started.wait()
        try:
            react(by=viewer, comment=comment, is_helpful=True)
            follow_row(by=viewer, row=need)
            if viewer.label == "Dag":
                add_comment(by=viewer, row=need, text="En gång", uuid=key)
        except Refused:  # the same form, sent twice at the same moment: the second is told so
            pass
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[viewer]) for viewer in viewers * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong
    comment.refresh_from_db()
    assert comment.helpful_count == Reaction.objects.count() == 3
    assert Comment.objects.filter(uuid=key).count() == 1
    assert Follow.objects.filter(row=need.uuid).count() == 4
