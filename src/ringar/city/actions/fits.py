"""Having breaks reckoned: asked for by a person, done by a robot, kept as rows."""

from collections.abc import Iterator
from datetime import date
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.city.fit_rows import figures_of, look_back, risk_rows
from ringar.city.models import DataSet, Fit, PipeRisk
from ringar.city.queries.data import holding
from ringar.city.queries.drawings import drawing_of
from ringar.city.queries.network import OwnNetwork, network_of
from ringar.city.queries.places import places_of
from ringar.city.rules.data import DataKind
from ringar.city.rules.fits import FitState
from ringar.city.rules.lists import can_plan, require_fit
from ringar.city.rules.outlooks import SHOWN_YEARS
from ringar.core.actions import record_audit
from ringar.core.clock import now, today
from ringar.core.kit_words import kept
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.robots.actions.work import queue_work
from ringar.robots.models.work import Work
from ringar.robots.registry import Report
from ringar.robots.rules.work import UNFINISHED
from ringar.talk.actions import tell_people
from ringar_kits import leaks
from ringar_kits.errors import InputError
from ringar_kits.leaks.consequence import add_consequence

UNDER_WAY = (FitState.WAITING, FitState.RUNNING)
AT_ONCE = 2_000
RANKED, LOOKED_BACK, KEPT = 0.45, 0.88, 0.95
"""How far it has come when the pipes are ranked, when earlier years are looked back at, and when it is written."""


@transaction.atomic
def start_fit(
    *,
    by: Viewer,
    pipes: DataSet,
    breaks: DataSet,
    places: DataSet | None = None,
    as_of: date,
    horizon: int = 1,
    seed: int = 0,
) -> Fit:
    """Asks a robot to reckon how many breaks to expect on each pipe, as known on a day.

    The same question asked again while it is being worked out is the same fit. Raises NotAllowed; Refused where
    there is nothing to reckon with.
    """
    sets = [each for each in (pipes, breaks, places) if each is not None]
    if not can_plan(by, holding(pipes)) or any(each.organisation_id != by.organisation_id for each in sets):
        raise NotAllowed
    require_fit(as_of, horizon, today=today())
    if pipes.kind != DataKind.PIPES or not pipes.assets.filter(retired_at=None).exists():
        raise Refused(_("There are no pipes in “%(name)s” yet. Take them in first.") % {"name": pipes.name})
    if not breaks.incidents.filter(day__lt=as_of).exists():
        problem = _("There are no breaks in “%(name)s” before %(day)s. Take them in, or choose a later day.")
        raise Refused(problem % {"name": breaks.name, "day": as_of})
    DataSet.objects.select_for_update().get(pk=pipes.pk)
    asked = {
        "pipes": pipes,
        "breaks": breaks,
        "places": places,
        "as_of": as_of,
        "horizon": horizon,
        "seed": seed,
    }
    under_way = Fit.objects.filter(**asked, state__in=UNDER_WAY).first()
    if under_way is not None:
        return start_again(by=by, fit=under_way) if has_stopped(under_way) else under_way
    is_invented = any(each.is_invented for each in sets)
    fit = Fit.objects.create(
        **asked,
        organisation_id=pipes.organisation_id,
        by_id=by.person_id,
        created_at=now(),
        is_invented=is_invented,
    )
    told = {"as_of": as_of.isoformat(), "horizon": horizon, "seed": seed}
    record_audit(by=by, action="start_fit", target=fit, changes=dict(told))
    queue_fit(by, fit)
    return fit


@transaction.atomic
def start_again(*, by: Viewer, fit: Fit) -> Fit:
    """Asks a robot once more, where a fit could not be worked out. Raises NotAllowed, Refused."""
    fit = Fit.objects.select_for_update().get(pk=fit.pk)
    if not can_plan(by, holding(fit.pipes)):
        raise NotAllowed
    if not has_stopped(fit):
        raise Refused(_("Only what has failed can be tried again. Load the page anew to see how it stands."))
    before, fit.state, fit.error, fit.finished_at = fit.state, FitState.WAITING, "", None
    fit.save(update_fields=["state", "error", "finished_at"])
    record_audit(by=by, action="start_fit", target=fit, changes={"state": [before, FitState.WAITING]})
    queue_fit(by, fit)
    return fit


def has_stopped(fit: Fit) -> bool:
    """Whether nothing more comes of it by itself: it could not be worked out, or its robot gave up. 0–1 queries."""
    if fit.state not in UNDER_WAY:
        return fit.state == FitState.FAILED
    return not Work.objects.filter(key=work_key(fit), state__in=UNFINISHED).exists()


