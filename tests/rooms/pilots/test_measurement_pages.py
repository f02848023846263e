"""Handing in values on a page and by file: checked first, clear when wrong, and nothing half-saved."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from ringar.cli import main
from ringar.core import clock
from ringar.core.queries import viewer_of
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.models import Correction, Measurement, Pilot
from ringar_kits.effects import Observation, estimate_effect
from ringar_kits.tables import read_rows
from tests.people import People
from tests.rooms.pilots.measured import START, WEEK, measured
from tests.rooms.pilots.measuring import FIFTH_WEEK, client_of, followed, hand_in, text_of, unit_in

pytestmark = pytest.mark.django_db


def edit_url(pilot: Pilot, people: People) -> str:
    return f"/pilotprojekt/{pilot.uuid}/matvarden/{people.care.uuid}/"


def file_url(pilot: Pilot) -> str:
    return f"/pilotprojekt/{pilot.uuid}/matvarden/fil/"


def test_measurement_edit_when_opened_then_asks_for_each_week_in_one_line(people: People, logged_in) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 38.5)
    with clock.at(FIFTH_WEEK):
        page = text_of(client_of(logged_in, people.bo).get(edit_url(pilot, people)))
    assert "Week 13 (from 23 March), Hemtjänst Björkliden: how many minuter?" in page
    assert 'inputmode="decimal"' in page and 'value="38.5"' in page and 'name="w20260302"' in page


def test_measurement_edit_when_numbers_are_written_as_people_do_then_saved(people: People, logged_in) -> None:
    pilot = followed(people)
    with clock.at(FIFTH_WEEK):
        sent = {"w20260302": "38,5", "w20260309": " 1 037 ", "w20260316": ""}
        response = client_of(logged_in, people.bo).post(edit_url(pilot, people), sent, follow=True)
    assert "2 values saved" in text_of(response)
    assert list(Measurement.objects.values_list("value", flat=True)) == [38.5, 1037.0]


def test_measurement_edit_when_one_is_no_number_then_what_was_written_stays_and_none_is_saved(
    people: People, logged_in
) -> None:
    pilot = followed(people)
    with clock.at(FIFTH_WEEK):
        sent = {"w20260302": "38", "w20260309": "många 🙂\x00"}
        response = client_of(logged_in, people.bo).post(edit_url(pilot, people), sent)
    page = text_of(response)
    assert "is not a number" in page and 'value="38"' in page and "många 🙂" in page
    assert not Measurement.objects.exists()


def test_measurement_edit_when_a_value_changes_then_asks_why_and_keeps_it(people: People, logged_in) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 38.5)
    with clock.at(FIFTH_WEEK):
        client = client_of(logged_in, people.bo)
        refused = text_of(client.post(edit_url(pilot, people), {"w20260302": "36"}))
        assert "Say why in a few words" in refused and Measurement.objects.get().value == 38.5
        client.post(edit_url(pilot, people), {"w20260302": "36", "why": "Fel räknat"})
        page = text_of(client.get(f"/pilotprojekt/{pilot.uuid}/matvarden/"))
    assert Correction.objects.get().before == 38.5
    assert "Fel räknat" in page and "corrected" in page and "38.5" in page


def test_measurement_edit_when_sent_as_shown_then_no_digit_is_lost(people: People, logged_in) -> None:
    pilot = followed(people)
    hand_in(people, pilot, 38.123456789)
    with clock.at(FIFTH_WEEK):
        client = client_of(logged_in, people.bo)
        client.cookies["django_language"] = "sv"
        assert 'value="38,123456789"' in text_of(client.get(edit_url(pilot, people)))
        client.post(edit_url(pilot, people), {"w20260302": "38,123456789", "w20260309": "1"})
    assert Measurement.objects.count() == 2 and not Correction.objects.exists()


def test_measurement_edit_when_somebody_was_quicker_then_nothing_is_overwritten(
    people: People, logged_in
) -> None:
    pilot = followed(people)
    with clock.at(FIFTH_WEEK):
        client = client_of(logged_in, people.bo)
        client.get(edit_url(pilot, people))
        value = Value(unit_in(pilot), START, 40.0)
        record_measurements(by=viewer_of(people.alva), pilot=pilot, values=[value])
        page = text_of(client.post(edit_url(pilot, people), {"w20260302": "12"}))
    assert "A number that stood there is changed" in page
    assert Measurement.objects.get().value == 40.0


def test_measurement_edit_when_not_theirs_then_not_found(people: People, logged_in) -> None:
    pilot = followed(people)
    for person, status in ((people.sam, 404), (people.elif_, 404), (people.dag, 200)):
        assert client_of(logged_in, person).get(edit_url(pilot, people)).status_code == status


def send(client: Client, pilot: Pilot, text: str | bytes, name: str = "matt.csv", **more: str) -> str:
    content = text.encode() if isinstance(text, str) else text
    with clock.at(FIFTH_WEEK):
        upload = SimpleUploadedFile(name, content)
        return text_of(client.post(file_url(pilot), {"file": upload, **more}, follow=True))


def save(client: Client, pilot: Pilot) -> str:
    with clock.at(FIFTH_WEEK):
        return text_of(client.post(file_url(pilot), {"save": "1"}, follow=True))


GOOD = "unit;week;value\nHemtjänst Björkliden;2026-03-02;38,5\nFörskolan Granen;2026-W10;41\n"


def test_measurement_import_when_right_then_shown_first_and_saved_when_confirmed(
    people: People, logged_in
) -> None:
    pilot, client = followed(people), client_of(logged_in, people.alva)
    shown = send(client, pilot, GOOD)
    assert "2 rows are right" in shown and not Measurement.objects.exists()
    assert "2 values saved" in save(client, pilot)
    assert set(Measurement.objects.values_list("of__unit__name", "value", "via")) == {
        ("Hemtjänst Björkliden", 38.5, "file"),
        ("Förskolan Granen", 41.0, "file"),
    }


def test_measurement_import_when_saved_twice_then_nothing_changes(people: People, logged_in) -> None:
    pilot, client = followed(people), client_of(logged_in, people.alva)
    for _time in range(2):
        send(client, pilot, GOOD)
        save(client, pilot)
    assert Measurement.objects.count() == 2 and not Correction.objects.exists()


def test_measurement_import_when_excel_then_taken(people: People, logged_in) -> None:
    pilot, client = followed(people), client_of(logged_in, people.alva)
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Enhet", "Vecka", "Värde"])
    book.active.append(["hemtjänst björkliden", START, 38.5])
    book.save(file)
    assert "1 row is right" in send(client, pilot, file.getvalue(), "matt.xlsx")
    save(client, pilot)
    assert Measurement.objects.get().value == 38.5


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Hemtjänst Björkliden;2026-03-03;1", "Row 3, week: 2026-03-03 is not a Monday"),
        ("Hemtjänst Björkliden;2026-04-13;1", "has not come yet"),
        ("Hemtjänst Björkliden;2022-03-07;1", "more than three years before the start"),
        ("Vattennätet;2026-03-09;1", "not a unit of the pilot. Its units are: Förskolan Granen, Hemtjänst"),
        ("Hemtjänst Björkliden;2026-03-09;många", "is not a number"),
        ("Hemtjänst Björkliden;2026-03-09;", "Row 3, value: is empty"),
        ("Hemtjänst Björkliden;v. 10;1", "is not a week"),
        ("Hemtjänst Björkliden;2026-03-02;39", "has that week in row 2 already. Keep one of the two rows"),
        ("Hemtjänst Björkliden;2026-03-02;38,5", "says the same as row 2. Remove one of them"),
    ],
)
def test_measurement_import_when_a_row_is_wrong_then_named_with_remedy_and_nothing_is_saved(
    people: People, logged_in, row: str, told: str
) -> None:
    pilot, client = followed(people), client_of(logged_in, people.alva)
    page = send(client, pilot, f"unit;week;value\nHemtjänst Björkliden;2026-03-02;38,5\n{row}\n")
    assert told.replace('"', "&quot;") in page and "Nothing was saved" in page
    save(client, pilot)
    assert not Measurement.objects.exists()


def test_measurement_import_when_two_rows_are_wrong_then_they_are_not_taken_for_alike(
    people: People, logged_in
) -> None:
    pilot, client = followed(people), client_of(logged_in, people.alva)
    rows = "Hemtjänst Björkliden;2026-03-02;arton\nHemtjänst Björkliden;2026-03-02;1e400\n"
    page = send(client, pilot, f"unit;week;value\n{rows}")
    assert "Row 2, value" in page and "Row 3, value" in page and "says the same" not in page


def test_measurement_import_when_it_corrects_then_asks_why(people: People, logged_in) -> None:
    pilot, client = followed(people), client_of(logged_in, people.alva)
    hand_in(people, pilot, 40)
    assert "has the value 40 already" in send(client, pilot, GOOD)
    assert "2 rows are right" in send(client, pilot, GOOD, why="Räknat om ur larmloggen")
    assert "1 corrected" in save(client, pilot)
    assert Correction.objects.get().why == "Räknat om ur larmloggen"


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"a,b\n1,2\n", b"unit\n"])
def test_measurement_import_when_the_file_is_broken_then_says_so(
    people: People, logged_in, content: bytes
) -> None:
    pilot, client = followed(people), client_of(logged_in, people.alva)
    page = send(client, pilot, content)
    assert "notice-error" in page and not Measurement.objects.exists()


def test_measurement_import_when_from_outside_then_not_found(people: People, logged_in) -> None:
    pilot = followed(people)
    for person in (people.sam, people.farid):
        assert client_of(logged_in, person).get(file_url(pilot)).status_code == 404


def test_measurement_csv_when_exported_then_the_kit_reads_it_as_it_is(
    people: People, logged_in, tmp_path: Path
) -> None:
    pilot = measured(people, effect=-12.0, before=20, after=8)
    body = client_of(logged_in, people.bo).get(f"/pilotprojekt/{pilot.uuid}/matvarden.csv").getvalue()
    path = tmp_path / "data.csv"
    path.write_bytes(body)
    rows = [cells for _row, cells in read_rows(path)]
    assert list(rows[0]) == ["unit", "week", "value"] and len(rows) == 4 * 28
    values = [
        Observation(row["unit"], clock.date.fromisoformat(row["week"]), float(row["value"])) for row in rows
    ]
    estimate = estimate_effect(
        values, treated=["Grupp 0"], controls=["Grupp 1", "Grupp 2", "Grupp 3"], start=START
    )
    assert estimate.effect == pytest.approx(-12, abs=4)


def test_measurement_list_when_many_weeks_then_a_page_at_a_time_with_few_queries(
    people: People, logged_in, django_assert_max_num_queries
) -> None:
    pilot = measured(people, before=40, after=8)
    client = client_of(logged_in, people.bo)
    with clock.at(FIFTH_WEEK + timedelta(days=60)), django_assert_max_num_queries(12):
        page = text_of(client.get(f"/pilotprojekt/{pilot.uuid}/matvarden/"))
    assert "Older weeks" in page and page.count("<tr>") == 13


def test_import_command_when_given_a_pilot_then_saved_and_a_dry_run_is_not(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pilot, path = followed(people), tmp_path / "matt.csv"
    path.write_text(GOOD, encoding="utf-8")
    told = [
        "import",
        "measurements",
        str(path),
        "--organisation",
        people.city.slug,
        "--pilot",
        str(pilot.uuid),
    ]
    with clock.at(FIFTH_WEEK):
        assert main([*told, "--dry-run"]) == 0 and not Measurement.objects.exists()
        assert main(told) == 0 and Measurement.objects.count() == 2
        path.write_text(GOOD.replace("2026-03-02", "2026-03-04"), encoding="utf-8")
        assert main(told) == 2
    assert "row 2, week: 2026-03-04 is not a Monday" in capsys.readouterr().out
    assert Measurement.objects.count() == 2 and START + WEEK not in Measurement.objects.values_list(
        "week", flat=True
    )


def test_import_command_when_the_pilot_is_not_there_then_says_so(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "matt.csv"
    path.write_text(GOOD, encoding="utf-8")
    assert (
        main(["import", "measurements", str(path), "--organisation", people.city.slug, "--pilot", "Nej"]) == 2
    )
    assert "there is no pilot 'Nej'" in capsys.readouterr().out
