"""The durable engine (DBOS) behind our rows: it has each revision of a piece of work run to its end, once.

Only worker processes import this module: web processes write rows. The engine's own tables are in
`robots.sqlite3` beside the SQLite database, or in the schema `dbos` on PostgreSQL.
"""

from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from django.conf import settings
from django.db import close_old_connections, connection
from sqlalchemy import URL, Engine, event

from ringar.robots.engine.running import run_work
from ringar.robots.models.work import Work

# Fixed, since work begun before an upgrade must go on after it: a workflow is one call of `run_work`, whose
# arguments stay the same. Raise it only with a plan for what is under way.
VERSION = "1"
QUEUES = {True: "urgent", False: "ordinary"}
# The engine starts at most RINGAR_WORKER_THREADS pieces of work each time that it looks.
POLL_SECONDS = 0.2
ENDED = {"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}


@DBOS.step(name="run_work", retries_allowed=True, max_attempts=5, interval_seconds=0.5)
def run_step(work_id: int, revision: int) -> None:
    """Does the work. Raises only where the row cannot be written, and is then tried again."""
    close_old_connections()
    if connection.vendor == "sqlite":  # what a robot intends must outlive a power failure too
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
    try:
        run_work(work_id, revision, DBOS.executor_id)
    finally:
        close_old_connections()


@DBOS.workflow(name="work")
def run_workflow(work_id: int, revision: int) -> None:
    """One revision of a piece of work."""
    run_step(work_id, revision)


def system_database_url() -> str:
    """Where the engine keeps its tables, as SQLAlchemy writes it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        path = Path(database["NAME"]).with_name("robots.sqlite3")
        return URL.create("sqlite", database=str(path)).render_as_string()
    host = str(database["HOST"])
    options = {key: str(value) for key, value in database["OPTIONS"].items() if key.startswith("ssl")}
    return URL.create(
        "postgresql",
        username=database["USER"] or None,
        password=database["PASSWORD"] or None,
        host=None if host.startswith("/") else host or None,
        port=int(database["PORT"]) if database["PORT"] else None,
        database=database["NAME"],
        query={**options, **({"host": host} if host.startswith("/") else {})},
    ).render_as_string(hide_password=False)


@event.listens_for(Engine, "connect")
def set_journal(session: Any, _record: object) -> None:
    """SQLite: three times faster than its default journal, and nothing lost when the power goes."""
    if connection.vendor == "sqlite":
        session.execute("PRAGMA journal_mode=WAL")
        session.execute("PRAGMA synchronous=FULL")


def launch(owner: str) -> None:
    """Starts the engine in this process, under the name whose lock it holds."""
    config: DBOSConfig = {
        "name": "ringar",
        "system_database_url": system_database_url(),
        "executor_id": owner,
        "application_version": VERSION,
        "sys_db_pool_size": 5,
        "use_listen_notify": False,
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    for queue in QUEUES.values():
        DBOS.register_queue(
            queue, worker_concurrency=settings.RINGAR_WORKER_THREADS, polling_interval_sec=POLL_SECONDS
        )


def workflow_id(work: Work) -> str:
    """The engine's name for this revision of the work."""
    return f"{work.uuid}:{work.revision}"


def hand_over(work: Work) -> None:
    """Gives the work to the engine; giving it twice changes nothing."""
    with SetWorkflowID(workflow_id(work)):
        DBOS.enqueue_workflow(QUEUES[work.is_urgent], run_workflow, work.pk, work.revision)


def has_ended(works: list[Work]) -> list[Work]:
    """Those that the engine does not have (any more): it has ended them, or never heard of them."""
    ids = [workflow_id(work) for work in works]
    rows = DBOS.list_workflows(workflow_ids=ids, load_input=False, load_output=False) if ids else []
    states = {row.workflow_id: row.status for row in rows}
    return [work for work in works if states.get(workflow_id(work), "SUCCESS") in ENDED]


def owners_at_work() -> set[str]:
    """The names of the processes that have begun work which has not ended."""
    rows = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    return {row.executor_id for row in rows if row.executor_id}


def recover(owner: str) -> None:
    """Puts back in the queue what a dead process had begun."""
    # The engine's open part has no public call for this any more; a test guards it against new versions.
    DBOS._recover_pending_workflows([owner])


def forget_ended(limit: int = 200) -> None:
    """Removes ended workflows from the engine: our rows are the history."""
    rows = DBOS.list_workflows(status=sorted(ENDED), limit=limit, load_input=False, load_output=False)
    if rows:
        DBOS.delete_workflows([row.workflow_id for row in rows])


def stop(grace_seconds: int) -> None:
    """Takes no more work, and waits for what is under way, at most that long."""
    DBOS.destroy(workflow_completion_timeout_sec=grace_seconds)
