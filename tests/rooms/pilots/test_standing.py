"""What may be told of a pilot's effect, in each state that its measurements can be in."""

from dataclasses import replace

import pytest
from django.utils import translation

from ringar.core.queries import viewer_of
from ringar.pilots.actions.money import Line, set_costs
from ringar.pilots.actions.realised import Realised, record_realised
from ringar.pilots.effects import answer, spent_on
from ringar.pilots.figures import figures_in
from ringar.pilots.rules import Design
from ringar.pilots.standing import standing_of
from ringar.pilots.wording import NOTES, chance_words, effect_words, exact_words, note_words, verdict_words
from ringar_kits.effects import Note
from ringar_kits.effects.explain import CODES
from tests.people import People
from tests.rooms.pilots.measured import START, WEEK, drawn_by_lot, measure, measured, running, take_part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_standing_when_it_worked_then_scales_with_the_size_told(people: People) -> None:
    standing = standing_of(measured(people, effect=-12.0, before=26))
    figures = standing.figures
    assert (standing.why, figures.verdict, figures.is_final) == ("", "scale", True)
    assert figures.effect == pytest.approx(-12, abs=3)
    assert figures.low < figures.effect < figures.high < 0  # type: ignore[operator]
    assert figures.nesta_level == 3 and figures.weeks_after == 12


def test_standing_when_nothing_changed_then_stops(people: People) -> None:
    figures = standing_of(measured(people, effect=0.0, before=26, noise=1.0)).figures
    assert (figures.verdict, figures.is_final) == ("stop", True)
    assert figures.p_worthwhile is not None and figures.p_worthwhile < 0.2


def test_standing_when_noise_is_great_then_can_not_be_told(people: People) -> None:
    figures = standing_of(measured(people, effect=-5.0, noise=4.0, before=12)).figures
    assert figures.verdict == "extend" and figures.is_final
    assert "sure enough neither" in verdict_words(figures)


def test_standing_when_nothing_is_compared_with_then_concludes_nothing(people: People) -> None:
    figures = standing_of(measured(people, controls=0)).figures
    assert figures.verdict == "no_conclusion" and "compared" in verdict_words(figures)
    assert "not to be taken for an effect" in effect_words(figures)


def test_standing_when_there_is_too_little_then_gives_no_number(people: People) -> None:
    standing = standing_of(measured(people, before=2, after=4))
    assert not standing.figures.has_number and effect_words(standing.figures) == ""
    assert "at least 4 are needed" in verdict_words(standing.figures)


def test_standing_when_there_is_no_goal_then_says_so(people: People) -> None:
    standing = standing_of(running(people, has_goal=False))
    assert standing.why == "no_goal" and "no effect goal" in verdict_words(standing.figures)


def test_standing_when_no_unit_tries_then_says_so(people: People) -> None:
    assert standing_of(running(people)).why == "no_units"


def test_standing_when_nothing_is_measured_then_says_so(people: People) -> None:
    pilot = running(people)
    take_part(people, pilot, tries=1, controls=1)
    assert standing_of(pilot).why == "nothing_measured"


def test_standing_when_it_has_not_started_then_says_so(people: People) -> None:
    pilot = measured(people, before=8, after=0)
    assert standing_of(pilot).why == "not_started"


def test_standing_when_no_look_has_come_then_is_too_early(people: People) -> None:
    standing = standing_of(measured(people, before=26, after=3))
    assert standing.why == "too_early" and not standing.figures.is_final
    assert standing.next_look == START + 4 * WEEK


def test_standing_when_between_looks_then_stands_as_at_the_last(people: People) -> None:
    """Weeks after a look move the chart, not the verdict: whoever peeks every week sees the same."""
    standing = standing_of(measured(people, effect=-12.0, before=26, after=7))
    assert standing.figures.weeks_after == 4 and standing.figures.as_of == str(START + 3 * WEEK)
    assert standing.answered and standing.answered.whole and standing.answered.whole.weeks_after == 7
    assert standing.next_look == START + 8 * WEEK


def test_standing_when_numbers_move_then_is_asked_anew_else_remembered(people: People) -> None:
    pilot = measured(people)
    standing_of(pilot)
    hits = answer.cache_info().hits
    standing_of(pilot)
    assert answer.cache_info().hits == hits + 1
    row = pilot.units.first().measurements.last()  # type: ignore[union-attr]
    before = standing_of(pilot).figures.effect
    type(row).objects.filter(pk=row.pk).update(value=row.value - 30)
    assert standing_of(pilot).figures.effect != before


