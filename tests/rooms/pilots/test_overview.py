"""Everything under way on one page; what was promised and what came true; the CIO's own list taken in."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from ringar.cli import main
from ringar.core import clock
from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.pilots.actions.money import Line, set_costs
from ringar.pilots.actions.pilots import start_pilot
from ringar.pilots.actions.realised import Realised, record_realised
from ringar.pilots.models import CostLine, Pilot, PilotNote
from ringar.pilots.queries.gates import missing_of
from ringar.pilots.queries.overview import funnel, lines_of, overview_pilots, with_counts
from ringar.pilots.rules import CostKind, PilotState, Stage
from tests.people import People
from tests.rooms.needs.cast import shared_by
from tests.rooms.pilots.measured import running
from tests.rooms.pilots.measuring import client_of, followed, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
ADDRESS = "/pilotprojekt/oversikt/"
LINES = (
    Line(CostKind.COST, "Licens", sek=40_000),
    Line(CostKind.COST, "Utbildning", sek=10_000),
    Line(CostKind.HOURS, "Egen tid", hours=80),
    Line(CostKind.GAIN, "Kortare restid", sek=120_000, taken_home_by="Hemtjänsten"),
)


def costed(people: People, **facts) -> Pilot:
    """Bo's exercise under way, with a calculation."""
    pilot = running(people, has_goal=False, **facts)
    set_costs(by=viewer_of(people.bo), pilot=pilot, lines=LINES, who_pays="Stadsdelen")
    return Pilot.objects.get(pk=pilot.pk)


def line_named(pilot: Pilot, what: str) -> CostLine:
    return pilot.cost_lines.get(what=what)


def test_record_realised_when_told_then_stands_beside_what_was_promised(people: People) -> None:
    pilot = costed(people)
    told = [Realised(line_named(pilot, "Licens"), sek=45_000, source="Konto 4010")]
    assert record_realised(by=viewer_of(people.bo), pilot=pilot, realised=told) == 1
    line = line_named(pilot, "Licens")
    assert (line.promised_sek, line.realised_sek, line.realised_source) == (40_000, 45_000, "Konto 4010")
    audit = AuditEvent.objects.get(action="record_realised")
    assert audit.changes["realised"] == [["Licens", [None, None, ""], [45_000, None, "Konto 4010"]]]


def test_record_realised_when_nothing_says_how_it_is_known_then_refused_whole(people: People) -> None:
    pilot = costed(people)
    told = [
        Realised(line_named(pilot, "Licens"), sek=45_000, source="Konto 4010"),
        Realised(line_named(pilot, "Utbildning"), sek=1),
    ]
    with pytest.raises(Refused, match="Utbildning: say how you know"):
        record_realised(by=viewer_of(people.bo), pilot=pilot, realised=told)
    assert line_named(pilot, "Licens").realised_sek is None


def test_record_realised_when_not_theirs_then_not_allowed(people: People) -> None:
    pilot = costed(people)
    for person in (people.sam, people.farid):
        with pytest.raises(NotAllowed):
            record_realised(by=viewer_of(person), pilot=pilot, realised=[])


def test_pilot_realised_page_when_saved_then_both_columns_are_there(people: People, logged_in) -> None:
    pilot, client = costed(people), client_of(logged_in, people.bo)
    address, line = f"/pilotprojekt/{pilot.uuid}/utfall/", line_named(pilot, "Licens")
    wrong = text_of(client.post(address, {f"sek{line.pk}": "många"}))
    assert "Enter a whole number" in wrong
    page = text_of(
        client.post(address, {f"sek{line.pk}": "38000", f"source{line.pk}": "Konto 4010"}, follow=True)
    )
    assert "SEK 40,000" in page and "SEK 38,000" in page
    assert client_of(logged_in, people.sam).get(address).status_code == 404


def test_overview_when_read_then_money_days_and_what_is_missing_are_told(people: People, logged_in) -> None:
    pilot = costed(people)
    told = [
        Realised(line_named(pilot, "Licens"), sek=60_000, source="Konto 4010"),
        Realised(line_named(pilot, "Kortare restid"), sek=30_000, source="Körjournalen"),
    ]
    record_realised(by=viewer_of(people.bo), pilot=pilot, realised=told)
    start_pilot(by=viewer_of(people.bo), title="Ett tomt försök")
    lines = {
        line.pilot.title: line for line in lines_of(list(with_counts(overview_pilots(viewer_of(people.dag)))))
    }
    full, bare = lines[pilot.title], lines["Ett tomt försök"]
    assert (full.spent, full.budget, full.gain, full.gain_promised) == (60_000, 50_000, 30_000, 120_000)
    assert full.is_over and not bare.is_over
    assert {each.code for each in bare.missing} == {"need", "goal", "owner", "cap", "end"}
    page = text_of(client_of(logged_in, people.cilla).get(ADDRESS))
    assert "Above budget" in page and "5 things" in page and "Set the day when it ends" in page
    assert "How far they have come" in page


