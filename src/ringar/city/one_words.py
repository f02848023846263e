"""What a report of files says where it is of one thing only: 1 lengths would be wrong in any language."""

from django.utils.translation import gettext_noop

ONE = {
    "{count} are no breaks of a main ({words})": gettext_noop("One is no break of a main ({words})"),
    "{count} breaks are dated before their pipe was laid: of the pipe that lay there before": gettext_noop(
        "One break is dated before its pipe was laid: of the pipe that lay there before"
    ),
    "{count} breaks are yet to come, rows {rows}": gettext_noop("One break is yet to come, row {rows}"),
    "{count} breaks have no date that can be read, rows {rows}": gettext_noop(
        "One break has no date that can be read, row {rows}"
    ),
    "{count} breaks lie more than {km} km from all pipes: the place is not known": gettext_noop(
        "One break lies more than {km} km from all pipes: the place is not known"
    ),
    "{count} breaks lie more than {metres} m from the pipe that their record names, rows {rows}": gettext_noop(
        "One break lies more than {metres} m from the pipe that its record names, row {rows}"
    ),
    "{count} breaks lie on no pipe: no id, and no pipe within {metres} m, rows {rows}": gettext_noop(
        "One break lies on no pipe: no id, and no pipe within {metres} m, row {rows}"
    ),
    "{count} breaks name a pipe that is not in the inventory, as when it was replaced": gettext_noop(
        "One break names a pipe that is not in the inventory, as when it was replaced"
    ),
    "{count} breaks without a pipe share one point with others: the place is not known": gettext_noop(
        "One break without a pipe shares its point with others: the place is not known"
    ),
    "{count} breaks without a pipe's id lie on the nearest pipe, at most {metres} m away": gettext_noop(
        "One break without a pipe's id lies on the nearest pipe, at most {metres} m away"
    ),
    "{count} cells are no date with a year of four digits: taken as not known, rows {rows}": gettext_noop(
        "One cell is no date with a year of four digits: taken as not known, row {rows}"
    ),
    "{count} cells are no numbers: taken as not known, rows {rows}": gettext_noop(
        "One cell is no number: taken as not known, row {rows}"
    ),
    "{count} cells say that the material is not known": gettext_noop(
        "One cell says that the material is not known"
    ),
    "{count} columns that are not known are not used": gettext_noop(
        "One column that is not known is not used"
    ),
    "{count} coordinates are no numbers, rows {rows}": gettext_noop(
        "One coordinate is no number, row {rows}"
    ),
    "{count} counts are no numbers: taken as 1": gettext_noop("One count is no number: taken as 1"),
    "{count} dates are a computer's zero, 1 January 1970 by the clock: not known": gettext_noop(
        "One date is a computer's zero, 1 January 1970 by the clock: not known"
    ),
    "{count} dates are only a year: taken as its middle": gettext_noop(
        "One date is only a year: taken as its middle"
    ),
    "{count} dates are yet to come: taken as not known, rows {rows}": gettext_noop(
        "One date is yet to come: taken as not known, row {rows}"
    ),
    "{count} diameters are 0, negative or wider than 4 m: taken as not known": gettext_noop(
        "One diameter is 0, negative or wider than 4 m: taken as not known"
    ),
    "{count} ids fit when blanks, zeros in front, .0 at the end and capitals do not count": gettext_noop(
        "One id fits when blanks, zeros in front, .0 at the end and capitals do not count"
    ),
    "{count} lengths are 0, negative or beyond 100 km: taken as not known, rows {rows}": gettext_noop(
        "One length is 0, negative or beyond 100 km: taken as not known, row {rows}"
    ),
    "{count} lengths are not known: the median of the others, {median} m, stands in for them": gettext_noop(
        "One length is not known: the median of the others, {median} m, stands in for it"
    ),
    "{count} lengths are taken from the pipe's line": gettext_noop(
        "One length is taken from the pipe's line"
    ),
    "{count} more rows cannot be read": gettext_noop("One more row cannot be read"),
    "{count} pipes are lined, but not when: left out": gettext_noop(
        "One pipe is lined, but not when: left out"
    ),
    "{count} pipes are not in use ({words})": gettext_noop("One pipe is not in use ({words})"),
    "{count} pipes have no known diameter: estimated where it is needed, and marked": gettext_noop(
        "One pipe has no known diameter: estimated where it is needed, and marked"
    ),
    "{count} pipes have no known material: estimated where it is needed, and marked": gettext_noop(
        "One pipe has no known material: estimated where it is needed, and marked"
    ),
    "{count} pipes have no known year: estimated where it is needed, and marked": gettext_noop(
        "One pipe has no known year: estimated where it is needed, and marked"
    ),
    "{count} pipes have no line: put on their road segment's": gettext_noop(
        "One pipe has no line: put on its road segment's"
    ),
    "{count} pipes lie nowhere: no line and no road segment with one": gettext_noop(
        "One pipe lies nowhere: no line and no road segment with one"
    ),
    "{count} places weigh nothing: their kind is not known ({kinds})": gettext_noop(
        "One place weighs nothing: its kind is not known ({kinds})"
    ),
    "{count} points are 0, 0: the place is not known": gettext_noop(
        "One point is 0, 0: the place is not known"
    ),
    "{count} rows have an id that an earlier row has: {rows}": gettext_noop(
        "One row has an id that an earlier row has: {rows}"
    ),
    "{count} rows have no id: {rows}": gettext_noop("One row has no id: {rows}"),
    "{count} rows hold a sum, not a pipe": gettext_noop("One row holds a sum, not a pipe"),
    "{count} rows stand there already: {rows}": gettext_noop("One row stands there already: {rows}"),
    "{count} shapes cannot be read, rows {rows}": gettext_noop("One shape cannot be read, row {rows}"),
    "{count} were called off ({words})": gettext_noop("One was called off ({words})"),
    "{count} columns more than are kept": gettext_noop("One column more than is kept"),
    "{count} rows are taken as they are": gettext_noop("One row is taken as it is"),
    "{count} rows have a number that an earlier row has": gettext_noop(
        "One row has a number that an earlier row has"
    ),
    "{count} rows have no place": gettext_noop("One row has no place"),
}
"""{the words for several: those for one}."""
