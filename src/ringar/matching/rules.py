"""Who may see and judge matches, what speaks for and against a solution, and in which order they are shown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Role, Viewer
from ringar.needs.rules import NeedFacts, NeedState, can_edit_need, can_move, can_see_need
from ringar.solvers.rules import Maturity, PriceClass
from ringar_kits.texts.fits import confidence

KEPT = 30
SHOWN = 10
NEW_DAYS = 90
"""Days after its publication for which a solution that nobody has judged is a newcomer."""

MOST_FOR_SOLUTION = 10
"""Places down a need's ranking that count as "it fits" when seen from the solution."""

LONGEST_WHY = 2_000
LONGEST_NOTE = 300

JUDGES = frozenset({Role.MANAGER, Role.DEVELOPMENT_MANAGER, Role.CIO, Role.BUYER, Role.ADMINISTRATOR})
READY_FOR_CALL = (NeedState.EXPLORED, NeedState.CHOSEN, NeedState.MATCHED)

MATCHED_STATES = (NeedState.SHARED, NeedState.EXPLORED, NeedState.CHOSEN, NeedState.MATCHED)
"""States in which solutions are looked for, again and again as new ones come."""

AWAITING_STATES = (NeedState.SHARED, NeedState.EXPLORED, NeedState.CHOSEN)
"""States in which the need's own people are asked for their word on what came up."""

NONE_WORDS = frozenset({"inga", "ingen", "inget", "ingenting", "nej", "no", "none", "nothing"})

MOST_SEK = {PriceClass.FREE: 0, PriceClass.BELOW_100K: 100_000, PriceClass.UP_TO_700K: 700_000}
"""What a first year costs at most; above that there is no ceiling."""


SURE, NOTHING = 0.5, 0.45
"""Confidence from which something fits, and below which nothing does; between them a person must look."""


NEARLY = 0.1
"""Difference of chances that says little."""


class Finding(models.TextChoices):
    """What a ranking has found."""

    FITS = "fits", _("Something fits")
    UNSURE = "unsure", _("Perhaps something fits")
    NOTHING = "nothing", _("Nothing fits")


def finding_of(confidence: float) -> Finding:
    """Whether something fits, given how likely it is that the first one does."""
    if confidence >= SURE:
        return Finding.FITS
    return Finding.UNSURE if confidence >= NOTHING else Finding.NOTHING


def chance_of(parts: Mapping[str, float]) -> float:
    """How likely it is that a hit with those parts of its score fits, by the kit's measure for a ranking's first.

    Facts count for nothing in it: the measure was fitted without them.
    """
    return confidence({name: np.array([value]) for name, value in parts.items() if name[:5] != "fact_"})


def fits_at_all(chance: float, best: float) -> bool:
    """Whether one's own solution may stand first as "already solved here": it likely fits, or is near the best."""
    return chance >= SURE or (chance >= NOTHING and best - chance <= NEARLY)


class Verdict(models.TextChoices):
    """Whether a candidate meets a criterion."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNCLEAR = "unclear", _("Unclear")


@dataclass(frozen=True)
class Offer:
    """What is told of a solution besides its text."""

    price_class: str = ""
    maturity: str = ""
    integration_needs: str = ""
    data_needs: str = ""
    languages: tuple[str, ...] = ()
    used_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """Something told of the solution that speaks for it, or against it; `values` fill its sentence."""

    kind: str
    speaks_for: bool
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdicts:
    """What people of the organisation said of one solution for one need."""

    fits: int = 0
    does_not: int = 0

    @property
    def is_out(self) -> bool:
        """More say that it does not fit than that it does."""
        return self.does_not > self.fits

    @property
    def is_in(self) -> bool:
        """More say that it fits than that it does not."""
        return self.fits > self.does_not


def can_see_matches(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may see which solutions match: works where the need is, and sees the need."""
    return (
        viewer.is_inside and viewer.organisation_id == facts.organisation_id and can_see_need(viewer, facts)
    )


