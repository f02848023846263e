"""What the robots do for this room: make solutions findable by meaning."""

from django.utils.translation import gettext_lazy as _

from ringar.core.vectors import save_vectors
from ringar.robots.registry import WorkContext, task
from ringar.solvers.queries import solutions_awaiting_vectors
from ringar_kits.texts import load_embedder

BATCH = 64


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
