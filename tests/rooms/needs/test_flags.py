"""What is flagged before a text is shared, and what is left in peace."""

import time

import pytest

from ringar.needs.flags import find_flags, open_flags

FLAGGED = [
    ("personal_number", "850101-1236 ringde oss"),
    ("personal_number", "Pnr 19850101-1234, siffran stämmer inte"),
    ("personal_number", "20010230 1234"),
    ("personal_number", "samordningsnummer 850161-1234"),
    ("personal_number", "8501011236 utan streck"),
    ("personal_number", "Född 670919–9530."),
    ("name", "Vi träffade Kerstin Wallgren i går."),
    ("name", "Ingrid säger att hon är ensam."),
    ("name", "Fru Lindqvist på våning tre"),
    ("name", "en man som heter Rasul"),
    ("name", "dottern Fatima Ahmadi sa"),
    ("name", "Vi pratade med Bo."),
    ("name", "Hans Berglund ringde"),
    ("name", "Per Olof Nyström bor där"),
    ("name", "Åsas schema"),
    ("name", "Jean-Pierre Dubois kom hit"),
    ("name", "my neighbour John Smith said so"),
    ("name", "chefen Zlatka Petrova var där"),
    ("contact", "Maila anna.svensson@kommunen.example"),
    ("contact", "Ring 070-123 45 67"),
    ("contact", "+46 70 123 45 67"),
    ("health", "Hon har demens"),
    ("health", "Han är alkoholist"),
    ("health", "barn med autism"),
    ("health", "sjukskriven sedan mars"),
    ("health", "Alzheimers sjukdom"),
    ("health", "a diagnosis of dementia"),
]
LEFT_IN_PEACE = [
    "De äldre i Björkliden är ensamma.",
    "Region Stockholm betalar.",
    "Vi har 850 000 kr i budget",
    "Organisationsnummer 556012-5790",
    "Hans rum är kallt.",
    "Per vecka tappar vi tre timmar.",
    "Bo kvar hemma längre är målet.",
    "Hemtjänsten Björkliden har 40 brukare.",
    "Det läcker i Norra Kvarnbacken varje vår.",
    "Vi använder Microsoft Teams varje dag",
    "SFI och LSS",
    "Förskolan Maskrosen, Björkliden",
    "Fakturorna är fel var tredje gång",
    "Sten och grus på vägen.",
    "Det hände 2024-01-15",
    "Växeln har 08-508 00 000",
    "Ärende 202401-00017",
    "Röda Korset hjälper till",
    "Det kostar 12345678 kronor",
    "Maj och juni är värst",
    "överallt i Västra Götalandsregionen",
    "Kan Ringsala Kommun göra något?",
    "IT-enheten svarar inte",
    "Larmet kom 2024 01 15 1230",
    "Saga läses varje kväll.",
    "Every Monday the bus is late",
    "Mätaren visar 8513011236 liter",
]


@pytest.mark.parametrize(("kind", "text"), FLAGGED)
def test_find_flags_when_a_person_is_told_of_then_flagged(kind: str, text: str) -> None:
    assert kind in {flag.kind for flag in find_flags({"symptom": text})}


@pytest.mark.parametrize("text", LEFT_IN_PEACE)
def test_find_flags_when_nobody_is_told_of_then_left_in_peace(text: str) -> None:
    assert find_flags({"symptom": text}) == []


def test_find_flags_when_found_then_tells_the_place() -> None:
    text = "Första raden.\nVi träffade Kerstin Wallgren i går."
    (flag,) = find_flags({"symptom": text})
    assert text[flag.start : flag.end] == flag.text == "Kerstin Wallgren"
    assert (flag.line, flag.field) == (2, "symptom")


def test_open_flags_when_kept_or_shared_before_then_not_asked_again() -> None:
    before, after = {"symptom": "Vi mötte Ingrid."}, {"symptom": "Vi mötte Ingrid och Kerstin Wallgren."}
    (asked,) = open_flags(after, shared=before, kept=[])
    assert asked.text == "Kerstin Wallgren"
    assert open_flags(after, shared=before, kept=[asked.key]) == []


@pytest.mark.parametrize(
    "text", ["1" * 50_000, "a.b-" * 12_500, "Aa " * 16_000, "850101-" * 7_000, "@" * 50_000, "\n" * 50_000]
)
def test_find_flags_when_the_text_is_made_to_be_slow_then_quick_all_the_same(text: str) -> None:
    start = time.process_time()
    assert len(find_flags({"symptom": text})) <= 60
    assert time.process_time() - start < 1.5
