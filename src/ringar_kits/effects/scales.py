"""The working scales: where effects add up, and the way back to the metric's own unit."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from ringar_kits.errors import InputError

Values = NDArray[np.float64]
SCALES = ("identity", "log", "logit")
LARGEST = 1e15


def check_scale(scale: str) -> None:
    """Raise `InputError` unless the scale is one of `SCALES`."""
    if scale not in SCALES:
        raise InputError(
            "there is no scale '{scale}'",
            remedy="Choose one of {known}",
            facts={"scale": scale, "known": ", ".join(SCALES)},
        )


def fault_of(value: float, scale: str, place: str) -> InputError | None:
    """Return the error where a value cannot stand on a scale, else None."""
    if words := _words_of(value, scale):
        return InputError(words[0], place=place, remedy=words[1], facts={"value": f"{value:g}"})
    return None


def _words_of(value: float, scale: str) -> tuple[str, str] | None:
    if not math.isfinite(value):
        return "the value {value} is not a number", "Give a number, or leave the week out"
    if abs(value) > LARGEST:
        return "the value {value} is too large to reckon with", "Measure in a larger unit"
    if scale == "log" and value <= 0:
        return "the value {value} has no logarithm", "Give values above 0, or use the scale identity"
    if scale == "logit" and not 0 < value < 1:
        return (
            "the value {value} is not a share between 0 and 1",
            "Give 0.25 for 25 %, or use the scale identity",
        )
    return None


def to_working(values: ArrayLike, scale: str) -> Values:
    """Return values on the working scale: themselves, their logarithms, or the log-odds of shares."""
    own = np.asarray(values, dtype=float)
    return np.log(own) if scale == "log" else logit(own) if scale == "logit" else own


def to_own(values: ArrayLike, scale: str) -> Values:
    """Return values of the working scale in the metric's own unit."""
    working = np.asarray(values, dtype=float)
    if scale == "logit":
        return expit(working)
    with np.errstate(over="ignore"):
        return np.exp(working) if scale == "log" else working


def effect_of(change: ArrayLike, scale: str, level: float) -> Values:
    """Return changes on the working scale as changes in the metric's own unit, beginning at `level`."""
    working = np.asarray(change, dtype=float)
    if scale == "identity":
        return working
    with np.errstate(over="ignore"):
        return level * np.expm1(working) if scale == "log" else expit(logit(level) + working) - level


def change_of(effect: float, scale: str, level: float) -> float:
    """Return the change on the working scale that takes `level` to `level + effect`; infinite where none does."""
    if scale == "identity":
        return effect
    if level + effect <= 0:
        return -math.inf
    if scale == "log":
        return math.log1p(effect / level)
    return math.inf if level + effect >= 1 else float(logit(level + effect) - logit(level))
