"""`ringar import pipes` and `ringar import breaks`: whole or not at all, with the report on the terminal."""

from pathlib import Path

import pytest

from ringar.city.models import Asset, DataSet, Incident
from ringar.cli import build_parser
from ringar_kits.errors import InputError
from tests.people import People
from tests.rooms.city.data_cast import BREAKS, PIPES

ORGANISATION = ("--organisation", "ringsala-kommun")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    pipes, breaks = tmp_path / "nät.csv", tmp_path / "läckor.csv"
    pipes.write_text(PIPES, encoding="utf-8")
    breaks.write_text(BREAKS, encoding="utf-8")
    return str(pipes), str(breaks)


def ringar(*words: str) -> int:
    args = build_parser(["ringar.city.commands"]).parse_args(words)
    return int(args.run(args))


def test_import_pipes_when_run_twice_then_the_second_changes_nothing(
    people: People, files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    pipes, breaks = files
    words = ("import", "pipes", pipes, "--breaks", breaks, "--unit", people.water.name, *ORGANISATION)
    assert ringar(*words) == 0
    told = capsys.readouterr().out
    assert "pipes: 4 new" in told and "breaks: 4 new" in told and "negative" in told
    assert ringar(*words) == 0
    told = capsys.readouterr().out
    assert "pipes: 0 new, 0 changed, 4 unchanged" in told and "breaks: 0 new, 0 changed, 4 unchanged" in told
    assert DataSet.objects.count() == 2 and Asset.objects.count() == 4 and Incident.objects.count() == 4
    assert set(DataSet.objects.values_list("is_restricted", "owner_unit__name")) == {
        (True, people.water.name)
    }


def test_import_pipes_when_dry_then_nothing_is_kept(
    people: People, files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ringar("import", "pipes", files[0], "--breaks", files[1], "--dry-run", *ORGANISATION) == 0
    assert "4 new" in capsys.readouterr().out
    assert not DataSet.objects.exists() and not Asset.objects.exists()


def test_import_breaks_when_the_pipes_are_there_then_on_them_else_told(
    people: People, files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="which pipes"):
        ringar("import", "breaks", files[1], *ORGANISATION)
    with pytest.raises(InputError, match="no pipes called 'X'"):
        ringar("import", "breaks", files[1], "--set", "X", *ORGANISATION)
    ringar("import", "pipes", files[0], *ORGANISATION)
    assert ringar("import", "breaks", files[1], *ORGANISATION) == 0
    said = capsys.readouterr().out.split("Saved to")[-2:]
    assert "breaks: 4 new" in said[0] and "pipes.geojson" not in said[0] and ": breaks" in said[1]
    assert Asset.objects.get(external_id="L1").incidents.count() == 3
    assert Asset.objects.filter(retired_at=None).count() == 4


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("--organisation", "ingen"), "--organisation"),
        ((*ORGANISATION, "--unit", "Finns inte"), "--unit"),
        ((*ORGANISATION, "--map", "id"), "--map"),
        ((*ORGANISATION, "--map", "id=NIX"), "mapping"),
        ((*ORGANISATION, "--crs", "Atlantis"), "crs"),
    ],
)
def test_import_pipes_when_something_is_wrong_then_place_and_remedy_and_nothing_kept(
    people: People, files: tuple[str, str], words: tuple[str, ...], place: str
) -> None:
    with pytest.raises(InputError) as caught:
        ringar("import", "pipes", files[0], *words)
    assert place in caught.value.place and caught.value.remedy
    assert not DataSet.objects.exists()
