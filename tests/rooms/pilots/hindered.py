"""What stands in the way, for the table of rights; and a pilot's unit with its page of weeks."""

from typing import Any

from ringar.core.queries import viewer_of
from ringar.pilots.actions.hindrances import add_hindrance
from tests.people import People


def add_hindered(args: dict[str, list[Any]], people: People) -> None:
    """`pilot-unit`, hindrances on a need of everyone here and on one that only its unit sees."""
    pilot, need, narrow = args["pilot"][0], args["need"][0], args["unit-need"][0]
    by = viewer_of(people.bo)
    args["pilot-unit"] = [pilot, pilot.units.order_by("id")[0].unit]
    args["need-hindrance"] = [add_hindrance(by=by, row=need, kind="time", what="HINDRETS tid")]
    args["unit-hindrance"] = [add_hindrance(by=by, row=narrow, kind="law", what="ENHETENS hinder")]
    args |= {"need-in-the-way": ["need", need], "unit-in-the-way": ["need", narrow]}
