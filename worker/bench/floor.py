"""The floor of a runtime, from outside: a warm interpreter that makes a submission's calls (warm_loop.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from worker.bench.task import Task
from worker.engines.docker import Docker

HERE = Path(__file__).parent
LOOP = "warm_loop.py"


def here() -> list[str]:
    """Start the floor with the Python that the service and bubblewrap's boxes use."""
    return [sys.executable, str(HERE / LOOP)]


def in_image() -> list[str]:
    """Start the floor in the image that containers are made from: its Python is another build."""
    image = Docker().image("pytorch")
    return ["docker", "run", "--rm", "--interactive", "--network=none", f"--volume={HERE}:/bench:ro", "--cpus=1",
            "--env=OMP_NUM_THREADS=1", "--env=GLIBC_TUNABLES=glibc.malloc.hugetlb=1", image, "python3", f"/bench/{LOOP}"]


class Floor:
    """A warm interpreter."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ask(None)

    def loop(self, task: Task) -> tuple[float, float]:
        """Make the task's calls; give seconds of CPU and of the clock."""
        cpu_s, wall_s = self.ask({"source": task.source, "calls": task.calls})
        return cpu_s, wall_s

    def ask(self, question: Any) -> Any:
        """Send one line and read one."""
        assert self.process.stdin is not None  # noqa: S101 - both were asked for
        assert self.process.stdout is not None  # noqa: S101
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """End the interpreter."""
        self.process.communicate()
