"""Templates, and the same answer to many: looked through, sent once, each author told."""

from uuid import uuid4

import pytest

from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.talk.actions import answer_rows, remove_template, save_template
from ringar.talk.models import AnswerTemplate, Comment, Notification
from ringar.talk.rules import MOST_ROWS_AT_ONCE, Purpose, fill_template
from tests.people import People
from tests.rooms.needs.cast import shared_by


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hej {name}! Om {title}.", "Hej Bo! Om {title} och mer."),
        ("{name}{name} {other} {}", "BoBo {other} {}"),
        ("{name!r} {0} %(name)s", "{name!r} {0} %(name)s"),
    ],
)
def test_fill_template_when_odd_then_only_its_own_words_are_filled(text: str, filled: str) -> None:
    assert fill_template(text, {"name": "Bo", "title": "{title} och mer"}) == filled


def test_save_template_when_changed_then_kept_and_audited(people: People) -> None:
    dag = viewer_of(people.dag)
    template = save_template(by=dag, name="Tack", text="Hej {name}!")
    save_template(by=dag, name="Tack så mycket", text="Hej!", template=template)
    with pytest.raises(Refused):
        save_template(by=dag, name="Tack så mycket", text="Annat")
    with pytest.raises(Refused):
        save_template(by=dag, name="", text="Annat")
    for other in (people.bo, people.sam, people.farid):
        with pytest.raises(NotAllowed):
            save_template(by=viewer_of(other), name="X", text="Y", template=template)
        with pytest.raises(NotAllowed):
            remove_template(by=viewer_of(other), template=template)
    assert AuditEvent.objects.get(action="change_template").changes["name"] == ["Tack", "Tack så mycket"]
    remove_template(by=dag, template=template)
    assert not AnswerTemplate.objects.exists()


def test_answer_rows_when_sent_then_each_author_gets_it_filled_in_and_once(people: People) -> None:
    needs = [shared_by(people.bo, title="Nycklarna"), shared_by(people.alva, title="Bilarna")]
    key = uuid4()
    for expected in (2, 0):
        text = "Hej {name}! Vi ser på {title} i mars."
        assert answer_rows(by=viewer_of(people.dag), rows=needs, text=text, key=key) == expected
    said = Comment.objects.filter(purpose=Purpose.ANSWER).order_by("pk")
    assert [comment.text for comment in said] == [
        "Hej Bo! Vi ser på Nycklarna i mars.",
        "Hej Alva! Vi ser på Bilarna i mars.",
    ]
    for person in (people.bo, people.alva):
        note = Notification.objects.get(person=person, event="talk.answered")
        assert note.is_answer
    assert AuditEvent.objects.get(action="answer_rows").changes == {"count": 2}


def test_answer_rows_when_one_may_not_be_answered_then_none_is(people: People) -> None:
    mine, other = shared_by(people.bo), shared_by(people.sam, visibility="public")
    with pytest.raises(NotAllowed):
        answer_rows(by=viewer_of(people.dag), rows=[mine, other], text="Hej", key=uuid4())
    for viewer in (viewer_of(people.bo), viewer_of(people.farid), Viewer()):
        with pytest.raises(NotAllowed):
            answer_rows(by=viewer, rows=[mine], text="Hej", key=uuid4())
    for rows, text in (
        ([], "Hej"),
        ([mine] * (MOST_ROWS_AT_ONCE + 1), "Hej"),
        ([mine], " "),
        ([mine], "x" * 5_001),
    ):
        with pytest.raises(Refused):
            answer_rows(by=viewer_of(people.dag), rows=rows, text=text, key=uuid4())
    assert not Comment.objects.exists()


def test_answer_many_when_done_through_the_pages_then_looked_through_before_it_is_sent(
    people: People, logged_in
) -> None:
    needs = [shared_by(people.bo, title=f"Behov {number}") for number in range(3)]
    foreign = shared_by(people.sam, title="SAMS", visibility="public")
    template = save_template(by=viewer_of(people.dag), name="Tack", text="Hej {name}, om {title}.")
    client = logged_in(people.dag)
    chosen = [str(need.uuid) for need in [*needs, foreign]]
    page = client.get("/svara/need/", {"row": [*chosen, "nonsense"], "mall": str(template.uuid)})
    assert page.context["left_out"] == 2 and "SAMS" not in page.content.decode()
    form = page.context["form"]
    assert form.initial["text"] == template.text
    sent = {"row": chosen[:3], "text": form.initial["text"], "key": str(form.initial["key"])}
    looked = client.post("/svara/need/", {**sent, "do": "look"})
    assert [text for _row, text in looked.context["letters"]] == [f"Hej Bo, om Behov {n}." for n in range(3)]
    assert not Comment.objects.exists()
    for _ in range(2):
        assert client.post("/svara/need/", {**sent, "do": "send"}).status_code == 302
    assert Comment.objects.count() == 3
    assert client.get("/svara/no-such/").status_code == 404
    assert client.post("/svara/need/", {**sent, "key": "x", "do": "send"}).context["form"].errors
    assert (
        client.post("/svara/need/", {**sent, "key": str(uuid4()), "text": "811218-9876", "do": "send"})
        .context["form"]
        .errors
    )


def test_answer_many_when_nothing_is_chosen_then_told_how(people: People, logged_in) -> None:
    page = logged_in(people.dag).get("/svara/need/").content.decode()
    assert "/behov/" in page and "<textarea" not in page


def test_template_pages_when_used_then_another_organisations_are_not_found(people: People, logged_in) -> None:
    dag, sam = logged_in(people.dag), logged_in(people.sam)
    assert dag.post("/svarsmallar/ny/", {"name": "Tack", "text": "Hej"})["Location"] == "/svarsmallar/"
    template = AnswerTemplate.objects.get()
    assert sam.get(template.get_absolute_url()).status_code == 404
    again = dag.post("/svarsmallar/ny/", {"name": "Tack", "text": "Hej igen"})
    assert again.context["form"].errors and "Hej igen" in again.content.decode()
    dag.post(template.get_absolute_url(), {"name": "Tack!", "text": "Hej då"})
    assert "Hej då" in dag.get("/svarsmallar/").content.decode()
    need = shared_by(people.bo)
    page = dag.get(f"/samtal/need/{need.uuid}/", {"mall": str(template.uuid)})
    assert page.context["form"].initial["text"] == "Hej då"
    dag.post(f"{template.get_absolute_url()}ta-bort/")
    assert not AnswerTemplate.objects.exists()


def test_need_list_when_leading_then_needs_are_ticked_and_answered_together(
    people: People, logged_in
) -> None:
    needs = [shared_by(people.bo, title=f"Behov {number}") for number in range(2)]
    page = logged_in(people.dag).get("/behov/").content.decode()
    for need in needs:
        assert f'value="{need.uuid}" form="answer-many"' in page
    assert 'id="answer-many"' in page
    for other in (people.bo, people.farid):
        assert "answer-many" not in logged_in(other).get("/behov/").content.decode()
