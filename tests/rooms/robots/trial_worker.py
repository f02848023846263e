"""`ringar work` that knows the tests' tasks and robots too."""

import sys

from ringar import cli

if cli.start_django():
    from tests.rooms.robots import trial_robots, trial_tasks  # noqa: F401  # they register themselves

    sys.exit(cli.main(["work"]))
