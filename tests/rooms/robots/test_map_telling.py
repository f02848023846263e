"""Who is told what of maps: objections wait for who signs, who objected gets the answer, two can not both do it."""

import ast
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.utils.translation import override

from ringar.core import kit_words
from ringar.core.actions import add_person
from ringar.core.clock import now
from ringar.core.kit_words import error_of, kept, reason, said
from ringar.core.queries import viewer_of
from ringar.core.registry import waiting_for
from ringar.core.rules import Refused, Role, Viewer
from ringar.robots import map_words
from ringar.robots.actions.map_logs import add_log, choose_columns, fault_of
from ringar.robots.actions.map_marks import answer_mark, mark_step
from ringar.robots.actions.maps import add_map, open_version
from ringar.robots.engine.running import run_waiting
from ringar.robots.housekeeping import remove_old
from ringar.robots.models.maps import EventLog, MapMark, MapVersion
from ringar_kits import processes
from ringar_kits.errors import InputError, Said
from tests.people import People
from tests.rooms.robots.map_cast import COLUMNS, csv_of, handed_in, measured_log, open_map, signed

PROCESSES = Path(processes.__file__).parent
KITS = [*PROCESSES.parent.glob("*.py"), *PROCESSES.glob("*.py")]


@pytest.fixture
def bo(people: People) -> Viewer:
    return viewer_of(people.bo)


def objection(people: People, version: MapVersion) -> MapMark:
    told = {"bpmn_id": "", "kind": "missing", "text": "Vi ringer kunden"}
    return mark_step(by=viewer_of(people.dag), version=version, **told)


def test_waiting_for_when_an_objection_has_no_answer_then_waits_for_who_signs_only(
    people: People, bo: Viewer
) -> None:
    version = open_map(bo, people.care, "Makulera faktura")
    mark_step(by=viewer_of(people.dag), version=version, bpmn_id="", kind="agree", text="")
    assert waiting_for(bo) == []
    mark = objection(people, version)
    (row,) = waiting_for(bo)
    assert (row.title, row.since) == ("Makulera faktura", mark.created_at) and "#said" in row.url
    assert waiting_for(viewer_of(people.sam)) == []
    answer_mark(by=bo, mark=mark, reply="Vi ritar in det")
    assert waiting_for(bo) == []


def test_answer_mark_when_answered_then_tells_who_said_it_once_and_a_second_is_refused(
    people: People, bo: Viewer
) -> None:
    mark = objection(people, open_map(bo, people.care))
    mail.outbox.clear()
    answer_mark(by=bo, mark=mark, reply="Vi ritar in det")
    (letter,) = mail.outbox
    assert letter.to == [people.dag.email] and "Vi ritar in det" in letter.body
    assert f"#mark-{mark.pk}" in letter.body and "besvarad" in letter.subject
    with pytest.raises(Refused):
        answer_mark(by=bo, mark=mark, reply="Nej")
    mark.refresh_from_db()
    assert mark.reply == "Vi ritar in det" and len(mail.outbox) == 1


def test_answer_mark_when_it_is_ones_own_then_no_letter(people: People, bo: Viewer) -> None:
    version = open_map(bo, people.care)
    mark = mark_step(by=bo, version=version, bpmn_id="", kind="wrong", text="Fel ordning")
    mail.outbox.clear()
    answer_mark(by=bo, mark=mark, reply="Rättat")
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_sign_version_when_two_sign_at_once_then_one_does(people: People) -> None:
    version = open_map(viewer_of(people.bo), people.care)
    started, refused, signers = (
        threading.Barrier(2),
        list[str](),
        [viewer_of(people.bo), viewer_of(people.bo)],
    )

    def sign(by: Viewer) -> None:
        connection.ensure_connection()
        started.wait()
        try:
            signed(by=by, version=version)
        except Refused as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=[by]) for by in signers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    version.refresh_from_db()
    assert version.state == "signed" and len(refused) == 1


def test_remove_old_when_a_log_was_never_measured_then_it_goes_with_its_file(
    people: People, bo: Viewer, django_capture_on_commit_callbacks: object
) -> None:
    old, new, measured = handed_in(bo, people.care), handed_in(bo, people.care), measured_log(bo, people.care)
    long_ago = now() - timedelta(days=31)
    EventLog.objects.filter(pk__in=[old.pk, measured.pk]).update(created_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator] # a fixture of pytest-django
        assert remove_old()["logs"] == 1
    assert set(EventLog.objects.all()) == {new, measured}
    assert not old.file.storage.exists(old.file.name) and new.file.storage.exists(new.file.name)


