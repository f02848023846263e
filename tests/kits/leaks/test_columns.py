import pytest

from ringar_kits.errors import InputError
from ringar_kits.leaks.columns import check_mapping, find_columns, is_name, is_telling
from ringar_kits.leaks.report import names_in_words

KITCHENER = (
    *(
        "OBJECTID",
        "WATMAINID",
        "STATUS",
        "PRESSURE_ZONE",
        "ROADSEGMENTID",
        "MAP_LABEL",
        "CATEGORY",
        "PIPE_SIZE",
    ),
    *("MATERIAL", "LINED", "LINED_DATE", "LINED_MATERIAL", "INSTALLATION_DATE", "ACQUISITION", "CRITICALITY"),
    *("CONDITION_SCORE", "CLEANED", "GlobalID", "Shape__Length"),
)


def test_find_columns_of_kitcheners_mains_knows_them():
    found = find_columns(KITCHENER, "pipes", "mains.csv")
    assert found["id"] == "WATMAINID"
    assert found["installed"] == "INSTALLATION_DATE"
    assert found["length"] == "Shape__Length"
    assert found["lined"] == "LINED_DATE"
    assert found["road"] == "ROADSEGMENTID"


@pytest.mark.parametrize("pipe", ["ASSETID", "Related Asset ID", "related_asset_id"])
def test_find_columns_of_kitcheners_breaks_knows_both_exports(pipe):
    columns = ["y", "x", "Watbreakincidentid", "Incident Date", "Break Type", pipe, "ASSET_YEAR_INSTALLED"]
    found = find_columns(columns, "breaks", "breaks.csv")
    assert found["pipe"] == pipe
    assert (found["day"], found["kind"], found["x"], found["y"]) == ("Incident Date", "Break Type", "x", "y")


def test_find_columns_with_swedish_names_knows_them():
    columns = [
        "Lednings-ID",
        "Anläggningsår",
        "Ledningslängd",
        "Dimension (mm)",
        "Tryckzon",
        "Avstängningsområde",
    ]
    found = find_columns(columns, "pipes", "ledningar.xlsx")
    assert found == {
        "id": "Lednings-ID",
        "installed": "Anläggningsår",
        "length": "Ledningslängd",
        "diameter": "Dimension (mm)",
        "zone": "Tryckzon",
        "area": "Avstängningsområde",
    }


def test_find_columns_cut_off_by_a_shapefile_are_known():
    found = find_columns(["LEDNINGSID", "ANLAGGNING", "LEDNINGSLA"], "pipes", "net.shp")
    assert found == {"id": "LEDNINGSID", "installed": "ANLAGGNING", "length": "LEDNINGSLA"}


def test_find_columns_takes_the_owners_word_first_and_no_column_twice():
    found = find_columns(["A", "id", "year"], "pipes", "p.csv", {"id": "A", "installed": "YEAR"})
    assert (found["id"], found["installed"]) == ("A", "year")
    assert list(found.values()).count("A") == 1


def test_find_columns_when_the_named_column_is_missing_then_it_says_which_there_are():
    with pytest.raises(InputError, match=r"no column 'B'.*The file has the columns A, C"):
        find_columns(["A", "C"], "pipes", "p.csv", {"pipes.id": "B"})


def test_check_mapping_of_what_is_no_field_names_those_that_are():
    with pytest.raises(InputError, match=r"'colour' is nothing that a column can be taken for.*material"):
        check_mapping({"colour": "A"}, {"pipes": ["A"]})
    with pytest.raises(InputError, match=r"no column 'B'"):
        check_mapping({"id": "B"}, {"pipes": ["A"], "breaks": ["C"]})
    check_mapping({"dates": "d/m", "breaks.day": "c"}, {"pipes": ["A"], "breaks": ["C"]})


@pytest.mark.parametrize(
    "column",
    [
        "CONDITION_SCORE",
        "CRITICALITY",
        "CLEANED",
        "SHALLOW_MAIN",
        "Ytlig",
        "Antal läckor",
        "Skick",
        "Risk",
        "LINED_MATERIAL",
        "Senast ändrad",
        "UPDATE_DATE",
        "no_of_breaks",
        "Förnyelseprioritet",
        "Reparationer",
        "STATUS_DATE",
    ],
)
def test_is_telling_of_what_is_kept_after_the_fact_is_true(column):
    assert is_telling(column)


@pytest.mark.parametrize(
    "column", ["MATERIAL", "Jordart", "Trafik", "PRESSURE_ZONE", "OWNERSHIP", "Djup", "Fogtyp"]
)
def test_is_telling_of_traits_of_the_ground_is_false(column):
    assert not is_telling(column)
    assert not is_name(column)


def test_names_in_words_when_there_are_hundreds_then_the_first_are_told():
    assert names_in_words(["a", "b"]) == "a, b"
    assert names_in_words(["k"] * 500) == ", ".join(["k"] * 200) + ", …"