def test_overview_when_what_is_missing_is_counted_here_then_as_on_the_gate(people: People) -> None:
    followed(people)
    costed(people, title="Med kalkyl")
    start_pilot(by=viewer_of(people.bo), title="Pilot utan underlag", stage=Stage.PILOT)
    from_gate = {
        pilot.pk: [each.code for each in missing_of([pilot])[pilot.pk]] for pilot in Pilot.objects.all()
    }
    lines = lines_of(list(with_counts(overview_pilots(viewer_of(people.dag)))))
    assert {line.pilot.pk: [each.code for each in line.missing] for line in lines} == from_gate
    assert len(lines) == 3 and any(from_gate.values())


def test_overview_when_days_pass_then_late_and_counted(people: People) -> None:
    pilot = costed(people)
    with clock.at(clock.now() + timedelta(days=4_000)):
        line = lines_of(list(with_counts(overview_pilots(viewer_of(people.bo)))))[0]
        assert line.is_late and line.days > 4_000 and line.pilot == pilot


def test_overview_when_narrowed_then_only_what_fits(people: People, logged_in) -> None:
    costed(people)
    start_pilot(by=viewer_of(people.bo), title="Nycklar i mobilen", stage=Stage.PILOT)
    stopped = start_pilot(by=viewer_of(people.bo), title="Det som stoppades")
    Pilot.objects.filter(pk=stopped.pk).update(state=PilotState.STOPPED)
    client = client_of(logged_in, people.dag)
    for query, seen in (
        ("", {"Larm som", "Nycklar"}),
        ("?stage=pilot", {"Nycklar"}),
        ("?state=stopped", {"Det som"}),
        ("?state=all", {"Larm som", "Nycklar", "Det som"}),
        ("?q=nycklar+mobilen", {"Nycklar"}),
        ("?q=%00%ED%A0%80", set()),
        ("?stage=nonsense&state=nonsense&after=2026_x", {"Larm som", "Nycklar"}),
    ):
        page = text_of(client.get(ADDRESS + query))
        assert {word for word in ("Larm som", "Nycklar", "Det som") if f">{word}" in page} == seen, query
    counts = {each.stage: (each.under_way, each.stopped) for each in funnel(viewer_of(people.dag))}
    assert counts[Stage.EXERCISE] == (1, 1) and counts[Stage.PILOT] == (1, 0)


def test_overview_when_others_look_then_they_see_only_theirs(people: People, logged_in) -> None:
    running(people, has_goal=False, need=shared_by(people.bo, visibility="unit"))
    assert "Larm som" in text_of(client_of(logged_in, people.bo).get(ADDRESS))
    assert "Larm som" not in text_of(client_of(logged_in, people.sam).get(ADDRESS + "?state=all"))
    assert client_of(logged_in, people.farid).get(ADDRESS).status_code == 404
    assert client_of(logged_in, people.farid).get(f"{ADDRESS}lista.csv").status_code == 404


@pytest.mark.parametrize("count", [5, 60])
def test_overview_when_there_are_many_then_pages_with_few_queries(
    people: People, logged_in, django_assert_max_num_queries, count: int
) -> None:
    costed(people)
    need, by = shared_by(people.bo), viewer_of(people.bo)
    for number in range(count):
        start_pilot(by=by, title=f"Försök {number}", need=need, owner=people.bo)
    client = client_of(logged_in, people.dag)
    with django_assert_max_num_queries(10):
        page = text_of(client.get(ADDRESS))
    assert ("Older" in page) is (count > 25)
    if count > 25:
        after = page.split("after=")[1].split('"')[0]
        older = text_of(client.get(f"{ADDRESS}?after={after}"))
        assert "Försök 34<" in older and "Försök 35<" not in older and "Försök 35<" in page


def test_overview_csv_when_exported_then_numbers_are_numbers(people: People, logged_in) -> None:
    costed(people)
    body = client_of(logged_in, people.dag).get(f"{ADDRESS}lista.csv").getvalue().decode("utf-8-sig")
    header, row = body.splitlines()[:2]
    cells = dict(zip(header.split(";"), row.split(";"), strict=False))
    assert (cells["Budget, SEK"], cells["Gain a year promised, SEK"], cells["Spent, SEK"]) == (
        "50000",
        "120000",
        "",
    )


COLUMNS = (
    *("Projektnummer", "Projekt", "Förvaltning", "Fas", "Status", "Projektledare", "Behov", "Mål", "Budget"),
    *("Förbrukat", "Start", "Slut", "Leverantör"),
)
LOCKS = (
    *("P-1", "Digitala lås", "Hemtjänst Björkliden", "Pilot", "Pågår", "{bo}", "{need}", "Färre resor"),
    *("80 000 kr", "12 500", "2026-01-12", "2026-06-30", "Låsbolaget"),
)
PROJECTS = f"""{";".join(COLUMNS)}
{";".join(LOCKS)}
P-2;Välfärdsteknik i hallen;;Övning;Planerad;;;Tryggare kvällar;;;;;
P-3;Gamla appen;Vattennätet;Fullskala;Avslutad;Dag;Något eget;;;;2024-01-01;2025-01-01;
"""


