"""`python -m ringar.demo.world finance|mail`: serves until stopped; prints its ports as one line of JSON.

`python -m ringar.demo.world keep` keeps both running.
"""

import argparse
import contextlib
import signal
import sys
from importlib import import_module
from importlib.util import find_spec
from types import FrameType

PASSWORD = "ringar-pa-vatten"  # noqa: S105 (everything here is invented, and listens on this machine only)
NEEDED = {"finance": (), "mail": ("pymap", "aiosmtpd"), "keep": ()}


def stop(number: int, frame: FrameType | None) -> None:
    """A polite end when asked to."""
    raise SystemExit(0)


def main() -> int:
    """Starts what is named."""
    which = sys.argv[1] if len(sys.argv) > 1 else ""
    if which not in NEEDED:
        usage = "python -m ringar.demo.world finance|mail --data FILE [--port 0], or keep --folder F"
        print(f"Usage: {usage}", file=sys.stderr)  # noqa: T201
        return 2
    missing = [name for name in NEEDED[which] if find_spec(name) is None]
    if missing:
        print(f"This needs {' and '.join(missing)}: pip install {' '.join(missing)}", file=sys.stderr)  # noqa: T201
        return 2
    module = import_module(f"ringar.demo.world.{which}")
    parser = argparse.ArgumentParser(prog=f"python -m ringar.demo.world {which}")
    if which != "keep":
        parser.add_argument("--data", required=True, help="SQLite file of the ground truth")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=0, help="port of HTTP or SMTP (a free one)")
        parser.add_argument("--password", default=PASSWORD, help="of all log-ins, and the interface's token")
    parser.add_argument("--delay-ms", type=float, default=8.0, help="mean wait between deed and answer (8)")
    module.add_options(parser)
    signal.signal(signal.SIGTERM, stop)
    with contextlib.suppress(KeyboardInterrupt):
        return int(module.run(parser.parse_args(sys.argv[2:])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