def work_key(fit: Fit) -> str:
    """The queue's key for the fit."""
    return f"city.fit:{fit.uuid}"


def queue_fit(by: Viewer, fit: Fit) -> None:
    """Has a robot do it, in the caller's transaction."""
    payload: dict[str, object] = {"fit": str(fit.uuid)}
    queue_work(
        "city.fit", by=by, key=work_key(fit), payload=payload, organisation_id=fit.organisation_id, again=True
    )


def run_fit(*, by: Viewer, uuid: str, report: Report) -> None:
    """Reckons and keeps what comes out; done again from the start it comes out the same. What the robot does.

    The reckoning holds no lock, and its rows are written a part at a time: they are shown once the fit is done. What
    the kit can not work with is told on the fit's page, with the remedy.
    """
    fit = Fit.objects.select_related("pipes", "breaks", "places").filter(uuid=uuid).first()
    if fit is None or fit.state == FitState.DONE:
        return
    Fit.objects.filter(pk=fit.pk).update(state=FitState.RUNNING, started_at=now())
    began = monotonic()
    try:
        report(0.01, _("Reads pipes and breaks"))
        network = network_of(fit.pipes, fit.breaks)
        result = reckon(fit, network, report)
    except InputError as error:
        finish_fit(by, fit, state=FitState.FAILED, error=kept(error))
        return
    report(KEPT, _("Draws the map"))
    fit.finished_at = now()
    fit.pipes.refresh_from_db(fields=["updated_at"])
    drawing_of(fit)
    finish_fit(by, fit, state=FitState.DONE, result=result | {"seconds": round(monotonic() - began, 1)})


def draw_up(*, pipes: DataSet) -> None:
    """Draws the map of the pipes up anew when they have changed, so that who looks first need not wait."""
    latest = (
        Fit.objects.select_related("pipes").filter(pipes=pipes, state=FitState.DONE).order_by("id").last()
    )
    pipes.refresh_from_db(fields=["updated_at"])
    drawing_of(latest or pipes)


def reckon(fit: Fit, network: OwnNetwork, report: Report) -> dict[str, Any]:
    """Ranks the pipes, looks back at earlier years, and writes the rows; returns what the fit keeps of it."""

    def ranked(share: float, _words: str = "") -> None:
        report(0.05 + share * (RANKED - 0.05), _("Reckons breaks to expect"))

    def looked(share: float, _words: str = "") -> None:
        report(RANKED + share * (LOOKED_BACK - RANKED), _("Tries it on earlier years"))

    ranking = leaks.rank_pipes(
        network.pipes,
        network.breaks,
        as_of=fit.as_of,
        horizon=fit.horizon,
        also=[years for years in SHOWN_YEARS if years != fit.horizon],
        seed=fit.seed,
        progress=ranked,
    )
    result = figures_of(ranking, network) | {"look_back": look_back(fit, network, looked)}
    report(LOOKED_BACK, _("Keeps the result"))
    touched = add_consequence(network.pipes, places_of(fit.places, network.plane)) if fit.places else None
    write_risks(fit, risk_rows(fit, network, ranking, touched))
    weights = {} if touched is None else {"weights": dict(touched.weights), "reach": touched.reach}
    return result | weights


def write_risks(fit: Fit, rows: Iterator[PipeRisk]) -> None:
    """Writes what is said of each pipe, in parts, in place of what a run that broke off has left."""
    PipeRisk.objects.filter(fit=fit).delete()
    part: list[PipeRisk] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            PipeRisk.objects.bulk_create(part)
            part = []
    PipeRisk.objects.bulk_create(part)


@transaction.atomic
def finish_fit(
    by: Viewer, fit: Fit, *, state: str, result: dict[str, Any] | None = None, error: str = ""
) -> None:
    """Keeps what came out, and tells whoever asked."""
    row = Fit.objects.select_for_update().get(pk=fit.pk)
    before, row.state, row.result, row.error = row.state, state, result or {}, error
    row.finished_at = fit.finished_at or now()  # the map is drawn up for that moment
    row.save(update_fields=["state", "result", "error", "finished_at"])
    changes: dict[str, object] = {"state": [before, state]}
    if result:
        changes |= {"pipes": result["pipes"], "expected": round(result["expected"], 1)}
    record_audit(by=by, action="finish_fit", target=row, changes=changes)
    if row.by_id:
        event = "city.fit_done" if state == FitState.DONE else "city.fit_failed"
        tell_people(by=by, row=row, event=event, people=[row.by_id], followers=False)