def write(folder: Path, people: People, text: str = PROJECTS) -> Path:
    path = folder / "projekt.csv"
    need = shared_by(people.bo) if not Pilot.objects.exists() else None
    path.write_text(text.format(bo=people.bo.email, need=need.title if need else ""), encoding="utf-8")
    return path


def take_in(people: People, path: Path, *more: str) -> int:
    return main(["import", "pilots", str(path), "--organisation", people.city.slug, *more])


def test_import_pilots_when_the_cios_own_list_then_each_row_is_in_its_place(
    people: People, tmp_path: Path
) -> None:
    assert take_in(people, write(tmp_path, people)) == 0
    locks = Pilot.objects.get(external_id="P-1")
    assert (locks.unit, locks.owner, locks.stage, locks.cap_sek) == (
        people.care,
        people.bo,
        Stage.PILOT,
        80_000,
    )
    assert locks.need and (locks.starts_on, locks.ends_on) == (date(2026, 1, 12), date(2026, 6, 30))
    assert locks.cost_lines.get().realised_sek == 12_500
    assert "Låsbolaget" in PilotNote.objects.get(pilot=locks).text
    old = Pilot.objects.get(external_id="P-3")
    assert (old.state, old.stage, old.owner, old.unit) == (
        PilotState.DONE,
        Stage.FULL_SCALE,
        people.dag,
        people.water,
    )
    assert Pilot.objects.get(external_id="P-2").unit.parent is None


def test_import_pilots_when_the_list_says_that_it_runs_then_no_gate_is_passed(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take_in(people, write(tmp_path, people))
    locks = Pilot.objects.get(external_id="P-1")
    assert locks.state == PilotState.PLANNED and not locks.gates.exists()
    assert "comes in as being prepared" in capsys.readouterr().out
    assert "effect_goal" in [each.code for each in missing_of([locks])[locks.pk]]


def test_import_pilots_when_taken_in_twice_then_nothing_changes_and_new_figures_are_taken(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, people)
    take_in(people, path)
    before = AuditEvent.objects.count()
    assert take_in(people, path) == 0
    assert "0 new, 0 changed, 3 unchanged" in capsys.readouterr().out
    assert (Pilot.objects.count(), AuditEvent.objects.count()) == (3, before)
    path.write_text(path.read_text(encoding="utf-8").replace("12 500", "14 000"), encoding="utf-8")
    take_in(people, path)
    assert "1 changed" in capsys.readouterr().out
    assert CostLine.objects.get().realised_sek == 14_000


def test_import_pilots_when_a_dry_run_then_nothing_is_saved(people: People, tmp_path: Path) -> None:
    assert take_in(people, write(tmp_path, people), "--dry-run") == 0
    assert not Pilot.objects.exists()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("P-9;Nytt;Nowhere;;;;;;;;;;", "row 5, unit: there is no unit 'Nowhere'"),
        ("P-9;Nytt;;;;ingen@x.example;;;;;;;", "row 5, owner: nobody here is 'ingen@x.example'"),
        ("P-9;Nytt;;Halvvägs;;;;;;;;;", "row 5, stage: 'Halvvägs' is not one of the values"),
        ("P-9;Nytt;;;;;;;mycket;;;;", "row 5, cap sek: 'mycket' is not a whole number"),
        ("P-9;Nytt;;;;;;;;;2026-13-01;;", "row 5, starts on: '2026-13-01' is not a date"),
        ("P-9;Nytt;;;;;;;;;2026-02-01;2026-01-01;", "row 5, ends on: is before the first day"),
        ("P-9;;;;;;;;;;;;", "row 5, title: is empty"),
    ],
)
def test_import_pilots_when_a_row_is_wrong_then_named_and_nothing_is_saved(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, told: str
) -> None:
    assert take_in(people, write(tmp_path, people, PROJECTS + row + "\n")) == 2
    said = capsys.readouterr().out.replace("cap_sek", "cap sek").replace("starts_on", "starts on")
    assert told in said.replace("ends_on", "ends on") and not Pilot.objects.exists()


def test_import_pilots_when_a_need_is_only_its_units_then_it_is_not_pointed_to(
    people: People, tmp_path: Path
) -> None:
    need = shared_by(people.bo, visibility="unit")
    path = tmp_path / "p.csv"
    path.write_text(f"title;need\nFörsök;{need.title}\n", encoding="utf-8")
    take_in(people, path)
    assert Pilot.objects.get().need is None


def test_import_pilots_when_by_page_then_only_who_keeps_may(people: People, logged_in) -> None:
    assert b"pilots" in client_of(logged_in, people.dag).get("/importera/").content
    assert client_of(logged_in, people.bo).get("/importera/").status_code == 404
