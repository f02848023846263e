"""What goes into the kit and what comes out of it: pipes, breaks, a ranking, a look back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ringar_kits.errors import Said
from ringar_kits.leaks.spread import gamma_interval

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Fact = str | int | float


@dataclass(frozen=True, slots=True)
class Pipes:
    """The inventory, one place per pipe; all columns have the same length n.

    `installed` and `lined` are decimal years (NaN: not known, never lined), `diameter_mm` NaN where not known,
    `length_m` above 0. `lines` holds (k, 2) metres in one projected system (`epsg`), None: the pipe is nowhere.
    `extra` is what else there is; only columns that cannot know of later breaks. `filled` tells which values of a field
    the reader filled in because the file had none that can be (so far lengths).
    """

    ids: tuple[str, ...]
    installed: FloatArray
    material: tuple[str, ...]
    diameter_mm: FloatArray
    length_m: FloatArray
    lines: tuple[FloatArray | None, ...]
    zone: tuple[str, ...]
    area: tuple[str, ...]
    street: tuple[str, ...]
    lined: FloatArray
    extra: Mapping[str, tuple[str, ...] | FloatArray] = field(default_factory=dict)
    epsg: int | None = None
    filled: Mapping[str, BoolArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Breaks:
    """Breaks of mains, one place per break; all columns have the same length m.

    `pipe` is the place in `Pipes` (-1: on none of them, for instance because the pipe is gone), `day` a datetime64[D],
    `point` (m, 2) in the pipes' system (NaN: not known). `former`: dated before the pipe was laid, so of the one
    that lay there before. The last three are what the break's own record says of the pipe that broke ("" and NaN: not
    known): they let pipes be seen that are no longer in the inventory. `area` is the shut-off area or street segment
    that the record names, in the same words as `Pipes.area` ("" or an empty tuple: not told). `ids` are the records'
    own numbers where the file has them, each once ("" or an empty tuple: not told).
    """

    pipe: IntArray
    day: Days
    point: FloatArray
    former: BoolArray
    material: tuple[str, ...]
    installed: FloatArray
    diameter_mm: FloatArray
    area: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pipe)


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of a report: where, what was used, changed or dropped there, how often, and what to do about it.

    `kind` is "used" (nothing to see to), "changed" (a flagged repair) or "dropped" (kept out of what follows).
    """

    kind: str
    place: str
    what: Said
    count: int
    remedy: Said = field(default_factory=lambda: Said(""))

    def __str__(self) -> str:
        said = f"{self.place}: {self.what}"
        return f"{said}. {self.remedy}" if str(self.remedy) else said


@dataclass(frozen=True, slots=True)
class Report:
    """What the reader made of the files."""

    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """Pipes and their breaks as read, with what was done to get there."""

    pipes: Pipes
    breaks: Breaks
    report: Report


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a pipe stands where it does: a fixed `kind`, how many times more breaks it makes, and words with {places}.

    `times` is this pipe's expected breaks divided by what they would be if this were as in the network at large.
    """

    kind: str
    times: float
    words: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words.format(**self.facts)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader of the result must know: a fixed `code`, English words with {places}, and the facts."""

    code: str
    words: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words.format(**self.facts)


@dataclass(frozen=True, slots=True)
class AreaRank:
    """A shut-off area, street or zone: its pipes' length and expected breaks (with interval) taken together."""

    name: str
    pipes: int
    length_m: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """Breaks to expect of each pipe within so many years; `low` and `high` hold the middle 80 % of what is believed."""

    expected: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Ranking:
    """Expected breaks per pipe within `horizon` years from `as_of`; the arrays have one place per pipe.

    `low` and `high` hold the middle 80 % of what is believed of the expected number (not of the breaks to come, which
    are whole numbers and mostly 0). `rank` is 1 for the most breaks per metre. `imputed` names, per pipe, the fields
    that were not known and were filled in. `features` and `versions` tell what the numbers came from.
    `pipe_variance` and `year_variance` are relative variances: what is not known of single pipes, and of years.
    `within` holds the same learning's outlook for other horizons too: those that `rank_pipes` was asked for by `also`.
    """

    pipe_ids: tuple[str, ...]
    as_of: date
    horizon: int
    seed: int
    length_m: FloatArray
    expected: FloatArray
    low: FloatArray
    high: FloatArray
    rank: IntArray
    reasons: Sequence[tuple[Reason, ...]]
    imputed: tuple[tuple[str, ...], ...]
    area: tuple[str, ...]
    street: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    features: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    pipe_variance: float = 0.0
    year_variance: float = 0.0
    within: Mapping[int, Outlook] = field(default_factory=dict)

    def by_area(self, names: Sequence[str] | None = None) -> tuple[AreaRank, ...]:
        """Return areas, most expected breaks per metre first; `names` gives each pipe's (else its shut-off area).

        Pipes of no area ("") are left out. Streets: `by_area(ranking.street)`.
        """
        groups = np.array(self.area if names is None else names, dtype=object)
        unique, place = np.unique(groups, return_inverse=True)
        sums = [
            np.bincount(place, each, minlength=len(unique)).astype(np.float64)
            for each in (np.ones(len(place)), self.length_m, self.expected, self.expected**2)
        ]
        count, length, expected, square = sums
        relative = self.year_variance + self.pipe_variance * square / np.maximum(expected**2, 1e-30)
        low, high = gamma_interval(expected, relative)
        order = np.argsort(-expected / length, kind="stable")
        return tuple(
            AreaRank(
                str(unique[k]), int(count[k]), *(float(each[k]) for each in (length, expected, low, high))
            )
            for k in order
            if unique[k]
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """What share of the breaks (`caught`) lies on the top share of length (`inspected`); both rise from 0 to 1."""

    inspected: FloatArray
    caught: FloatArray


@dataclass(frozen=True, slots=True)
class Captured:
    """What one method caught, over all years together.

    `share` maps a per cent of length to the mean over years of the share of breaks caught; `low` and `high` are its
    95 % interval from drawing streets (or areas) and years anew. `curve` is over all years' breaks together.
    """

    method: str
    share: Mapping[int, float]
    low: Mapping[int, float]
    high: Mapping[int, float]
    curve: Curve


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a look back: breaks that came, pipes ranked, and per method the share caught per cent of length."""

    year: int
    breaks: int
    length_m: float
    expected: float
    share: Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, slots=True)
class Backtest:
    """What rankings made at the start of each year would have caught; `methods` begins with the model.

    `calibration_slope` is the slope of log breaks on log expected (1: right; below 1: too bold), `calibration_level`
    breaks per expected break. `coverage` is the share of groups of pipes whose breaks lay in the 80 % interval.
    """

    first: int
    last: int
    horizon: int
    years: tuple[Year, ...]
    methods: tuple[Captured, ...]
    calibration_slope: float
    calibration_level: float
    coverage: float
    notes: tuple[Note, ...] = ()
