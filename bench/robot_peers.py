"""The same three lines written by a job of Procrastinate or of Celery on Redis: CPU of their workers for each job.

Run by robots.py with a Python that has them: `robot_peers.py NAME COUNT FOLDER ADDRESS` prints milliseconds, and is its
own worker. A job has no steps here: it is what they do, and after a crash all of a job is done again. What starting
costs is taken off, by a worker that starts and finds one job.
"""

import os
import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve()
THREADS = "4"
NEEDED = {"procrastinate": "procrastinate", "celery": "celery"}


def write_lines(number: str) -> None:
    for what in ("credit", "reply", "enter"):
        file = os.open(os.environ["PEER_TRUTH"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, f"{what} {number}\n".encode())
        os.close(file)


if os.environ.get("PEER") == "procrastinate":
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ["PEER_ADDRESS"]))
    task = app.task(write_lines, name="write")
elif os.environ.get("PEER") == "celery":
    import celery

    app = celery.Celery("robot_peers", broker=os.environ["PEER_ADDRESS"])
    app.conf.update(task_acks_late=True, task_ignore_result=True, worker_prefetch_multiplier=1)
    task = app.task(write_lines, name="write")


def queue_jobs(count: int) -> None:
    if os.environ["PEER"] == "celery":
        for number in range(count):
            task.delay(str(number))
        return
    with app.open():
        for number in range(count):
            task.defer(number=str(number))


def work() -> None:
    """A worker, until it is told to stop."""
    if os.environ["PEER"] == "celery":
        os.execv(  # noqa: S606 (the same Python)
            sys.executable,
            [sys.executable, "-m", "celery", "-A", "robot_peers", "worker", "-c", THREADS, "-l", "ERROR"],
        )
    app.run_worker(concurrency=int(THREADS), delete_jobs="always")


def cpu_of(count: int, truth: Path) -> float:
    """Seconds of a worker that does that many jobs, its children included."""
    truth.write_text("")
    subprocess.run([sys.executable, str(HERE), "queue", str(count)], check=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    worker = subprocess.Popen([sys.executable, str(HERE), "work"], cwd=HERE.parent)
    try:
        end = time.monotonic() + 300
        while truth.read_text().count("\n") < 3 * count:
            if worker.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{os.environ['PEER']}: its worker did not come to the end")
            time.sleep(0.05)
    finally:
        worker.terminate()
        worker.wait(60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    if sys.argv[1] == "has":
        return 0 if find_spec(NEEDED[sys.argv[2]]) else 1
    if sys.argv[1] == "queue":
        queue_jobs(int(sys.argv[2]))
        return 0
    if sys.argv[1] == "work":
        work()
        return 0
    name, count, folder, address = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    truth = folder / f"{name}-truth"
    os.environ |= {"PEER": name, "PEER_TRUTH": str(truth), "PEER_ADDRESS": address}
    if name == "procrastinate":
        prepare = f"{sys.executable} -m procrastinate --app=robot_peers.app schema --apply".split()
        subprocess.run(prepare, check=True, cwd=HERE.parent, stdout=subprocess.DEVNULL)
    starting = cpu_of(1, truth)
    print(round(1000 * (cpu_of(count + 1, truth) - starting) / count, 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
