"""A work list tried as a pilot: begun from the list, measured by what the crew ticks off."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.city.actions.lists import join_pilot
from ringar.city.models import WorkList
from ringar.city.rules.fits import ChosenBy
from ringar.core.actions import record_audit
from ringar.core.importing import Counts
from ringar.core.models import Person
from ringar.core.rules import Refused, Viewer
from ringar.needs.models import Need
from ringar.pilots.actions.lots import draw_lot
from ringar.pilots.actions.measurements import Value, record_measurements
from ringar.pilots.actions.parts import Taking, set_effect_goal, set_units
from ringar.pilots.actions.pilots import start_pilot
from ringar.pilots.list_rules import FEWEST_WEEKS, MOST_WEEKS, SOURCE
from ringar.pilots.measure_rules import WEEK
from ringar.pilots.models import Pilot
from ringar.pilots.queries.work_lists import list_of, news_of, pilot_of_list
from ringar.pilots.rules import Better, Design, Scale, Stage, UnitRole


@transaction.atomic
def start_list_pilot(
    *,
    by: Viewer,
    work_list: WorkList,
    title: str,
    goal: str,
    told: Mapping[str, object],
    first_day: date,
    weeks: int,
    need: Need | None = None,
    owner: Person | None = None,
) -> Pilot:
    """A pilot being prepared that tries the list: goal, comparison by lot, unit and last day are set; what else is
    missing, its gate says.

    `told`: baseline, baseline_source, target and worthwhile of what is found for each kilometre. The weeks are drawn
    with the list's own seed. Asked twice, it is the same pilot. Raises NotAllowed, Refused.
    """
    work_list = (
        WorkList.objects.select_for_update(of=("self",)).select_related("unit", "fit").get(pk=work_list.pk)
    )
    if (begun := pilot_of_list(work_list)) is not None:
        return begun
    require_comparable(work_list, weeks)
    begins = first_day + timedelta(days=-first_day.weekday() % 7)
    pilot = start_pilot(
        by=by,
        title=title,
        need=need,
        unit=work_list.unit,
        stage=Stage.PILOT,
        goal=goal,
        owner=owner,
        ends_on=begins + weeks * WEEK - timedelta(days=1),
    )
    pilot.source, pilot.external_id = SOURCE, str(work_list.uuid)
    pilot.is_simulated = work_list.fit.is_invented
    pilot.save(update_fields=["source", "external_id", "is_simulated"])
    set_effect_goal(by=by, pilot=pilot, told={**told, **goal_of_list(weeks)})
    set_units(by=by, pilot=pilot, takings=[Taking(work_list.unit, UnitRole.TRIES)])
    draw_lot(by=by, pilot=pilot, earliest=begins, seed=work_list.seed)
    join_pilot(by=by, work_list=work_list, pilot=pilot.uuid)
    record_audit(by=by, action="try_work_list", target=pilot, changes={"list": str(work_list.uuid)})
    return Pilot.objects.select_related("effect_goal").get(pk=pilot.pk)


def require_comparable(work_list: WorkList, weeks: int) -> None:
    """Raises Refused where nothing could be compared: the list has no halves, or the weeks are no pairs."""
    if work_list.chosen_by != ChosenBy.HALVES:
        raise Refused(
            _("Nothing is compared: all of the list was chosen by the model. Draw a list of two halves.")
        )
    if weeks % 2 or not FEWEST_WEEKS <= weeks <= MOST_WEEKS:
        raise Refused(
            _("Lots are drawn between pairs of weeks: choose an even number, %(fewest)s to %(most)s.")
            % {"fewest": FEWEST_WEEKS, "most": MOST_WEEKS}
        )


def goal_of_list(weeks: int) -> dict[str, object]:
    """What every pilot of a list measures, and how it compares."""
    return {
        "metric": _("Leaks and worn pipes found for each kilometre inspected"),
        "measured_in": _("per km"),
        "better": Better.HIGHER,
        "scale": Scale.IDENTITY,
        "design": Design.ALTERNATE,
        "weeks_planned": weeks,
    }


@transaction.atomic
def measure_by_list(*, by: Viewer, pilot: Pilot) -> Counts:
    """Hands in what the crew's ticks came to, week by week; the same again changes nothing.

    Where ticks were changed afterwards the value is corrected, and what stood is kept. Raises NotAllowed, Refused.
    """
    work_list, of = list_of(pilot), pilot.units.select_related("unit").filter(role=UnitRole.TRIES).first()
    if work_list is None or of is None:
        raise Refused(_("The pilot tries no work list."))
    why = _("Ticks on the work list were added or taken back afterwards.")
    values = [Value(of, each.week, each.value, why) for each in news_of(pilot, work_list)]
    return record_measurements(by=by, pilot=pilot, values=values, via="list") if values else Counts()
