"""What the robots do for this room."""

from django.utils.translation import gettext_lazy as _

from ringar.city.actions.fits import draw_up, run_fit
from ringar.city.actions.imports import prune_imports, read_files, save_files
from ringar.city.queries.data import saved_pipes
from ringar.robots.registry import WorkContext, task, watch


@task("city.fit", label=_("Reckon where pipes will break"), attempts=2)
def fit(work: WorkContext) -> None:
    """Works one fit out, and shows how far it has come."""
    run_fit(by=work.by, uuid=work.payload["fit"], report=work.report)


@task("city.read_import", label=_("Read files with the city's data"), attempts=2)
def read_import(work: WorkContext) -> None:
    """Reads what was handed in, and tells what saving it would do."""
    read_files(by=work.by, uuid=work.payload["import"], report=work.report)


@task("city.save_import", label=_("Save the city's data"), attempts=2)
def save_import(work: WorkContext) -> None:
    """Saves what was read, all or nothing; then the map of it is drawn up."""
    save_files(by=work.by, uuid=work.payload["import"], report=work.report)
    saved = saved_pipes(work.payload["import"])
    if saved is not None:
        draw_up(pipes=saved)


@watch("city.prune_imports", every=3_600)
def look_for_old_imports() -> None:
    """Throws away files that nobody saved."""
    prune_imports()
