"""Starts and stops the world's processes, from the demo, tests and benches."""

import json
import select
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60.0


@dataclass
class Server:
    """One running server: its ports by name, its ground truth, its process."""

    process: subprocess.Popen[str]
    ports: dict[str, int]
    data: Path

    @property
    def url(self) -> str:
        """The finance system's address."""
        return f"http://127.0.0.1:{self.ports['http']}"

    def stop(self) -> None:
        """Ask it to end, and wait; a second time does nothing."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def start(which: str, data: Path, *options: str, first: Callable[[], None] | None = None) -> Server:
    """Start `finance` or `mail` with its ground truth in `data`; raises RuntimeError where it does not come up.

    `first` is called in the new process before all else.
    """
    command = [sys.executable, "-m", "ringar.demo.world", which, "--data", str(data), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=first)  # noqa: S603 (our own module)
    assert process.stdout  # noqa: S101 (for the types)
    ready = select.select([process.stdout], [], [], SECONDS)[0]
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        process.wait()
        raise RuntimeError(f"{which} did not start: see what it wrote above")
    return Server(process, {k: v for k, v in json.loads(line).items() if isinstance(v, int)}, data)
