"""The ways to grade a submission that the bench compares: ours, a cold container, a bare program; one class each.

A way is made once, grades task after task, and is closed. What it takes is counted with everything it starts. Another one
(a queue in front of the boxes, say) needs the same three members and a line in `worker/bench/attempt.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from grader.errors import Broken
from worker.bench import cpu, staged
from worker.bench.task import Task
from worker.engines.choose import choose
from worker.engines.docker import Docker
from worker.keep import Store
from worker.pool import Pool

TIMES = 'python3 "$@" >/dev/null && times'  # the shell tells what its children took
GRADE_S = 300.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What grading one submission took; `loop_s` is the time in the student's own calls, where the way knows it."""

    wall_s: float
    cpu_s: float
    loop_s: float | None = None
    stages: Mapping[str, float] = field(default_factory=dict)


class Way(Protocol):
    """One way to grade."""

    name: str
    is_in_image: bool  # whose Python the submission runs in: the runtime image's, or the service's own

    def grade(self, task: Task) -> Sample:
        """Grade a task's submission; raises Broken where it does not come out right."""
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class Warm:
    """This service: an attempt in a warm box of an engine, judged and kept."""

    def __init__(self, engine: str, pool_mb: int) -> None:
        self.name = f"ours, {engine}"
        self.is_in_image = engine == "docker"
        self.boxes = Pool(choose(engine)[0], pool_mb)
        self.folder = TemporaryDirectory()
        self.store = Store(Path(self.folder.name))

    def grade(self, task: Task) -> Sample:
        """Grade as `grader try --keep` does, with a clock at every stage."""
        before = cpu.own(), cpu.of(self.living())
        attempt, stages = staged.grade(task, self.boxes, self.store)
        outside = cpu.own() - before[0] + cpu.of(self.living()) - before[1]
        inside = sum(run.cpu_s or run.seconds for run in attempt.runs)
        return Sample(sum(stages.values()), outside + inside, stages["loop"], stages)

    def living(self) -> list[int]:
        """List the processes that go on between attempts: the boxes' own, and the engine's."""
        shells = [idle.talk.shell for idle in self.boxes.idle]
        return [pid for shell in shells for pid in cpu.tree(shell.pid())] + (cpu.daemons() if self.is_in_image else [])

    def close(self) -> None:
        """End the boxes."""
        self.boxes.close()
        self.folder.cleanup()


class Command:
    """A program that is started for every submission, in a folder that holds it."""

    is_in_image = False

    def __init__(self, name: str, command: Callable[[Path], list[str]], environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.command = command
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})}

    def grade(self, task: Task) -> Sample:
        """Write the task's files, run the program, and want `right` of it."""
        with TemporaryDirectory() as made:
            folder = Path(made)
            task.write(folder)
            self.prepare(folder)
            before, began = self.spent(), time.monotonic()
            done = subprocess.run(self.command(folder), cwd=folder, env=self.environment, capture_output=True, text=True,
                                  check=False, timeout=GRADE_S)
            wall_s, cpu_s = time.monotonic() - began, self.spent() - before
            self.accept(done, folder)
        return Sample(wall_s, cpu_s + self.inside(done.stdout))

    def prepare(self, folder: Path) -> None:
        """Add what this way wants beside the submission."""

    def accept(self, done: subprocess.CompletedProcess[str], folder: Path) -> None:
        """See that the submission was found right."""
        if done.returncode != 0:
            raise Broken(f"bench, {self.name}: {folder}: exit {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")

    def spent(self) -> float:
        """Seconds of CPU so far."""
        return cpu.own()

    def inside(self, output: str) -> float:
        """Seconds of CPU that only the program itself can tell."""
        del output
        return 0.0

    def close(self) -> None:
        """Nothing goes on between submissions."""


def bare() -> Command:
    """Make the way of no grading at all: the submission as a program that compares its own results."""
    return Command("python file.py", lambda _: [sys.executable, "bare.py"])


class Cold(Command):
    """A container for every submission, hardened as ours are, its engine's own processes counted."""

    is_in_image = True

    def __init__(self) -> None:
        image = Docker().image("pytorch")
        options = ["--rm", "--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp",
                   "--memory=1g", "--cpus=1", "--pids-limit=64", "--user=20000:20000", "--env=OMP_NUM_THREADS=1"]
        def command(folder: Path) -> list[str]:
            return ["docker", "run", *options, f"--volume={folder}:/work:ro", "--workdir=/work", image, "sh", "-c", TIMES, "sh",
                    "bare.py"]
        super().__init__("cold docker run", command)

    def prepare(self, folder: Path) -> None:
        """Let the container's user read the files."""
        folder.chmod(0o755)

    def spent(self) -> float:
        """Count the client and the engine."""
        return cpu.own() + cpu.of(cpu.daemons())

    def inside(self, output: str) -> float:
        """Read what the shell's children took: the second line of `times`, as 0m1.20s 0m0.10s."""
        words = output.splitlines()[-1].split()
        minutes = [word.removesuffix("s").split("m") for word in words]
        return sum(60 * float(m) + float(s) for m, s in minutes)


def available(make: Callable[[], Any], name: str, missing: dict[str, str]) -> list[Any]:
    """Make a way; where it can't be had here, note why and go on without."""
    try:
        return [make()]
    except (Broken, OSError, subprocess.SubprocessError) as error:
        missing[name] = str(error)
        return []
