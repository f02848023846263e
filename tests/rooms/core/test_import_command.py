"""`ringar import`: real files as they are, broken ones refused whole; the same file twice changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from ringar.cli import main
from ringar.core.models import AuditEvent, Organisation
from ringar.needs.models import Need
from ringar.solvers.models import Solution, Solver
from tests.people import People

pytestmark = pytest.mark.django_db
Said = Callable[..., tuple[int, str]]
REAL = [
    ("needs", "texts/challenge_gov/challenges.jsonl", 318),
    ("needs", "texts/tillvaxtverket_projektbank/projects.jsonl", 2497),
    ("solutions", "texts/tillvaxtverket_projektbank/projects.jsonl", 2497),
    ("solutions", "texts/dpg_registry/nominees.jsonl", 755),
    ("solutions", "texts/yc_companies/companies.jsonl", 4663),
    ("needs", "judged_swefaq/needs.csv", 0),
    ("solutions", "judged_swefaq/solutions.csv", 0),
]


@pytest.fixture
def ringar_import(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs `ringar import …` in this process: its exit code, and all that it said."""

    def run(*arguments: object) -> tuple[int, str]:
        code = main(["import", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def write(folder: Path, text: str, name: str = "behov.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def nothing_saved() -> bool:
    rows = (Need, Solution, Solver, Organisation)
    return not any(model.objects.exists() for model in rows) and not AuditEvent.objects.exists()


@pytest.mark.parametrize(("kind", "file", "count"), REAL)
def test_import_when_file_is_real_takes_it_as_it_is_and_twice_changes_nothing(
    data: Path, ringar_import: Said, kind: str, file: str, count: int
) -> None:
    if not (data / file).is_file():
        pytest.skip(f"no {file} among the real data")
    code, said = ringar_import(kind, data / file)
    model = Need if kind == "needs" else Solution
    assert code == 0, said
    kept = model.objects.count()
    assert kept == count or (not count and kept)
    assert f"{kept} new, 0 changed, 0 unchanged" in said
    code, said = ringar_import(kind, data / file)
    assert f"0 new, 0 changed, {kept} unchanged" in said
    assert model.objects.count() == kept


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id;rubrik;beskrivning\n1;Kö i växeln;Två timmar på måndagar\n", "cp1252"),
        ("id;rubrik;beskrivning\n1;Kö i växeln;Två timmar på måndagar\n", "utf-8-sig"),
        ("id\trubrik\tbeskrivning\n1\tKö i växeln\tTvå timmar på måndagar\n", "utf-16"),
        ('Id,Rubrik,Beskrivning\r\n1,Kö i växeln,"Två timmar på måndagar"\r\n', "utf-8"),
    ],
)
def test_import_when_csv_is_of_any_kind_reads_the_letters_right(
    tmp_path: Path, ringar_import: Said, text: str, encoding: str
) -> None:
    code, said = ringar_import("needs", write(tmp_path, text, encoding=encoding))
    assert code == 0, said
    need = Need.objects.get()
    assert (need.title, need.symptom, need.external_id) == ("Kö i växeln", "Två timmar på måndagar", "1")
    assert (need.state, need.visibility, need.is_draft) == ("shared", "organisation", False)
    assert AuditEvent.objects.get(action="import_need").label == "command line"


def test_import_when_excel_reads_numbers_and_formulas_as_their_values(
    tmp_path: Path, ringar_import: Said
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["nr", "rubrik", "beskrivning", "antal personer", "kostnad per år"])
    book.active.append([7, "Kö i växeln", '=HYPERLINK("http://x.example")', 40, 120000.0])
    book.active.append([8, "Mörka lekplatser", "Redan klockan tre 😀", 300, None])
    book.save(tmp_path / "behov.xlsx")
    code, said = ringar_import("needs", tmp_path / "behov.xlsx")
    assert code == 0, said
    first, second = Need.objects.order_by("external_id")
    assert (first.external_id, first.people_affected, first.cost_sek_year) == ("7", 40, 120_000)
    assert second.symptom == "Redan klockan tre 😀"


def test_import_when_cell_looks_like_a_formula_keeps_it_as_text(tmp_path: Path, ringar_import: Said) -> None:
    ringar_import("needs", write(tmp_path, 'rubrik;beskrivning\nSumma;"=2+5"\n'))
    assert Need.objects.get().symptom == "=2+5"


@pytest.mark.parametrize("text", ["😀 👩‍👩‍👧 familjen väntar", "مرحبا بكم في المدينة", "Ståhej – ”citat”"])
def test_import_when_text_is_unusual_keeps_it(tmp_path: Path, ringar_import: Said, text: str) -> None:
    code, said = ringar_import(
        "needs", write(tmp_path, json.dumps({"rubrik": text, "text": text}), "a.jsonl")
    )
    assert code == 0, said
    assert Need.objects.get().title == text


def test_import_when_signs_turn_the_reading_direction_keeps_the_words_without_them(
    tmp_path: Path, ringar_import: Said
) -> None:
    ringar_import(
        "needs", write(tmp_path, json.dumps({"rubrik": "\u202eomvänt\u202c", "text": "vänt"}), "a.jsonl")
    )
    assert Need.objects.get().title == "omvänt"


def test_import_when_surrogate_stands_alone_keeps_the_rest(tmp_path: Path, ringar_import: Said) -> None:
    path = write(tmp_path, '{"rubrik": "halv \\ud800 bild", "text": "resten finns kvar"}\n', "a.jsonl")
    code, said = ringar_import("needs", path)
    assert code == 0, said
    assert Need.objects.get().title.startswith("halv ")
    assert "\ud800" not in Need.objects.get().title


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b'rubrik;text\nEtt;"halvt\nTv\xc3\xa5;x\n', "quotation"),
        ("a.csv", b"rubrik;text\nEtt;bin\x00\xc3\xa4rt\n", "NUL"),
        ("a.jsonl", b'{"rubrik": "Ett"\n', "JSON"),
        ("a.xlsx", b"PK\x03\x04 inte en arbetsbok", "Excel"),
        ("a.csv", b"saker;annat\na;b\n", "--map title=COLUMN"),
        ("saknas", None, "No such file"),
    ],
)
def test_import_when_file_is_broken_says_what_to_do_and_saves_nothing(
    tmp_path: Path, ringar_import: Said, name: str, content: bytes | None, told: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, said = ringar_import("needs", tmp_path / name)
    assert (code, told in said) == (2, True), said
    assert nothing_saved()


def test_import_when_file_has_a_gigabyte_refuses_it_unread(tmp_path: Path, ringar_import: Said) -> None:
    path = tmp_path / "stor.csv"
    with path.open("wb") as file:
        file.write(b"rubrik;text\n")
        file.truncate(1_000_000_000)
    code, said = ringar_import("needs", path)
    assert code == 2 and "MB" in said and "Split it" in said
    assert nothing_saved()


def test_import_when_one_row_is_wrong_saves_none_and_names_it(
    tmp_path: Path, ringar_import: Said, people: People
) -> None:
    before = AuditEvent.objects.count()
    path = write(
        tmp_path,
        "rubrik;text;enhet;antal;ägare;hur ofta\n"
        "Ett;Bra rad;Vattennätet;3;bo@ringsala-kommun.example;varje dag\n"
        "Två;x;Tomteverkstan;3;;\n"
        "Tre;x;;många;;\n"
        "Fyra;x;;;ingen@annan.example;\n"
        ";;;7;;\n"
        "Sex;x;;;;ibland\n",
    )
    code, said = ringar_import("needs", path, "--organisation", people.city.slug)
    assert code == 2
    assert "row 4, people_affected: 'många' is not a whole number. Write digits only" in said
    assert "row 7, how_often" in said
    good = path.read_text().replace("många", "9").replace("ibland", "sällan")
    code, said = ringar_import("needs", write(tmp_path, good), "--organisation", people.city.slug)
    assert code == 2
    assert "row 3, unit: there is no unit 'Tomteverkstan'. Import the units first" in said
    assert "row 5, owner: nobody here has the address" in said
    assert "row 6, title: is empty, and so is the text." in said
    assert not Need.objects.exists() and AuditEvent.objects.count() == before


def test_import_when_rows_are_sound_fills_in_unit_owner_and_facts(
    tmp_path: Path, ringar_import: Said, people: People
) -> None:
    row = f"Ett;Bra rad;Vattennätet;3;{people.bo.email};varje dag;alla"
    path = write(tmp_path, f"rubrik;text;enhet;antal;ägare;hur ofta;synlighet\n{row}\n")
    code, said = ringar_import("needs", path, "--organisation", people.city.slug)
    assert code == 0, said
    need = Need.objects.get()
    assert (need.unit, need.owner, need.people_affected) == (people.water, people.bo, 3)
    assert (need.how_often, need.visibility, need.organisation) == ("daily", "public", people.city)


def test_import_when_a_row_changed_changes_it_alone(tmp_path: Path, ringar_import: Said) -> None:
    text = "id;rubrik;text\n1;Ett;Så är det\n2;Två;Så är det också\n"
    ringar_import("needs", write(tmp_path, text))
    said = ringar_import("needs", write(tmp_path, text.replace("också", "inte längre")))[1]
    assert "0 new, 1 changed, 1 unchanged" in said
    assert Need.objects.get(external_id="2").symptom == "Så är det inte längre"
    event = AuditEvent.objects.filter(action="import_need").latest("id")
    assert event.changes == {"symptom": [15, 21]}


def test_import_when_title_is_long_or_text_missing_notes_it_and_loses_nothing(
    tmp_path: Path, ringar_import: Said
) -> None:
    long = "Mycket " * 40
    code, said = ringar_import(
        "needs", write(tmp_path, f"id;rubrik;text\n1;{long};Mer\n2;Bara rubrik;\n3;;Bara text\n")
    )
    assert code == 0, said
    first, second, third = Need.objects.order_by("external_id")
    assert len(first.title) == 200 and first.symptom == f"{long.strip()}\n\nMer"
    assert second.symptom == "Bara rubrik" and third.title == "Bara text"
    assert "note: row 2, title" in said and "note: row 3, symptom" in said


def test_import_when_ids_repeat_tells_rows_apart_by_text_but_a_chosen_id_must_be_unique(
    tmp_path: Path, ringar_import: Said
) -> None:
    path = write(tmp_path, "id;rubrik;text\n1;Ett;a\n1;Två;b\n1;Ett;a\n")
    code, said = ringar_import("needs", path)
    assert code == 0 and "2 new" in said and "says the same as row 2" in said
    code, said = ringar_import("needs", path, "--map", "external_id=id")
    assert code == 2 and "stands on several rows" in said


def test_import_when_mapped_takes_the_columns_named(tmp_path: Path, ringar_import: Said) -> None:
    path = write(tmp_path, "ärendemening;brev;svar\nEtt;Första;Andra\n")
    assert ringar_import("needs", path)[0] == 2
    code, said = ringar_import("needs", path, "--map", "title=ärendemening", "--map", "symptom=brev+svar")
    assert code == 0, said
    assert Need.objects.get().symptom == "Första\n\nAndra"
    for wrong in ("title=finns inte", "rubrik", "sak=brev"):
        code, said = ringar_import("needs", path, "--map", wrong)
        assert code == 2, said


def test_import_when_dry_run_checks_all_and_saves_nothing(tmp_path: Path, ringar_import: Said) -> None:
    code, said = ringar_import("needs", write(tmp_path, "rubrik;text\nEtt;a\n"), "--dry-run")
    assert code == 0 and "nothing was saved" in said
    assert nothing_saved()


def test_import_when_organisation_is_unknown_names_those_there_are(
    tmp_path: Path, ringar_import: Said, people: People
) -> None:
    path = write(tmp_path, "rubrik;text\nEtt;a\n")
    code, said = ringar_import("needs", path, "--organisation", "atlantis")
    assert code == 2 and people.city.slug in said
    assert not Need.objects.exists()


def test_import_when_text_is_too_long_refuses_the_file(tmp_path: Path, ringar_import: Said) -> None:
    path = write(tmp_path, f"rubrik;text\nEtt;{'a' * 50_000}\n")
    code, said = ringar_import("needs", path)
    assert code == 2 and "row 2, symptom: has 50000 characters. At most 20000 fit." in said
    assert nothing_saved()


def test_import_when_text_holds_a_personal_number_notes_it(tmp_path: Path, ringar_import: Said) -> None:
    path = write(tmp_path, "rubrik;text\nEtt;Ring 19121212-1212 om kvällen\n")
    code, said = ringar_import("needs", path)
    assert code == 0 and "note: row 2, symptom: seems to hold a personal number" in said


def test_import_when_solution_has_no_name_takes_the_first_words(tmp_path: Path, ringar_import: Said) -> None:
    path = write(tmp_path, f"id;text\n1;Vi hör läckor. {'Mer om det. ' * 30}\n2;Kort\n")
    code, said = ringar_import("solutions", path)
    assert code == 0, said
    assert "note: row 2, name: is empty: the text's first words are taken." in said
    first, second = Solution.objects.order_by("external_id")
    assert first.name.startswith("Vi hör läckor.") and len(first.name) <= 80 and second.name == "Kort"
    code, said = ringar_import("solutions", write(tmp_path, "id;namn;text\n1;;\n2;Två;x\n"))
    assert code == 2 and "row 2, name: is empty, and so is the text." in said