def test_fault_of_when_read_by_others_then_in_their_language(people: People, bo: Viewer) -> None:
    file = csv_of([("F1", "Läs", "i går", 1)])
    told = {"name": "Min logg", "source": "Systemet", "file_name": "logg.csv"}
    log = add_log(by=bo, unit=people.care, file=file, **told)
    choose_columns(by=bo, log=log, columns=COLUMNS)
    run_waiting()
    log.refresh_from_db()
    with override("sv"):
        assert fault_of(log).startswith(
            "Min logg, rad 2: ”i går” är ingen tid som går att läsa. Skriv den som"
        )
    with override("en"):
        assert fault_of(log).startswith(
            "Min logg, row 2: 'i går' is not a time that can be read. Write it as"
        )


def test_reason_when_nobody_has_translated_it_then_in_english_and_braces_of_people_are_left() -> None:
    error = InputError(
        "nothing like {name}", place="f.csv, row 3", remedy="Mend it", facts={"name": "{0} %s"}
    )
    with override("sv"):
        assert reason(error) == "f.csv, rad 3: nothing like {0} %s. Mend it."
        assert said(Said("{count:,} steps began and never ended", {"count": 2})).startswith("2 steg började")
    assert str(error_of(kept(error))) == str(error)


def test_map_words_when_the_kits_change_their_words_then_the_lists_follow() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in KITS)
    lists = (kit_words.TABLES, map_words.LOGS, map_words.MARKUP, map_words.MAPS, map_words.NOTES)
    made = ("the case ", "the activity ")  # put together from the column's name
    missing = [words for each in lists for words in each if words not in source]
    assert [words for words in missing if not words.startswith(made)] == []


def test_waiting_for_when_a_map_of_ones_own_work_is_open_then_waits_until_one_has_said_something(
    people: People, bo: Viewer
) -> None:
    ida = viewer_of(
        add_person(
            by=Viewer.of_command_line(), email="ida@x.example", name="Ida", unit=people.care, role=Role.STAFF
        )
    )
    made = add_map(by=bo, unit=people.care, name="Makulera faktura", log=measured_log(bo, people.care))
    assert waiting_for(ida) == []
    version = open_version(by=bo, version=made.versions.get())
    (row,) = waiting_for(ida)
    assert (row.title, row.since) == ("Makulera faktura", version.opened_at) and "#mark" in row.url
    for other in (bo, viewer_of(people.sam), viewer_of(people.elif_), viewer_of(people.farid)):
        assert waiting_for(other) == []
    mark_step(by=ida, version=version, bpmn_id="", kind="agree", text="")
    assert waiting_for(ida) == []


def test_measure_log_when_a_step_holds_a_personal_number_then_nothing_of_it_is_kept(
    people: People, bo: Viewer
) -> None:
    rows = [("F1", "Läs mejlet", "2026-03-01 08:00", 1), ("F1", "Ring 811218-9876", "2026-03-01 09:00", 2)]
    told = {"name": "Min logg", "source": "Systemet", "file_name": "logg.csv"}
    log = choose_columns(
        by=bo, log=add_log(by=bo, unit=people.care, file=csv_of(rows), **told), columns=COLUMNS
    )
    run_waiting()
    log.refresh_from_db()
    assert (log.state, log.figures) == ("unreadable", {}) and "811218" not in log.error
    with override("sv"):
        assert fault_of(log).startswith("Min logg: ett stegs namn")


def test_map_words_when_the_kits_say_more_then_it_is_listed_for_translation() -> None:
    """All but what only the command line says."""
    listed = {*kit_words.TABLES, *map_words.LOGS, *map_words.MARKUP, *map_words.MAPS}
    trees = [
        ast.parse(path.read_text("utf-8")) for path in KITS if path.name not in ("commands.py", "drawn.py")
    ]
    calls = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputError"
    ]
    told = [each for call in calls for each in call.args[:1]]
    told += [key.value for call in calls for key in call.keywords if key.arg == "remedy"]
    words = {each.value for each in told if isinstance(each, ast.Constant)}
    assert len(words) > 30 and words - listed == {"Choose a folder that you may write to"}
