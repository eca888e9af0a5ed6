"""The floor: a submission's own calls in an interpreter that is warm already, and nothing else.

Stands alone beside testing.py, so that it can run in a runtime's image too: it answers one line of JSON with another until
its input ends.
"""

from __future__ import annotations

import json
import sys
import time
from types import ModuleType
from typing import Any

import torch
from testing import call  # type: ignore[import-not-found]  # beside this file, which is started as a program


def warm_up() -> None:
    """Import what the first optimizer wants, with one thread."""
    torch.set_num_threads(1)
    weight = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    (weight * 2).sum().backward()  # type: ignore[no-untyped-call]  # torch has no types for it
    optimizer.step()


def timed(question: dict[str, Any]) -> tuple[float, float]:
    """Load a submission, then make its calls; only these are timed: seconds of CPU and of the clock."""
    module = ModuleType("submission")
    exec(compile(question["source"], "submission.py", "exec"), module.__dict__)  # noqa: S102 - a right example of ours
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    call(module.__dict__, question["calls"])
    return time.process_time() - cpu_s, time.perf_counter() - wall_s


def serve() -> None:
    """Answer until the input ends."""
    warm_up()
    for line in sys.stdin:
        question = json.loads(line)
        sys.stdout.write(json.dumps(timed(question) if question else None) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
