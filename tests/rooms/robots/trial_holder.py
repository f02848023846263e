"""Holds the lock of the name given, until killed."""

import sys
import time

from ringar import cli

if cli.start_django():
    from ringar.robots import liveness

    with liveness.holding(sys.argv[1]):
        time.sleep(60)