def can_judge(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may say that a solution fits: managers and those who lead, and whoever may change the need."""
    if not can_see_matches(viewer, facts) or not viewer.may_write or facts.state == NeedState.DRAFT:
        return False
    return bool(viewer.roles & JUDGES) or can_edit_need(viewer, facts)


def can_choose(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether the viewer may choose among the matches now: the need is chosen (or matched) and theirs to move."""
    if facts.state == NeedState.MATCHED:
        return can_edit_need(viewer, facts)
    return can_move(viewer, facts, NeedState.MATCHED)


class Chooser(models.TextChoices):
    """Why the viewer can not choose among the matches: who acts first."""

    VIEWER = "viewer", _("You choose the need first, on its page.")
    LEADERS = "leaders", _("The need must be chosen first. Those who lead development do that, on its page.")
    UNIT = "unit", _("Those who work with the need choose the solution.")


def chooser_before(viewer: Viewer, facts: NeedFacts) -> Chooser | None:
    """Who acts before the viewer can choose a solution, or instead; None where the viewer can, or nobody may."""
    if facts.state not in MATCHED_STATES or can_choose(viewer, facts):
        return None
    if facts.state in {NeedState.SHARED, NeedState.EXPLORED}:
        return Chooser.VIEWER if can_lead(viewer, facts) else Chooser.LEADERS
    return Chooser.UNIT


def can_lead(viewer: Viewer, facts: NeedFacts) -> bool:
    """Whether it is the viewer who chooses the need, now or once it is explored."""
    return can_edit_need(viewer, facts) and viewer.leads_in(facts.unit_id)


def limit_on(day: date, limits: Sequence[tuple[date, int]]) -> int:
    """The direct award limit (SEK) on that day; `limits` are (from, SEK), oldest first. 0 before the first."""
    return next((sek for start, sek in reversed(limits) if start <= day), 0)


def facts_of(offer: Offer, *, cost_sek_year: int | None, direct_award_sek: int) -> list[Fact]:
    """What speaks for the solution, then against it, of what is told besides its text. Nothing untold is said."""
    return [
        fact
        for fact in (
            used_fact(offer),
            price_fact(offer, cost_sek_year, direct_award_sek),
            *connection_facts(offer),
            maturity_fact(offer),
            language_fact(offer),
        )
        if fact
    ]


def used_fact(offer: Offer) -> Fact | None:
    """Used in how many places, as told by references; said against it where none is told."""
    places = tuple(dict.fromkeys(offer.used_in))
    if places:
        return Fact("used", True, {"count": len(places), "places": ", ".join(places[:3])})
    return Fact("unused", False)


def price_fact(offer: Offer, cost_sek_year: int | None, direct_award_sek: int) -> Fact | None:
    """How the price class lies to the cost of doing nothing and to the limit for direct award."""
    if offer.price_class == PriceClass.FREE:
        return Fact("free", True)
    if not offer.price_class:
        return Fact("no_price", False)
    most = MOST_SEK.get(PriceClass(offer.price_class))
    if most is not None and cost_sek_year and most <= cost_sek_year:
        return Fact("pays", True, {"sek": cost_sek_year})
    if most is not None and most <= direct_award_sek:
        return Fact("direct", True, {"sek": direct_award_sek})
    is_above = most is None and direct_award_sek <= MOST_SEK[PriceClass.UP_TO_700K]
    return Fact("tender", False, {"sek": direct_award_sek}) if is_above else None


def connection_facts(offer: Offer) -> list[Fact]:
    """What it must be connected to and be given. Silence counts as "names none" only where other facts are told."""
    told = []
    if says_something(offer.integration_needs):
        told.append(Fact("integration", False, {"what": offer.integration_needs}))
    elif offer.integration_needs or offer.maturity or offer.price_class:
        told.append(Fact("no_integration", True))
    if says_something(offer.data_needs):
        told.append(Fact("data", False, {"what": offer.data_needs}))
    return told


def says_something(text: str) -> bool:
    """Whether the text names something, rather than saying "none" as people do: "Inga register", "Nej", "–"."""
    first = re.match(r"\W*(\w*)", text.casefold())
    return first is not None and bool(first[1]) and first[1] not in NONE_WORDS


def maturity_fact(offer: Offer) -> Fact | None:
    """How far it has come, where that speaks either way."""
    if offer.maturity in {Maturity.IN_USE, Maturity.SPREAD}:
        return Fact("in_use", True)
    if offer.maturity in {Maturity.IDEA, Maturity.PROTOTYPE}:
        return Fact("early", False)
    return None


def language_fact(offer: Offer) -> Fact | None:
    """Said against it where languages are told and Swedish is not among them."""
    return Fact("no_swedish", False) if offer.languages and "sv" not in offer.languages else None


def fact_parts(offer: Offer) -> dict[str, float]:
    """The facts as parts of a score. They weigh nothing until an organisation's judgements have taught otherwise."""
    told = {
        "fact_used": bool(offer.used_in),
        "fact_in_use": offer.maturity in {Maturity.IN_USE, Maturity.SPREAD},
        "fact_early": offer.maturity in {Maturity.IDEA, Maturity.PROTOTYPE},
        "fact_cheap": offer.price_class in {PriceClass.FREE, PriceClass.BELOW_100K},
        "fact_connected": says_something(offer.integration_needs),
    }
    return {name: float(holds) for name, holds in told.items()}


def trial_seed(need_id: int, day: date) -> int:
    """The seed of a need's exploration: the same for a week, so that the list is the same when opened again."""
    year, week, _day = day.isocalendar()
    return need_id * 10_000 + year * 53 + week


def place_order(rank: int, *, is_here: bool, verdicts: Verdicts) -> tuple[int, int]:
    """The key by which matches are shown: said to fit, already solved here, the others by rank, said not to fit."""
    if verdicts.is_out:
        return 3, rank
    if verdicts.is_in:
        return 0, rank
    return (1 if is_here else 2), rank


def tally(judgements: Iterable[tuple[int, bool]]) -> dict[int, Verdicts]:
    """What was said of each solution: (solution id, fits) → verdicts by solution id."""
    counts: dict[int, list[int]] = {}
    for solution_id, fits in judgements:
        counts.setdefault(solution_id, [0, 0])[0 if fits else 1] += 1
    return {solution_id: Verdicts(*pair) for solution_id, pair in counts.items()}


def is_own_solution(viewer: Viewer, *, author_ids: Iterable[int | None]) -> bool:
    """Whether the viewer is the solution's own person, who may read why it came up."""
    return viewer.person_id is not None and viewer.person_id in set(author_ids)