def test_standing_when_weeks_were_drawn_then_the_lot_judges(people: People) -> None:
    standing = standing_of(drawn_by_lot(people))
    figures = standing.figures
    assert figures.verdict == "scale" and figures.is_final
    assert figures.draws == 720 and figures.p_exact is not None and figures.p_exact <= 0.05
    told = effect_words(figures)
    assert "720" in told and told == exact_words(figures) and "With its uncertainty: between" in told
    assert figures.low is not None and figures.high is not None and figures.effect is not None
    assert figures.low < figures.effect < figures.high < 0
    assert standing.answered and len(standing.answered.starts) == 6


def test_standing_when_the_lot_shows_nothing_then_does_not_scale(people: People) -> None:
    assert standing_of(drawn_by_lot(people, effect=0.0)).figures.verdict == "extend"


def test_standing_when_a_lot_has_few_ways_then_concludes_nothing(people: People) -> None:
    figures = standing_of(drawn_by_lot(people, tries=3)).figures
    assert figures.verdict == "no_conclusion" and "6 ways" in verdict_words(figures)


def test_standing_when_weeks_alternate_then_is_judged_at_the_end_alone(people: People) -> None:
    pilot = running(people, goal={"design": Design.ALTERNATE})
    take_part(people, pilot, tries=1, controls=1)
    measure(people, pilot, effect=0.0, before=8, after=6)
    assert standing_of(pilot).why == "too_early"


def test_standing_when_a_value_is_outside_the_scale_then_names_unit_and_week(people: People) -> None:
    pilot = measured(people, goal={"scale": "log"})
    row = pilot.units.first().measurements.first()  # type: ignore[union-attr]
    type(row).objects.filter(pk=row.pk).update(value=-1)
    told = verdict_words(standing_of(pilot).figures)
    assert "Grupp 0" in told and str(row.week) in told


def test_standing_when_zeros_on_the_scale_of_ratios_then_are_moved_and_told(people: People) -> None:
    pilot = measured(people, goal={"scale": "log"})
    row = pilot.units.first().measurements.first()  # type: ignore[union-attr]
    type(row).objects.filter(pk=row.pk).update(value=0)
    standing = standing_of(pilot)
    assert standing.figures.effect is not None
    assert any("Values of 0 (1) are reckoned as" in note for note in standing.notes)


def test_spent_on_when_some_is_known_then_that_else_what_was_promised(people: People) -> None:
    pilot, by = running(people), viewer_of(people.bo)
    assert spent_on(pilot) is None
    lines = [
        Line("cost", "Licens", sek=40_000),
        Line("cost", "Kurs", sek=10_000),
        Line("gain", "Resor", sek=9, taken_home_by="Oss"),
    ]
    set_costs(by=by, pilot=pilot, lines=lines, who_pays="Stadsdelen")
    assert spent_on(pilot) == 50_000
    licence = pilot.cost_lines.get(what="Licens")
    record_realised(by=by, pilot=pilot, realised=[Realised(licence, sek=45_000, source="Konto 4010")])
    assert spent_on(pilot) == 45_000 + 10_000


def test_told_cost_when_chance_could_have_made_it_then_is_none(people: People) -> None:
    surely = replace(standing_of(measured(people)).figures, cost_per_unit=500.0)
    assert surely.told_cost == 500
    assert replace(surely, p_better=0.75).told_cost is None
    assert replace(surely, verdict="no_conclusion").told_cost is None


def test_figures_when_kept_with_a_decision_then_come_back_the_same(people: People) -> None:
    figures = standing_of(measured(people)).figures
    assert figures_in(figures.as_json()) == figures
    assert figures_in({}) is None


def test_words_when_read_in_swedish_then_tell_size_and_chance(people: People) -> None:
    figures = standing_of(measured(people, before=26)).figures
    with translation.override("sv"):
        told = f"{effect_words(figures)} {chance_words(figures)}"
    assert told.startswith("Trolig effekt på väntetid: 1") and "minuter lägre (mellan" in told
    assert "Sannolikt bättre än inget: mer än 99 %." in told


def test_notes_when_the_kit_has_a_code_then_it_has_words() -> None:
    assert not set(CODES) - set(NOTES)


def test_note_words_when_a_unit_is_named_then_by_its_name() -> None:
    assert note_words(Note("unit_left_out", {"unit": "12"}), {"12": "Grupp 1"}).startswith("Grupp 1 is not")
