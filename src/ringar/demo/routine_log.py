"""Invented event logs of two routines, as a system would have kept them: simulated, and the same for the same seed.

Pure. Each case is a list of steps with hours of waiting before each; some turn back, as real work does.
"""

import csv
import io
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

HEADER = ("ärende", "aktivitet", "tid", "ordning")
COLUMNS = dict(zip(("case", "activity", "time", "seq"), HEADER, strict=True))
OPENS, CLOSES = 8, 17


@dataclass(frozen=True)
class Routine:
    """The usual way through a routine: steps with median hours of waiting before each, and what happens besides.

    `detours`: after that step, with that probability, these steps come in between (name, median hours). `ends`: the
    probability that a case ends with that step.
    """

    name: str
    steps: tuple[tuple[str, float], ...]
    detours: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...]
    ends: tuple[tuple[str, float], ...] = ()


CANCELLING = Routine(
    "F",
    (
        ("Mejl kommer in", 0),
        ("Mejlet läses", 5),
        ("Fakturan söks fram", 0.4),
        ("Attest av chef", 19),
        ("Kredit registreras", 6),
        ("Svar till enheten", 3),
        ("Antecknas i dagboken", 0.2),
    ),
    (
        ("Mejlet läses", 0.22, (("Fråga till enheten", 1), ("Enheten svarar", 22), ("Mejlet läses", 5))),
        ("Attest av chef", 0.08, (("Fakturan söks fram", 4), ("Attest av chef", 21))),
        ("Svar till enheten", 0.05, (("Enheten påminner", 30), ("Svar till enheten", 4))),
    ),
    (("Fakturan söks fram", 0.06),),
)
PASSWORDS = Routine(
    "L",
    (
        ("Samtal eller mejl", 0),
        ("Vem är det som ringer?", 0.1),
        ("Lösenordet nollställs", 0.6),
        ("Ny kod lämnas ut", 0.2),
        ("Ärendet stängs", 2),
    ),
    (
        ("Vem är det som ringer?", 0.3, (("Chefen intygar", 4), ("Vem är det som ringer?", 0.2))),
        ("Ny kod lämnas ut", 0.12, (("Koden fungerar inte", 0.5), ("Ny kod lämnas ut", 0.3))),
    ),
)


def invent_log(routine: Routine, *, cases: int, until: datetime, days: int, seed: int) -> bytes:
    """The log as a CSV file: so many cases that began within so many days before `until`, nobody named in it."""
    chance = random.Random(seed)  # noqa: S311 (invented, no secret)
    starts = sorted(until - timedelta(days=chance.uniform(0, days)) for _ in range(cases))
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\n")
    rows.writerow(HEADER)
    for number, start in enumerate(starts, 1):
        moment = opened(start)
        for place, (step, hours) in enumerate(path(routine, chance), 1):
            moment = opened(moment + timedelta(hours=hours))
            if moment <= until:
                row = (f"{routine.name}{number:04}", step, moment.strftime("%Y-%m-%d %H:%M:%S"), place)
                rows.writerow(row)
    return text.getvalue().encode()


def path(routine: Routine, chance: random.Random) -> Iterator[tuple[str, float]]:
    """One case's steps, each with the hours that it waited before it (log-normal about the median)."""
    waiting = list(routine.steps)
    while waiting:
        step, median = waiting.pop(0)
        yield step, median * math.exp(chance.gauss(0, 0.6))
        for after, share, between in routine.detours:
            if step == after and chance.random() < share:
                waiting[:0] = between
        if any(step == last and chance.random() < share for last, share in routine.ends):
            return


def opened(moment: datetime) -> datetime:
    """The moment, or the next at which somebody is at work: weekdays, eight to five."""
    if moment.hour >= CLOSES:
        moment = moment.replace(hour=OPENS, minute=moment.minute) + timedelta(days=1)
    if moment.hour < OPENS:
        moment = moment.replace(hour=OPENS)
    while moment.weekday() > 4:
        moment += timedelta(days=1)
    return moment
