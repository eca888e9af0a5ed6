"""How soon after its limit an attempt is gone: every process of it, also those that left its session and ignore signals.

The supervisor's clock runs from the fork until the kernel says that no process is left; that nothing is left is looked up on this
host besides.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from grader.catalog import Assignment
from grader.errors import Broken
from grader.settings import Places
from grader.submission import read_submission
from worker.attempt import Attempt
from worker.box import Boxes, Status
from worker.grade import measured

LIMIT_S = 1.0
STUBBORN = """
import ctypes, os, signal
ctypes.CDLL(None).prctl(15, b"{name}")
for number in set(signal.valid_signals()) - {{signal.SIGKILL, signal.SIGSTOP}}:
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
for _ in range(3):
    if os.fork() == 0: os.setsid(); os.fork()
while True: pass
"""


def kills(assignment: Assignment, times: int, boxes: Boxes, places: Places) -> list[float]:
    """Run what never ends, so often; seconds from the limit until nothing of it is left."""
    limits = assignment.spec.limits.model_copy(update={"seconds": LIMIT_S})
    chosen = replace(assignment, spec=assignment.spec.model_copy(update={"limits": limits}))
    return [gone_after(chosen, f"dlgrader-k{number}", boxes, places) for number in range(times)]


def gone_after(assignment: Assignment, name: str, boxes: Boxes, places: Places) -> float:
    """Run one; raises Broken where it was not stopped for its time, or something of it lives on."""
    submission = read_submission("submission.py", STUBBORN.format(name=name).encode())
    run = measured(Attempt(assignment, submission, 1, places), boxes).runs[-1]
    if run.status is not Status.TIMEOUT or not run.stages:
        raise Broken(f"bench: an endless loop ended as {run.status}: {run.because}")
    if left := still_there(name):
        raise Broken(f"bench: processes of a killed attempt live on: {left}")
    return run.seconds + run.stages["sweep"] - LIMIT_S


def still_there(name: str) -> list[str]:
    """List this host's processes of a name."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):
            found += [path.parent.name] if path.read_text().strip() == name else []
    return found
