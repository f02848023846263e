"""`ringar work` that knows the tests' tasks too."""

import sys

from ringar import cli

if cli.start_django():
    from tests.rooms.robots import trial_tasks  # noqa: F401

    sys.exit(cli.main(["work"]))
