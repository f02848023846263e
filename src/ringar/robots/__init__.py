"""Owns the durable queue: work that is written in the caller's transaction and done by a worker, and outgoing mail.

`actions.queue_work` writes a row; a worker (`ringar work`) hands it to the engine (DBOS), which survives
crashes, and runs the task that a room has registered in its `tasks.py` (`registry.task`). The rows are the
truth; the engine's own tables can be lost without losing work. Owns no subject matter: what a task does
belongs to the room that registers it.
"""
