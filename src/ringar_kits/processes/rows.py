"""The table beside the picture: every edge, whatever the picture shows."""

from typing import NamedTuple

from ringar_kits.processes.model import DAY, ProcessGraph


class EdgeRow(NamedTuple):
    """One line of the table."""

    before: str
    after: str
    events: int
    cases: int
    share: float
    """Of all cases, 0 to 1."""
    median_days: float
    p90_days: float
    total_days: float
    """All its waits together: where the time goes."""
    returns: int


def edge_rows(graph: ProcessGraph) -> list[EdgeRow]:
    """Return each edge with its figures, the most common first."""
    return [
        EdgeRow(
            edge.before,
            edge.after,
            edge.events,
            edge.cases,
            edge.cases / graph.cases,
            edge.wait.median / DAY,
            edge.wait.p90 / DAY,
            edge.wait.total / DAY,
            edge.returns,
        )
        for edge in graph.edges
    ]
