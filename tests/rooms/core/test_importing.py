"""How a spreadsheet is understood: columns recognised, cells cleaned, rows told apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from ringar.core.importing import Field, Importer, guess_mapping, one_of, read_import, text_of, whole_number
from ringar.core.rules import Refused

FIELDS = (
    Field("external_id", ("id", "nr")),
    Field("title", ("rubrik", "namn"), required=True, clean=text_of(20)),
    Field("text", ("beskrivning", "kort"), joins=True),
    Field("people", ("antal personer",), clean=whole_number),
)
IMPORTER = Importer(kind="things", fields=FIELDS, save=lambda *_: None)  # type: ignore[arg-type,return-value]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """What is said is compared in English."""
    with override("en"):
        yield


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_guess_mapping_when_names_vary_in_case_and_signs_finds_the_columns() -> None:
    mapping = guess_mapping(["NR", "Rubrik ", "Kort", "Beskrivning", "Antal_personer", "Annat"], FIELDS)
    assert mapping == {
        "external_id": ["NR"],
        "title": ["Rubrik "],
        "text": ["Beskrivning", "Kort"],
        "people": ["Antal_personer"],
    }


def test_read_import_when_all_is_well_cleans_joins_and_names_what_is_unused(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "id;rubrik;kort;beskrivning;antal personer;annat\n7;Ensamma;Kort.;Långt.;1 200;x\n",
    )
    reading = read_import(IMPORTER, path)
    assert reading.problems == []
    assert reading.rows == [
        {"row": 2, "external_id": "7", "title": "Ensamma", "text": "Långt.\n\nKort.", "people": 1200}
    ]
    assert reading.unused == ["annat"]


def test_read_import_when_cells_are_wrong_names_row_field_and_remedy(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", f"rubrik;antal personer\n{'x' * 21};några\n;3\n")
    problems = [str(problem) for problem in read_import(IMPORTER, path).errors]
    assert problems == [
        "error: row 2, title: has 21 characters. At most 20 fit.",
        "error: row 2, people: 'några' is not a whole number. Write digits only, for instance 1200.",
        "error: row 3, title: is empty. Write something there, or remove the row.",
    ]


def test_read_import_when_a_required_column_is_missing_names_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "saker;annat\na;b\n")
    with pytest.raises(Refused, match=r"--map title=COLUMN.*saker, annat"):
        read_import(IMPORTER, path)
    assert read_import(IMPORTER, path, mapping={"title": ["saker"]}).rows[0]["title"] == "a"


def test_read_import_when_a_guessed_id_repeats_tells_rows_apart_by_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id;rubrik\n1;A\n1;B\n2;C\n1;A\n")
    reading = read_import(IMPORTER, path)
    assert [row["title"] for row in reading.rows] == ["A", "B", "C"]
    assert [(p.row, p.is_error) for p in reading.problems] == [(5, False)]
    again = read_import(IMPORTER, path)
    assert [row["external_id"] for row in again.rows] == [row["external_id"] for row in reading.rows]


def test_read_import_when_a_chosen_id_repeats_is_wrong(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id;rubrik\n1;A\n1;B\n")
    reading = read_import(IMPORTER, path, mapping={"external_id": ["id"]})
    assert [problem.row for problem in reading.errors] == [2, 3]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 200", 1200),
        ("1200 kr", 1200),
        ("2.500", 2500),
        ("40 st", 40),
        ("1 250 000 kr", 1250000),
        ("300:-", 300),
    ],
)
def test_whole_number_as_people_write_it_is_understood(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["tolv", "-3", "1,5", "9" * 13, "²", "10-20", "1.5"])
def test_whole_number_when_it_is_none_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        whole_number(text)


def test_one_of_takes_codes_names_and_synonyms() -> None:
    clean = one_of({"daily": "Varje dag"}, {"dagligen": "daily"})
    assert [clean("DAILY"), clean("varje  dag"), clean("Dagligen")] == ["daily"] * 3
    with pytest.raises(ValueError, match="Write one of: daily"):
        clean("ibland")


def test_field_label_when_swedish_is_its_first_alias_else_the_name_in_words() -> None:
    people, other = Field("people_affected", ("antal", "hur många")), Field("good_effect")
    assert (people.label, other.label) == ("people affected", "good effect")
    with override("sv"):
        assert (people.label, other.label) == ("Antal", "good effect")


def test_one_of_when_swedish_names_the_words_that_swedish_files_hold() -> None:
    clean = one_of({"daily": "daily", "weekly": "weekly"}, {"dagligen": "daily", "varje dag": "daily"})
    with (
        override("sv"),
        pytest.raises(ValueError, match=r"ett av värdena\.\|Skriv något av: dagligen, weekly"),
    ):
        clean("ibland")
