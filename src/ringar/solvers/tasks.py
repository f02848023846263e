"""What the robots do for this room: make solutions findable by meaning."""

from django.utils.translation import gettext_lazy as _

from ringar.core.rules import Viewer
from ringar.core.vectors import save_vectors
from ringar.robots.actions.work import queue_work
from ringar.robots.registry import WorkContext, task, watch
from ringar.solvers.queries import solutions_awaiting_vectors
from ringar_kits.texts import load_embedder

BATCH = 64


@watch("solvers.look", every=60)
def look_for_unread_solutions() -> None:
    """Queues the reading where the model came after the solutions: installed later, or another one."""
    embedder = load_embedder(threads=1)
    if embedder is not None and solutions_awaiting_vectors(embedder.name).exists():
        queue_work("solvers.embed", by=Viewer.of_robot(), key="solvers.embed", again=True)


@task("solvers.embed", label=_("Make solutions findable by meaning"))
def embed_solutions(work: WorkContext) -> None:
    """Makes the vectors of all solutions that wait for one. Without the model there is nothing to do."""
    embedder = load_embedder(threads=1)
    if embedder is None:
        work.report(1, "The language model is not installed; solutions are found by their words.")
        return
    waiting = solutions_awaiting_vectors(embedder.name)
    total, done = waiting.count(), 0
    while batch := list(waiting[:BATCH]):
        vectors = embedder.embed_passages([solution.match_text for solution in batch])
        save_vectors(dict(zip((s.text_hash for s in batch), vectors, strict=True)), embedder.name)
        done += len(batch)
        work.report(min(1, done / max(total, done)), f"{done}/{max(total, done)}")
